"""`radiogene cohort nsclc-radiogenomics`: the paper's external cohort, fetched and as a cohort table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from radiogene.cli.options import AllowPetCt, HeaderFile, KernelWish, Quiet, Thickest, Workers
from radiogene.cli.progress import progress_bar
from radiogene.errors import CasesFailedError, SettingsError
from radiogene.storage.plain_words import counted
from radiogene.storage.result_places import require_file_place, require_folder_place

if TYPE_CHECKING:
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import CollectionFiles
    from radiogene.cohort.sources.series.series_rules import SeriesWishes


def nsclc_radiogenomics(
    labels: Annotated[
        Path | None, typer.Option("--labels", help="The collection's label file (CSV, 40 columns).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The cohort table to write; further files stand beside it.")
    ] = None,
    centres: Annotated[
        Path | None, typer.Option("--centres", help="Tumour centres: Case ID, coordX, coordY, coordZ (LPS mm).")
    ] = None,
    series_list: Annotated[
        Path | None, typer.Option("--series-list", help="The downloader's list of series, to choose without images.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option("--images", help="The folder of the collection's images, at any depth.")
    ] = None,
    download: Annotated[
        Path | None,
        typer.Option("--download", help="Fetch the chosen series here; with --labels and --out, make the table of it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --download: say what would be fetched, and fetch nothing.")
    ] = False,
    store: Annotated[
        str, typer.Option("--store", help="Address of the store; Google's holds the same buckets.")
    ] = "https://s3.amazonaws.com",
    patients: Annotated[
        Literal["all", "paper"], typer.Option("--patients", help="All patients, or those of the paper's 162 alone.")
    ] = "all",
    kernel: KernelWish = "lung",
    thickest: Thickest = 3.0,
    allow_pet_ct: AllowPetCt = False,
    cache: HeaderFile = None,
    workers: Workers = -1,
    quiet: Quiet = False,
) -> None:
    """The public collection NSCLC Radiogenomics as a cohort table, with the reason for each patient who is left out."""
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import CollectionFiles
    from radiogene.cohort.sources.series.series_rules import SeriesWishes

    wishes = SeriesWishes(kernel, thickest, allow_pet_ct)
    if images is not None and (series_list is not None or download is not None):
        raise SettingsError("--images reads the series from their headers; leave --series-list and --download out.")
    if dry_run and download is None:
        raise SettingsError("--dry-run says what --download would fetch; give --download DIR.")
    if out is not None and labels is None:
        raise SettingsError("--out wants --labels: the label file says who the patients are.")
    if download is None and (labels is None or out is None):
        raise SettingsError("Give --labels FILE and --out FILE for a cohort table, or --download DIR.")
    if out is not None:
        require_file_place(out)
    failed = 0
    if download is not None:
        failed = _fetch(download, labels, patients, wishes, store, dry_run, quiet)
    if labels is not None and out is not None and not dry_run:
        files = CollectionFiles(labels, centres, series_list, images or download, patients, wishes, cache, workers)
        _write(files, out, quiet)
    if failed:
        raise CasesFailedError(f"{failed} series could not be fetched whole; run the same command again for them.")


def _fetch(
    target: Path,
    labels: Path | None,
    patients: Literal["all", "paper"],
    wishes: "SeriesWishes",
    address: str,
    dry_run: bool,
    quiet: bool,
) -> int:
    """How many series could not be fetched."""
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_download import download, plan_download
    from radiogene.cohort.sources.nsclc_radiogenomics.idc_index import read_idc_index
    from radiogene.cohort.sources.nsclc_radiogenomics.label_file import read_label_file
    from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import is_of_paper
    from radiogene.cohort.sources.transfer.object_store import ObjectStore

    store = ObjectStore(address.rstrip("/"))
    index = read_idc_index()
    dates = (
        {patient.patient_id: patient.ct_date for patient in read_label_file(labels).patients}
        if labels is not None
        else {}
    )
    wanted = [
        patient_id
        for patient_id in index.patients
        if (labels is None or patient_id in dates) and (patients == "all" or is_of_paper(patient_id))
    ]
    plan = plan_download(index, wanted, dates, wishes)
    for line in plan.lines():
        typer.echo(line)
    if dry_run:
        return 0
    require_folder_place(target)
    with progress_bar("series", quiet) as progress:
        results = download(plan, store, target, progress)
    broken = [result for result in results if result.problem is not None]
    fetched, unhashed = sum(result.fetched for result in results), sum(result.unhashed for result in results)
    typer.echo(
        f"{len(results) - len(broken)} of {len(results)} series whole in {target}: {counted(fetched, 'file')} fetched"
        + (f", {unhashed} of them checked by size alone" if unhashed else "")
    )
    for result in broken:
        typer.echo(f"series {result.wanted.series_uid}: {result.problem}", err=True)
    return len(broken)


def _write(files: "CollectionFiles", out: Path, quiet: bool) -> None:
    """Write the table and say what it holds.

    Raises:
        CasesFailedError: some of it could not be read; the rest is written.
    """
    from radiogene.cohort.sources.nsclc_radiogenomics.collection_cohort import write_collection_cohort
    from radiogene.cohort.sources.table_file import beside

    with progress_bar("files", quiet or files.images is None) as progress:
        summary = write_collection_cohort(files, out, progress)
    for line in summary.lines():
        typer.echo(line)
    typer.echo(f"written: {out} and, beside it, {beside(out, '*', '').name}")
    for problem in summary.problems:
        typer.echo(str(problem), err=True)
    if summary.problems:
        raise CasesFailedError(
            f"{counted(len(summary.problems), 'problem')} in the collection's files; the rest is in {out}."
        )
