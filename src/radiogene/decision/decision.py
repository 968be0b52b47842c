"""What turns a model's probabilities into calls, and which predictions set it: the model folder's `decision.json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from radiogene.decision.answer_settings import AnswerSettings
from radiogene.decision.calibration import Calibration, CalibrationKind, fit_calibration
from radiogene.decision.conformal import (
    DEFAULT_LEVEL,
    ClassScores,
    Cutoffs,
    SetFigures,
    cross_fitted_set_figures,
    cutoffs,
)
from radiogene.decision.joint import Association, fitted_association
from radiogene.decision.operating_point import PointKind, threshold_at
from radiogene.decision.prior_shift import shifted
from radiogene.decision.threshold import youden_threshold
from radiogene.errors import SettingsError, TrainingError, WeightsError
from radiogene.evaluation.evaluation import Threshold
from radiogene.evaluation.held_out import OUT_OF_FOLD
from radiogene.evaluation.metrics import missing_class
from radiogene.evaluation.predictions import GenePredictions, Predictions
from radiogene.storage.typed_json import WRITTEN_IF_SET, JsonObject, from_json, to_json

MUTANT = "mutant"
WILD_TYPE = "wild type"


WITH_FOLDS = "Train it with folds: `radiogene train --folds 5`."
"""The way out of what needs out-of-fold predictions."""


class ModelKind(StrEnum):
    """What a model folder holds."""

    REFIT = "refit"
    """One model, fitted again on all training patients; its decision comes from the models of the folds."""
    ENSEMBLE = "ensemble"
    """Several members (folds or seeds), whose probabilities are averaged."""
    SINGLE = "single"
    """One model; its decision comes from its own validation part."""


@dataclass(frozen=True)
class GeneDecision:
    """How one gene is called.

    Attributes:
        threshold: on the calibrated scale; calls are mutant at or above it.
        calibration: from the model's probability to the calibrated one; comes first.
        set_on: which predictions set both, in words ("inner validation", "out-of-fold", ...).
        patients: with a known label, behind both.
        mutants: of these.
        scores: out-of-fold probabilities of both classes, not calibrated, for conformal sets; None without folds, and
            in folders of before.
        prevalence_used: of the site, where the answers are anchored to it; threshold and probabilities then are, too.
        sets: how the conformal sets of training patients turned out, each by the other folds; None as above.
    """

    threshold: float
    calibration: Calibration
    set_on: str
    patients: int
    mutants: int
    scores: ClassScores | None = field(default=None, metadata=WRITTEN_IF_SET)
    sets: SetFigures | None = field(default=None, metadata=WRITTEN_IF_SET)
    prevalence_used: float | None = field(default=None, metadata=WRITTEN_IF_SET)

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise WeightsError(f"threshold {self.threshold}; a number from 0 to 1 was expected")
        if not 0 < self.mutants < self.patients:
            raise WeightsError(
                f"decision set on {self.patients} patients with {self.mutants} mutants; both classes were expected"
            )
        if not self.set_on.strip():
            raise WeightsError("decision without `set_on`; it must say which predictions set the threshold")

    @property
    def prevalence(self) -> float | None:
        """The share of mutants among the training patients; None where a part of them set the decision."""
        return self.mutants / self.patients if self.set_on == OUT_OF_FOLD else None

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is answered, of the model's probabilities of any shape: calibrated, at the prevalence used."""
        calibrated = self.calibration.apply(probabilities)
        if self.prevalence_used is None or self.prevalence is None:
            return calibrated
        return shifted(calibrated, self.prevalence, self.prevalence_used)

    def calibrated(self, probability: float) -> float:
        """The probability that is answered, of a model's probability."""
        return float(self.apply(np.array([probability], dtype=np.float64))[0])

    def cutoffs(self, level: float = DEFAULT_LEVEL) -> Cutoffs | None:
        """The ends of the classes on the calibrated scale; None where no scores are kept.

        A calibration never falls, so that a class ends at the calibrated score.

        Raises:
            SettingsError: a level that is not above 0 and below 1.
        """
        if self.scores is None:
            return None
        raw = cutoffs(self.scores, level)
        ends = (None if end is None else self.calibrated(end) for end in (raw.lowest_mutant, raw.highest_wild_type))
        return Cutoffs(*ends)

    def call(self, calibrated_probability: float) -> str:
        """`mutant` or `wild type` for a probability that has been calibrated already."""
        return MUTANT if calibrated_probability >= self.threshold else WILD_TYPE


@dataclass(frozen=True)
class Decision:
    """The decisions of all genes of a model.

    Attributes:
        model_kind: one refit, an ensemble, or a single model.
        genes: by name.
        joint: how the mutations of two genes go together; None without folds, with another number of genes, with few
            patients known for both, and in folders of before.
    """

    model_kind: ModelKind
    genes: Mapping[str, GeneDecision]
    joint: Association | None = field(default=None, metadata=WRITTEN_IF_SET)

    def __post_init__(self) -> None:
        if not self.genes:
            raise WeightsError("decision without a gene; at least one gene was expected")

    def gene(self, name: str) -> GeneDecision:
        """The decision of one gene.

        Raises:
            WeightsError: the model has none for it.
        """
        if name not in self.genes:
            raise WeightsError(f"the model has no decision for gene {name!r}; it has {', '.join(self.genes)}")
        return self.genes[name]

    def thresholds(self) -> dict[str, Threshold]:
        """The thresholds as an evaluation of calibrated predictions needs them."""
        return {name: Threshold(gene.threshold, gene.set_on) for name, gene in self.genes.items()}

    def calibrated(self, predictions: Predictions) -> Predictions:
        """The same patients with calibrated probabilities.

        Args:
            predictions: the model's probabilities, not calibrated.
        """
        columns = [
            self.gene(name).apply(predictions.probabilities[:, column]) for column, name in enumerate(predictions.genes)
        ]
        table: NDArray[np.float64] = np.column_stack(columns)
        return Predictions(predictions.patient_ids, predictions.genes, table, predictions.labels)

    def answering(self, settings: AnswerSettings) -> "Decision":
        """The decision at a site: probabilities, thresholds and cutoffs at its prevalence and operating point.

        Args:
            settings: of the site; where they name nothing, this decision.

        Raises:
            SettingsError: a gene that the model lacks, or a model without out-of-fold predictions.
        """
        unknown = [gene for gene in settings.prevalence if gene not in self.genes]
        if unknown:
            raise SettingsError(
                f"Found the `prevalence` of {', '.join(unknown)}; the model predicts {', '.join(self.genes)}."
            )
        return replace(self, genes={name: _at_site(name, rule, settings) for name, rule in self.genes.items()})

    def to_json(self) -> JsonObject:
        """The content of `decision.json`."""
        return to_json(self)

    @classmethod
    def from_json(cls, content: object, where: object = "decision.json") -> "Decision":
        """The decision that `to_json` described.

        Args:
            content: parsed JSON of `decision.json`.
            where: the file, for messages.

        Raises:
            WeightsError: missing or unknown keys, another model kind, values that make no decision.
        """
        return from_json(cls, content, where=where, error=WeightsError)


def _at_site(name: str, rule: GeneDecision, settings: AnswerSettings) -> GeneDecision:
    """One gene's decision at a site."""
    used, point = settings.prevalence.get(name), settings.point
    if used is not None:
        if rule.prevalence is None:
            raise SettingsError(
                f"The `prevalence` of {name} cannot be set: the model was trained without folds, and only a part of "
                f"its patients stands behind its probabilities. {WITH_FOLDS}"
            )
        rule = replace(rule, threshold=shifted(rule.threshold, rule.prevalence, used), prevalence_used=used)
    if point.kind is PointKind.YOUDEN:
        return rule
    if rule.scores is None:
        way_out = "Get them by `radiogene calibrate MODEL --kind KIND`." if rule.prevalence is not None else WITH_FOLDS
        raise SettingsError(
            f"The `operating_point` {point.text} of {name} cannot be set: the model keeps no out-of-fold scores. "
            f"{way_out}"
        )
    mutants, wild_types = (
        rule.apply(np.array(scores, dtype=np.float64)) for scores in (rule.scores.mutants, rule.scores.wild_types)
    )
    return replace(rule, threshold=threshold_at(point, mutants, wild_types, rule.threshold))


def fit_decision(
    predictions: Predictions,
    set_on: str,
    model_kind: ModelKind,
    calibration: CalibrationKind = CalibrationKind.IDENTITY,
    folds: NDArray[np.int64] | None = None,
) -> Decision:
    """Calibration, Youden threshold and conformal scores of every gene, fitted on training-side predictions.

    Args:
        predictions: for patients that the predicting models were not fitted on.
        set_on: which predictions these are, in words.
        model_kind: what the model folder will hold.
        calibration: which calibration, fitted first; the threshold lives on its scale.
        folds: (N,) the fold that held each patient out; without folds, no conformal scores are kept.

    Raises:
        TrainingError: a gene with one class only, or with equal probabilities throughout; it names the gene.
    """
    genes = {}
    for name in predictions.genes:
        gene = predictions.gene(name)
        try:
            fitted = fit_calibration(calibration, gene.labels, gene.probabilities)
            threshold = youden_threshold(gene.labels, fitted.apply(gene.probabilities))
        except TrainingError as error:
            raise TrainingError(f"{name}, predictions of {set_on}: {error}") from error
        mutants = int(np.sum(gene.labels == 1))
        rule = GeneDecision(threshold.value, fitted, set_on, gene.labels.size, mutants)
        genes[name] = rule if folds is None or set_on != OUT_OF_FOLD else _with_sets(rule, gene, folds[gene.known])
    return Decision(model_kind, genes, None if folds is None else _association(predictions, set_on, genes, folds))


def _association(
    predictions: Predictions, set_on: str, genes: Mapping[str, GeneDecision], folds: NDArray[np.int64]
) -> Association | None:
    """How the mutations of two genes go together."""
    if len(predictions.genes) != 2 or set_on != OUT_OF_FOLD:
        return None
    first, second = predictions.genes
    calibrated = np.column_stack(
        [genes[name].apply(predictions.probabilities[:, column]) for column, name in enumerate(predictions.genes)]
    )
    return fitted_association((first, second), predictions.labels, calibrated, folds)


def _with_sets(rule: GeneDecision, gene: GenePredictions, folds: NDArray[np.int64]) -> GeneDecision:
    """The decision with its conformal scores; how the sets turned out is left out where a fold holds all of a class."""
    scores = ClassScores.of(gene.labels, gene.probabilities)
    others = [gene.labels[folds != number] for number in np.unique(folds)]
    counted = all(missing_class(labels) == "" for labels in others)
    sets = cross_fitted_set_figures(gene.labels, gene.probabilities, folds) if counted else None
    return replace(rule, scores=scores, sets=sets)
