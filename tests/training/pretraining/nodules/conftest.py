"""Fixtures of the tests of pretraining on nodules."""

import pytest

from radiogene.api.cohorts import opened_cohort
from radiogene.training.pretraining.nodules.rated_nodules import RatedNodules
from radiogene.training.pretraining.nodules.unlabelled_nodules import UnlabelledNodules
from radiogene.training.pretraining.pretrain import pretrain
from training.pretraining.made_images import OPTIONS
from training.pretraining.nodules.made_nodules import rating_settings, unlabelled_settings, write_rated_store


@pytest.fixture(scope="session")
def rated_store(synthetic_store, made_once):
    """The place of a store of sixteen patients with rated nodules."""
    return made_once("rated-store", lambda path: write_rated_store(path, synthetic_store))


@pytest.fixture(scope="session")
def rated_cohort(rated_store):
    """Its patients."""
    return opened_cohort(rated_store)


@pytest.fixture(scope="session")
def rated(rated_cohort, tmp_path_factory):
    """The folder of a network pretrained on their texture for two epochs."""
    out = tmp_path_factory.mktemp("rated") / "network"
    pretrain(RatedNodules(rated_cohort, ("TEXTURE",)), rating_settings(), out, OPTIONS)
    return out


@pytest.fixture(scope="session")
def unlabelled(rated_cohort, tmp_path_factory):
    """The folder of a network pretrained on them without labels for two epochs."""
    pytest.importorskip("lightly")
    out = tmp_path_factory.mktemp("unlabelled") / "network"
    pretrain(UnlabelledNodules(rated_cohort), unlabelled_settings(), out, OPTIONS)
    return out


@pytest.fixture(scope="session")
def many_rated(synthetic_store, made_once):
    """A store whose epochs are long enough to be interrupted in."""
    return made_once("many-rated", lambda path: write_rated_store(path, synthetic_store, patients=40, seed=1))
