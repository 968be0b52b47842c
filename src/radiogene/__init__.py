"""EGFR and KRAS mutation of non-small-cell lung cancer from CT, by the MMDL network (Dong et al. 2021).

    import radiogene as rg

    model = rg.load_model("model")
    prediction = model.predict("ct", nodule=(50.8, -97.2, -369.5), age=74, sex="female", smoking="never")
    prediction["EGFR"].probability

Every name below is loaded when it is first used, so that `import radiogene` costs nothing.
"""

import os
from importlib import import_module

TYPE_CHECKING = False
"""True for type checkers alone; the module `typing` would take a third of the time of this import."""

__version__ = "0.2.0"

# OpenMP's threads wait for each other by spinning; on a shared machine long spinning makes a training step many times
# slower. Read when torch is first imported, so it is set here, for a notebook as for the command line.
os.environ.setdefault("GOMP_SPINCOUNT", "30000")

if TYPE_CHECKING:
    from radiogene.api.cohorts import check_cohort, open_store, patient_table, prepare_cohort, read_cohort
    from radiogene.api.model import Model, evaluate, load_model
    from radiogene.api.prediction import Prediction
    from radiogene.api.pretraining import pretrain
    from radiogene.api.prevalence import estimate_prevalence
    from radiogene.api.sample_size import sample_size
    from radiogene.api.scans import cut_views, place_nodule, prepare_nodule, read_scan
    from radiogene.api.training import list_methods, train
    from radiogene.errors import RadiogeneError

__all__ = [
    "Model",
    "Prediction",
    "RadiogeneError",
    "check_cohort",
    "cut_views",
    "estimate_prevalence",
    "evaluate",
    "list_methods",
    "load_model",
    "open_store",
    "patient_table",
    "place_nodule",
    "prepare_cohort",
    "prepare_nodule",
    "pretrain",
    "read_cohort",
    "read_scan",
    "sample_size",
    "train",
]

_ROOMS = {
    "api.cohorts": ("check_cohort", "open_store", "patient_table", "prepare_cohort", "read_cohort"),
    "api.model": ("Model", "evaluate", "load_model"),
    "api.prediction": ("Prediction",),
    "api.pretraining": ("pretrain",),
    "api.prevalence": ("estimate_prevalence",),
    "api.sample_size": ("sample_size",),
    "api.scans": ("cut_views", "place_nodule", "prepare_nodule", "read_scan"),
    "api.training": ("list_methods", "train"),
    "errors": ("RadiogeneError",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    found = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
