"""What the networks of an experiment were, from what the training of those that were fitted was given."""

from collections.abc import Iterable, Sequence

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.ct.nine_views import VIEW_NAMES, ViewSampling, view_names_of
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import MMDL
from radiogene.methods.method_settings import NetworkSettings, NineViewSettings
from radiogene.methods.nine_view.training_settings import training_settings
from radiogene.methods.registry import method_named
from radiogene.methods.stage_schedules import stage_schedule
from radiogene.storage.typed_json import JsonObject
from radiogene.training.batches.augmentation import LARGEST_SHIFT_MM
from radiogene.training.settings import TrainingSettings
from radiogene.training.stages.schedule import schedule_of

RANDOM = "random"
PRETRAINED = "a pretrained network"

OF_COHORT = "mean and SD of the fitting patients' cubes"
OF_VIEW = "mean and SD of each view by itself"

VIEW_SAMPLING = {
    ViewSampling.STRETCHED: "with diagonals stretched to a square",
    ViewSampling.ISOTROPIC: "with one scale on both axes",
}


def network_facts(fits: Sequence[PlannedFit]) -> JsonObject:
    """Sizes, starts, views, augmentation and columns; nothing of networks where none was fitted.

    Networks of an experiment share how they are trained; they differ in planes, genes, columns and starts.

    Args:
        fits: that have a result, those with shuffled labels left out.
    """
    networks = [fit for fit in fits if isinstance(fit.settings, NetworkSettings)]
    trained = [fit.settings for fit in fits if isinstance(fit.settings, NetworkSettings)]
    if not trained:
        return {}
    first = trained[0]
    facts: JsonObject = {
        "preset": first.preset,
        "epochs": stage_schedule(schedule_of(first.preset).all_layers, first.all_layers).epochs,
        "init": _starts(networks),
        "nodule_rule": "largest",
    }
    return facts | _nine_view_facts(networks) | _columns(networks)


def network_split(fits: Sequence[PlannedFit]) -> JsonObject:
    """How networks were validated, in folds or by one part held out; nothing where none was fitted.

    Args:
        fits: as for `network_facts`.
    """
    networks = [fit.settings for fit in fits if isinstance(fit.settings, NetworkSettings)]
    if not networks:
        return {}
    folds = max(settings.folds for settings in networks)
    if folds:
        return {"networks": {"kind": "folds", "folds": folds}}
    nine = _nine_view_trainings(fits)
    schedule = nine[0].schedule if nine else schedule_of(networks[0].preset)
    return {"networks": {"kind": "single", "validation_share": schedule.validation_share}}


def _nine_view_trainings(fits: Iterable[PlannedFit]) -> list[TrainingSettings]:
    """What the training of each network on nine views is given."""
    return [
        training_settings(method_named(fit.method).backbone, fit.settings)
        for fit in fits
        if isinstance(fit.settings, NineViewSettings)
    ]


def _nine_view_facts(fits: Sequence[PlannedFit]) -> JsonObject:
    """Of networks on nine views, if there are any."""
    trainings = _nine_view_trainings(fits)
    if not trainings:
        return {}
    first = trainings[0]
    planes = {
        plane
        for fit in fits
        if isinstance(fit.settings, NineViewSettings)
        for plane in fit.settings.views or VIEW_NAMES
    }
    return {
        "image_size_px": first.sizes.image_size,
        "views": list(view_names_of(tuple(planes), first.sizes.fields_mm)),
        "view_sampling": VIEW_SAMPLING[first.view_sampling],
        "standardisation": OF_VIEW if first.per_image_standardisation else OF_COHORT,
        "class_weighting": first.class_weighting,
        "augmentation": _augmentation(first),
        "nodule_rule": first.nodule_rule.value,
    }


def _augmentation(training: TrainingSettings) -> list[str]:
    if not training.augmentation:
        return []
    words = ["quarter turns", "flips", f"translations by at most {LARGEST_SHIFT_MM:g} mm"]
    if training.depth_shift_mm:
        words.append(f"moves of the plane by at most {training.depth_shift_mm:g} mm")
    return words


def _starts(networks: Iterable[PlannedFit]) -> JsonObject:
    """The starts of each system, by its title."""
    starts: dict[str, dict[str, None]] = {}
    for fit in networks:
        own = fit.settings
        start = own.init if isinstance(own, NineViewSettings) else RANDOM
        starts.setdefault(method_named(fit.method).title, {})[RANDOM if start == RANDOM else PRETRAINED] = None
    return {title: list(found) for title, found in starts.items()}


def _columns(networks: Iterable[PlannedFit]) -> JsonObject:
    """The clinical columns of MMDL as it is compared with others, which has all views and masks."""
    for fit in networks:
        own = fit.settings
        if fit.method == MMDL and isinstance(own, NineViewSettings) and own.attention and not own.views:
            return {"clinical_columns": list(DEFAULT_COLUMNS if own.clinical is None else own.clinical)}
    return {}
