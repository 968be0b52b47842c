"""What a compared system's settings say of a training."""

from dataclasses import replace

import pytest

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.errors import SettingsError
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.nine_view.training_settings import training_settings
from radiogene.training.settings import KeptModel
from radiogene.training.stages.schedule import schedule_of


def test_what_is_not_said_is_the_presets():
    found = training_settings("vgg16", MethodSettings(preset="tiny", folds=0, seed=7, seeds=2))
    assert (found.backbone, found.preset, found.seed, found.seeds, found.folds) == ("vgg16", "tiny", 7, 2, 0)
    assert found.clinical_columns == ("age", "sex", "smoking")
    assert found.schedule == schedule_of("tiny")
    assert found.view_names == VIEW_NAMES
    assert found.attention
    assert found.sizes.channel_divisor == 8


def test_epochs_are_those_of_all_layers():
    found = training_settings("vgg16", MethodSettings(preset="tiny", epochs=3)).schedule
    wanted = schedule_of("tiny")
    assert found == replace(wanted, all_layers=replace(wanted.all_layers, epochs=3))


def test_no_clinical_columns_are_none_and_not_the_default():
    assert training_settings("vgg16", MethodSettings(clinical=())).clinical_columns == ()
    assert training_settings("vgg16", MethodSettings(clinical=("sex",))).clinical_columns == ("sex",)


def test_folds_set_thresholds_and_a_refit_predicts():
    assert training_settings("vgg16", MethodSettings(folds=5)).keep is KeptModel.REFIT
    with pytest.raises(SettingsError, match="1 fold leaves nobody"):
        training_settings("vgg16", MethodSettings(folds=1))


def test_views_stand_in_their_own_order():
    chosen = (VIEW_NAMES[5], VIEW_NAMES[0])
    assert training_settings("vgg16", MethodSettings(views=chosen)).view_names == (VIEW_NAMES[0], VIEW_NAMES[5])
    with pytest.raises(SettingsError, match=r"Views \['axial', 'axial'\]: expected some of axial, coronal, .* once"):
        training_settings("vgg16", MethodSettings(views=("axial", "axial")))
    with pytest.raises(SettingsError, match="expected some of axial"):
        training_settings("vgg16", MethodSettings(views=("oblique",)))
