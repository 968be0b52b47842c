"""The synthetic cohort on disk: a folder per patient, the cohort table, and what generated it."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.parallel.workers import in_parallel, process_count
from radiogene.phantom.ceiling import Ceiling, ceiling
from radiogene.phantom.genetics import CASE_MIX, Strength
from radiogene.phantom.patient_folder import PatientRecord, write_patient
from radiogene.phantom.staging import STAGING_EDITION
from radiogene.storage.atomic_files import atomic_path, write_json, write_text
from radiogene.storage.json_text import parsed_json
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.typed_json import JsonObject, to_json

FORMAT_VERSION = 1
"""Counted up whenever the same settings give other files."""

LARGEST_COHORT = 100_000

COHORT_FILE = "cohort.csv"
TRUTH_FILE = "generating_factors.csv"
SETTINGS_FILE = "phantom.json"
README_FILE = "README.txt"


@dataclass(frozen=True)
class CohortSettings:
    """What a synthetic cohort depends on, its number of patients apart: patient i is the same in any of them."""

    site: str
    seed: int
    pet: bool = False
    slides: bool = False
    format_version: int = FORMAT_VERSION
    strength: Strength = field(default_factory=Strength)

    def __post_init__(self) -> None:
        if self.site not in CASE_MIX:
            raise SettingsError(f"Site {self.site!r} is unknown; `site` takes {' or '.join(CASE_MIX)}.")
        if self.seed < 0:
            raise SettingsError(f"The seed is {self.seed}; `seed` takes 0 or more.")

    @property
    def digest(self) -> str:
        """A hash of the settings: patients of other settings are never mixed in."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_cohort(
    out: Path,
    *,
    patients: int,
    site: str,
    seed: int,
    pet: bool = False,
    slides: bool = False,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """The path of the cohort table of a synthetic cohort that has been written.

    The same settings give the same bytes, on any number of workers. Patients that are there already, whole and of the
    same settings, are kept, so an interrupted run goes on where it stopped and a cohort can be made larger.

    Args:
        out: the folder to write; it is made where it is absent.
        patients: how many.
        site: `A` or `B`.
        seed: of everything drawn.
        pet: also write a PET series for each patient, and the column SUVmax.
        slides: also write the tiles of a slide for each patient.
        workers: processes that write at the same time; -1 for as many as there are processor cores.
        progress: called with the number of patients done and of all.

    Raises:
        SettingsError: a number, site or seed that cannot be meant, or a folder that holds something else.
    """
    settings = CohortSettings(site, seed, pet, slides)
    if not 1 <= patients <= LARGEST_COHORT:
        raise SettingsError(f"{patients} patients were asked for; `patients` takes 1 to {LARGEST_COHORT}.")
    process_count(workers)
    _claim(out, settings)
    limits = ceiling(site)
    write_json(out / SETTINGS_FILE, _description(settings, limits))
    records: list[PatientRecord | None] = [None] * patients
    for done, (index, record) in enumerate(_written(out, settings, patients, workers), start=1):
        records[index] = record
        if progress is not None:
            progress(done, patients)
    complete = [record for record in records if record is not None]
    _write_table(out / TRUTH_FILE, [to_json(record.truth) for record in complete])
    write_text(out / README_FILE, _readme(settings, limits))
    table = out / COHORT_FILE
    _write_table(table, [row for record in complete for row in record.rows])
    return table


def _written(out: Path, settings: CohortSettings, patients: int, workers: int) -> Iterator[tuple[int, PatientRecord]]:
    """Each patient's number and record, in the order in which they are done."""
    return in_parallel(_write_numbered, ((out, settings, n) for n in range(patients)), workers, ordered=False)


def _write_numbered(out: Path, settings: CohortSettings, index: int) -> tuple[int, PatientRecord]:
    """A patient's number and record."""
    record = write_patient(
        out, settings.site, settings.seed, index, settings.digest, pet=settings.pet, slides=settings.slides
    )
    return index, record


def _claim(out: Path, settings: CohortSettings) -> None:
    """Makes the folder, or refuses one that holds anything but a cohort of the same settings."""
    out.mkdir(parents=True, exist_ok=True)
    there = sorted(path.name for path in out.iterdir() if not path.name.startswith("."))
    if not there:
        return
    try:
        found = parsed_json(read_file_text(out / SETTINGS_FILE))["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(
            f"{out} holds {there[0]} and {len(there) - 1} more, but no synthetic cohort; choose an empty `out`."
        ) from None
    if found != settings.digest:
        raise SettingsError(
            f"{out} holds a synthetic cohort of other settings (site, seed, PET, slides or version; see "
            f"{SETTINGS_FILE}); choose another `out` or delete it."
        )


def _description(settings: CohortSettings, limits: Ceiling) -> JsonObject:
    """Settings, generating strengths and ceilings."""
    return {
        "synthetic": True,
        "what": "Synthetic phantoms, not patients; no figure that rests on them says anything about patients.",
        "digest": settings.digest,
        "settings": to_json(settings),
        "case_mix": {
            "rows": ["female", "male"],
            "columns": ["never", "former", "current"],
            "share": CASE_MIX[settings.site].share,
        },
        "strength_order": {"gene_class": ["neither", "EGFR", "KRAS", "both"]},
        "ceiling": to_json(limits),
    }


def _readme(settings: CohortSettings, limits: Ceiling) -> str:
    """What the folder is, in words."""
    lines = [
        "SYNTHETIC COHORT: phantoms made by radiogene, not patients.",
        "",
        "Nothing here was measured on anybody. Genes, clinical values and images are drawn from a known model, so",
        "that a whole analysis can be tried and its best possible result is known. Results on these files say nothing",
        "about patients and must be called synthetic wherever they are shown.",
        "",
        f"Site {settings.site}, seed {settings.seed}.",
        "",
        f"{COHORT_FILE}: the cohort table; paths are relative to this folder, empty means unknown.",
        f"{TRUTH_FILE}: what generated each patient, and P(gene | factors); no model may be given it.",
        f"{SETTINGS_FILE}: settings, strengths and ceilings.",
        f"Stages are by the {STAGING_EDITION}.",
        "",
        f"Ceilings (AUC of the exact probability, {limits.draws} draws):",
        f"  EGFR  both {limits.egfr.both:.3f}  image {limits.egfr.image:.3f}  clinical {limits.egfr.clinical:.3f}",
        f"  KRAS  both {limits.kras.both:.3f}  image {limits.kras.image:.3f}  clinical {limits.kras.clinical:.3f}",
    ]
    return "\n".join(lines) + "\n"


def _write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Writes rows of the same columns as CSV."""
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
