"""Pretraining from Python: a folder of images in, weights that a training starts from out."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.methods.run_settings import RunSettings, run_options
from radiogene.methods.settings_file import merged, read_settings_file, typed_settings
from radiogene.model.pretrained_folder import require_pretrained_place
from radiogene.storage.result_places import require_folder_place
from radiogene.training.fitting.run_options import require_machine
from radiogene.training.pretraining.pretrain import pretrain as pretrain_network
from radiogene.training.pretraining.requested import RequestedPretraining

NOT_TAKEN = ("recompute", "compiled")
"""Of `RunSettings`: what a pretraining cannot do."""


def pretrain(
    images: str | Path,
    out: str | Path,
    *,
    settings: Mapping[str, object] | str | Path | None = None,
    run: Mapping[str, object] | None = None,
    test: str | Path | None = None,
    progress: bool = False,
    decoding: Callable[[], AbstractContextManager[Callable[[int, int], None] | None]] = nullcontext,
    tell: Callable[[str], None] = print,
) -> Path | None:
    """The folder of a pretrained network, from which `train` starts (`init`); the same call goes on if interrupted.

    Args:
        images: a folder with one subfolder of images per class.
        out: the folder of the pretrained network.
        settings: by name, or a TOML file: preset, backbone, epochs and so on (`radiogene settings pretrain`).
        run: device, precision, accumulation, processes and logs, by name.
        test: a folder of the same classes that only measures the network.
        progress: show bars on standard error.
        decoding: a bar that is open while images are decoded.
        tell: takes one line on files that give no image.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: an unknown setting, a place that cannot be written, or test images that are trained on.
        TrainingError: a class with too few images, or a loss that is not a number.
    """
    place = Path(out)
    asked, how = _decided(settings, run)
    require_folder_place(place.parent)
    require_pretrained_place(place)
    options = run_options(how, progress=progress)
    require_machine(options)
    record = pretrain_network(
        Path(images),
        asked.settings,
        place,
        options,
        test=None if test is None else Path(test),
        decoding=decoding,
        tell=tell,
    )
    return None if record is None else place


def _decided(
    settings: Mapping[str, object] | str | Path | None, run: Mapping[str, object] | None
) -> tuple[RequestedPretraining, RunSettings]:
    given = dict(read_settings_file(Path(settings)) if isinstance(settings, str | Path) else settings or {})
    of_file = given.pop("run", {})
    how = merged(of_file if isinstance(of_file, Mapping) else {}, run or {})
    others = [name for name in how if name in NOT_TAKEN]
    if others:
        raise SettingsError(f"A pretraining does not take {', '.join(f'`{name}`' for name in others)}.")
    asked = typed_settings(RequestedPretraining, given, "settings of pretrain")
    return asked, typed_settings(RunSettings, how, "`run`")
