"""A trained model in a notebook: it predicts one nodule or a store, shows what it looked at, and says what it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.api.prediction import Prediction
from radiogene.api.scans import prepare_nodule
from radiogene.cohort.row import PatientRow
from radiogene.ct.nodule.location import NodulePlace
from radiogene.ct.preparation import PreparedNodule
from radiogene.decision.answer_settings import AnswerSettings
from radiogene.decision.decision import Decision
from radiogene.errors import SettingsError
from radiogene.evaluation.ledger import ledger_file
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.protocol import Plan, read_protocol
from radiogene.model.box import model_place
from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision
from radiogene.model.facts import ModelFacts
from radiogene.parallel.workers import Workers
from radiogene.prediction.case_values import case_row, require_known_columns
from radiogene.prediction.click_answer import require_radius
from radiogene.prediction.predictor import Predictor
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.result_places import require_file_place, require_folder_place

if TYPE_CHECKING:
    from radiogene.api.cohorts import StoreArgument
    from radiogene.prediction.cohort_predictions import CohortPredictions, Progress
    from radiogene.prediction.model_evaluation import ModelEvaluation


class Model:
    """A model of any system, read from its folder.

    Args:
        predictor: that answers.
        path: of the folder.
    """

    def __init__(self, predictor: Predictor, path: Path) -> None:
        self.predictor = predictor
        self.path = path

    def __repr__(self) -> str:
        facts = self.facts
        patients = " trained on synthetic patients" if facts.synthetic else ""
        return f"<radiogene model {self.predictor.title}: {', '.join(facts.genes)}{patients}>"

    @property
    def genes(self) -> tuple[str, ...]:
        """The genes that it predicts."""
        return self.facts.genes

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the cohort table that it reads."""
        return self.facts.columns

    @property
    def facts(self) -> ModelFacts:
        """What its folder states: system, genes, preparation, training ranges."""
        return self.predictor.facts

    @property
    def decision(self) -> Decision:
        """Thresholds and calibration, and which predictions set them."""
        return self.predictor.decision

    @property
    def card(self) -> str:
        """Its model card, as Markdown."""
        return read_file_text(self.path / "card.md")

    def predict(
        self,
        ct: str | Path | PreparedNodule | None = None,
        nodule: NodulePlace | None = None,
        *,
        age: float | str | None = None,
        sex: str | None = None,
        smoking: str | bool | None = None,
        values: Mapping[str, str] | None = None,
        frame: str = "lps",
        segment: str | None = None,
        series: str | None = None,
        allow_gaps: bool = False,
        stability: float | None = None,
        sensitivity: bool = False,
    ) -> Prediction:
        """The probabilities of one nodule, with everything to know before using them.

        Args:
            ct: a DICOM folder or a volume file; or a nodule that `prepare_nodule` made ready. None for a system that
                reads columns of the table alone.
            nodule: three numbers in `frame`, or the path of a DICOM SEG, an RTSTRUCT or a mask.
            age: years; None is unknown.
            sex: female or male; None is unknown.
            smoking: yes, no, never, former, current, True or False; None is unknown.
            values: of further clinical columns that the model reads, by name.
            frame: of three numbers: "lps", "ras" or "voxel".
            segment: which segment of a marking, and which component.
            series: SeriesInstanceUID, where a folder holds several.
            allow_gaps: interpolate over missing or uneven slices instead of refusing them.
            stability: radius in mm: each gene's `click` says what becomes of the answer of a nodule given as a point
                where it is marked so far off; None asks at no other centre (`Prediction.with_click` does so later).
            sensitivity: each gene's `sensitivity` says what becomes of the answer with thicker slices, another kernel
                and more noise.

        Raises:
            SeriesError, GeometryError, NoduleError: the scan or the nodule cannot be used.
            CohortError: a value that cannot be read, or a case that lacks what the model needs.
            SettingsError: a `stability` that is not above 0 and up to 10 mm.
            WeightsError: the model's cubes were prepared otherwise.
        """
        if stability is not None:
            require_radius(stability)
        row = case_row(age=age, sex=sex, smoking=smoking, further=values or {})
        require_known_columns(row, self.columns)
        if ct is None:
            if nodule is not None:
                raise SettingsError("A `nodule` was given without the scan that it is in: give its `ct`, too.")
            return _asked_further(self.answer(None, row), stability, sensitivity=sensitivity)
        if isinstance(ct, PreparedNodule):
            return _asked_further(self.answer(ct, row), stability, sensitivity=sensitivity)
        if nodule is None:
            raise SettingsError("Give the place of the `nodule`: three numbers in LPS mm, or the path of a marking.")
        prepared = prepare_nodule(ct, nodule, frame=frame, segment=segment, series=series, allow_gaps=allow_gaps)
        answered = Prediction(self.predictor.predict(prepared, row), self.predictor, prepared, row, (Path(ct), series))
        return _asked_further(answered, stability, sensitivity=sensitivity)

    def answer(self, prepared: PreparedNodule | None, row: PatientRow) -> Prediction:
        """The prediction for a nodule that is ready, or without a scan, by values as a cohort table gives them."""
        return Prediction(self.predictor.predict(prepared, row), self.predictor, prepared, row)


def _asked_further(prediction: Prediction, stability: float | None, *, sensitivity: bool) -> Prediction:
    """The prediction, asked at nearby centres where a radius is given, and about other scans where that is wanted."""
    if stability is not None:
        prediction = prediction.with_click(stability)
    return prediction.with_sensitivity() if sensitivity else prediction


def load_model(
    path: str | Path,
    *,
    engine: str = "pytorch",
    precision: str = "float32",
    export: str | Path | None = None,
    answers: AnswerSettings | Mapping[str, object] | str | Path | None = None,
) -> Model:
    """The model in a folder, checked against its own hashes.

    Args:
        path: a folder that `train` or an experiment wrote, of any system; or the name of a model that travels with the
            package ("public-clinical").
        engine: what computes the views' features of a nine-view network: "pytorch", "openvino" or "onnx".
        precision: in which it does: "float32", "bf16" or "int8".
        export: a folder that `radiogene export` wrote, in place of one in the model folder.
        answers: what a site decides: `prevalence` per gene, `operating_point`, `level` of conformal sets; by name, or a
            TOML file.

    Raises:
        WeightsError: a file is missing, damaged, changed, of another format or for another network.
        SettingsError: an engine that is not installed or does not run the model, or settings of a site that it cannot
            follow.
    """
    folder = model_place(path)
    choice = engine_choice(engine, precision, export)
    return Model(Predictor.from_folder(folder, choice, answer_settings(answers)), folder)


def answer_settings(answers: AnswerSettings | Mapping[str, object] | str | Path | None) -> AnswerSettings:
    """The settings of a site, from their names or a TOML file; arguments as for `load_model`.

    Raises:
        SettingsError: an unknown name, or a value that cannot be meant.
    """
    if answers is None or isinstance(answers, AnswerSettings):
        return AnswerSettings() if answers is None else answers
    from radiogene.methods.settings_file import read_settings_file, typed_settings

    if isinstance(answers, str | Path):
        return typed_settings(AnswerSettings, read_settings_file(Path(answers)), str(answers))
    return typed_settings(AnswerSettings, dict(answers), "answers")


def engine_choice(engine: str, precision: str, export: str | Path | None) -> EngineChoice:
    """The engine that words name; arguments as for `load_model`.

    Raises:
        SettingsError: no engine or precision of that name, or an engine that does not have the precision.
    """
    for name, known, found in (("engine", EngineName, engine), ("precision", Precision, precision)):
        if found not in [word.value for word in known]:
            raise SettingsError(f"Found the `{name}` {found!r}; expected one of {', '.join(known)}.")
    return EngineChoice(EngineName(engine), Precision(precision), None if export is None else Path(export))


def evaluate(
    model: Model | str | Path,
    store: "StoreArgument",
    *,
    against: Sequence[Model | str | Path] = (),
    out: str | Path | None = None,
    ledger: str | Path | None = None,
    protocol: str | Path | None = None,
    nodule_rule: str | None = None,
    include_training_cases: bool = False,
    allow_duplicates: bool = False,
    files: str | Path | None = None,
    threshold_probabilities: Sequence[float] | None = None,
) -> "ModelEvaluation":
    """A model's figures on a cohort, one row per patient, with 95% intervals; counted before they are shown.

    Args:
        model: loaded, or its folder.
        store: of the cohort; several are one cohort; or tables without images (`patient_table`), for systems that read
            columns alone.
        against: other models, compared in pairs on the same patients.
        out: folder for `evaluation.json` and `predictions.csv`; None writes nothing.
        ledger: file in which every look at a cohort is counted; that of the protocol, else that of this user's state
            folder, where not named.
        protocol: file that `radiogene protocol` froze; the result says what was planned and what came after.
        nodule_rule: whose probability a patient with several nodules gets: "largest", "mean" or "max"; each model's own
            where not named.
        include_training_cases: allow cubes that a model was trained on; the figures are then named so.
        allow_duplicates: evaluate although two patients of the cohort are one; the result then says so.
        files: folder that the table's column `slides` starts from.
        threshold_probabilities: to act at, for differences of net benefit from other models; 0.1 to 0.5 where not
            named.

    Raises:
        CohortError: an empty store, cubes of the training, two patients who are one, or nobody who has what a model
            needs.
        WeightsError: cubes that were prepared otherwise than a model's own.
        SettingsError: a ledger or a place that cannot be used, a protocol that was changed after the first look, or
            another model that predicts no gene of the first.
    """
    folder = None if out is None else Path(out)
    if folder is not None:
        require_folder_place(folder)
    followed = None if protocol is None else read_protocol(Path(protocol))
    rules = [rule.value for rule in NoduleRule]
    if nodule_rule is not None and nodule_rule not in rules:
        raise SettingsError(f"Found the `nodule_rule` {nodule_rule!r}; expected one of {', '.join(rules)}.")
    first, *others = (each if isinstance(each, Model) else load_model(each) for each in (model, *against))
    from radiogene.api.cohorts import opened_cohort
    from radiogene.evaluation.net_benefit_difference import THRESHOLD_PROBABILITIES
    from radiogene.prediction.model_evaluation import evaluate_model

    evaluation = evaluate_model(
        first.predictor,
        opened_cohort(store, None if files is None else Path(files), first.genes),
        against=[other.predictor for other in others],
        nodule_rule=None if nodule_rule is None else NoduleRule(nodule_rule),
        include_training_cases=include_training_cases,
        allow_duplicates=allow_duplicates,
        ledger=ledger_of(None if followed is None else followed.plan, ledger),
        protocol=followed,
        threshold_probabilities=THRESHOLD_PROBABILITIES if threshold_probabilities is None else threshold_probabilities,
    )
    if folder is not None:
        evaluation.write(folder)
    return evaluation


def ledger_of(plan: Plan | None, ledger: str | Path | None) -> Path:
    """Where looks are counted: in the file that is named, else in that of the plan, else in this user's own.

    Args:
        plan: of a protocol.
        ledger: as named.
    """
    if ledger is not None:
        return Path(ledger)
    return Path(plan.ledger) if plan is not None and plan.ledger else ledger_file()


def predict_table(
    model: Model | str | Path,
    table: str | Path,
    out: str | Path,
    *,
    allow_gaps: bool = False,
    workers: Workers = 1,
    progress: "Progress | None" = None,
) -> "CohortPredictions":
    """What was done to write one line per row of a cohort table: probabilities and calls, or the row's error.

    Finished rows are kept beside `out` while it runs: a second call goes on from there.

    Args:
        model: loaded, or its folder.
        table: of the cohort; without scans and nodules, for a system that reads columns alone.
        out: the CSV file to write.
        allow_gaps: interpolate over missing or uneven slices.
        workers: processes that prepare the cubes.
        progress: is told of every finished row.

    Raises:
        CohortError: problems of the table, or an unfinished file of another model.
        SettingsError: a place that cannot be written.
    """
    file = Path(out)
    require_file_place(file)
    loaded = model if isinstance(model, Model) else load_model(model)
    # A scan or mask that is not there fails its own row; the other rows need not wait for it.
    from radiogene.api.cohorts import read_cohort
    from radiogene.cohort.table.patient_table import names_scans, read_patient_rows
    from radiogene.prediction.cohort_predictions import predict_cohort

    rows: Sequence[PatientRow]
    if loaded.predictor.model.entry.looks_at_nodule or names_scans(table, loaded.genes):
        rows = read_cohort(table, genes=loaded.genes, check_files=False).rows
    else:
        rows = read_patient_rows(table, loaded.genes, several_nodules=True)
    return predict_cohort(loaded.predictor, rows, file, allow_gaps=allow_gaps, workers=workers, progress=progress)
