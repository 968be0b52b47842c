"""Do activation maps show the cause where it is known? Adebayo et al. (NeurIPS 2018) on the phantom's nodules.

A nodule in the middle of its cube would be hit by any map that is brightest there, so these lie 10 to 15 mm off it.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explanation.phantom_nodules import phantom_nodules
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.evaluation.metrics import auc
from radiogene.explanation.map_mass import map_mass, opposite_segment, segment_views
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.explanation.nodule_maps import NoduleMaps, nodule_maps
from radiogene.explanation.weight_randomisation import cascading_randomisation
from radiogene.model.inference import sampler_of
from radiogene.networks.mmdl import MMDL
from radiogene.networks.presets import TINY, build_mmdl
from radiogene.prediction.predictor import Predictor
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.settings import TrainingSettings
from radiogene.training.stages.schedule import schedule_of
from whole_training import train

GENES = ("EGFR", "KRAS")
VIEWS = VIEW_NAMES[:3]
"""The planes along the patient's axes; nine views would train three times as long."""

FRESH_NETWORKS = 3

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def predictor(tmp_path_factory) -> Predictor:
    """A network that had to learn ground-glass from solid, and both from lung without a nodule, wherever they lie."""
    folder = tmp_path_factory.mktemp("sanity")
    cohort = phantom_nodules(folder / "store", 33, 0, (0.0, 15.0), cubes_each=2, without_every=3)
    schedule = schedule_of("tiny")
    settings = TrainingSettings(
        preset="tiny",
        clinical_columns=(),
        view_names=VIEWS,
        schedule=replace(schedule, all_layers=replace(schedule.all_layers, epochs=9)),
    )
    train(cohort, settings, folder / "model", RunOptions(accelerator="cpu", progress=False))
    return Predictor.from_folder(folder / "model")


@pytest.fixture(scope="module")
def off_centre(tmp_path_factory) -> PreparedCohort:
    """Other patients, whose nodules lie 10 to 15 mm off their cubes' centres."""
    return phantom_nodules(tmp_path_factory.mktemp("off-centre") / "store", 18, 900, (10.0, 15.0))


def mutants(cohort: PreparedCohort, gene: str) -> list[int]:
    return [position for position, row in enumerate(cohort.patients) if row.labels[gene] == 1]


def shares(nodules: tuple[NoduleMaps, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Share of mass and share of area of each nodule; an empty map has no mass anywhere."""
    masses = [nodule.mass for nodule in nodules]
    return np.nan_to_num([mass.mass_share for mass in masses]), np.array([mass.area_share for mass in masses])


def excess(model: ExplainedModel, cohort: PreparedCohort, gene: str) -> float:
    """Mean share of mass over mean share of area on the gene's mutants; 1 for a map without preference."""
    mass, area = shares(nodule_maps(model, cohort, mutants(cohort, gene), gene))
    return float(mass.mean() / area.mean())


def explained(predictor: Predictor) -> ExplainedModel:
    return ExplainedModel(predictor.model.method.networks.networks, predictor.facts)


def fresh_network(seed: int) -> MMDL:
    torch.manual_seed(seed)
    return build_mmdl(TINY, GENES, clinical_count=0, views=len(VIEWS) * len(TINY.fields_mm)).eval()


def test_the_cause_was_learnt(predictor, off_centre):
    probabilities = predictor.model.method.member_probabilities(off_centre).mean(axis=0)
    for column, gene in enumerate(GENES):
        labels = np.array([row.labels[gene] for row in off_centre.patients], dtype=np.int8)
        assert auc(labels, probabilities[:, column]).value > 0.85


@pytest.mark.parametrize("gene", GENES)
def test_the_mass_lies_on_mutants_off_the_centre(predictor, off_centre, gene):
    nodules = nodule_maps(explained(predictor), off_centre, mutants(off_centre, gene), gene)
    mass, area = shares(nodules)
    assert len(nodules) >= 7
    assert mass.mean() > 2 * area.mean()
    assert (mass > area).mean() >= 0.75


@pytest.mark.parametrize("gene", GENES)
def test_it_is_the_nodule_and_not_the_middle_that_draws_it(predictor, off_centre, gene):
    sampler = sampler_of(predictor.facts)
    here, there = [], []
    positions = mutants(off_centre, gene)
    for position, nodule in zip(positions, nodule_maps(explained(predictor), off_centre, positions, gene), strict=True):
        opposite = segment_views(opposite_segment(off_centre.segment(position)), sampler)
        here.append(nodule.mass.mass_share)
        there.append(map_mass(nodule.maps_vhw, opposite).mass_share)
    assert np.mean(here) > 2 * np.mean(there)


def test_it_breaks_when_the_weights_are_random(predictor, off_centre):
    """Over several networks, because a single random one may happen to prefer bright tissue."""
    model = explained(predictor)
    trained = np.mean([excess(model, off_centre, gene) for gene in GENES])
    random = []
    for seed in range(FRESH_NETWORKS):
        *_, (_, last) = cascading_randomisation(model.networks[0], fresh_network(seed))
        random += [excess(replace(model, networks=(last,)), off_centre, gene) for gene in GENES]
    assert np.mean(random) < 1.5
    assert trained > 2 * np.mean(random)


def test_random_heads_alone_move_the_maps(predictor, off_centre):
    """The features still know nodules, but what they say of the gene is gone: maps change with the first layers."""
    model = explained(predictor)
    steps = dict(cascading_randomisation(model.networks[0], fresh_network(0)))
    (before,) = nodule_maps(model, off_centre, mutants(off_centre, "EGFR")[:1], "EGFR")
    (after,) = nodule_maps(
        replace(model, networks=(steps["branches"],)), off_centre, mutants(off_centre, "EGFR")[:1], "EGFR"
    )
    assert np.corrcoef(before.maps_vhw.ravel(), after.maps_vhw.ravel())[0, 1] < 0.9
