import numpy as np
import pytest

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.nine_views import NINE_VIEWS, view_names_of
from radiogene.errors import SettingsError
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.explanation.nodule_maps import drawn_positions, nodule_maps
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.networks.presets import TINY
from radiogene.prediction.predictor import Predictor
from radiogene.report.case_report import reported_case


@pytest.fixture(scope="module")
def model(trained_model) -> ExplainedModel:
    trained = read_nine_view_model(trained_model)
    return ExplainedModel(trained.networks, trained.facts)


@pytest.fixture(scope="module")
def cohort(synthetic_store) -> PreparedCohort:
    return PreparedCohort.of(synthetic_store)


def with_and_without_segment(cohort: PreparedCohort) -> tuple[int, int]:
    marked = [cohort.segment(position) is not None for position in range(len(cohort))]
    return marked.index(True), marked.index(False)


def test_a_marked_nodule_has_an_outline_and_a_mass_a_point_has_none(model, cohort):
    positions = with_and_without_segment(cohort)
    marked, point = nodule_maps(model, cohort, positions, "KRAS")
    assert point.outline_vhw is None
    assert point.mass is None
    assert marked.views[:9] == NINE_VIEWS
    assert tuple(view.name for view in marked.views) == view_names_of(fields_mm=TINY.fields_mm)
    assert marked.maps_vhw.shape == (18, 32, 32)
    assert marked.outline_vhw.shape == marked.views_vhw.shape == (18, 128, 128)
    # Half the field shows the same nodule four times as large.
    shares = marked.mass.view_area_shares
    np.testing.assert_allclose(shares[9:], 4 * shares[:9], rtol=0.3)
    # A mask's centroid is the cube's centre, so every view shows the nodule.
    assert (marked.mass.view_area_shares > 0).all()
    np.testing.assert_allclose(marked.outline_vhw.mean(axis=(1, 2)), marked.mass.view_area_shares, atol=0.008)


def test_maps_and_labels_are_the_patients_own(model, cohort):
    positions = [5, 0]
    found = nodule_maps(model, cohort, positions, "EGFR")
    for nodule, position in zip(found, positions, strict=True):
        row = cohort.patients[position]
        expected = model.maps(cohort.cube(position), row)["EGFR"].maps_vhw
        np.testing.assert_array_equal(nodule.maps_vhw, expected)
        assert nodule.mutant == {1: True, 0: False, None: None}[row.labels["EGFR"]]


def test_equal_the_maps_of_the_case_report(trained_model, synthetic_cohort, model):
    from radiogene.cohort.table.cohort_table import read_cohort
    from radiogene.ct.preparation import prepare_nodule, stored_cube

    row = read_cohort(synthetic_cohort).rows[0]
    prepared = prepare_nodule(row.ct, row.nodule, frame=row.frame)
    predictor = Predictor.from_folder(trained_model)
    case = reported_case(predictor, prepared, row, predictor.predict(prepared, row))
    own = model.maps(stored_cube(prepared.cube_hu), row)
    for gene in ("EGFR", "KRAS"):
        np.testing.assert_array_equal(case.maps[gene], own[gene].maps_vhw)


def test_refuses_a_gene_or_a_view_that_the_model_lacks(model, cohort):
    with pytest.raises(SettingsError, match="No maps of ALK: the model predicts EGFR, KRAS"):
        nodule_maps(model, cohort, [0], "ALK")
    (nodule,) = nodule_maps(model, cohort, [0], "EGFR")
    assert nodule.position_of("coronal") == 1
    with pytest.raises(SettingsError, match="No view 'transverse'"):
        nodule.position_of("transverse")


def test_half_are_mutants_and_the_seed_draws_them():
    labels = np.array([1, 0, -1, 1, 0, 1, 0, 1, 0, 1, -1, 0], dtype=np.int8)
    drawn = drawn_positions(labels, 7, seed=3)
    assert labels[list(drawn)].tolist() == [1, 1, 1, 1, 0, 0, 0]
    assert len(set(drawn)) == 7
    assert drawn == drawn_positions(labels, 7, seed=3)
    assert drawn != drawn_positions(labels, 7, seed=4)


def test_too_few_of_a_kind_are_all_taken():
    labels = np.array([0, 0, 1, -1, 0, 0], dtype=np.int8)
    assert labels[list(drawn_positions(labels, 7, seed=0))].tolist() == [1, 0, 0, 0]
    assert drawn_positions(np.array([-1, -1], dtype=np.int8), 7, seed=0) == ()
