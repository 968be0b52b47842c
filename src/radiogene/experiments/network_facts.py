"""What the networks of an experiment were, from the settings of those that were fitted."""

from collections.abc import Iterable, Sequence

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.ct.nine_views import VIEW_NAMES, view_names_of
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.experiments.rows import MMDL
from radiogene.methods.method_settings import NetworkSettings, NineViewSettings
from radiogene.methods.registry import method_named
from radiogene.networks.presets import preset_named
from radiogene.storage.typed_json import JsonObject
from radiogene.training.batches.augmentation import LARGEST_SHIFT_MM
from radiogene.training.stages.schedule import schedule_of

RANDOM = "random"
PRETRAINED = "a pretrained network"

OF_COHORT = "mean and SD of the fitting patients' cubes"
OF_IMAGE = "mean and SD of each view by itself"


def network_facts(fits: Sequence[PlannedFit]) -> JsonObject:
    """Sizes, starts, views, augmentation and columns; nothing of networks where none was fitted.

    Args:
        fits: that have a result, those with shuffled labels left out.
    """
    networks = [fit for fit in fits if isinstance(fit.settings, NetworkSettings)]
    if not networks:
        return {}
    first = networks[0].settings
    schedule = schedule_of(first.preset)
    facts: JsonObject = {
        "preset": first.preset,
        "epochs": first.all_layers.epochs or schedule.all_layers.epochs,
        "init": _starts(networks),
        "nodule_rule": "largest",
    }
    nine = [fit.settings for fit in networks if isinstance(fit.settings, NineViewSettings)]
    return facts | (_nine_view_facts(nine) if nine else {}) | _columns(networks)


def _nine_view_facts(networks: Sequence[NineViewSettings]) -> JsonObject:
    """Of networks on nine views, which all share how they are trained, and differ in the planes that they see."""
    settings, planes = networks[0], {plane for network in networks for plane in network.views or VIEW_NAMES}
    sizes = preset_named(settings.preset, fields_mm=settings.fields_mm, window_hu=settings.window_hu)
    return {
        "image_size_px": sizes.image_size,
        "views": list(view_names_of([plane for plane in VIEW_NAMES if plane in planes], sizes.fields_mm)),
        "view_sampling": VIEW_SAMPLING[settings.view_sampling],
        "standardisation": OF_IMAGE if settings.per_image_standardisation else OF_COHORT,
        "class_weighting": settings.class_weighting,
        "augmentation": _augmentation(settings),
        "nodule_rule": settings.nodule_rule,
    }


VIEW_SAMPLING = {
    "stretched": "with diagonals stretched to a square",
    "isotropic": "with one scale on both axes",
}


def _augmentation(settings: NineViewSettings) -> list[str]:
    if not settings.augmentation:
        return []
    words = ["quarter turns", "flips", f"translations by at most {LARGEST_SHIFT_MM:g} mm"]
    if settings.depth_shift_mm:
        words.append(f"moves of the plane by at most {settings.depth_shift_mm:g} mm")
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


def network_split(networks: Sequence[NetworkSettings]) -> JsonObject:
    """How networks were validated: in folds, or by one part held out.

    Args:
        networks: settings of those that were fitted.
    """
    folds = max(settings.folds for settings in networks)
    if folds:
        return {"kind": "folds", "folds": folds}
    shares = {settings.validation_share for settings in networks if isinstance(settings, NineViewSettings)}
    share = next((share for share in shares if share is not None), None)
    return {"kind": "single", "validation_share": share or schedule_of(networks[0].preset).validation_share}
