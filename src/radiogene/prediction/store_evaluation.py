"""A model's evaluation on a store: the content of `evaluation.json`."""

from dataclasses import dataclass

from radiogene.evaluation.evaluation import EvaluationReport
from radiogene.evaluation.ledger import EarlierEvaluations
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.prediction.compared_answers import ComparedGene
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True)
class StoreEvaluation:
    """One model on one cohort, and what a reader of the figures must know.

    Attributes:
        synthetic: True where a patient of the cohort or of the training does not exist.
        includes_training_cases: True where the model may have seen some of these patients.
        nodule_rule: whose probability a patient with several nodules got.
        rows_that_failed_in_preparation: rows of the cohort that are in no figure.
        patients_without_what_the_model_needs: patients that are in no figure.
        weights_sha256: names the model.
        engine: what computed the features; None for a compared system.
        report: the figures.
        against: comparisons with other models; empty where none was asked for.
        evaluated_before: what the ledger says; None where none is kept.
    """

    synthetic: bool
    includes_training_cases: bool
    nodule_rule: NoduleRule
    rows_that_failed_in_preparation: int
    patients_without_what_the_model_needs: int
    weights_sha256: str
    engine: EngineIdentity | None
    report: EvaluationReport
    against: tuple[ComparedGene, ...] = ()
    evaluated_before: EarlierEvaluations | None = None

    def to_json(self) -> JsonObject:
        """The content of `evaluation.json`; comparisons and the ledger's answer only where there are any."""
        content: JsonObject = {
            "synthetic": self.synthetic,
            "includes_training_cases": self.includes_training_cases,
            "nodule_rule": self.nodule_rule.value,
            "rows_that_failed_in_preparation": self.rows_that_failed_in_preparation,
            "patients_without_what_the_model_needs": self.patients_without_what_the_model_needs,
            "weights_sha256": self.weights_sha256,
            "engine": to_json(self.engine),
            **self.report.to_json(),
        }
        if self.against:
            content["against"] = [found.to_json() for found in self.against]
        if self.evaluated_before is not None:
            content["evaluated_before"] = to_json(self.evaluated_before)
        return content
