"""What a compared system's settings say of a training."""

from dataclasses import replace

import pytest

from radiogene.ct.nine_views import VIEW_NAMES
from radiogene.errors import SettingsError
from radiogene.methods.method_settings import NineViewSettings, StageSettings
from radiogene.methods.nine_view.training_settings import training_settings
from radiogene.training.settings import KeptModel
from radiogene.training.stages.schedule import schedule_of


def test_what_is_not_said_is_the_presets():
    found = training_settings("vgg16", NineViewSettings(preset="tiny", folds=0, seed=7, seeds=2))
    assert (found.backbone, found.preset, found.seed, found.seeds, found.folds) == ("vgg16", "tiny", 7, 2, 0)
    assert found.clinical_columns == ("age", "sex", "smoking")
    assert found.schedule == schedule_of("tiny")
    assert found.view_names == (*VIEW_NAMES, *(f"{name}, 32 mm" for name in VIEW_NAMES))
    assert found.attention
    assert found.sizes.channel_divisor == 8


def test_epochs_of_all_layers_leave_the_other_stages_as_the_preset_has_them():
    found = training_settings("vgg16", NineViewSettings(preset="tiny", all_layers=StageSettings(epochs=3))).schedule
    wanted = schedule_of("tiny")
    assert found == replace(wanted, all_layers=replace(wanted.all_layers, epochs=3))


def test_no_clinical_columns_are_none_and_not_the_default():
    assert training_settings("vgg16", NineViewSettings(clinical=())).clinical_columns == ()
    assert training_settings("vgg16", NineViewSettings(clinical=("sex",))).clinical_columns == ("sex",)


def test_folds_set_thresholds_and_what_predicts_is_said():
    assert training_settings("vgg16", NineViewSettings(folds=5)).keep is KeptModel.ENSEMBLE
    assert training_settings("vgg16", NineViewSettings(folds=5, keep="refit")).keep is KeptModel.REFIT
    with pytest.raises(SettingsError, match=r"A refit \(`keep`\) is what a cross-validation leaves"):
        training_settings("vgg16", NineViewSettings(keep="refit"))
    with pytest.raises(SettingsError, match="1 fold leaves nobody"):
        training_settings("vgg16", NineViewSettings(folds=1))


def test_views_stand_in_their_own_order():
    chosen = (VIEW_NAMES[5], VIEW_NAMES[0])
    found = training_settings("vgg16", NineViewSettings(views=chosen)).view_names
    assert found == ("axial", "P,L+F", "axial, 32 mm", "P,L+F, 32 mm")
    assert training_settings("vgg16", NineViewSettings(preset="paper", views=chosen)).view_names == found[:2]
    assert training_settings("vgg16", NineViewSettings(views=chosen, fields_mm=(40.0,))).view_names == (
        "axial, 40 mm",
        "P,L+F, 40 mm",
    )
    with pytest.raises(
        SettingsError, match=r"the `views` \['axial', 'axial'\]; expected some of axial, coronal, .* once"
    ):
        training_settings("vgg16", NineViewSettings(views=("axial", "axial")))
    with pytest.raises(SettingsError, match="expected some of axial"):
        training_settings("vgg16", NineViewSettings(views=("oblique",)))


def test_every_word_of_the_settings_reaches_the_training():
    own = NineViewSettings(
        preset="tiny",
        batch=3,
        branches=StageSettings(epochs=2, optimiser="adamw"),
        fusion=StageSettings(learning_rate=0.5, patience=7),
        joint=True,
        validation_share=0.4,
        class_weighting=True,
        augmentation=False,
        dropout=False,
        freeze_normalisation=True,
        view_sampling="isotropic",
        per_image_standardisation=True,
        clinical_at="fc256_input",
        attention=False,
        nodule_rule="max",
        fields_mm=(48.0,),
        window_hu=(-1000.0, 200.0),
        depth_shift_mm=2.0,
        fusion_start="equal",
    )
    found, of_preset = training_settings("vgg16", own), schedule_of("tiny")
    schedule = found.schedule
    assert (schedule.batch_patients, schedule.validation_share) == (3, 0.4)
    assert schedule.branches == replace(of_preset.branches, epochs=2, optimiser="adamw")
    assert schedule.fusion == replace(of_preset.fusion, learning_rate=0.5, patience=7)
    assert (found.joint, found.class_weighting, found.augmentation, found.dropout) == (True, True, False, False)
    assert (found.freeze_normalisation, found.per_image_standardisation, found.attention) == (True, True, False)
    assert (
        (found.fields_mm, found.window_hu)
        == (found.sizes.fields_mm, found.sizes.window_hu)
        == ((48.0,), (-1000.0, 200.0))
    )
    assert (found.depth_shift_mm, found.fusion_start.value) == (2.0, "equal")
    words = (found.view_sampling.value, found.clinical_at.value, found.nodule_rule.value)
    assert words == ("isotropic", "fc256_input", "max")
