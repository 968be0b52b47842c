"""Pretraining from Python: photographs or nodules in, weights that a training starts from out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from radiogene.api.cohorts import StoreArgument, opened_cohort, places_of
from radiogene.cohort.store.joined_stores import Stores
from radiogene.cohort.store.layout import STORE_FILE
from radiogene.cohort.table.table_cohort import CohortTables
from radiogene.errors import SettingsError
from radiogene.methods.run_settings import RunSettings, run_options
from radiogene.methods.settings_file import merged, read_settings_file, typed_settings
from radiogene.model.pretrained_folder import require_pretrained_place
from radiogene.storage.place import Place
from radiogene.storage.result_places import require_folder_place
from radiogene.training.fitting.run_options import require_machine
from radiogene.training.pretraining.nodules.rated_nodules import RatedNodules
from radiogene.training.pretraining.nodules.unlabelled_nodules import UnlabelledNodules
from radiogene.training.pretraining.photographs import Decoding, Photographs
from radiogene.training.pretraining.pretrain import pretrain as pretrain_network
from radiogene.training.pretraining.requested import RequestedPretraining
from radiogene.training.pretraining.task import PretrainingTask

NOT_TAKEN = ("recompute", "compiled")
"""Of `RunSettings`: what a pretraining cannot do."""


def pretrain(
    source: StoreArgument | Path,
    out: str | Path,
    *,
    columns: Sequence[str] = (),
    self_supervised: bool = False,
    settings: Mapping[str, object] | str | Path | None = None,
    run: Mapping[str, object] | None = None,
    test: str | Path | None = None,
    progress: bool = False,
    decoding: Decoding = nullcontext,
    tell: Callable[[str], None] = print,
) -> Path | None:
    """The folder of a pretrained network, from which `train` starts (`init`); the same call goes on if interrupted.

    Args:
        source: a folder with one subfolder of images per class; with `columns` or `self_supervised` a store of nodules.
        out: the folder of the pretrained network.
        columns: of the store's table, gene columns or further ones, that say 1 or 0 of a nodule: learn these.
        self_supervised: learn from the store's nodules without labels.
        settings: by name, or a TOML file: preset, backbone, epochs and so on (`radiogene settings pretrain`).
        run: device, precision, accumulation, processes and logs, by name.
        test: a folder of the same classes of images that only measures the network.
        progress: show bars on standard error.
        decoding: a bar that is open while images are decoded.
        tell: takes one line on files that give no image.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: an unknown setting or column, a place that cannot be written, or test images that are trained on.
        CohortError: a value of a column that is neither 1 nor 0 nor unknown.
        StoreError: no store, or one that cannot be read.
        TrainingError: too few images, patients or labels of a kind, or a loss that is not a number.
    """
    place = Path(out)
    named: dict[str, object] = {"columns": list(columns)} if columns else {}
    asked, how = _decided(settings, {**named, "self_supervised": True} if self_supervised else named, run)
    require_folder_place(place.parent)
    require_pretrained_place(place)
    options = run_options(how, progress=progress)
    require_machine(options)
    task = _task(source, asked, None if test is None else Path(test), decoding)
    record = pretrain_network(task, asked.settings, place, options, tell=tell)
    return None if record is None else place


def _task(
    source: StoreArgument | Path, asked: RequestedPretraining, test: Path | None, decoding: Decoding
) -> PretrainingTask:
    """What is learnt from what."""
    if isinstance(source, CohortTables):
        raise SettingsError("A pretraining looks at images, and a table has none: give a `store` or photographs.")
    if asked.kind == "photographs":
        return Photographs(_image_folder(source), test, decoding)
    if test is not None:
        raise SettingsError("`test` is a folder of photographs; a pretraining on nodules takes none.")
    cohort = opened_cohort(source)
    return RatedNodules(cohort, asked.columns) if asked.columns else UnlabelledNodules(cohort)


def _image_folder(source: str | Place | Stores | Sequence[str | Place]) -> Path:
    """The one folder of photographs; a store is not taken for one."""
    places = places_of(source)
    if len(places) > 1:
        raise SettingsError(
            f"Photographs lie in one folder; found {len(places)}. Several places are stores of nodules."
        )
    place = places[0]
    if not isinstance(place, Path) or (place / STORE_FILE).is_file():
        raise SettingsError(
            f"{place} is a store of nodules: say what to learn of them, by `columns` or `self_supervised`. Photographs "
            "lie in a folder of this machine with one subfolder per class."
        )
    return place


def _decided(
    settings: Mapping[str, object] | str | Path | None, named: Mapping[str, object], run: Mapping[str, object] | None
) -> tuple[RequestedPretraining, RunSettings]:
    given = dict(read_settings_file(Path(settings)) if isinstance(settings, str | Path) else settings or {})
    given |= named
    of_file = given.pop("run", {})
    how = merged(of_file if isinstance(of_file, Mapping) else {}, run or {})
    others = [name for name in how if name in NOT_TAKEN]
    if others:
        raise SettingsError(f"A pretraining does not take {', '.join(f'`{name}`' for name in others)}.")
    asked = typed_settings(RequestedPretraining, given, "settings of pretrain")
    return asked, typed_settings(RunSettings, how, "`run`")
