"""Fixtures of the pretraining tests."""

import pytest

from radiogene.training.pretraining.pretrain import pretrain
from training.pretraining.made_pictures import OPTIONS, short_settings, write_pictures


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder of twenty made pictures."""
    return write_pictures(tmp_path_factory.mktemp("pictures") / "made")


@pytest.fixture(scope="session")
def pretrained(pictures, tmp_path_factory):
    """The folder of a network pretrained on them for two epochs."""
    out = tmp_path_factory.mktemp("pretrained") / "network"
    pretrain(pictures, short_settings(), out, OPTIONS)
    return out
