"""From a cube to both pages, with a network that nobody trained."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.nine_views import ViewSampling, cut_views, view_names_of, views_named
from radiogene.ct.preparation import PreparationSettings, prepare_nodule
from radiogene.decision.calibration import IdentityCalibration
from radiogene.decision.decision import Decision, GeneDecision, ModelKind
from radiogene.evaluation.held_out import INNER_VALIDATION, HeldOutPredictions
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.explanation.activation_maps import activation_maps
from radiogene.model.model_folder import WrittenModel, write_model
from radiogene.model.nine_view_facts import MemberSettings, NineViewFacts
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.networks.standardisation import Standardisation, standardised
from radiogene.phantom import write_cohort
from radiogene.prediction.predictor import Predictor
from radiogene.report.case_page import write_case_report
from radiogene.report.case_report import reported_case
from radiogene.report.demo_page import write_demo_page
from radiogene.storage.tensor_file import save_tensors
from report.report_inputs import GENES, history, metrics, parsed, predictions

TRAINED_ON = [PatientRow(patient_id=str(n), age_years=50.0 + n, sex="female", smoking=n % 2 == 0) for n in range(4)]


NAMES = view_names_of(fields_mm=TINY.fields_mm)


def untrained(members: int = 1) -> Predictor:
    """A predictor as training leaves it, with random weights."""
    networks = []
    for seed in range(members):
        torch.manual_seed(seed)
        networks.append(build_mmdl(TINY, GENES, clinical_count=3).eval().requires_grad_(False))
    fitted = MemberSettings(Standardisation(-500.0, 400.0), ClinicalEncoder.fit(TRAINED_ON, ("age", "sex", "smoking")))
    facts = NineViewFacts(
        method="mmdl",
        columns=("age", "sex", "smoking"),
        clinical_at=ClinicalEntry.FC256_OUTPUT,
        preset=TINY,
        genes=GENES,
        attention=True,
        view_names=NAMES,
        view_sampling=ViewSampling.STRETCHED,
        preparation=PreparationSettings(),
        preparation_hash=PreparationSettings().fingerprint(),
        members=(fitted,) * members,
        view_weights={gene: dict.fromkeys(NAMES, 1 / len(NAMES)) for gene in GENES},
        training_ranges={},
        nodule_rule=NoduleRule.LARGEST,
        synthetic=True,
    )
    rule = GeneDecision(0.5, IdentityCalibration(), "inner validation", 4, 2)
    kind = ModelKind.ENSEMBLE if members > 1 else ModelKind.SINGLE
    decision = Decision(kind, dict.fromkeys(GENES, rule))
    tensors = {f"{n}.{name}": t for n, network in enumerate(networks) for name, t in network.state_dict().items()}
    nobody = Predictions((), GENES, np.empty((0, len(GENES))), np.empty((0, len(GENES))))
    content = WrittenModel(
        facts,
        lambda place: save_tensors(place / "model.safetensors", tensors),
        decision,
        {"members_differ_in": "seeds"},
        (),
        (),
        HeldOutPredictions(nobody, INNER_VALIDATION),
    )
    with TemporaryDirectory() as folder:
        write_model(Path(folder) / "model", content)
        return Predictor.from_folder(Path(folder) / "model")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The row of a synthetic patient of site B, and its prepared nodule."""
    table = write_cohort(tmp_path_factory.mktemp("site-b"), patients=1, site="B", seed=0)
    row = read_cohort(table, genes=GENES).rows[0]
    return row, prepare_nodule(row.ct, row.nodule, frame=row.frame, segment=row.segment, show_slice=True)


def test_the_maps_are_those_of_the_views_that_the_network_sees(example):
    row, prepared = example
    predictor = untrained()
    case = reported_case(predictor, prepared, row, predictor.predict(prepared, row))
    member = predictor.facts.members[0]
    network = predictor.model.method.networks.networks[0]
    views = torch.from_numpy(cut_views(np.rint(prepared.cube_hu), TINY.image_size, views=views_named(NAMES)))[None]
    clinical = torch.from_numpy(member.clinical.encode([row]))
    for index, gene in enumerate(GENES):
        maps = activation_maps(network, standardised(views, member.standardisation), clinical, index)
        np.testing.assert_allclose(case.maps[gene], maps.maps_vhw, atol=2e-3)
    assert [view.name for view in case.views] == list(NAMES)
    assert len(NAMES) == 18


def test_an_ensemble_shows_its_spread_and_one_set_of_maps(example, tmp_path):
    row, prepared = example
    predictor = untrained(members=2)
    result = predictor.predict(prepared, row)
    write_case_report(tmp_path, reported_case(predictor, prepared, row, result))
    text = parsed((tmp_path / "report.html").read_text(encoding="utf-8")).text
    spread = result.genes["EGFR"].spread
    assert f"2 seeds: spread {spread.low:.1%} to {spread.high:.1%}" in text
    assert "ensemble, 2 members" in text
    # Its place in the whole slice, as it was read from the file.
    assert f"Axial slice {round(prepared.report.centre_ijk[2]) + 1} of the series" in text
    assert "Is this the nodule that you mean?" in text
    content = json.loads((tmp_path / "prediction.json").read_text(encoding="utf-8"))
    assert content["EGFR"]["probability"] == result.genes["EGFR"].probability


def test_no_output_names_the_patient(example, tmp_path):
    row, prepared = example
    predictor = untrained()
    write_case_report(tmp_path, reported_case(predictor, prepared, row, predictor.predict(prepared, row)))
    for path in tmp_path.iterdir():
        content = path.read_text(encoding="utf-8")
        assert row.patient_id not in content
        assert str(row.ct) not in content
    assert "The scan is of no patient" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_demonstration_shows_one_prediction_from_its_dicom_folder(example, tmp_path):
    row, prepared = example
    predictor = untrained()
    of_systems = predictions()
    write_demo_page(tmp_path, metrics(of_systems), of_systems, predictor, row, history())
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    text = parsed(html).text
    result = predictor.predict(prepared, row)
    truth = {1: "mutant", 0: "wild type", None: "not tested"}
    for gene in GENES:
        assert f"{gene} mutation {result.genes[gene].probability:.1%}" in text
        assert f"Call: {result.genes[gene].call} · truth: {truth[row.labels[gene]]}" in text
    assert row.patient_id not in html
