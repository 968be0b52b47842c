"""One model, or several in pairs, evaluated on a prepared cohort, and counted before any figure is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.identity.duplicates import (
    COUNTED_TWICE,
    CohortScans,
    DuplicateCount,
    cohort_scans,
    duplicates_within,
    refuse_duplicates,
)
from radiogene.cohort.identity.site_key import site_key
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.joined_stores import Stores
from radiogene.decision.conformal import SetFigures, set_figures
from radiogene.decision.prior_shift import shifted
from radiogene.evaluation.added_value import AddedValue, added_value
from radiogene.evaluation.evaluation import EvaluationReport, evaluate_predictions
from radiogene.evaluation.ledger import EarlierEvaluations, append_to_ledger, ledger_entry, read_ledger
from radiogene.evaluation.net_benefit_difference import THRESHOLD_PROBABILITIES
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions, predictions_table
from radiogene.evaluation.protocol import Look, Protocol, ProtocolStatement, refuse_changed, statement
from radiogene.prediction.compared_models import ComparedGene, EvaluatedModel, compared_models
from radiogene.prediction.gene_in_cohort import GeneInCohort, gene_in_cohort
from radiogene.prediction.predictor import Predictor
from radiogene.storage.atomic_files import write_json, write_text
from radiogene.storage.typed_json import JsonObject, to_json


@dataclass(frozen=True, eq=False)
class ModelEvaluation:
    """The evaluation of a model on a cohort.

    Attributes:
        report: figures per gene.
        model: what was evaluated, with its predictions.
        synthetic: True where the cohort or the training patients do not exist.
        includes_training_cases: True where cubes of the training were allowed.
        failed_rows: of the cohort, in preparation; they are not in the figures.
        without_scan: patients of a table without images, who are known again by their ids alone.
        against: comparisons with other models on the same patients.
        sets: per gene, how the conformal sets turned out; without the genes of which the model keeps no scores.
        image_adds: per gene, what the image adds to the clinical values alone; none where the model has no companion.
        around: per gene, the calibration curve, predictive values, subgroups, missing predictors, verification.
        duplicates: pairs of patients of the cohort who are one, where they were allowed.
        training_cases: nodules that the model was trained on, where they were allowed.
        evaluated_before: looks at scans of this cohort that the ledger had counted; None where no ledger is kept.
        protocol: what was planned and what came after; None without a protocol.
    """

    report: EvaluationReport
    model: EvaluatedModel
    synthetic: bool
    includes_training_cases: bool
    failed_rows: int
    without_scan: int
    against: tuple[ComparedGene, ...]
    sets: dict[str, SetFigures]
    image_adds: dict[str, AddedValue]
    around: dict[str, GeneInCohort]
    duplicates: DuplicateCount
    training_cases: int
    evaluated_before: EarlierEvaluations | None
    protocol: ProtocolStatement | None = None

    @property
    def predictions(self) -> Predictions:
        """Calibrated, one row per patient."""
        return self.model.predictions

    def write(self, folder: Path) -> None:
        """Write `evaluation.json` and `predictions.csv`, one row per patient with its identifier, into a folder."""
        write_text(folder / "predictions.csv", predictions_table(self.predictions))
        write_json(folder / "evaluation.json", self.to_json())

    def to_json(self) -> JsonObject:
        """The content of `evaluation.json`."""
        model = self.model
        content: JsonObject = {
            "synthetic": self.synthetic,
            "includes_training_cases": self.includes_training_cases,
            "training_cases": self.training_cases,
            "duplicates": to_json(self.duplicates),
            "nodule_rule": model.nodule_rule.value,
            "rows_that_failed_in_preparation": self.failed_rows,
            "patients_without_scan": self.without_scan,
            "patients_without_what_the_model_needs": sum(model.left_out.values()),
            "weights_sha256": model.predictor.model.weights_sha256,
            "engine": None if model.engine is None else model.engine.to_json(),
            "patients": self.report.patients,
            "genes": {
                name: {**gene.to_json(), **self.around[name].to_json()} for name, gene in self.report.genes.items()
            },
        }
        alone = model.predictor.model.clinical_only
        content["conformal"] = {name: sets.to_json() for name, sets in self.sets.items()} or None
        content["image_adds"] = {name: added.to_json() for name, added in self.image_adds.items()} or None
        content["image_adds_reason"] = alone.reason or None
        if self.against:
            content["against"] = [compared.to_json() for compared in self.against]
        if self.evaluated_before is not None:
            content["evaluated_before"] = to_json(self.evaluated_before)
        if self.protocol is not None:
            content["protocol"] = to_json(self.protocol)
        return content


def evaluate_model(
    predictor: Predictor,
    cohort: PreparedCohort,
    *,
    against: Sequence[Predictor] = (),
    nodule_rule: NoduleRule | None = None,
    include_training_cases: bool = False,
    allow_duplicates: bool = False,
    ledger: Path | None = None,
    protocol: Protocol | None = None,
    threshold_probabilities: Sequence[float] = THRESHOLD_PROBABILITIES,
) -> ModelEvaluation:
    """AUC, ACC, SEN, SPE, F1 and calibration per gene, one row per patient, and the paired comparisons with others.

    Args:
        predictor: the model that is asked about.
        cohort: patients of a store, or of several, or of tables without images.
        against: other models, compared in pairs on the same patients.
        nodule_rule: whose probability a patient with several nodules gets; each model's own where None.
        include_training_cases: allow cubes that a model was trained on.
        allow_duplicates: evaluate although two patients of the cohort are one.
        ledger: file in which every look at a cohort is counted; None keeps none.
        protocol: that the evaluation follows.
        threshold_probabilities: to act at, for differences of net benefit from other models.

    Raises:
        WeightsError: the cubes were prepared otherwise than a model's own.
        CohortError: an empty store, cubes of the training, two patients who are one, or nobody who has what a model
            needs.
        SettingsError: a ledger that cannot be used, a protocol that was changed after the first look, or another model
            that predicts no gene of the first.
    """
    looks = () if ledger is None else read_ledger(ledger)
    scans = cohort_scans(cohort, site_key())
    pairs = refuse_duplicates(duplicates_within(scans), COUNTED_TWICE, allowed=allow_duplicates)
    if protocol is not None:
        refuse_changed(protocol, looks, scans.keys)
    first, *others = (
        _evaluated(each, cohort, nodule_rule, include_training_cases=include_training_cases)
        for each in (predictor, *against)
    )
    report = evaluate_predictions(first.predictions, first.predictor.decision.thresholds())
    compared = compared_models(first, others, threshold_probabilities)
    before = None
    if ledger is not None:
        # Before any figure is shown: a look that is not counted is what a ledger is against.
        for looked_at in (*others, first):
            entry = ledger_entry(
                looked_at.predictor.title,
                looked_at.predictor.model.weights_sha256,
                scans.keys,
                looked_at.choices,
                report,
                includes_training_cases=include_training_cases,
                protocol="" if protocol is None else protocol.sha256,
            )
            before = append_to_ledger(ledger, entry)
    source = cohort.source
    return ModelEvaluation(
        report=report,
        model=first,
        synthetic=cohort.synthetic or first.predictor.facts.synthetic,
        includes_training_cases=include_training_cases,
        failed_rows=len(source.failures) if isinstance(source, Stores) else 0,
        without_scan=scans.without_scan,
        against=compared,
        sets=_sets(first),
        image_adds=_image_adds(first, cohort),
        around=_around(first, report, cohort),
        duplicates=DuplicateCount(allow_duplicates, inside=pairs),
        training_cases=first.training_cases,
        evaluated_before=before,
        protocol=None if protocol is None else statement(protocol, _looks((first, *others), report, scans)),
    )


def _sets(model: EvaluatedModel) -> dict[str, SetFigures]:
    """How the conformal sets of the cohort turned out, by the scores of the training patients."""
    found, level = {}, model.predictor.level
    for name in model.predictions.genes:
        ends = model.predictor.decision.gene(name).cutoffs(level)
        if ends is not None:
            gene = model.predictions.gene(name)
            found[name] = set_figures(gene.labels, gene.probabilities, ends, level)
    return found


def _image_adds(model: EvaluatedModel, cohort: PreparedCohort) -> dict[str, AddedValue]:
    """What the image adds to the clinical values alone, on the patients whom the model answers for."""
    companion, predictions = model.predictor.model.clinical_only.companion, model.predictions
    if companion is None:
        return {}
    row_of = dict(zip(cohort.patient_ids, cohort.patients, strict=True))
    rows = [row_of[patient] for patient in predictions.patient_ids]
    adds = {}
    for column, name in enumerate(predictions.genes):
        alone = companion.probabilities(rows, name)
        rule = model.predictor.decision.gene(name)
        if rule.prevalence_used is not None and rule.prevalence is not None:
            alone = shifted(alone, rule.prevalence, rule.prevalence_used)
        # At the training prevalence, as in the model card: a threshold of this cohort would be chosen on it.
        threshold = companion.genes[name].added.threshold
        labels = predictions.labels[:, column]
        adds[name] = added_value(labels, predictions.probabilities[:, column], alone, threshold)
    return adds


def _around(model: EvaluatedModel, report: EvaluationReport, cohort: PreparedCohort) -> dict[str, GeneInCohort]:
    """What stands around the figures of each gene."""
    columns, decision = model.predictor.clinical_columns, model.predictor.decision
    return {
        name: gene_in_cohort(model.predictions, name, decision.gene(name), evaluated, cohort, columns)
        for name, evaluated in report.genes.items()
    }


def _looks(models: Sequence[EvaluatedModel], report: EvaluationReport, scans: CohortScans) -> list[Look]:
    """The looks of these models; figures of the others are the differences of AUC and calls."""
    first = models[0]
    figures = {gene: tuple(found.measures) for gene, found in report.genes.items()}
    compared = dict.fromkeys(report.genes, ("auc",))
    return [
        Look(
            system=model.predictor.facts.method,
            weights_sha256=model.predictor.model.weights_sha256,
            thresholds={gene: model.predictor.decision.gene(gene).threshold for gene in model.predictor.facts.genes},
            figures=figures if model is first else compared,
            patients=len(dict.fromkeys(scans.patients)),
            scans=scans.keys,
        )
        for model in models
    ]


def _evaluated(
    predictor: Predictor, cohort: PreparedCohort, rule: NoduleRule | None, *, include_training_cases: bool
) -> EvaluatedModel:
    answers = predictor.predict_store(cohort, rule, include_training_cases=include_training_cases)
    return EvaluatedModel(predictor, answers.predictions, answers.nodule_rule, answers.left_out, answers.training_cases)
