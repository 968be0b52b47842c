"""Fixtures of the pretraining tests."""

import pytest

from radiogene.training.pretraining.photographs import Photographs
from radiogene.training.pretraining.pretrain import pretrain
from training.pretraining.made_images import OPTIONS, short_settings, write_images


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """A folder of twenty made images."""
    return write_images(tmp_path_factory.mktemp("images") / "made")


@pytest.fixture(scope="session")
def pretrained(images, tmp_path_factory):
    """The folder of a network pretrained on them for two epochs."""
    out = tmp_path_factory.mktemp("pretrained") / "network"
    pretrain(Photographs(images), short_settings(), out, OPTIONS)
    return out
