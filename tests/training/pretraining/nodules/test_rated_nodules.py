"""A pretraining on columns of a store: what it writes and learns, what starts from it, and what it refuses."""

import json
from dataclasses import replace

import pytest
import torch

import radiogene as rg
from radiogene.api.cohorts import opened_cohort
from radiogene.cohort.identity.cube_fingerprint import fingerprints
from radiogene.errors import CohortError, SettingsError, TrainingError
from radiogene.experiments.cohorts import refuse_pretrained_cubes
from radiogene.model.pretrained_folder import read_pretrained
from radiogene.networks.presets import TINY, build_view_network
from radiogene.networks.standardisation import fit_standardisation
from radiogene.training.batches.batch_plan import BatchPlan
from radiogene.training.initial_weights import initial_weights
from radiogene.training.pretraining.nodules.rated_nodules import RatedNodules
from radiogene.training.pretraining.pretrain import pretrain
from radiogene.training.pretraining.requested import RequestedPretraining
from training.pretraining.made_images import OPTIONS
from training.pretraining.nodules.made_nodules import MARGIN, TEXTURE, rating_settings, write_rated_store

KNOWN = [number for number in range(17) if number % 4 != 3]


@pytest.fixture(scope="module")
def opened(rated_cohort, tmp_path_factory):
    settings = replace(rating_settings(), columns=(TEXTURE, MARGIN))
    return RatedNodules(rated_cohort, settings.columns).opened(settings, tmp_path_factory.mktemp("place"))


def fingerprints_of(cohort):
    return fingerprints(cohort.source.cube(index) for index in cohort.nodule_indexes)


def test_the_folder_says_what_was_learnt_of_whom(rated, rated_cohort):
    found = read_pretrained(rated)
    assert found.settings.kind == "ratings"
    assert found.settings.columns == (TEXTURE,)
    assert found.settings.view_names == ("axial", "coronal")
    assert found.settings.counts == {"patients": 12, "nodules": 13}
    assert set(found.state) == set(build_view_network(TINY).state_dict())
    assert found.training_cubes == set(fingerprints(rated_cohort.source.cube(i) for i in KNOWN))
    manifest = json.loads((rated / "manifest.json").read_text())
    nodules = manifest["nodules"]
    assert nodules["fitting_nodules"] + nodules["validation_nodules"] == 13
    assert nodules["validation_patients"] == 4
    counts = nodules["columns"][TEXTURE]
    assert sum(counts["fitting"].values()) + sum(counts["validation"].values()) == 13
    assert 0 <= manifest["validation"]["auc"][TEXTURE]["value"] <= 1
    assert "validation AUC" in (rated / "card.md").read_text()
    history = json.loads((rated / "history.json").read_text())["history"]
    assert [set(entry) for entry in history] == [{"epoch", "loss", "validation_loss"}] * 2


def test_no_file_holds_a_patient_or_a_path(rated, rated_store):
    for file in rated.iterdir():
        content = file.read_bytes()
        assert b"R-0-" not in content, file.name
        assert str(rated_store).encode() not in content, file.name
    assert [entry.name for entry in rated.parent.iterdir()] == ["network"]


def test_scaling_is_of_the_fitting_patients(opened, rated_cohort):
    cubes = [rated_cohort.source.cube(opened.cohort.index[i]) for i in opened.split.fitting]
    assert opened.standardisation == fit_standardisation(cubes)


def test_unknown_labels_carry_no_loss_and_parts_add_up_to_the_batch(opened):
    torch.manual_seed(0)
    module = opened.module(build_view_network(TINY), parts=1).eval()
    whole, *_ = (opened.training[part] for part in BatchPlan(opened.training.known, 8, seed=1))
    known = whole.nodules.known
    assert 0 < known.sum() < known.numel()
    changed = torch.where(known, whole.nodules.labels, 1 - whole.nodules.labels)
    other = whole._replace(nodules=whole.nodules._replace(labels=changed))
    with torch.no_grad():
        for epoch in (None, 3):
            assert torch.equal(module.part_loss(whole, epoch), module.part_loss(other, epoch))
        halves = [opened.training[part] for part in BatchPlan(opened.training.known, 8, parts=2, seed=1)][:2]
        summed = sum(module.part_loss(half, 3) for half in halves)
        assert torch.allclose(summed, module.part_loss(whole, 3), atol=1e-5)
        assert not torch.equal(module.part_loss(whole, 3), module.part_loss(whole, 4))


@pytest.mark.slow
def test_it_learns_to_tell_solid_from_ground_glass(synthetic_store, tmp_path):
    store = write_rated_store(tmp_path / "store", synthetic_store, patients=24, seed=3)
    settings = replace(rating_settings(epochs=8, learning_rate=0.003), view_names=("axial",))
    pretrain(RatedNodules(opened_cohort(store), (TEXTURE,)), settings, tmp_path / "out", OPTIONS)
    auc = json.loads((tmp_path / "out" / "manifest.json").read_text())["validation"]["auc"][TEXTURE]
    assert auc["value"] > 0.9


def test_a_training_on_rated_nodules_is_refused_and_on_others_says_its_start(rated, rated_cohort):
    start = initial_weights(str(rated), TINY)
    cubes = fingerprints(rated_cohort.source.cube(i) for i in KNOWN[:3])
    with pytest.raises(TrainingError, match=r"fitted to TEXTURE of 3 of the 4 cubes.*`self_supervised`"):
        start.of_training_on([*cubes, "0" * 16])
    said = start.of_training_on(["0" * 16])
    assert (said["kind"], said["columns"], said["patients"], said["nodules"]) == ("ratings", [TEXTURE], 12, 13)
    assert said["cubes_of_this_training"] == 0


def test_train_refuses_it_before_anything_is_trained(rated, rated_store, tmp_path):
    settings = {"preset": "tiny", "genes": ["EGFR"], "clinical": [], "init": str(rated), "validation_share": 0.4}
    with pytest.raises(TrainingError, match="fitted to TEXTURE of"):
        rg.train(rated_store, tmp_path / "model", settings=settings)
    assert not (tmp_path / "model").exists()


def test_an_experiment_refuses_a_start_that_saw_its_external_cohort(rated, rated_cohort):
    refuse_pretrained_cubes({"mmdl": str(rated)}, fingerprints_of(rated_cohort.at([2])))
    with pytest.raises(CohortError, match=r"was pretrained on 3 cubes of the external store.*`pretrained`"):
        refuse_pretrained_cubes(
            {"mmdl": str(rated)},
            fingerprints_of(rated_cohort.at([0, 1])),
        )


def test_what_cannot_be_meant_is_refused(rated_store, rated_cohort, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(SettingsError, match="is a store of nodules: say what to learn"):
        rg.pretrain(rated_store, out)
    with pytest.raises(SettingsError, match="leave one of them out"):
        rg.pretrain(rated_store, out, columns=(TEXTURE,), self_supervised=True)
    with pytest.raises(SettingsError, match="wanted each once"):
        rg.pretrain(rated_store, out, columns=(TEXTURE, TEXTURE))
    with pytest.raises(SettingsError, match="no column 'SHAPE'; it has EGFR"):
        rg.pretrain(rated_store, out, columns=("SHAPE",))
    with pytest.raises(SettingsError, match="takes none"):
        rg.pretrain(rated_store, out, columns=(TEXTURE,), test=tmp_path)
    with pytest.raises(SettingsError, match=r"Found the `views` \['oblique'\]"):
        rg.pretrain(rated_store, out, columns=(TEXTURE,), settings={"views": ["oblique"]})
    with pytest.raises(SettingsError, match="`smallest_side` is of cut-outs of photographs"):
        RequestedPretraining(columns=(TEXTURE,), smallest_side=0.5)
    with pytest.raises(SettingsError, match="Photographs have no `views`"):
        RequestedPretraining(views=("axial",))
    with pytest.raises(SettingsError, match="lies in the data's folder"):
        rg.pretrain(rated_store, rated_store / "network", columns=(TEXTURE,))
    with pytest.raises(TrainingError, match="No nodule of the store has a known TEXTURE"):
        RatedNodules(rated_cohort.at([2, 6]), (TEXTURE,))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_the_first_format_is_one_of_photographs(pretrained, tmp_path):
    from radiogene.model.pretrained_folder import PretrainedSettings

    content = json.loads((pretrained / "settings.json").read_text())
    older = {key: content[key] for key in ("format", "preset", "attention", "classes", "scaling")}
    found = PretrainedSettings.from_json(older)
    assert (found.kind, found.columns, found.standardisation, found.counts) == ("photographs", (), None, {})
    assert found.scaling == read_pretrained(pretrained).settings.scaling
