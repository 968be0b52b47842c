"""`radiogene radiomics`: the radiomic features of a store's patients, as a table."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Quiet, Scheduler, Stores, Workers
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError
from radiogene.storage.plain_words import counted
from radiogene.storage.result_places import require_file_place, require_folder_place


def radiomics(
    store: Stores,
    out: Annotated[Path, typer.Option("--out", help="The table (CSV); beside it how it was measured (.json).")],
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder that keeps each nodule's features (else OUT.cache).")
    ] = None,
    workers: Workers = -1,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Radiomic features of each patient's largest nodule by PyRadiomics, which the extra `radiomics` installs."""
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.cohort.store.joined_stores import open_stores
    from radiogene.parallel.workers import opened_workers
    from radiogene.radiomics.features_file import write_features
    from radiogene.radiomics.radiomic_table import cohort_features, unmeasured

    require_file_place(out)
    folder = out.with_name(f"{out.name}.cache") if cache is None else cache
    require_folder_place(folder)
    cohort = PreparedCohort.of(open_stores(store))
    left_out = unmeasured(cohort)
    measurable = [position for position in range(len(cohort)) if position not in left_out]
    # With nobody left the whole cohort is refused, with the reason.
    measured = cohort.at(measurable) if measurable else cohort
    with opened_workers(workers, scheduler) as who, progress_bar("nodules", quiet) as progress:
        table = cohort_features(measured, folder, workers=who, progress=progress)
    reasons = {cohort.patient_ids[position]: reason for position, reason in left_out.items()}
    cut = write_features(out, measured, table, reasons)
    typer.echo(f"{len(table.names)} features of {counted(len(measured), 'patient')}, {len(reasons)} left out: {out}")
    for patient in cut:
        typer.echo(f"patient {patient}: the segment reaches the cube's border; only what lies within counts", err=True)
    for patient, reason in reasons.items():
        typer.echo(f"patient {patient} left out: {reason}", err=True)
    if reasons:
        raise CasesFailedError(
            f"{len(reasons)} of {counted(len(cohort), 'patient')} have no features; the others' are in {out}."
        )
