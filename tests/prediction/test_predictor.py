"""One nodule, many ways in: the probabilities must not depend on how the same scan and nodule are given."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK
from scipy.special import expit

from model.held_out_files import folder_with_held_out, held_out_lines, sign
from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import PatientRow
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.nine_views import view_names_of
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.preparation import PreparationSettings, prepare_nodule
from radiogene.ct.scan import ScanOptions
from radiogene.decision.answer_settings import AnswerSettings
from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.clinical_only import ClinicalOnly, LogOdds, clinical_companion
from radiogene.decision.prior_shift import shifted
from radiogene.errors import CohortError, WeightsError
from radiogene.evaluation.held_out_table import read_held_out_table
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.model.recalibration import calibrate_model
from radiogene.networks.presets import TINY
from radiogene.prediction.case_values import case_row, require_known_columns
from radiogene.prediction.predictor import Predictor
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import to_json

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def predictor(trained_model):
    return Predictor.from_folder(trained_model)


@pytest.fixture(scope="module")
def marked_row(synthetic_cohort):
    """A patient whose nodule is marked by a DICOM SEG."""
    return next(row for row in read_cohort(synthetic_cohort).rows if row.nodule.endswith("seg.dcm"))


@pytest.fixture(scope="module")
def expected(predictor, marked_row):
    return probabilities(predictor, marked_row.ct, marked_row.nodule, marked_row)


def probabilities(predictor, ct, nodule, row, **how):
    result = predictor.predict(prepare_nodule(ct, nodule, **how), row)
    return {gene: found.probability for gene, found in result.genes.items()}


def test_prediction_from_dicom_equals_prediction_from_the_store_to_the_last_bit(
    predictor, marked_row, expected, synthetic_store
):
    patients = PreparedCohort.of(synthetic_store).of_patients([marked_row.patient_id])
    stored = predictor.predict_store(patients, include_training_cases=True).predictions.probabilities
    assert dict(zip(("EGFR", "KRAS"), stored[0].tolist(), strict=True)) == expected


def test_point_and_mask_give_the_same(predictor, marked_row, expected):
    scan = open_scan(marked_row.ct, ScanOptions())
    centre = locate_nodule(marked_row.nodule, scan).centre_lps_mm
    point = " ".join(map(repr, centre.tolist()))
    assert probabilities(predictor, marked_row.ct, point, marked_row) == pytest.approx(expected, abs=TOLERANCE)


def test_shuffled_and_renamed_files_give_the_same(predictor, marked_row, expected, tmp_path):
    files = sorted(file for file in marked_row.ct.rglob("*") if file.is_file())
    order = np.random.default_rng(0).permutation(len(files))
    for number, position in enumerate(order):
        shutil.copy(files[position], tmp_path / f"{number:05d}")
    assert probabilities(predictor, tmp_path, marked_row.nodule, marked_row) == expected


def test_dicom_nifti_and_nrrd_of_the_same_scan_give_the_same(predictor, marked_row, expected, tmp_path):
    scan = open_scan(marked_row.ct, ScanOptions())
    centre = " ".join(map(repr, locate_nodule(marked_row.nodule, scan).centre_lps_mm.tolist()))
    image = SimpleITK.GetImageFromArray(scan.read_volume().astype(np.int16))
    image.SetOrigin(scan.grid.affine_lps_mm[:3, 3].tolist())
    image.SetSpacing(scan.grid.spacing_mm.tolist())
    image.SetDirection(scan.grid.directions_lps.ravel().tolist())
    for name in ("scan.nii.gz", "scan.nrrd", "scan.mha"):
        SimpleITK.WriteImage(image, tmp_path / name)
        found = probabilities(predictor, tmp_path / name, centre, marked_row)
        assert found == pytest.approx(expected, abs=TOLERANCE), name


def test_the_json_has_the_stated_keys(predictor, marked_row):
    result = predictor.predict(prepare_nodule(marked_row.ct, marked_row.nodule), marked_row).to_json()
    assert list(result) == ["EGFR", "KRAS", "joint", "familiarity", "nodule", "warnings", "model"]
    today = {"probability", "spread", "threshold", "call"}
    behind = {"clinical_only", "image_difference", "conformal", "prevalence", "click", "sensitivity"}
    assert set(result["EGFR"]) == today | behind
    assert result["EGFR"]["click"] is None
    assert result["EGFR"]["spread"] is None
    assert result["EGFR"]["call"] in {"mutant", "wild type"}
    assert (result["EGFR"]["call"] == "mutant") == (result["EGFR"]["probability"] >= result["EGFR"]["threshold"])
    assert marked_row.patient_id not in json.dumps(result)


def test_unknown_values_are_accepted_and_said(predictor, marked_row):
    prepared = prepare_nodule(marked_row.ct, marked_row.nodule)
    result = predictor.predict(prepared, PatientRow(patient_id="case"))
    assert any("age, sex, smoking" in sentence for sentence in result.warnings)
    known = predictor.predict(prepared, case_row(age="70", sex="female", smoking="never"))
    assert known.genes["EGFR"].probability != result.genes["EGFR"].probability


def test_a_training_case_and_a_synthetic_scan_are_named(predictor, marked_row):
    warnings = predictor.predict(prepare_nodule(marked_row.ct, marked_row.nodule), marked_row).warnings
    assert any("training cases" in sentence for sentence in warnings)
    assert any("synthetic" in sentence for sentence in warnings)


def test_a_case_beyond_the_training_cases_is_named(predictor, marked_row):
    prepared = prepare_nodule(marked_row.ct, marked_row.nodule)
    result = predictor.predict(prepared, case_row(age="18", sex="female", smoking="never"))
    assert any(sentence.startswith("Age 18 years is beyond") for sentence in result.warnings)


@pytest.mark.parametrize(
    ("option", "values", "message"),
    [
        ("`age`", {"age": "670", "sex": None, "smoking": None}, "18 to 110"),
        ("`sex`", {"age": None, "sex": "hen", "smoking": None}, "female, male"),
        ("`smoking`", {"age": None, "sex": None, "smoking": "sometimes"}, "yes, no"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_option(option, values, message):
    with pytest.raises(CohortError, match=f"{option}: found .*{message}"):
        case_row(**values)


def test_evaluation_on_the_training_cohort_is_refused(predictor, synthetic_store):
    with pytest.raises(CohortError, match="among the model's training cases"):
        predictor.predict_store(PreparedCohort.of(synthetic_store))
    found = predictor.predict_store(PreparedCohort.of(synthetic_store), include_training_cases=True)
    assert len(found.predictions.patient_ids) == 28


def test_cubes_that_were_prepared_otherwise_are_refused(predictor, tmp_path):
    with CubeStore.create(tmp_path / "store", PreparationSettings(version=0), "f" * 64):
        pass
    with pytest.raises(WeightsError, match="prepared otherwise"):
        predictor.predict_store(PreparedCohort.of(CubeStore.open(tmp_path / "store")))


def test_a_further_column_that_the_model_does_not_use_is_refused():
    with pytest.raises(CohortError, match="of agee; the model uses age, sex, smoking"):
        require_known_columns(
            case_row(age=None, sex=None, smoking=None, further={"agee": "5"}), ("age", "sex", "smoking")
        )


def two_nodules_each(store):
    """The store's patients, every other nodule given to the patient before it; the labels stand in the smaller row."""
    records = list(store.records[:6])
    for first in range(0, 6, 2):
        pair = sorted((first, first + 1), key=lambda index: records[index].largest_extent_mm)
        for index, labels in zip(pair, ({"EGFR": 1, "KRAS": 0}, {}), strict=True):
            row = replace(records[index].row, patient_id=f"patient {first}", labels=labels)
            records[index] = replace(records[index], row=row)

    class Source:
        preparation = store.preparation
        preparation_hash = store.preparation_hash
        cube, segment = store.cube, store.segment

    Source.records = tuple(records)
    return PreparedCohort.of(Source())


def test_under_the_rule_largest_only_the_largest_nodule_is_asked_and_every_label_counts(
    predictor, synthetic_store, monkeypatch
):
    cohort = two_nodules_each(synthetic_store)
    asked = []
    method = predictor.model.method
    monkeypatch.setattr(method, "predict_proba", lambda nodules: asked.extend(nodules.nodule_indexes) or full(nodules))
    full = type(method).predict_proba.__get__(method)
    found = predictor.predict_store(cohort, NoduleRule.LARGEST, include_training_cases=True).predictions
    assert asked == [cohort.largest_nodule(position) for position in range(3)]
    assert found.labels.tolist() == [[1, 0]] * 3
    asked.clear()
    mean = predictor.predict_store(cohort, NoduleRule.MEAN, include_training_cases=True).predictions
    assert sorted(asked) == list(range(6))
    assert not np.array_equal(mean.probabilities, found.probabilities)


def test_view_weights_name_every_plane_in_every_field(predictor):
    for weights in predictor.facts.view_weights.values():
        assert list(weights) == list(view_names_of(fields_mm=TINY.fields_mm))


def test_what_cannot_be_given_is_null_and_says_how_to_get_it(predictor, marked_row):
    result = predictor.predict(prepare_nodule(marked_row.ct, marked_row.nodule), marked_row)
    assert result["EGFR"].clinical_only is None
    assert result["EGFR"].image_difference is None
    assert any(
        sentence.startswith("`clinical_only` and `image_difference` are not given: the model was trained without folds")
        and "radiogene train --folds 5" in sentence
        for sentence in result.warnings
    )


def test_an_answer_gives_its_conformal_set_from_the_folds(trained_model, marked_row, tmp_path):
    folder = folder_with_held_out(trained_model, tmp_path / "model", held_out_lines())
    prepared = prepare_nodule(marked_row.ct, marked_row.nodule)
    before = Predictor.from_folder(folder).predict(prepared, marked_row)
    assert before["EGFR"].conformal is None
    assert any("`conformal` is not given: the model was trained without folds" in of for of in before.warnings)
    calibrate_model(folder, CalibrationKind.IDENTITY)
    predictor = Predictor.from_folder(folder)
    result = predictor.predict(prepared, marked_row)
    found = result["EGFR"].conformal
    assert (found.level, found.patients) == (0.9, 80)
    assert found.set == predictor.decision.gene("EGFR").cutoffs(0.9).set_of(result["EGFR"].probability).value
    assert result["EGFR"].probability == before["EGFR"].probability
    assert set(result.to_json()["EGFR"]["conformal"]) == {"set", "level", "patients"}
    assert (found := result["EGFR"].prevalence).used == found.training == result["EGFR"].prevalence.training
    assert list(result.joint) == ["EGFR only", "KRAS only", "both", "neither"]
    assert result.joint["EGFR only"] + result.joint["both"] == pytest.approx(result["EGFR"].probability, abs=1e-12)
    assert result.joint["KRAS only"] + result.joint["both"] == pytest.approx(result["KRAS"].probability, abs=1e-12)
    # The labels of both genes were drawn independently.
    assert any(sentence.startswith("`joint`: the four outcomes have not been shown") for sentence in result.warnings)
    assert before.joint is None
    assert any(
        sentence.startswith("`joint` is not given: the model was trained without") for sentence in before.warnings
    )
    site = AnswerSettings(prevalence={"EGFR": 0.6}, level=0.8)
    there = Predictor.from_folder(folder, settings=site).predict(prepared, marked_row)
    assert there["EGFR"].call == result["EGFR"].call
    assert there["EGFR"].probability == shifted(result["EGFR"].probability, found.training, 0.6)
    assert (there["EGFR"].prevalence.used, there["EGFR"].conformal.level) == (0.6, 0.8)
    assert there.joint["EGFR only"] + there.joint["both"] == pytest.approx(there["EGFR"].probability, abs=1e-12)
    assert there["KRAS"].probability == result["KRAS"].probability
    assert any("not calibrated; it holds as far as they are right" in sentence for sentence in there.warnings)
    assert not any("`conformal`" in sentence for sentence in result.warnings)
    few = folder_with_held_out(trained_model, tmp_path / "few", held_out_lines(cases=16))
    calibrate_model(few, CalibrationKind.IDENTITY)
    warnings = Predictor.from_folder(few).predict(prepared, marked_row).warnings
    assert any("every set holds 'mutant', because 90% needs 9 or more" in sentence for sentence in warnings)


def test_an_answer_gives_what_the_clinical_values_alone_say(trained_model, marked_row, tmp_path):
    folder = folder_with_held_out(trained_model, tmp_path / "model", held_out_lines())
    row = PatientRow(patient_id="1", age_years=60.0, sex="female", smoking=True)
    encoder = ClinicalEncoder.fit([row, replace(row, patient_id="2", age_years=40.0, smoking=False)])
    model, lines = read_held_out_table(folder / "out_of_fold.csv", ("EGFR", "KRAS")), LogOdds(-1.0, (0.5, 0.0, -1.0))
    log_odds = {"EGFR": lines, "KRAS": lines}
    companion = clinical_companion(encoder, log_odds, model, model, CalibrationKind.IDENTITY)
    write_json(folder / "clinical_only.json", to_json(ClinicalOnly("", companion)))
    sign(folder)
    prepared = prepare_nodule(marked_row.ct, marked_row.nodule)
    case = case_row(age="50", sex="female", smoking="yes")
    result = Predictor.from_folder(folder).predict(prepared, case)
    before = Predictor.from_folder(trained_model).predict(prepared, case)
    assert result["EGFR"].probability == before["EGFR"].probability
    alone = result["EGFR"].clinical_only.probability
    # Age 50 is the mean of 60 and 40, and smoking lies one SD above its mean.
    assert alone == pytest.approx(expit(-2.0), abs=1e-7)
    difference = result["EGFR"].image_difference
    assert difference.value == result["EGFR"].probability - alone
    assert (difference.auc_difference, difference.low, difference.shown) == (0.0, None, False)
    assert any(sentence.startswith("For EGFR, the image has not been shown to add") for sentence in result.warnings)
    content = result.to_json()["EGFR"]
    assert set(content["clinical_only"]) == {"probability"}
    assert set(content["image_difference"]) == {"value", "auc_difference", "low", "high", "shown"}
