"""The paper's tables and figures from Python: two cohorts and settings in, a folder of evidence out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radiogene.api.cohorts import StoreArgument, cohort_place, opened_cohort
from radiogene.api.model import ledger_of
from radiogene.decision.prior_shift import require_prevalence
from radiogene.errors import SettingsError
from radiogene.evaluation.decision_curve import require_thresholds
from radiogene.evaluation.protocol import read_protocol
from radiogene.experiments.assembly import WrittenEvidence, write_evidence
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.cost import CostList, cost_list
from radiogene.experiments.experiment_folder import shown_before
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.registry import ALL, experiments_named, with_earlier
from radiogene.experiments.run import ExperimentRun, Progress, run_experiments
from radiogene.methods.settings_file import read_settings_file, typed_settings
from radiogene.parallel.workers import Workers
from radiogene.storage.result_places import require_folder_place


@dataclass(frozen=True, eq=False)
class Evidence:
    """A finished experiment.

    Attributes:
        run: cohorts, outcomes, tables and figures.
        written: the files of its report.
    """

    run: ExperimentRun
    written: WrittenEvidence


def experiment_settings(settings: Mapping[str, object] | str | Path | None) -> ExperimentSettings:
    """The settings of an experiment.

    Args:
        settings: by name, or a TOML file (`radiogene settings experiment`); what is not named has its default.

    Raises:
        SettingsError: an unknown name or a value that cannot be meant.
    """
    given = dict(read_settings_file(Path(settings)) if isinstance(settings, str | Path) else settings or {})
    checked = typed_settings(ExperimentSettings, given, "settings of experiment")
    if checked.folds == 1:
        raise SettingsError("Found 1 `folds`; wanted 2 or more, or 0 for one held-out part.")
    if checked.repeats < 1:
        raise SettingsError(f"Found {checked.repeats} `repeats`; wanted 1 or more.")
    for gene, share in checked.prevalence.items():
        if gene not in GENES:
            raise SettingsError(f"Found the `prevalence` of {gene}; an experiment is about {' and '.join(GENES)}.")
        require_prevalence(gene, share)
    require_thresholds(np.array(checked.threshold_probabilities, dtype=np.float64))
    if checked.accumulate < 1:
        raise SettingsError(f"Found {checked.accumulate} `accumulate`; wanted 1 or more.")
    return checked


def experiment_cost(
    name: str = ALL,
    train: StoreArgument | None = None,
    *,
    settings: Mapping[str, object] | str | Path | ExperimentSettings | None = None,
) -> CostList:
    """What a table or figure, or all, should cost in hours and gigabytes; nothing is fitted.

    Args:
        name: as for `run_experiment`.
        train: store that everything would be fitted on; the number of the paper's patients where not given.
        settings: by name, or a TOML file.

    Raises:
        SettingsError: no experiment of that name, or settings that cannot be meant.
    """
    checked = settings if isinstance(settings, ExperimentSettings) else experiment_settings(settings)
    patients = None if train is None else len(opened_cohort(train, genes=GENES))
    return cost_list(checked, patients, name)


def run_experiment(
    name: str,
    train: StoreArgument,
    external: StoreArgument,
    out: str | Path,
    *,
    settings: Mapping[str, object] | str | Path | ExperimentSettings | None = None,
    train_files: str | Path | None = None,
    external_files: str | Path | None = None,
    ledger: str | Path | None = None,
    protocol: str | Path | None = None,
    workers: Workers = 1,
    told: Callable[[Progress], None] = lambda progress: None,
) -> Evidence:
    """A table or figure of the paper, or all, with our numbers; finished fits of an interrupted run are kept.

    A folder that shows other experiments already goes on showing them: its report is one, of all that was asked there.

    Args:
        name: `table1` to `table8`, `figure1`, `figure6` to `figure12`, a part of the supplement, or `all`.
        train: store that everything is fitted on; several are one cohort; or tables without images (`patient_table`).
        external: store, or tables, that everything is tested on; several are one cohort.
        out: folder for report, tables, figures and fits.
        settings: by name, or a TOML file.
        train_files: folder that the training table's column `slides` starts from.
        external_files: the same of the external table.
        ledger: file in which looks at the external cohort are counted; that of the protocol, else that of this user's
            state folder, where not named.
        protocol: file that `radiogene protocol` froze; the report says what was planned and what came after.
        workers: processes that fit side by side.
        told: of every finished fit.

    Raises:
        SettingsError: no experiment of that name, a folder that holds another experiment, or a protocol that was
            changed after the first look.
        CohortError: cohorts that share a patient or a scan, or are empty, or two patients who are one.
    """
    place = Path(out)
    require_folder_place(place)
    checked = settings if isinstance(settings, ExperimentSettings) else experiment_settings(settings)
    training, tested = (
        cohort_place(store, None if files is None else Path(files))
        for store, files in ((train, train_files), (external, external_files))
    )
    experiments = with_earlier(experiments_named(name), shown_before(place))
    followed = None if protocol is None else read_protocol(Path(protocol))
    run = run_experiments(
        experiments,
        checked,
        ExperimentPlaces(training, tested, place),
        workers=workers,
        told=told,
        ledger=ledger_of(None if followed is None else followed.plan, ledger),
        protocol=followed,
    )
    return Evidence(run, write_evidence(run, place))
