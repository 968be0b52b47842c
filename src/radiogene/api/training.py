"""Training from Python: a cohort and settings in, a model folder and the model out; the policy of a training."""

import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from radiogene.api.cohorts import StoreArgument, opened_cohort
from radiogene.api.model import Model, load_model
from radiogene.errors import SettingsError
from radiogene.evaluation.held_out_table import held_out_table
from radiogene.evaluation.left_out_sites import sites_of_patients
from radiogene.experiments.cost import TrainingCost
from radiogene.experiments.cost import training_cost as expected_cost
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.methods.inputs import refuse_without_images
from radiogene.methods.method import FitContext, MethodEntry, Need
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.registry import all_methods, method_named
from radiogene.methods.run_settings import RunSettings, run_options, taken_run_names
from radiogene.methods.settings_file import merged, method_settings, read_settings_file, typed_settings
from radiogene.methods.trained_model import fit_model
from radiogene.model.model_folder import require_model_place
from radiogene.parallel.workers import Workers, process_count
from radiogene.prediction.site_validation import leave_one_site_out as validated_by_site
from radiogene.storage.atomic_files import write_text
from radiogene.storage.result_places import require_file_place, require_folder_place
from radiogene.storage.typed_json import to_json
from radiogene.training.fitting.run_options import process_rank, require_machine
from radiogene.training.fitting.unfinished import unfinished_folder

SettingsArgument = MethodSettings | Mapping[str, object] | str | Path | None
"""Settings of a fit: by name, with tables for stages; a TOML file; or nothing for the defaults."""

RUN = "run"
"""Table of a settings file with device, precision and memory."""


def list_methods() -> tuple[MethodEntry, ...]:
    """MMDL and every system that it is compared with: what each is given, what it fits, which settings it takes."""
    return tuple(all_methods().values())


def train(
    store: StoreArgument,
    out: str | Path,
    *,
    method: str = "mmdl",
    settings: SettingsArgument = None,
    run: RunSettings | Mapping[str, object] | None = None,
    workers: Workers = 1,
    files: str | Path | None = None,
    out_of_fold: str | Path | None = None,
    allow_duplicates: bool = False,
    leave_one_site_out: bool = False,
    progress: bool = False,
    tell: Callable[[str], None] = warnings.warn,
    told_cost: Callable[[TrainingCost], None] = lambda cost: None,
) -> Model | None:
    """The model that was trained and written into a folder; the same call goes on after an interruption.

    Args:
        store: of the training cohort; several are one cohort; or tables without images (`patient_table`), for a system
            that reads columns alone.
        out: the model folder.
        method: name of the system; `list_methods` names all.
        settings: of the fit, by name (`{"folds": 5, "all_layers": {"epochs": 20}}`), or a TOML file.
        run: device, precision, memory, processes and logs of a network, by name.
        workers: processes that train folds and seeds of a network on nine views side by side.
        files: folder that the table's column `slides` starts from.
        out_of_fold: CSV file for each patient's out-of-fold probabilities, with identifiers; needs folds.
        allow_duplicates: train although two patients are one; the model's card then says so.
        leave_one_site_out: also fit the system once for each site of the column `site`, on the other sites alone, and
            write into manifest and card what each says of the site that it had not seen.
        progress: show bars on standard error.
        tell: takes a sentence on patients who lack what the system needs; a warning where not given.
        told_cost: takes what the training should cost, before it begins.

    Returns:
        None in all processes of a distributed training but the first.

    Raises:
        SettingsError: a setting that the system does not take or that cannot be meant, or a place that cannot be
            written.
        TrainingError: too few patients of a kind, or a loss that is not a number.
        CohortError: a clinical column is missing, unusable or a copy of a label, two patients are one, or a system that
            reads CT was given a table without images.
        StoreError: no store, or one that cannot be read.
    """
    entry, folder = method_named(method), Path(out)
    wanted, how = decided(entry, settings, run)
    table = None if out_of_fold is None else Path(out_of_fold)
    _refuse_unused(entry, workers, files)
    _refuse_places(folder, table, wanted)
    options = run_options(how, progress=progress)
    if entry.network:
        require_machine(options)
    state = unfinished_folder(folder)
    cohort = opened_cohort(store, None if files is None else Path(files), wanted.genes)
    refuse_without_images(entry, cohort)
    if process_rank() == 0:
        told_cost(expected_cost(PlannedFit(method, wanted), len(cohort), how.accelerator))
    context = FitContext(state, state / ".features", options, workers)
    if leave_one_site_out:
        # A cohort that cannot be left out by sites is refused before hours are spent on it.
        sites_of_patients(cohort.rows)
    finished = fit_model(entry, wanted, cohort, context, allow_duplicates=allow_duplicates)
    if leave_one_site_out:
        sites = validated_by_site(entry, wanted, cohort, context, allow_duplicates=allow_duplicates)
        if finished is not None and sites is not None:
            finished = replace(finished, manifest={**finished.manifest, "left_out_sites": to_json(sites)})
    if finished is None:
        return None
    finished.write(folder)
    if table is not None:
        write_text(table, held_out_table(finished.held_out))
    shutil.rmtree(state, ignore_errors=True)
    for reason, count in finished.left_out.items():
        tell(f"{count} patients were left out: {reason}")
    return load_model(folder)


def training_cost(
    store: StoreArgument,
    *,
    method: str = "mmdl",
    settings: SettingsArgument = None,
    run: RunSettings | Mapping[str, object] | None = None,
) -> TrainingCost:
    """What a training should cost in minutes and gigabytes; nothing is trained. Arguments as for `train`.

    Raises:
        SettingsError: a setting that the system does not take or that cannot be meant.
        CohortError: a table without images for a system that reads CT.
        StoreError: no store, or one that cannot be read.
    """
    entry = method_named(method)
    wanted, how = decided(entry, settings, run)
    cohort = opened_cohort(store, genes=wanted.genes)
    refuse_without_images(entry, cohort)
    return expected_cost(PlannedFit(method, wanted), len(cohort), how.accelerator)


def with_backbone(method: str, backbone: str | None) -> str:
    """The name of the system that has a network in place of MMDL's own.

    Args:
        method: name of a system.
        backbone: the network that looks at a view; None for the system's own.

    Raises:
        SettingsError: no such backbone, or a system without views.
    """
    if backbone is None:
        return method
    by_backbone = {entry.backbone: name for name, entry in all_methods().items() if entry.backbone}
    if backbone not in by_backbone or not method_named(method).backbone:
        raise SettingsError(
            f"Found the `backbone` {backbone!r} for {method}; expected one of {', '.join(by_backbone)}, for a network "
            "on nine views."
        )
    return by_backbone[backbone]


def decided(
    entry: MethodEntry, settings: SettingsArgument, run: RunSettings | Mapping[str, object] | None
) -> tuple[MethodSettings, RunSettings]:
    """The settings of a fit, and how it runs, with the system's defaults for what is not said.

    Args:
        entry: the system.
        settings: of the fit; a file may say in its table `run` how it runs, too.
        run: how it runs; goes before what a file says.

    Raises:
        SettingsError: something that the system does not take, or that cannot be meant.
    """
    given: dict[str, object] = {}
    if isinstance(settings, str | Path):
        given = read_settings_file(Path(settings))
    elif isinstance(settings, Mapping):
        given = dict(settings)
    of_file = given.pop(RUN, {})
    if not isinstance(of_file, Mapping):
        raise SettingsError(f"Found {of_file!r} as `{RUN}`; wanted a table of device, precision and the like.")
    if isinstance(run, RunSettings):
        run = {part.name: getattr(run, part.name) for part in fields(run) if getattr(run, part.name) != part.default}
    how = merged(of_file, run or {})
    taken = taken_run_names(entry)
    others = [name for name in how if name not in taken]
    if others:
        raise SettingsError(
            f"{entry.title} does not take {', '.join(f'`{name}`' for name in others)}. "
            + (f"Of how it runs it takes {', '.join(f'`{n}`' for n in taken)}." if taken else "It trains no network.")
        )
    if isinstance(settings, MethodSettings):
        if type(settings) is not entry.settings:
            found, wanted = type(settings).__name__, entry.settings.__name__
            raise SettingsError(f"Found {found} for {entry.name}, which takes {wanted}.")
        fit = settings
    else:
        fit = method_settings(entry, given)
    return fit, typed_settings(RunSettings, how, f"`{RUN}`")


def _refuse_unused(entry: MethodEntry, workers: Workers, files: str | Path | None) -> None:
    """Refuses what would be passed over."""
    if not entry.backbone and process_count(workers) != 1:
        raise SettingsError(
            f"`workers` train folds and seeds of networks on nine views side by side; {entry.title} is fitted without."
        )
    if files is not None and Need.SLIDES not in entry.needs:
        raise SettingsError(f"`files` is the folder of slide tiles, and {entry.title} looks at none. Leave it out.")


def _refuse_places(out: Path, table: Path | None, settings: MethodSettings) -> None:
    """Refuses places that cannot be written, or that would mix identifiers into a model folder."""
    require_folder_place(out.parent)
    require_model_place(out)
    if table is None:
        return
    if not settings.folds:
        raise SettingsError("Without `folds` there are no out-of-fold probabilities (`out_of_fold`): give 2 or more.")
    require_file_place(table)
    folders = (out.resolve(), unfinished_folder(out).resolve())
    if any(folder in table.resolve().parents for folder in folders):
        raise SettingsError(
            f"{table} (`out_of_fold`) lies in the model folder, which holds no patient identifiers. Choose another "
            "place."
        )
