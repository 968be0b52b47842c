"""An experiment from two stores to what it shows: fits until nothing is missing, then tables and figures."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from radiogene import __version__
from radiogene.cohort.identity.duplicates import CohortScans, DuplicateCount, cohort_scans
from radiogene.cohort.identity.site_key import site_key
from radiogene.evaluation.ledger import LEDGER_FILE, LedgerEntry, copy_into_ledger, looks_at, read_ledger
from radiogene.evaluation.protocol import FIGURES, Look, Protocol, ProtocolStatement, refuse_changed, statement
from radiogene.experiments.cohorts import (
    ExperimentPlaces,
    contents_fingerprint,
    counted_duplicates,
    refuse_pretrained_cubes,
    refuse_unusable,
)
from radiogene.experiments.cost import expected_seconds
from radiogene.experiments.experiment import Evidence, Experiment, Shown
from radiogene.experiments.experiment_folder import claim
from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.fit_run import FEATURES_FOLDER, FitGuards, FitRuns
from radiogene.experiments.planned_fit import FitFailure, FitResult, Outcome, PlannedFit
from radiogene.experiments.shared_features import measure_shared_features
from radiogene.model.pretrained_folder import WEIGHTS_FILE
from radiogene.parallel.workers import Workers, process_count
from radiogene.storage.checked_files import sha256_of
from radiogene.storage.typed_json import JsonObject
from radiogene.training.fitting.run_options import RunOptions

Told = Callable[["Progress"], None]


@dataclass(frozen=True)
class Progress:
    """How far an experiment is.

    Attributes:
        done: fits that are finished.
        known: fits that are known to be needed; may grow.
        seconds_left: by what fits of the same kind took; None before the first.
        last: the fit that ended.
    """

    done: int
    known: int
    seconds_left: float | None
    last: Outcome | None


@dataclass(frozen=True, eq=False)
class ExperimentRun:
    """A finished experiment.

    Attributes:
        experiments: tables, figures and parts of the supplement.
        evidence: cohorts and outcomes.
        shown: by the experiment's name.
        failures: of fits.
        fingerprints: SHA-256 of both cohorts.
        duplicates: pairs of patients who are one, where they were allowed.
        looks: every look at scans of the external cohort that the ledger counts, this experiment's among them.
        protocol: what was planned and what came after; None without a protocol.
    """

    experiments: tuple[Experiment, ...]
    evidence: Evidence
    shown: Mapping[str, Shown]
    failures: tuple[FitFailure, ...]
    fingerprints: Mapping[str, str]
    duplicates: DuplicateCount = field(default_factory=DuplicateCount)
    looks: tuple[LedgerEntry, ...] = ()
    protocol: ProtocolStatement | None = None


def run_experiments(
    experiments: Sequence[Experiment],
    settings: ExperimentSettings,
    places: ExperimentPlaces,
    *,
    workers: Workers = 1,
    told: Told = lambda progress: None,
    ledger: Path | None = None,
    protocol: Protocol | None = None,
) -> ExperimentRun:
    """What the experiments show; fits that an interrupted run finished are not computed again.

    Args:
        experiments: tables and figures.
        settings: of all of them.
        places: of both cohorts and of the experiment.
        workers: who runs the fits.
        told: of every finished fit.
        ledger: file in which looks at the external cohort are counted; that of the experiment's folder where None.
        protocol: that the experiment follows.

    Raises:
        CohortError: the cohorts share a patient or are empty, two patients are one, or a start has seen the external
            cohort.
        SettingsError: the folder holds another experiment, or the protocol was changed after the first look.
    """
    training, external = places.training.opened(GENES), places.external.opened(GENES)
    refuse_unusable(training, external)
    scans, external_scans = (cohort_scans(cohort, site_key()) for cohort in (training, external))
    duplicates = counted_duplicates(scans, external_scans, allowed=settings.allow_duplicates)
    refuse_pretrained_cubes(settings.pretrained, external_scans.fingerprints)
    fingerprints = {
        "training": contents_fingerprint(training, scans.fingerprints),
        "external": contents_fingerprint(external, external_scans.fingerprints),
    }
    context = _context(settings, fingerprints)
    claim(places.out, {"settings": settings.of_fits, "cohorts": {**fingerprints}, "radiogene": __version__})
    options = RunOptions(
        settings.accelerator,
        settings.precision,
        progress=False,
        accumulate=settings.accumulate,
        recompute=settings.recompute,
    )
    if protocol is not None:
        refuse_changed(protocol, read_ledger(ledger or places.out / LEDGER_FILE), external_scans.keys)
    sha256 = "" if protocol is None else protocol.sha256
    guards = FitGuards(external_scans.keys, settings.allow_duplicates, sha256)
    runs = FitRuns(places, context, guards, options, settings.calibration, workers)
    fits = [fit for experiment in experiments for fit in experiment.fits(settings, {})]
    missing = set(fits) - set(runs.finished(fits))
    measure_shared_features(missing, (training, external), places.out / FEATURES_FOLDER, workers)
    outcomes = _all_outcomes(experiments, settings, runs, len(training), told)
    # Before any figure is shown.
    looks = counted_looks(places.out / LEDGER_FILE, ledger, external_scans)
    evidence = Evidence(settings, training, external, outcomes, places.out)
    return ExperimentRun(
        tuple(experiments),
        evidence,
        {experiment.name: experiment.show(evidence) for experiment in experiments},
        tuple(outcome for outcome in outcomes.values() if isinstance(outcome, FitFailure)),
        fingerprints,
        duplicates,
        looks,
        None if protocol is None else statement(protocol, _looks(outcomes, len(external), external_scans.keys)),
    )


def counted_looks(own: Path, ledger: Path | None, scans: CohortScans) -> tuple[LedgerEntry, ...]:
    """Every look at scans of a cohort, once those of an experiment are counted.

    Args:
        own: ledger in the experiment's folder, which fits on any machine write.
        ledger: that counts across folders; None for the experiment's own alone.
        scans: of the cohort.
    """
    if ledger is not None and ledger.resolve() != own.resolve():
        copy_into_ledger(ledger, read_ledger(own))
        return looks_at(read_ledger(ledger), scans.keys)
    return looks_at(read_ledger(own), scans.keys)


def _looks(outcomes: Mapping[PlannedFit, Outcome], patients: int, scans: tuple[str, ...]) -> list[Look]:
    """The looks of an experiment's fits at the external cohort."""
    return [
        Look(
            system=fit.method,
            weights_sha256="",
            thresholds={name: rule.threshold for name, rule in outcome.decision.genes.items()},
            figures=dict.fromkeys(outcome.external.genes, FIGURES),
            patients=patients,
            scans=scans,
        )
        for fit, outcome in outcomes.items()
        if isinstance(outcome, FitResult) and fit.shuffled is None
    ]


def _all_outcomes(
    experiments: Sequence[Experiment],
    settings: ExperimentSettings,
    runs: FitRuns,
    training_patients: int,
    told: Told,
) -> dict[PlannedFit, Outcome]:
    """The outcomes of every fit; some fits are known only when others are done."""
    outcomes: dict[PlannedFit, Outcome] = {}
    while True:
        needed = list(dict.fromkeys(fit for each in experiments for fit in each.fits(settings, outcomes)))
        outcomes |= runs.finished(fit for fit in needed if fit not in outcomes)
        missing = [fit for fit in needed if fit not in outcomes]
        if not missing:
            return outcomes
        expected = {fit: expected_seconds(fit, training_patients, settings.accelerator) for fit in needed}
        count = _Count(needed, expected, process_count(runs.workers))
        # The longest first, so that no worker begins one while the others have nothing left.
        missing.sort(key=lambda fit: -count.expected[fit])
        told(count.progress(outcomes, None))
        with closing(runs.run(missing)) as ended:
            for outcome in ended:
                outcomes[outcome.fit] = outcome
                told(count.progress(outcomes, outcome))


@dataclass(frozen=True)
class _Count:
    """The fits that are known to be needed, and what each should take."""

    needed: Sequence[PlannedFit]
    expected: Mapping[PlannedFit, float]
    workers: int

    def progress(self, outcomes: Mapping[PlannedFit, Outcome], last: Outcome | None) -> Progress:
        """How far it is; the time left is scaled by how finished fits compare with what was expected of them."""
        taken = [(outcome.seconds, self.expected[fit]) for fit, outcome in outcomes.items() if fit in self.expected]
        left = sum(self.expected[fit] for fit in self.needed if fit not in outcomes)
        pace = sum(seconds for seconds, _ in taken) / sum(seconds for _, seconds in taken) if taken else None
        done = sum(fit in outcomes for fit in self.needed)
        return Progress(done, len(self.needed), None if pace is None else pace * left / self.workers, last)


def _context(settings: ExperimentSettings, fingerprints: Mapping[str, str]) -> JsonObject:
    """What decides every fit's result beside its settings."""
    pretrained = {name: sha256_of(Path(folder) / WEIGHTS_FILE) for name, folder in settings.pretrained.items()}
    return {
        "cohorts": {**fingerprints},
        "radiogene": __version__,
        "calibration": settings.calibration.value,
        "precision": settings.precision,
        "accumulate": settings.accumulate,
        "pretrained": {**pretrained},
    }
