"""What holds for every system; a new one is tested by its file.

Each is fitted once, small and short, on the same synthetic patients, who have what any system needs.
"""

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import radiogene as rg
from methods.table_patients import TablePatients
from methods.whole_cohort import whole_cohort, write_whole_store
from networks.backbone_names import needs_timm
from radiogene.api.settings import settings_template
from radiogene.ct.nodule.location import Nodule
from radiogene.ct.preparation import PreparedNodule
from radiogene.errors import CohortError, SettingsError, TrainingError, WeightsError
from radiogene.methods.inputs import available
from radiogene.methods.method import FitContext, Need
from radiogene.methods.method_settings import (
    EliminationSettings,
    MethodSettings,
    NetworkSettings,
    NineViewSettings,
    StageSettings,
)
from radiogene.methods.registry import all_methods, method_named
from radiogene.methods.settings_file import method_settings, taken_names
from radiogene.methods.tabular import tabular_method
from radiogene.methods.tabular.pipeline import learner_pipeline
from radiogene.methods.trained_model import fit_model
from radiogene.model.training_range import training_ranges
from radiogene.prediction.predictor import Predictor
from radiogene.report.page import percent

ENTRIES = tuple(all_methods().values())
GENE = "EGFR"
ONE_EPOCH = StageSettings(epochs=1)
SHORT: dict[type[MethodSettings], MethodSettings] = {
    MethodSettings: MethodSettings(genes=(GENE,), folds=2),
    EliminationSettings: EliminationSettings(genes=(GENE,), folds=2, elimination_step=0.5),
    NetworkSettings: NetworkSettings(genes=(GENE,), preset="tiny", all_layers=ONE_EPOCH),
    NineViewSettings: NineViewSettings(
        genes=(GENE,),
        preset="tiny",
        all_layers=ONE_EPOCH,
        fusion=StageSettings(epochs=0),
        views=("axial",),
        fields_mm=(64.0,),
    ),
}
"""The shortest fit of each kind of system."""

OF_COLUMNS = [entry for entry in ENTRIES if set(entry.needs) <= {Need.CLINICAL, Need.SEMANTIC, Need.SUV}]
FEW_TREES = 10
"""Of a forest: an elimination among a thousand features grows dozens of forests."""

SEEDS = range(6)
"""Fits of one epoch, or of features that tell nothing, rank some of these few patients the wrong way round."""

FEW = (4, 1, 2)
"""Patients who are asked about: a loaded system measures their radiomic features anew."""


def named(entry):
    return entry.name


def marks_of(entry):
    """Systems of radiomic features take a minute; some backbones need an extra."""
    needs_extra = [needs_timm] if entry.extra == "backbones" else []
    return [*needs_extra, *([pytest.mark.slow] if entry.extra == "radiomics" else [])]


EVERY = [pytest.param(entry, id=entry.name, marks=marks_of(entry)) for entry in ENTRIES]


@pytest.fixture(scope="module")
def whole_store(synthetic_store, made_once):
    return made_once("whole-store", lambda path: write_whole_store(synthetic_store, path))


@pytest.fixture(scope="module")
def cohort(whole_store):
    return whole_cohort(whole_store)


@pytest.fixture(scope="module")
def features(made_once):
    """The folder of features that all fits share."""
    return made_once("features-of-every-method", lambda path: path.mkdir())


@pytest.fixture(scope="module", params=EVERY)
def entry(request):
    return request.param


@pytest.fixture(scope="module")
def chosen(entry, cohort):
    """The patients that have what the system needs."""
    return cohort.at(np.flatnonzero(available(entry, cohort, entry.columns).present))


def fitted_by_some_seed(entry, settings, chosen, context):
    """The fit with the first seed whose few patients are not ranked the wrong way round, which is refused."""
    for seed in SEEDS:
        state = context.state / str(seed)
        try:
            return fit_model(entry, replace(settings, seed=seed), chosen, replace(context, state=state))
        except TrainingError as error:
            if "below 0" not in str(error):
                raise
    return pytest.fail(f"{entry.name} is reversed with every seed of {SEEDS}")


@pytest.fixture(scope="module")
def fitted(entry, chosen, features, made_once):
    """The folder of the system's model, and what the fit itself said of a few patients."""
    settings = SHORT[entry.settings]

    def make(path):
        context = FitContext(path / "state", features)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tabular_method, "learner_pipeline", partial(learner_pipeline, trees=FEW_TREES))
            finished = fitted_by_some_seed(entry, settings, chosen, context)
        finished.write(path / "model")
        held_out = finished.held_out
        assert held_out.predictions.genes == settings.genes
        assert set(held_out.predictions.patient_ids) <= set(chosen.patient_ids)
        assert held_out.set_on == ("out-of-fold" if settings.folds else "inner validation")
        assert (held_out.folds is None) == (not settings.folds)
        np.save(path / "few.npy", finished.model.method.predict_proba(chosen.at(FEW)))
        notes = [list(finished.model.method.notes), list(finished.left_out.items())]
        (path / "notes.json").write_text(json.dumps(notes))

    return made_once(f"every-{entry.name}", make)


@pytest.fixture(scope="module")
def model(fitted):
    return rg.load_model(fitted / "model")


def nodule_of(cohort, position, **changes):
    """A patient's nodule as `prepare_nodule` makes one, and with changes of its report."""
    index = cohort.largest_nodule(position)
    report = replace(cohort.source.records[index].geometry, **changes)
    centre = np.array(report.centre_lps_mm)
    nodule = Nodule(centre, None, None, report.nodule.kind, report.nodule.segment, None, ())
    return PreparedNodule(cohort.source.cube(index), cohort.source.segment(index), nodule, report)


def case_of(cohort, position, **changes):
    """A patient's values; a single case has no table beside which its tiles lie."""
    row = cohort.patients[position]
    return replace(row, extra={**row.extra, "slides": str(cohort.files / row.extra["slides"])}, **changes)


def test_what_is_written_is_loaded_and_says_the_same_to_the_last_bit(model, entry, fitted, chosen):
    few = chosen.at(FEW)
    found = model.predictor.model.method.predict_proba(few)
    assert found.shape == (len(FEW), 1)
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_array_equal(found, np.load(fitted / "few.npy"))
    notes, left_out = json.loads((fitted / "notes.json").read_text())
    assert list(model.predictor.model.method.notes) == notes
    assert left_out == []
    assert model.predictor.model.entry is entry
    assert model.facts.method == entry.name
    assert model.columns == entry.columns


def test_the_folder_has_the_files_of_every_model_and_names_no_patient(entry, fitted, cohort):
    files = {file.name: file.read_bytes() for file in (fitted / "model").iterdir()}
    own = "model.safetensors" if entry.network else "estimators.skops"
    folds = {"out_of_fold.csv"} if SHORT[entry.settings].folds else set()
    of_every_model = {"settings.json", "decision.json", "history.json", "card.md"}
    of_every_model |= {"training_cubes.json", "training_scans.json", "clinical_only.json", "familiarity.json"}
    of_every_model |= set() if json.loads(files["familiarity.json"])["reason"] else {"familiarity.safetensors"}
    companion = json.loads(files["clinical_only.json"])["companion"]
    of_every_model |= set() if companion is None else {"clinical_only.csv"}
    assert folds or companion is None, "nothing may be fitted on cases that a network was stopped by"
    assert set(files) == {own, "manifest.json", *of_every_model, *folds}
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["sha256"]) == set(files) - {"manifest.json"}
    assert manifest["method"] == entry.name
    assert not any(patient.encode() in content for content in files.values() for patient in cohort.patient_ids)


def test_a_changed_file_is_refused_by_name(fitted, tmp_path):
    for file in sorted((fitted / "model").iterdir()):
        if file.suffix in (".md", ".csv") or file.name in ("history.json", "manifest.json"):
            continue
        folder = tmp_path / file.name
        folder.mkdir()
        for other in (fitted / "model").iterdir():
            (folder / other.name).write_bytes(other.read_bytes())
        (folder / file.name).write_bytes(file.read_bytes()[:-1])
        with pytest.raises(WeightsError, match=f"{file.name} is not the file that training wrote"):
            rg.load_model(folder)


def test_one_nodule_and_a_store_get_the_same_probability(model, chosen):
    of_store = model.predictor.predict_store(chosen.at([2]), include_training_cases=True)
    assert of_store.left_out == {}
    found = model.answer(nodule_of(chosen, 2), case_of(chosen, 2))
    assert found[GENE].probability == pytest.approx(of_store.predictions.probabilities[0, 0], abs=1e-6)


def test_every_system_has_the_same_guards(model, entry, chosen, monkeypatch):
    predictor = model.predictor
    with pytest.raises(CohortError, match="2 of 2 nodules were among the model's training cases"):
        predictor.predict_store(chosen.at([0, 1]))
    with pytest.raises(CohortError, match="The store is empty"):
        predictor.predict_store(chosen.at([]))
    monkeypatch.setattr(type(predictor), "facts", replace(model.facts, preparation_hash="0" * 64))
    if not entry.looks_at_nodule:
        # What reads no cube does not depend on how cubes were made.
        assert predictor.predict_store(chosen, include_training_cases=True).predictions.patient_ids
        return
    with pytest.raises(WeightsError, match="prepared otherwise"):
        predictor.predict_store(chosen)
    with pytest.raises(WeightsError, match="prepared otherwise"):
        predictor.predict(nodule_of(chosen, 0), case_of(chosen, 0))


UNKNOWN = "Unknown and taken as the training patients' mean"
UNUSED = "Given, but not used by this model"


def test_every_system_gives_the_same_warnings(model, entry, chosen):
    """One nodule of the training whose age no training patient has, and one that is no phantom's, without smoking."""
    of_scan = ("Slices are missing.",)
    strange = nodule_of(chosen, 3, warnings=of_scan, synthetic=True)
    found = model.answer(strange, case_of(chosen, 3, age_years=130.0)).warnings
    assert "The scan is synthetic: this is no patient." in found
    assert "Slices are missing." in found
    assert "This nodule was among the training cases: the result says how well it is remembered." in found
    beyond = any(warning.startswith("Age 130 years is beyond the training cases") for warning in found)
    assert beyond == (entry.looks_at_nodule or "age" in entry.columns)
    companion = model.predictor.model.clinical_only.companion
    asked = (*entry.columns, *(companion.encoder.columns if companion else ()))
    unused = [name for name in ("age", "sex", "smoking") if name not in asked]
    assert [w for w in found if w.startswith(UNUSED)] == ([f"{UNUSED}: {', '.join(unused)}."] if unused else [])
    assert not any(warning.startswith(UNKNOWN) for warning in found)

    thick = nodule_of(chosen, 3, spacing_mm=(0.7, 0.7, 25.0), synthetic=False, series_uid="2.25.7")
    turned = replace(thick, cube_hu=thick.cube_hu[::-1])
    found = model.answer(turned, case_of(chosen, 3, smoking=None)).warnings
    assert "The model was trained on synthetic patients: its probabilities mean nothing for a real patient." in found
    assert not any("among the training cases: the result" in warning for warning in found)
    assert any(warning.startswith("Slice spacing 25.00 mm is beyond") for warning in found) == entry.looks_at_nodule
    place = "" if "smoking" in entry.columns else " in `clinical_only`"
    unknown = [f"{UNKNOWN}{place}: smoking."] if "smoking" in asked else []
    assert [warning for warning in found if warning.startswith(UNKNOWN)] == unknown


@pytest.mark.parametrize(("mutants", "rough"), [(9, True), (10, False)])
def test_a_threshold_on_few_patients_is_named_for_every_system(model, chosen, mutants, rough):
    decision = model.decision
    few = replace(decision.gene(GENE), patients=60, mutants=mutants)
    trained = replace(model.predictor.model, decision=replace(decision, genes={GENE: few}))
    found = Predictor(trained).predict(nodule_of(chosen, 0), case_of(chosen, 0)).warnings
    sentence = f"The EGFR threshold rests on {mutants} mutants among 60 patients: the call is rough."
    assert (sentence in found) == rough


def test_a_column_that_a_system_does_not_read_is_refused(model, chosen):
    with pytest.raises(CohortError, match=r"Found a value \(`values`\) of blood_type; the model uses"):
        model.predict(nodule_of(chosen, 0), values={"blood_type": "A"})


def test_a_report_is_written_for_every_system(model, entry, chosen, tmp_path):
    row = case_of(chosen, 1)
    values = {name: row.extra[name] for name in model.columns if name in row.extra}
    found = model.predict(nodule_of(chosen, 1), age=row.age_years, sex=row.sex, smoking=row.smoking, values=values)
    page = found.save_report(tmp_path / "report").read_text(encoding="utf-8")
    assert "SYNTHETIC" in page.upper()
    assert (entry.backbone or entry.title) in page
    written = json.loads((tmp_path / "report" / "prediction.json").read_text())
    assert written["EGFR"]["probability"] == found[GENE].probability
    assert written["model"]["method"] == entry.name
    assert percent(found[GENE].probability) in found._repr_html_()
    if entry.backbone:
        assert found.explain()[GENE].maps_vhw.shape[0] == 1
    else:
        with pytest.raises(SettingsError, match="no activation maps"):
            found.explain()


def test_ranges_are_those_of_the_training_patients(model, entry, chosen):
    records = [chosen.source.records[index] for index in chosen.nodule_indexes]
    everything = training_ranges(records)
    assert model.facts.training_ranges == (
        everything
        if entry.looks_at_nodule
        else {name: limits for name, limits in everything.items() if name == "age_years" and "age" in entry.columns}
    )


# What holds without a fit.


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_what_a_system_does_not_take_is_refused_with_the_list_of_what_it_does(entry):
    taken = taken_names(entry)
    every = {name for other in ENTRIES for name in taken_names(other)}
    for name in [*sorted(every - set(taken)), "nonsense"]:
        with pytest.raises(SettingsError, match=re.escape(f"{entry.title} does not take `{name}`")) as refusal:
            method_settings(entry, {name: 1})
        assert all(f"`{each}`" in str(refusal.value) for each in taken)
        assert f"radiogene settings {entry.name}" in str(refusal.value)


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_how_it_runs_is_refused_where_no_network_is_trained(entry, tmp_path):
    if entry.network:
        with pytest.raises(SettingsError, match=r"does not take `turbo`\. Of how it runs it takes `accelerator`"):
            rg.train(tmp_path, tmp_path / "out", method=entry.name, run={"turbo": True})
    else:
        with pytest.raises(SettingsError, match=r"does not take `precision`\. It trains no network"):
            rg.train(tmp_path, tmp_path / "out", method=entry.name, run={"precision": "auto"})
    if not entry.backbone:
        with pytest.raises(SettingsError, match="`workers` train folds and seeds of networks on nine views"):
            rg.train(tmp_path, tmp_path / "out", method=entry.name, workers=2)
    if Need.SLIDES not in entry.needs:
        with pytest.raises(SettingsError, match="`files` is the folder of slide tiles"):
            rg.train(tmp_path, tmp_path / "out", method=entry.name, files=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_the_template_of_its_settings_is_its_defaults(entry):
    given = tomllib.loads(settings_template(entry.name))
    given.pop("run", None)
    assert set(given) <= set(taken_names(entry))
    assert method_settings(entry, given) == entry.settings()


@pytest.mark.parametrize("entry", OF_COLUMNS, ids=named)
def test_the_same_seed_gives_the_same_probabilities(entry, tmp_path):
    patients = TablePatients(count=50)
    first, second = (
        entry.make(MethodSettings(folds=3), FitContext(tmp_path, tmp_path)).fit(patients.cohort, patients.labels)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.predict_proba(patients.cohort), second.predict_proba(patients.cohort))


@pytest.mark.parametrize("entry", OF_COLUMNS, ids=named)
def test_a_system_of_columns_asks_for_no_cube(entry, tmp_path):
    """The source of these patients fails where a cube or a segment is asked for."""
    patients = TablePatients(count=50)
    method = entry.make(MethodSettings(folds=3), FitContext(tmp_path, tmp_path)).fit(patients.cohort, patients.labels)
    assert method.predict_proba(patients.cohort).shape == (50, 2)
    assert sorted(set(method.held_out.folds.tolist())) == [0, 1, 2]
    assert sorted(method.held_out.predictions.patient_ids) == sorted(patients.cohort.patient_ids)


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_the_entry_says_what_it_is_in_plain_json(entry):
    content = json.loads(json.dumps(entry.to_json()))
    assert content["name"] == entry.name
    assert content["needs"]
    assert content["title"]
    assert content["learner"]
    assert content["source"]
    assert replace(entry, name="other").name == "other"


def test_python_lists_every_system():
    assert rg.list_methods() == ENTRIES
    assert method_named("mmdl") in ENTRIES


def test_listing_the_systems_imports_nothing_heavy():
    code = (
        "import sys; from radiogene.methods.registry import all_methods;"
        "print([entry.to_json() for entry in all_methods().values()] and "
        "[name for name in ('torch', 'sklearn', 'pandas', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
