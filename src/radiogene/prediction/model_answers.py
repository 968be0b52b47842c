"""What any model folder says of a store: MMDL of `radiogene train`, or a compared system."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.decision.decision import Decision
from radiogene.errors import SettingsError
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.system_folder import is_system_folder, read_system
from radiogene.model.engines.engine_choice import EngineChoice
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.store_predictions import predict_store
from radiogene.prediction.system_predictions import predict_store_with_system
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True, eq=False)
class ModelAnswers:
    """Predictions for a store, and what an evaluation must know of the model.

    Attributes:
        title: of the model, for a ledger.
        predictions: calibrated, one row per patient.
        decision: thresholds and calibration.
        nodule_rule: whose probability a patient with several nodules got.
        left_out: patients that lack what the model needs.
        synthetic: True where it was trained on synthetic patients.
        sha256: that names it.
        engine: what computed the features of a nine-view network; None for a compared system.
    """

    title: str
    predictions: Predictions
    decision: Decision
    nodule_rule: NoduleRule
    left_out: int
    synthetic: bool
    sha256: str
    engine: EngineIdentity | None = None

    @property
    def choices(self) -> JsonObject:
        """What was decided before the evaluation, for a ledger: plain JSON values.

        An engine other than the default one is among them: it is a choice that figures could be chosen by.
        """
        of_engine = {} if self.engine is None else self.engine.choice
        return {"decision": self.decision.to_json(), "nodule_rule": self.nodule_rule.value, **of_engine}


def answers_for_store(
    model: Path,
    store: CubeStore,
    rule: NoduleRule | None,
    files: Path | None = None,
    *,
    include_training_cases: bool,
    choice: EngineChoice = EngineChoice(),
) -> ModelAnswers:
    """The answers of the model in a folder.

    Args:
        model: folder of a model or of a compared system.
        store: cubes prepared as the model's own.
        rule: whose probability a patient with several nodules gets; the model's own where None.
        files: folder that the table's column `slides` starts from.
        include_training_cases: allow cubes that the model was trained on.
        choice: what computes the features of a nine-view network.

    Raises:
        SettingsError: another nodule rule for a system that looks at the largest nodule alone; an engine for a
            compared system, or one that is not installed.
        WeightsError: a damaged folder, or cubes that were prepared otherwise.
        CohortError: an empty store, cubes of the training, or nobody who has what the model needs.
    """
    if is_system_folder(model):
        require_default_engine(choice)
        if rule not in (None, NoduleRule.LARGEST):
            raise SettingsError(f"--nodule-rule {rule}: a compared system looks at each patient's largest nodule.")
        return _of_system(model, PreparedCohort.of(store, files), include_training_cases=include_training_cases)
    predictor = Predictor.from_folder(model, choice=choice)
    settings = predictor.model.settings
    own = settings.nodule_rule if rule is None else rule
    return ModelAnswers(
        title=f"MMDL, preset {settings.preset.name}, backbone {settings.preset.backbone}",
        predictions=predict_store(predictor, store, own, include_training_cases=include_training_cases),
        decision=predictor.model.decision,
        nodule_rule=own,
        left_out=0,
        synthetic=settings.synthetic,
        sha256=predictor.model.weights_sha256,
        engine=predictor.engine.identity,
    )


def require_default_engine(choice: EngineChoice) -> None:
    """Refuses another engine for a compared system, which brings its own.

    Raises:
        SettingsError: another engine or precision.
    """
    if choice != EngineChoice():
        raise SettingsError(
            "--engine, --precision and --export are for nine-view networks of `radiogene train`; a compared system is "
            "run by what it was fitted with. Leave them out."
        )


def _of_system(model: Path, cohort: PreparedCohort, *, include_training_cases: bool) -> ModelAnswers:
    saved = read_system(model)
    predictions = predict_store_with_system(saved, cohort, include_training_cases=include_training_cases)
    return ModelAnswers(
        title=saved.system.entry.title,
        predictions=predictions,
        decision=saved.system.decision,
        nodule_rule=NoduleRule.LARGEST,
        left_out=len(cohort) - len(predictions.patient_ids),
        synthetic=saved.synthetic,
        sha256=saved.sha256,
    )
