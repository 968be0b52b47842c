"""One synthetic patient on disk: a folder that is whole or absent, with the rows of the cohort table it stands for."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.errors import WeightsError
from radiogene.phantom.ct_series import write_ct_series, write_localiser
from radiogene.phantom.dicom_identity import DicomIdentity
from radiogene.phantom.genetics import GeneClass, Known, Sex, Smoking, site_model
from radiogene.phantom.nodule_marking import point_text, write_segmentation, write_structure_set
from radiogene.phantom.patient import Marking, SyntheticPatient, draw_patient
from radiogene.phantom.pet_series import write_pet_series
from radiogene.phantom.scan_grid import ScanGrid, scan_grid
from radiogene.phantom.scan_volume import scan_volume_hu
from radiogene.phantom.semantics import semantic_columns
from radiogene.phantom.slide_tiles import write_slide_tiles
from radiogene.phantom.staging import STAGING_EDITION
from radiogene.storage.atomic_files import atomic_folder, write_json
from radiogene.storage.typed_json import read_typed_json, to_json

RECORD_FILE = "synthetic.json"
"""Written last: a folder that has it, with the cohort's settings, is whole and is not written again."""

VOLUME_PURPOSE = 1


@dataclass(frozen=True)
class PatientTruth:
    """What generated a patient; field names are the columns of the table of generating factors.

    Attributes:
        patient_id: of the patient.
        sex, smoking: as they are, not as the table tells them.
        gene_class: which genes are mutated.
        ground_glass: share of the nodule, 0 to 1.
        diameter_mm: of the first nodule.
        spiculation: from 0 to 1.
        retraction, emphysema: whether there is any.
        centre_x_lps_mm, centre_y_lps_mm, centre_z_lps_mm: of the first nodule.
        p_egfr_both, ...: the exact probability of each gene for who is told everything, the image or the clinic alone.
    """

    patient_id: str
    sex: str
    smoking: str
    gene_class: str
    ground_glass: float
    diameter_mm: float
    spiculation: float
    retraction: bool
    emphysema: bool
    centre_x_lps_mm: float
    centre_y_lps_mm: float
    centre_z_lps_mm: float
    p_egfr_both: float
    p_kras_both: float
    p_egfr_image: float
    p_kras_image: float
    p_egfr_clinical: float
    p_kras_clinical: float


@dataclass(frozen=True)
class PatientRecord:
    """What a patient's folder stands for.

    Attributes:
        settings: digest of the cohort's settings.
        rows: of the cohort table, one for each nodule.
        truth: the generating factors and the exact probabilities.
        synthetic: always True; whoever finds the file is to know.
    """

    settings: str
    rows: tuple[dict[str, str], ...]
    truth: PatientTruth
    synthetic: bool = True


def read_record(folder: Path, settings: str) -> PatientRecord | None:
    """The record of a patient's folder, or None where it is absent, damaged or of other settings."""
    try:
        record = read_typed_json(PatientRecord, folder / RECORD_FILE)
    except WeightsError:
        return None
    return record if record.settings == settings else None


def write_patient(out: Path, site: str, seed: int, index: int, settings: str, pet: bool, slides: bool) -> PatientRecord:
    """The record of a patient whose folder has been written, or was whole already.

    Args:
        out: the cohort's folder.
        site: `A` or `B`.
        seed: of the cohort.
        index: number of the patient, from 0.
        settings: digest of the cohort's settings.
        pet: whether to write a PET series.
        slides: whether to write slide tiles.
    """
    patient = draw_patient(site_model(site), site, seed, index)
    folder = out / patient.patient_id
    record = read_record(folder, settings)
    if record is not None:
        return record
    identity = DicomIdentity(patient)
    grid = scan_grid(patient.acquisition, patient.subject.nodules[0].centre_mm)
    with atomic_folder(folder) as temporary:
        _write_scan(temporary, patient, grid, identity)
        for name, wanted in (("pet", pet), ("slides", slides)):
            if wanted:
                (temporary / name).mkdir()
        if pet:
            write_pet_series(temporary / "pet", grid, identity)
        if slides:
            write_slide_tiles(temporary / "slides", identity)
        record = PatientRecord(settings, tuple(_rows(patient, grid, pet, slides)), _truth(patient, grid, site))
        write_json(temporary / RECORD_FILE, to_json(record))
    return record


def _write_scan(folder: Path, patient: SyntheticPatient, grid: ScanGrid, identity: DicomIdentity) -> None:
    """Writes the CT and the marking of each nodule into the patient's folder."""
    (folder / "ct").mkdir()
    volume_hu = scan_volume_hu(patient.subject, grid, patient.acquisition, patient.rng(VOLUME_PURPOSE))
    headers = write_ct_series(folder / "ct", volume_hu, grid, identity)
    if patient.has_localiser:
        write_localiser(folder / "ct", volume_hu, grid, identity)
    if patient.marking is Marking.POINT:
        return
    write_marking = write_segmentation if patient.marking is Marking.SEGMENTATION else write_structure_set
    for number, nodule in enumerate(patient.subject.nodules, start=1):
        write_marking(folder / _marking_file(patient, number), number, nodule, grid, headers, identity)


def _marking_file(patient: SyntheticPatient, number: int) -> str:
    """The name of the file that marks a nodule, from 1."""
    return f"nodule-{number}-{patient.marking.value}.dcm"


def _rows(patient: SyntheticPatient, grid: ScanGrid, pet: bool, slides: bool) -> list[dict[str, str]]:
    """The patient's rows of the cohort table, one for each nodule; paths are relative to the table."""
    clinical = patient.clinical
    rows = []
    for number, (nodule, place) in enumerate(zip(patient.subject.nodules, patient.places, strict=True), start=1):
        is_point = patient.marking is Marking.POINT
        marked = point_text(nodule, grid) if is_point else f"{patient.patient_id}/{_marking_file(patient, number)}"
        row = {
            "patient_id": patient.patient_id,
            "ct": f"{patient.patient_id}/ct",
            "nodule": marked,
            "age": _text(clinical.age_years),
            "sex": _text(clinical.sex),
            "smoking": _text(clinical.smoking),
            "EGFR": _text(clinical.egfr),
            "KRAS": _text(clinical.kras),
            "site": patient.acquisition.scanner.site,
            "synthetic": "yes",
            "T": clinical.staging.t,
            "N": clinical.staging.n,
            "M": clinical.staging.m,
            "stage": clinical.staging.stage,
            "stage_edition": STAGING_EDITION,
            **semantic_columns(nodule, place, patient.subject.emphysema),
        }
        if pet:
            row["SUVmax"] = f"{patient.suv_max:.2f}" if number == 1 else ""
            row["pet"] = f"{patient.patient_id}/pet"
        if slides:
            row["slides"] = f"{patient.patient_id}/slides"
        rows.append(row)
    return rows


def _truth(patient: SyntheticPatient, grid: ScanGrid, site: str) -> PatientTruth:
    """What generated the patient, where its first nodule lies, and the exact probabilities of its genes."""
    factors, model = patient.factors, site_model(site)
    x, y, z = patient.subject.nodules[0].centre_mm + grid.offset_lps_mm
    both, image, clinical = (model.posterior(factors, known) for known in (Known.BOTH, Known.IMAGE, Known.CLINICAL))
    return PatientTruth(
        patient_id=patient.patient_id,
        sex=Sex(int(factors.sex[0])).name.lower(),
        smoking=Smoking(int(factors.smoking[0])).name.lower(),
        gene_class=GeneClass(int(factors.gene_class[0])).name.lower(),
        ground_glass=float(factors.ground_glass[0]),
        diameter_mm=float(factors.diameter_mm[0]),
        spiculation=float(factors.spiculation[0]),
        retraction=bool(factors.retraction[0]),
        emphysema=bool(factors.emphysema[0]),
        centre_x_lps_mm=float(x),
        centre_y_lps_mm=float(y),
        centre_z_lps_mm=float(z),
        p_egfr_both=float(both.egfr[0]),
        p_kras_both=float(both.kras[0]),
        p_egfr_image=float(image.egfr[0]),
        p_kras_image=float(image.kras[0]),
        p_egfr_clinical=float(clinical.egfr[0]),
        p_kras_clinical=float(clinical.kras[0]),
    )


def _text(value: int | str | None) -> str:
    """The value as it stands in the table; empty where it is unknown."""
    return "" if value is None else str(value)
