"""What a calibration does to the calibration figures of a training cohort, each patient calibrated by other folds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.calibration import CalibrationKind, cross_fitted
from radiogene.errors import TrainingError
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.calibration_measures import CalibrationMeasures, calibration_measures
from radiogene.evaluation.predictions import Predictions
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True)
class CalibrationFigures:
    """One gene's figures.

    Attributes:
        before: of the model's own probabilities.
        after: of probabilities calibrated by fits on the other folds.
    """

    before: CalibrationMeasures
    after: CalibrationMeasures

    def to_json(self) -> JsonObject:
        """Plain JSON values, not rounded."""
        return {"before": self.before.to_json(), "after_cross_fitted": self.after.to_json()}


def calibration_figures(
    predictions: Predictions,
    folds: NDArray[np.int64],
    kind: CalibrationKind,
    settings: BootstrapSettings = BootstrapSettings(),
) -> dict[str, CalibrationFigures]:
    """The figures of every gene before and after; a calibration fitted on all patients would look perfect on them.

    Args:
        predictions: out-of-fold, not calibrated.
        folds: (N,) parts of the patients; each part is calibrated by a fit on the others.
        kind: which calibration.
        settings: resamples and seed of the intervals.

    Raises:
        TrainingError: a part whose others cannot fit the calibration; it names the gene.
    """
    figures = {}
    for name in predictions.genes:
        gene = predictions.gene(name)
        try:
            calibrated = cross_fitted(kind, gene.labels, gene.probabilities, folds[gene.known])
        except TrainingError as error:
            raise TrainingError(f"{name}, calibrated by other folds: {error}") from error
        before, after = (calibration_measures(gene.labels, each, settings) for each in (gene.probabilities, calibrated))
        figures[name] = CalibrationFigures(before, after)
    return figures
