"""A trained model ready to answer, for one nodule or a whole store: the same guards and warnings for every system."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.identity.duplicates import Duplicate, cohort_scans, known_among, named
from radiogene.cohort.identity.site_key import site_key, site_key_if_there
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.label_words import is_unknown
from radiogene.ct.preparation import PreparedNodule
from radiogene.decision.answer_settings import AnswerSettings
from radiogene.decision.decision import Decision
from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.cohort_tables import nodule_predictions, patient_label_table
from radiogene.evaluation.patient_level import NoduleRule, patient_level
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.inputs import available, refuse_without_images
from radiogene.methods.method import Need
from radiogene.methods.table_columns import SEMANTIC_COLUMNS, SLIDES_COLUMN, SUV_COLUMN
from radiogene.methods.trained_model import TrainedModel, load_trained_model
from radiogene.model.engines.engine_choice import EngineChoice
from radiogene.model.facts import ModelFacts
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.model.training_range import outside_training_range
from radiogene.prediction.clinical_answer import clinical_answer, image_difference, image_warnings
from radiogene.prediction.conformal_answer import conformal_answer, conformal_warnings
from radiogene.prediction.joint_answer import joint_answer, joint_warnings
from radiogene.prediction.one_nodule import one_nodule_cohort
from radiogene.prediction.prevalence_answer import prevalence_answer, prevalence_warnings
from radiogene.prediction.result import GeneResult, ModelIdentity, PredictionResult, Spread
from radiogene.storage.plain_words import counted

FEWEST_BEHIND_A_THRESHOLD = 10
"""With fewer mutants or wild types, one patient moves sensitivity or specificity by more than 0.1."""

SYNTHETIC_MODEL = "The model was trained on synthetic patients: its probabilities mean nothing for a real patient."
SYNTHETIC_CASE = "The scan is synthetic: this is no patient."
SYNTHETIC_PATIENT = "The table says that this patient is synthetic."


@dataclass(frozen=True, eq=False)
class StorePredictions:
    """What a model says of a prepared cohort.

    Attributes:
        predictions: calibrated, one row per patient that has what the model needs.
        nodule_rule: whose probability a patient with several nodules got.
        left_out: patients that lack what the model needs, and why, in words.
        training_cases: nodules that the model was trained on, where they are allowed.
    """

    predictions: Predictions
    nodule_rule: NoduleRule
    left_out: dict[str, int]
    training_cases: int = 0


class Predictor:
    """Answers of a trained model, calibrated and with its warnings.

    Args:
        model: of any system.
        settings: of the site where it answers.

    Raises:
        SettingsError: settings that the model cannot follow.
    """

    def __init__(self, model: TrainedModel, settings: AnswerSettings = AnswerSettings()) -> None:
        self.model = model
        self.settings = settings
        self._decision = model.decision.answering(settings)

    @classmethod
    def from_folder(
        cls, path: Path, choice: EngineChoice = EngineChoice(), settings: AnswerSettings = AnswerSettings()
    ) -> "Predictor":
        """The predictor of a model folder.

        Args:
            path: a folder that `radiogene train` or an experiment wrote, of any system.
            choice: what computes the features of a nine-view network, in which precision.
            settings: of the site where it answers.

        Raises:
            SettingsError, WeightsError: see `load_trained_model`.
        """
        return cls(load_trained_model(path, choice), settings)

    @property
    def facts(self) -> ModelFacts:
        """What the model folder states."""
        return self.model.facts

    @property
    def decision(self) -> Decision:
        """Thresholds and calibration, as the settings of the site have them."""
        return self._decision

    @property
    def level(self) -> float:
        """Of conformal sets."""
        return self.settings.level

    @property
    def title(self) -> str:
        """The model in a few words."""
        facts = self.facts
        if isinstance(facts, NineViewFacts):
            return f"MMDL, preset {facts.preset.name}, backbone {facts.preset.backbone}"
        return self.model.entry.title

    def predict(self, prepared: PreparedNodule | None, row: PatientRow) -> PredictionResult:
        """The result for one nodule, or for a patient without a scan.

        Args:
            prepared: the nodule's cube, segment and geometry; None for a system that reads columns of the table alone.
            row: age, sex, smoking and any further column the model uses; None is unknown.

        Raises:
            WeightsError: the model's cubes were prepared otherwise.
            CohortError: the case lacks what the model needs.
        """
        entry, method = self.model.entry, self.model.method
        case = one_nodule_cohort(prepared, row, self.clinical_columns)
        self._require_images(case)
        presence = available(entry, case, self.facts.columns)
        if not presence.present.all():
            raise CohortError(f"{entry.title}: this case cannot be predicted: {'; '.join(presence.reasons)}.")
        members = method.member_probabilities(case)[:, 0]
        probability = self._calibrated(members.mean(axis=0, keepdims=True))[0]
        each = self._calibrated(members)
        genes = {}
        for g, gene in enumerate(self.facts.genes):
            rule = self.decision.gene(gene)
            value = float(probability[g])
            alone = clinical_answer(self.model.clinical_only, gene, row, rule)
            genes[gene] = GeneResult(
                value,
                self._spread(each[:, g]),
                rule.threshold,
                rule.call(value),
                alone,
                image_difference(self.model.clinical_only, gene, value, alone),
                conformal_answer(rule, value, self.level),
                prevalence_answer(rule),
            )
        warnings, joint = self._warnings(prepared, row), joint_answer(self.decision, genes)
        report = None if prepared is None else prepared.report
        return PredictionResult(genes, report, warnings, self._identity(len(members)), joint)

    def predict_store(
        self, cohort: PreparedCohort, rule: NoduleRule | None = None, *, include_training_cases: bool = False
    ) -> StorePredictions:
        """Calibrated probabilities and labels, one row per patient.

        Args:
            cohort: patients of a store, prepared as the model's own; for a system that reads no CT, of any store or of
                a table.
            rule: whose probability a patient with several nodules gets; the rule of the training where None.
            include_training_cases: allow cubes that the model was trained on; the figures are then training figures.

        Raises:
            WeightsError: the cubes were prepared otherwise than the model's own.
            CohortError: the cohort is empty, has no images where the system reads CT, or holds patients that the model
                was trained on, or nobody in it has what the model needs.
            SettingsError: another rule for a model that does not look at the nodule.
        """
        entry = self.model.entry
        self._require_images(cohort)
        if rule not in (None, self.facts.nodule_rule) and not entry.looks_at_nodule:
            raise SettingsError(
                f"{entry.title} does not look at the nodule, so no `nodule_rule` changes its probability. Leave it out."
            )
        if not len(cohort):
            raise CohortError("The store is empty. Run `radiogene prepare` first.")
        training_cases = self._training_cases(cohort, allowed=include_training_cases)
        presence = available(entry, cohort, self.facts.columns)
        asked = cohort.at(presence.present.nonzero()[0])
        if not len(asked):
            raise CohortError(f"No patient has what {entry.title} needs: {'; '.join(presence.reasons)}.")
        chosen = self.facts.nodule_rule if rule is None else rule
        return StorePredictions(self._of_patients(asked, chosen), chosen, presence.reasons, training_cases)

    def _require_images(self, cohort: PreparedCohort) -> None:
        """Refuses a table without images for a system that reads CT, and cubes prepared otherwise than its own."""
        refuse_without_images(self.model.entry, cohort)
        if self.model.entry.looks_at_nodule:
            self.facts.require_preparation(cohort.source.preparation_hash)

    @property
    def clinical_columns(self) -> tuple[str, ...]:
        """The columns of which a single unknown value counts as the mean."""
        return tuple(c for c in self.facts.columns if c not in (*SEMANTIC_COLUMNS, SUV_COLUMN, SLIDES_COLUMN))

    def _of_patients(self, asked: PreparedCohort, rule: NoduleRule) -> Predictions:
        """The predictions of patients that have what the model needs."""
        method, genes = self.model.method, self.facts.genes
        if not self.model.entry.looks_at_nodule:
            raw = self._calibrated(method.predict_proba(asked))
            return Predictions(asked.patient_ids, genes, raw, patient_label_table(asked, genes))
        # Under `largest` nobody asks for the probabilities of the others.
        nodules = (asked.of_largest_or_unsized if rule is NoduleRule.LARGEST else asked).by_nodule
        if Need.SEGMENT in self.model.entry.needs:
            nodules = nodules.at(available(self.model.entry, nodules, ()).present.nonzero()[0])
        probabilities = self._calibrated(method.predict_proba(nodules))
        predictions = patient_level(nodule_predictions(nodules, genes, probabilities), rule)
        # A label may stand in the row of a nodule that was not asked.
        return replace(predictions, labels=patient_label_table(asked.of_patients(predictions.patient_ids), genes))

    def _training_cases(self, cohort: PreparedCohort, *, allowed: bool) -> int:
        """How many nodules the model was trained on; refused where they are not allowed."""
        scans = cohort_scans(cohort, site_key())
        known = known_among(scans, self.model.training_cubes, self.model.known_scans)
        if known and not allowed:
            asked = counted(len(scans.patients), "nodule" if cohort.has_images else "patient")
            why = {scans.patients[position]: words for position, words in reversed(known.items())}
            patients = [Duplicate(patient, "", why[patient]) for patient in sorted(why)]
            raise CohortError(
                f"{len(known)} of {asked} were among the model's training cases: figures on them "
                f"would say how well they are remembered. They are of {named(patients)}. Give another cohort, or "
                "`include_training_cases` to get figures that are named so."
            )
        return len(known)

    def _knows(self, prepared: PreparedNodule | None, row: PatientRow) -> bool:
        """Whether the model was trained on a nodule of this scan."""
        scans = cohort_scans(one_nodule_cohort(prepared, row, ()), site_key_if_there())
        return bool(known_among(scans, self.model.training_cubes, self.model.known_scans))

    def _calibrated(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities (N, G) of raw ones."""
        rules = [self.decision.gene(gene) for gene in self.facts.genes]
        return np.column_stack([rule.apply(raw[:, g]) for g, rule in enumerate(rules)])

    def _spread(self, members: NDArray[np.float64]) -> Spread | None:
        if len(members) == 1:
            return None
        return Spread(float(members.min()), float(members.max()), len(members), self.model.method.members_differ_in)

    def _warnings(self, prepared: PreparedNodule | None, row: PatientRow) -> tuple[str, ...]:
        facts, columns = self.facts, self.facts.columns
        warnings: list[str] = [] if self.model.about is None else [self.model.about.warning]
        report = None if prepared is None else prepared.report
        synthetic = row.synthetic if prepared is None else prepared.is_synthetic
        if facts.synthetic and not synthetic:
            warnings.append(SYNTHETIC_MODEL)
        if synthetic:
            warnings.append(SYNTHETIC_CASE if prepared is not None else SYNTHETIC_PATIENT)
        warnings += () if report is None else report.warnings
        warnings += outside_training_range(facts.training_ranges, row, report)
        given = {"age": row.age_years, "sex": row.sex, "smoking": row.smoking}
        companion = self.model.clinical_only.companion
        alone = () if companion is None else tuple(c for c in companion.encoder.columns if c not in columns)
        unused = [name for name, value in given.items() if value is not None and name not in (*columns, *alone)]
        if unused:
            warnings.append(f"Given, but not used by this model: {', '.join(unused)}.")
        unknown = [c for c in columns if _is_unknown(row, c)]
        if unknown:
            warnings.append(f"Unknown and taken as the training patients' mean: {', '.join(unknown)}.")
        unknown_alone = [c for c in alone if _is_unknown(row, c)]
        if unknown_alone:
            warnings.append(
                "Unknown and taken as the training patients' mean in `clinical_only`: " + f"{', '.join(unknown_alone)}."
            )
        warnings += [sentence for gene in facts.genes if (sentence := self._rough_threshold(gene))]
        warnings += self.model.method.clinical.unknown_words_of([row])
        warnings += image_warnings(self.model.clinical_only, facts.genes)
        warnings += conformal_warnings(self.decision, self.level)
        warnings += prevalence_warnings(self.decision)
        warnings += joint_warnings(self.decision)
        if self._knows(prepared, row):
            what = "patient" if prepared is None else "nodule"
            warnings.append(f"This {what} was among the training cases: the result says how well it is remembered.")
        return tuple(warnings)

    def _rough_threshold(self, gene: str) -> str:
        """A sentence where a gene's threshold rests on very few patients of one kind, else nothing."""
        rule = self.decision.gene(gene)
        if min(rule.mutants, rule.patients - rule.mutants) >= FEWEST_BEHIND_A_THRESHOLD:
            return ""
        return (
            f"The {gene} threshold rests on {rule.mutants} mutants among {rule.patients} patients: the call is rough."
        )

    def _identity(self, members: int) -> ModelIdentity:
        facts, engine = self.facts, self.model.method.engine
        preset = facts.preset if isinstance(facts, NineViewFacts) else None
        return ModelIdentity(
            method=facts.method,
            title=self.model.entry.title,
            preset=None if preset is None else preset.name,
            backbone=None if preset is None else preset.backbone,
            kind=self.decision.model_kind.value,
            members=members,
            weights_sha256=self.model.weights_sha256,
            clinical_columns=facts.columns,
            engine=None if engine is None else engine.to_json(),
            synthetic=facts.synthetic,
        )


def _is_unknown(row: PatientRow, column: str) -> bool:
    values: dict[str, object] = {"age": row.age_years, "sex": row.sex, "smoking": row.smoking}
    return values[column] is None if column in values else is_unknown(row.extra.get(column, ""))
