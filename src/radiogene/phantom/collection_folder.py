"""Synthetic patients laid out as the public collection NSCLC Radiogenomics is: identifiers, studies, tables, old SEGs.

Each patient has what the collection's patients have: a chest CT with a scout and coronals beside it, a PET-CT of
another day with its own CT, and, in the R01- arm, a segmentation as 3D Slicer wrote them in 2014. Some have a PET-CT
alone.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydicom import Dataset, dcmread
from pydicom.uid import UID

from radiogene.errors import SettingsError
from radiogene.parallel.workers import in_parallel
from radiogene.phantom.collection_labels import LABEL_COLUMNS, collection_id, label_cells
from radiogene.phantom.ct_series import write_ct_series, write_localiser
from radiogene.phantom.dicom_identity import DicomIdentity
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_marking import write_segmentation
from radiogene.phantom.patient import SyntheticPatient, draw_patient
from radiogene.phantom.pet_series import write_pet_series
from radiogene.phantom.scan_grid import scan_grid
from radiogene.phantom.scan_volume import scan_volume_hu
from radiogene.storage.atomic_files import atomic_folder, write_text

IMAGE_FOLDER = "NSCLC Radiogenomics"
LABEL_FILE, CENTRE_FILE, SERIES_FILE = "labels.csv", "tumour_centres.csv", "series_index.csv"
README_FILE = "README.txt"

SERIES_COLUMNS = (
    "Subject ID",
    "Study UID",
    "Study Description",
    "Study Date",
    "Series UID",
    "Series Description",
    "Manufacturer",
    "Modality",
    "SOP Class UID",
    "Number of Images",
)
CENTRE_COLUMNS = ("Case ID", "coordX", "coordY", "coordZ")

CT_DATE, PET_DATE = "19940810", "19940901"
"""Dates in the collection are shifted into the years 1990 to 1996."""

PET_ALONE = (8, 9)
"""Patients 9, 18, ... have no chest CT: remainder and divisor of the number counted from 0."""

FUSION_STEP = 2
"""The CT of a PET-CT has every second slice."""

CORONAL_COUNT = 8

README = """SYNTHETIC: phantoms made by radiogene, laid out as the collection NSCLC Radiogenomics is. None of these
patients exists, though identifiers look like the collection's. Nothing that rests on them says anything about patients.
"""


@dataclass(frozen=True)
class CollectionPatient:
    """What a patient adds to the collection's tables."""

    labels: dict[str, str]
    centre: dict[str, str] | None
    series: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class _Series:
    """How a series calls itself in the collection."""

    number: int
    description: str
    study: str
    study_description: str
    date: str


CHEST = {"study": "chest", "study_description": "CT CHEST WO", "date": CT_DATE}
PETCT = {"study": "petct", "study_description": "PETCT LUNG CA", "date": PET_DATE}
SCOUT = _Series(1, "SCOUT", **CHEST)
THIN = _Series(2, "THIN LUNG WINDOW", **CHEST)
CORONAL = _Series(3, "COR CT", **CHEST)
SLICER = _Series(1000, "3D Slicer segmentation result", **CHEST)
FUSION = _Series(4, "CT FUSION", **PETCT)
PET = _Series(5, "AXIAL PET", **PETCT)


def write_collection(
    out: Path, *, patients: int, seed: int, workers: int = 1, progress: Callable[[int, int], None] | None = None
) -> Path:
    """The folder of a synthetic collection that has been written: images, label file, centres and list of series.

    Args:
        out: the folder to write; it must be empty or absent.
        patients: how many.
        seed: of everything drawn.
        workers: processes that write at the same time; -1 for one per core.
        progress: called with the number of patients done and of all.

    Raises:
        SettingsError: the folder holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise SettingsError(f"{out} is not empty; choose an empty `out`.")
    found: dict[int, CollectionPatient] = {}
    written = in_parallel(_write_patient, ((out, seed, n) for n in range(patients)), workers, ordered=False)
    for done, (index, patient) in enumerate(written, start=1):
        found[index] = patient
        if progress is not None:
            progress(done, patients)
    ordered = sorted(found.values(), key=lambda patient: patient.labels["Case ID"])
    _write_rows(out / LABEL_FILE, LABEL_COLUMNS, [patient.labels for patient in ordered])
    _write_rows(out / CENTRE_FILE, CENTRE_COLUMNS, [patient.centre for patient in ordered if patient.centre])
    _write_rows(out / SERIES_FILE, SERIES_COLUMNS, [series for patient in ordered for series in patient.series])
    write_text(out / README_FILE, README)
    return out


def _write_patient(out: Path, seed: int, index: int) -> tuple[int, CollectionPatient]:
    """A patient's number and part of the tables; the images are written."""
    patient = draw_patient(site_model("A"), "A", seed, index)
    case_id = collection_id(index)
    folder = out / IMAGE_FOLDER / case_id
    has_chest_ct = index % PET_ALONE[1] != PET_ALONE[0]
    is_segmented = has_chest_ct and case_id.startswith("R01")
    with TemporaryDirectory() as scratch, atomic_folder(folder) as temporary:
        made = list(_series_of(Path(scratch), patient, has_chest_ct=has_chest_ct, is_segmented=is_segmented))
        listed = [_laid_out(temporary, case_id, patient, series, files) for series, files in made]
    centre = None
    if is_segmented:
        grid = scan_grid(patient.acquisition, patient.subject.nodules[0].centre_mm)
        point = patient.subject.nodules[0].centre_mm + grid.offset_lps_mm
        centre = dict(zip(CENTRE_COLUMNS, [case_id, *(f"{value:.6f}" for value in point)], strict=True))
    return index, CollectionPatient(label_cells(case_id, patient.clinical), centre, tuple(listed))


def _series_of(
    scratch: Path, patient: SyntheticPatient, *, has_chest_ct: bool, is_segmented: bool
) -> Iterator[tuple[_Series, list[Dataset]]]:
    """Each series of a patient with its objects, still under the phantom's own names."""
    identity = DicomIdentity(patient)
    nodule = patient.subject.nodules[0]
    grid = scan_grid(patient.acquisition, nodule.centre_mm)
    volume_hu = scan_volume_hu(patient.subject, grid, patient.acquisition, patient.rng(1))
    for name in ("ct", "scout", "pet"):
        (scratch / name).mkdir()
    headers = write_ct_series(scratch / "ct", volume_hu, grid, identity)
    write_localiser(scratch / "scout", volume_hu, grid, identity)
    write_pet_series(scratch / "pet", grid, identity)
    slices = _read(scratch / "ct")
    if has_chest_ct:
        yield SCOUT, _read(scratch / "scout")
        yield THIN, slices
        yield CORONAL, _coronals(slices)
    if is_segmented:
        write_segmentation(scratch / "seg.dcm", 1, nodule, grid, headers, identity)
        yield SLICER, [dcmread(scratch / "seg.dcm")]
    yield FUSION, _read(scratch / "ct")[::FUSION_STEP]
    yield PET, _read(scratch / "pet")


def _read(folder: Path) -> list[Dataset]:
    """The objects of a folder, in order of their instance numbers."""
    return sorted((dcmread(path) for path in folder.iterdir()), key=lambda dataset: int(dataset.InstanceNumber))


def _coronals(slices: list[Dataset]) -> list[Dataset]:
    """A few axial slices that call themselves coronal: what is wanted is a series that must not be taken."""
    coronals = []
    for number, dataset in enumerate(slices[:CORONAL_COUNT]):
        coronal = Dataset()
        coronal.update(dataset)
        coronal.file_meta = dataset.file_meta
        coronal.ImageOrientationPatient = ["1", "0", "0", "0", "0", "-1"]
        coronal.ImagePositionPatient = ["-150", f"{-100 + 2 * number}", "0"]
        coronals.append(coronal)
    return coronals


def _laid_out(
    folder: Path, case_id: str, patient: SyntheticPatient, series: _Series, objects: list[Dataset]
) -> dict[str, str]:
    """The line of a series in the list of series; its objects are written under the collection's names."""
    identity = DicomIdentity(patient)
    study_uid = identity.uid("collection study", series.study)
    series_uid = identity.uid("collection series", series.description)
    day = f"{series.date[4:6]}-{series.date[6:]}-{series.date[:4]}"
    place = folder / f"{day}-NA-{series.study_description}-{study_uid[-5:]}"
    place /= f"{series.number}.000000-{series.description}-{series_uid[-5:]}"
    place.mkdir(parents=True)
    frame_uid = identity.uid("collection frame", series.study)
    for number, dataset in enumerate(objects, start=1):
        _rename(dataset, case_id, series, study_uid, series_uid, frame_uid, identity)
        dataset.save_as(place / f"1-{number:03d}.dcm", enforce_file_format=True)
    first = objects[0]
    values = [
        case_id,
        study_uid,
        series.study_description,
        day,
        series_uid,
        series.description,
        str(first.Manufacturer),
        str(first.Modality),
        str(first.SOPClassUID),
        str(len(objects)),
    ]
    return dict(zip(SERIES_COLUMNS, values, strict=True))


def _rename(
    dataset: Dataset,
    case_id: str,
    series: _Series,
    study_uid: UID,
    series_uid: UID,
    frame_uid: UID,
    identity: DicomIdentity,
) -> None:
    """Gives an object the identity that it has in the collection."""
    dataset.PatientID = case_id
    dataset.StudyInstanceUID = study_uid
    dataset.StudyDescription = series.study_description
    dataset.StudyDate = dataset.SeriesDate = series.date
    dataset.SeriesInstanceUID = series_uid
    dataset.SeriesNumber = series.number
    dataset.SeriesDescription = series.description
    if series in (FUSION, CORONAL, PET):
        dataset.SOPInstanceUID = identity.uid("collection", series.description, dataset.SOPInstanceUID)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if series is SLICER:
        _age(dataset, series_uid, identity.uid("collection series", THIN.description))
    else:
        dataset.FrameOfReferenceUID = frame_uid


def _age(segmentation: Dataset, series_uid: UID, referenced_uid: UID) -> None:
    """Makes a segmentation what 3D Slicer wrote in 2014: its own series as frame of reference, fewer words."""
    segmentation.FrameOfReferenceUID = series_uid
    for series in segmentation.get("ReferencedSeriesSequence", ()):
        series.SeriesInstanceUID = referenced_uid
    for keyword in ("DimensionOrganizationType", "ContributingEquipmentSequence"):
        if keyword in segmentation:
            delattr(segmentation, keyword)


def _write_rows(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]] | list[Mapping[str, object]]) -> None:
    """Writes rows as CSV, with names of columns as the collection has them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
