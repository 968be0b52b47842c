"""A trained model ready to answer for one case."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.label_words import is_unknown
from radiogene.ct.preparation import PreparationSettings, PreparedNodule, stored_cube
from radiogene.model.engines.engine_choice import EngineChoice
from radiogene.model.engines.feature_engine import FeatureEngine
from radiogene.model.engines.open_engine import open_engine
from radiogene.model.known_cubes import cube_fingerprint
from radiogene.model.model_folder import TrainedModel, read_model
from radiogene.model.raw_predictor import RawPredictor
from radiogene.model.training_range import outside_training_range
from radiogene.prediction.result import GeneResult, PredictionResult, Spread

FEWEST_BEHIND_A_THRESHOLD = 10
"""With fewer mutants or wild types, one patient moves sensitivity or specificity by more than 0.1."""

SYNTHETIC_MODEL = "The model was trained on synthetic patients: its probabilities mean nothing for a real patient."
SYNTHETIC_CASE = "The scan is synthetic: this is no patient."


class Predictor(RawPredictor):
    """Answers, calibrated and with its warnings, for cubes prepared as the model's own were.

    Args:
        model: read from its folder.
        device: PyTorch's name of a device.
        engine: see `RawPredictor`.
    """

    def __init__(self, model: TrainedModel, device: str = "cpu", engine: FeatureEngine | None = None) -> None:
        super().__init__(model, device, engine)
        self._known = frozenset(model.training_cubes)

    @classmethod
    def from_folder(cls, path: Path, device: str = "cpu", choice: EngineChoice = EngineChoice()) -> "Predictor":
        """The predictor of a model folder.

        Args:
            path: the folder.
            device: PyTorch's name of a device.
            choice: what computes the views' features, in which precision.

        Raises:
            SettingsError, WeightsError: see `read_model` and `open_engine`.
        """
        model = read_model(path)
        return cls(model, device, open_engine(choice, model, path, device))

    def probabilities(self, cubes_zyx: NDArray[np.int16], rows: Sequence[PatientRow]) -> NDArray[np.float64]:
        """(N, G) calibrated P(mutant): the mean over members, then the calibration."""
        return self._calibrated(self.raw_probabilities(cubes_zyx, rows))

    def predict(self, prepared: PreparedNodule, row: PatientRow) -> PredictionResult:
        """The result for one nodule.

        Args:
            prepared: its cube and geometry.
            row: age, sex, smoking and any further column the model uses; None is unknown.

        Raises:
            WeightsError: the model's cubes were prepared otherwise.
        """
        self.require_preparation(PreparationSettings().fingerprint())
        cube = stored_cube(prepared.cube_hu)
        members = np.stack([output.probabilities[0] for output in self.member_outputs(cube[None], [row])])
        probability = self._calibrated(members.mean(axis=0, keepdims=True))[0]
        each = self._calibrated(members)
        genes = {}
        for g, gene in enumerate(self.model.settings.genes):
            rule = self.model.decision.gene(gene)
            value = float(probability[g])
            genes[gene] = GeneResult(value, self._spread(each[:, g]), rule.threshold, rule.call(value))
        return PredictionResult(genes, prepared.report, self._warnings(prepared, row, cube), self._identity())

    def _calibrated(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities (N, G) of raw ones."""
        rules = [self.model.decision.gene(gene) for gene in self.model.settings.genes]
        return np.column_stack([rule.calibration.apply(raw[:, g]) for g, rule in enumerate(rules)])

    def _spread(self, members: NDArray[np.float64]) -> Spread | None:
        if len(members) == 1:
            return None
        kind = str(self.model.manifest.get("members_differ_in", "members"))
        return Spread(float(members.min()), float(members.max()), len(members), kind)

    def _warnings(self, prepared: PreparedNodule, row: PatientRow, cube: NDArray[np.int16]) -> tuple[str, ...]:
        settings = self.model.settings
        columns = settings.members[0].clinical.columns
        warnings: list[str] = []
        if settings.synthetic and not prepared.is_synthetic:
            warnings.append(SYNTHETIC_MODEL)
        if prepared.is_synthetic:
            warnings.append(SYNTHETIC_CASE)
        warnings += prepared.report.warnings
        warnings += outside_training_range(settings.training_ranges, row, prepared.report)
        given = {"age": row.age_years, "sex": row.sex, "smoking": row.smoking}
        unused = [name for name, value in given.items() if value is not None and name not in columns]
        if unused:
            warnings.append(f"Given, but not used by this model: {', '.join(unused)}.")
        unknown = [c for c in columns if _is_unknown(row, c)]
        if unknown:
            warnings.append(f"Unknown and taken as the training patients' mean: {', '.join(unknown)}.")
        warnings += [sentence for gene in settings.genes if (sentence := self._rough_threshold(gene))]
        warnings += settings.members[0].clinical.unseen_words([row])
        if cube_fingerprint(cube) in self._known:
            warnings.append("This nodule was among the training cases: the result says how well it is remembered.")
        return tuple(warnings)

    def _rough_threshold(self, gene: str) -> str:
        """A sentence where a gene's threshold rests on very few patients of one kind, else nothing."""
        rule = self.model.decision.gene(gene)
        if min(rule.mutants, rule.patients - rule.mutants) >= FEWEST_BEHIND_A_THRESHOLD:
            return ""
        return (
            f"The {gene} threshold rests on {rule.mutants} mutants among {rule.patients} patients: the call is rough."
        )

    def _identity(self) -> dict[str, object]:
        settings = self.model.settings
        return {
            "preset": settings.preset.name,
            "backbone": settings.preset.backbone,
            "kind": self.model.decision.model_kind.value,
            "members": len(settings.members),
            "weights_sha256": self.model.weights_sha256,
            "clinical_columns": list(settings.members[0].clinical.columns),
            "engine": self.engine.identity.to_json(),
            "synthetic": settings.synthetic,
            "not_a_medical_device": True,
        }


def _is_unknown(row: PatientRow, column: str) -> bool:
    values: dict[str, object] = {"age": row.age_years, "sex": row.sex, "smoking": row.smoking}
    return values[column] is None if column in values else is_unknown(row.extra.get(column, ""))
