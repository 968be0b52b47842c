"""The demonstration, step by step, each step timed."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import CohortRow
from radiogene.cohort.store.cube_record import row_key
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.prepare import Progress, prepare_cohort
from radiogene.cohort.table.cohort_table import Cohort, read_cohort
from radiogene.cohort.table.summary import count_patients
from radiogene.decision.decision import Decision
from radiogene.demo.systems import BOTH, CLINICAL_ONLY, GENES, IMAGE_ONLY, train_clinical, train_network
from radiogene.errors import CasesFailedError
from radiogene.evaluation.added_value import AddedValue, added_value
from radiogene.evaluation.evaluation import EvaluationReport, evaluate_predictions
from radiogene.evaluation.predictions import Predictions
from radiogene.model.model_folder import HISTORY_FILE
from radiogene.phantom import GeneCeiling, ceiling, ceiling_range, oracle, write_cohort
from radiogene.prediction.predictor import Predictor
from radiogene.report.demo_metrics import DemoMetrics, DemoSite, LabelCounts
from radiogene.report.demo_page import write_demo_page
from radiogene.storage.atomic_files import write_json
from radiogene.storage.json_text import parsed_json
from radiogene.storage.library_versions import library_versions
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.typed_json import from_json
from radiogene.training.fitting.fit import FitOutcome

MEBIBYTE_IN_KIB = 1024

ProgressBar = Callable[[str], Any]
"""Title -> context manager that yields a function (finished, all)."""


@dataclass(frozen=True)
class DemoSettings:
    """What the demonstration makes and trains on.

    Attributes:
        training_patients: of site A.
        external_patients: of site B.
        seed: of the cohort, the training and the forest.
        epochs: of all layers; the preset's where None.
        workers: processes that write and prepare.
        progress: show bars on standard error.
    """

    training_patients: int = 200
    external_patients: int = 140
    seed: int = 0
    epochs: int | None = None
    workers: int = -1
    progress: bool = True


@dataclass
class Stopwatch:
    """Seconds per step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Adds the time of a block under `name`."""
        start = time.monotonic()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - start, 1)


def run_demo(out: Path, settings: DemoSettings, bar: ProgressBar) -> DemoMetrics:
    """Runs everything and returns what `metrics.json` holds.

    Args:
        out: folder for cohorts, stores, models, `metrics.json` and `report.html`.
        settings: sizes and seed.
        bar: makes a progress bar.

    Raises:
        CasesFailedError: a synthetic patient could not be prepared, which is a defect of this package.
    """
    watch = Stopwatch()
    tables, cohorts, stores = {}, {}, {}
    for site, patients in (("A", settings.training_patients), ("B", settings.external_patients)):
        with watch.step("synthetic DICOM"):
            tables[site] = _phantom(out / f"site-{site.lower()}", site, patients, settings, bar)
        with watch.step("cubes"):
            cohorts[site] = read_cohort(tables[site], genes=GENES)
            with bar(f"cubes, site {site}") as progress:
                stores[site] = _store(cohorts[site], out / f"store-{site.lower()}", settings, progress)

    models = {BOTH: out / "model", IMAGE_ONLY: out / "model-image-only", CLINICAL_ONLY: out / "model-clinical-only"}
    # First, because it refuses cohorts too small for its folds, and needs no minutes to do so.
    with watch.step(f"training, {CLINICAL_ONLY}"):
        train_clinical(stores["A"], models[CLINICAL_ONLY], settings.seed)
    for system in (BOTH, IMAGE_ONLY):
        folder = models[system]
        with watch.step(f"training, {system}"):
            train_network(
                stores["A"],
                folder,
                with_clinical=system == BOTH,
                seed=settings.seed,
                epochs=settings.epochs,
                progress=settings.progress,
            )
    with watch.step("external evaluation"):
        predictions, reports = _evaluate(stores["B"], models)
    with watch.step("ceiling"):
        best = ceiling("B")
        of_these = oracle(tables["B"].parent, cohorts["B"].patient_labels)
        ranges = _ranges(reports[BOTH])

    example = _example(cohorts["B"], stores["B"])
    with watch.step("one prediction and the report"):
        main = Predictor.from_folder(models[BOTH])
        metrics = DemoMetrics(
            synthetic=True,
            seed=settings.seed,
            preset="tiny",
            sites={site: _site(cohort) for site, cohort in cohorts.items()},
            external=reports,
            training=_stages(models[BOTH], "manifest.json"),
            settings=asdict(settings),
            versions=library_versions(),
            ceiling=_by_system({"EGFR": best.egfr, "KRAS": best.kras}),
            ceiling_draws=best.draws,
            ceiling_on_these_patients=_by_system(of_these),
            ceiling_range=ranges,
            added_value=_added_value(predictions, main.decision),
            seconds=watch.seconds,
            peak_memory_mb=_peak_memory_mb(),
        )
        history = _stages(models[BOTH], HISTORY_FILE)
        write_demo_page(out, metrics, predictions, main, example, history)
    metrics = replace(metrics, peak_memory_mb=_peak_memory_mb())
    write_json(out / "metrics.json", metrics.to_json())
    return metrics


def _phantom(folder: Path, site: str, patients: int, settings: DemoSettings, bar: ProgressBar) -> Path:
    with bar(f"synthetic CT, site {site}") as progress:
        return write_cohort(
            folder, patients=patients, site=site, seed=settings.seed, workers=settings.workers, progress=progress
        )


def _store(cohort: Cohort, folder: Path, settings: DemoSettings, progress: Progress | None) -> CubeStore:
    summary = prepare_cohort(cohort, folder, remove_absent=True, workers=settings.workers, progress=progress)
    if summary.failed:
        first = summary.failed[0]
        raise CasesFailedError(f"{len(summary.failed)} synthetic cases failed, the first: {first.error}")
    return CubeStore.open(folder)


def _evaluate(
    external: CubeStore, models: dict[str, Path]
) -> tuple[dict[str, Predictions], dict[str, EvaluationReport]]:
    predictions, reports = {}, {}
    for system, folder in models.items():
        predictor = Predictor.from_folder(folder)
        predictions[system] = predictor.predict_store(PreparedCohort.of(external)).predictions
        reports[system] = evaluate_predictions(predictions[system], predictor.decision.thresholds())
    return predictions, reports


def _stages(model: Path, file: str) -> tuple[FitOutcome, ...]:
    """The stages of the first member's training, as the manifest (without losses) or the history keeps them."""
    content = parsed_json(read_file_text(model / file))
    members = content if file == HISTORY_FILE else content["members"]
    return from_json(tuple[FitOutcome, ...], members[0]["stages"], where=model / file)


def _example(cohort: Cohort, store: CubeStore) -> CohortRow:
    """The first nodule of a cohort whose cube lies wholly inside its scan."""
    whole = {record.key for record in store.records if record.geometry.share_outside == 0}
    return next((row for row in cohort.rows if row_key(row) in whole), cohort.rows[0])


def _by_system(ceilings: dict[str, GeneCeiling]) -> dict[str, dict[str, float]]:
    return {
        gene: {BOTH: best.both, IMAGE_ONLY: best.image, CLINICAL_ONLY: best.clinical} for gene, best in ceilings.items()
    }


def _ranges(report: EvaluationReport) -> dict[str, dict[str, tuple[float, float]]]:
    """Per gene and system, between which AUCs chance puts the ceiling in cohorts like this one."""
    ranges = {}
    for gene, found in report.genes.items():
        counts = found.metrics.counts
        best = ceiling_range("B", gene, counts.mutants, counts.wild_types)
        ranges[gene] = {} if best is None else {BOTH: best.both, IMAGE_ONLY: best.image, CLINICAL_ONLY: best.clinical}
    return ranges


def _added_value(predictions: dict[str, Predictions], decision: Decision) -> dict[str, AddedValue]:
    """Per gene, what the image adds to the clinical values alone; net benefit at the training cohort's prevalence."""
    if predictions[BOTH].patient_ids != predictions[CLINICAL_ONLY].patient_ids:
        raise RuntimeError("all systems predict the same patients of site B in one order")
    added = {}
    for gene in predictions[BOTH].genes:
        with_image, without = predictions[BOTH].gene(gene), predictions[CLINICAL_ONLY].gene(gene)
        rule = decision.gene(gene)
        prevalence = rule.mutants / rule.patients
        added[gene] = added_value(with_image.labels, with_image.probabilities, without.probabilities, prevalence)
    return added


def _site(cohort: Cohort) -> DemoSite:
    counts = count_patients(cohort.rows, GENES)
    labels = {
        gene: LabelCounts(found.mutant, found.known - found.mutant, counts.patients - found.known)
        for gene, found in counts.genes.items()
    }
    return DemoSite(counts.patients, counts.nodules, labels)


def _peak_memory_mb() -> float:
    """Peak resident memory in MiB of this process or of its largest child."""
    kib = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(kib / MEBIBYTE_IN_KIB, 1)
