"""The ledger of external evaluations: one line for each look at a cohort, so that nobody looks until it fits.

It lies in the user's state folder, whatever folder the results go to, unless a protocol or an option names another
file. A look is known by its scans, so that cohorts that share patients are counted together. A line holds hashes and
names of figures; no identifier, no path, no figure's value. Lines are added under the file's lock and never changed.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from radiogene import __version__
from radiogene.errors import SettingsError
from radiogene.evaluation.evaluation import EvaluationReport
from radiogene.storage.lock_file import BINARY
from radiogene.storage.regular_file import read_file, refuse_special
from radiogene.storage.state_folder import state_folder
from radiogene.storage.typed_json import MAY_BE_ABSENT, from_json_text, to_json

LEDGER_FILE = "ledger.jsonl"
LARGEST_LINE_BYTES = 4 * 2**20
"""A longer line is not one of ours."""

LOCK_ASKED_S = 0.01

WAY_OUT = "keep a copy of the file, take that line out of it, or name another file (`ledger`)"

HASH = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class LedgerEntry:
    """One evaluation of one cohort.

    Attributes:
        time_utc: when, to the second.
        system: name of the system, as a table prints it.
        weights_sha256: of the fitted system.
        cohort: hash of all its scans.
        choices_sha256: of everything that was decided before: thresholds, calibration, settings.
        figures: names per gene, such as `EGFR auc`.
        includes_training_cases: True where the cohort is not external to the system.
        version: of radiogene.
        scans: fingerprints of the cubes and keyed hashes of the series; none in lines of older versions.
        protocol: SHA-256 of the protocol that it followed; empty where it followed none.
        patients: with a known status of a gene, the most over the genes; 0 in lines of older versions.
    """

    time_utc: str
    system: str
    weights_sha256: str
    cohort: str
    choices_sha256: str
    figures: tuple[str, ...]
    includes_training_cases: bool
    version: str
    scans: tuple[str, ...] = field(default=(), metadata=MAY_BE_ABSENT)
    protocol: str = field(default="", metadata=MAY_BE_ABSENT)
    patients: int = field(default=0, metadata=MAY_BE_ABSENT)

    def __post_init__(self) -> None:
        for name in ("weights_sha256", "cohort", "choices_sha256"):
            if not HASH.fullmatch(getattr(self, name)):
                raise SettingsError(f"ledger: {name} is {getattr(self, name)!r}; 16 to 64 hexadecimal digits expected")
        for value in (*self.scans, *([self.protocol] if self.protocol else [])):
            if not HASH.fullmatch(value):
                raise SettingsError(f"ledger: found {value!r}; 16 to 64 hexadecimal digits expected")

    def line(self) -> bytes:
        """The entry as one line of the ledger."""
        return (json.dumps(to_json(self), ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class EarlierEvaluations:
    """How often scans of a cohort had been looked at.

    Attributes:
        evaluations: lines of cohorts that share a scan with this one.
        systems: different fitted systems among them, by their weights.
        same_system: lines of the system that is evaluated now.
        of_other_cohorts: lines of cohorts that share scans and are not the same.
    """

    evaluations: int
    systems: int
    same_system: int
    of_other_cohorts: int = 0


def ledger_entry(
    system: str,
    weights_sha256: str,
    scans: Sequence[str],
    choices: Mapping[str, object],
    report: EvaluationReport,
    *,
    includes_training_cases: bool = False,
    protocol: str = "",
) -> LedgerEntry:
    """The line for an evaluation that has just been made.

    Args:
        system: its name in words.
        weights_sha256: of the fitted system.
        scans: of the cohort, as `CohortScans.keys` has them.
        choices: everything that was decided before, plain JSON values; only their hash is kept.
        report: whose figures are about to be shown.
        includes_training_cases: the system was fitted on some of these patients.
        protocol: SHA-256 of the protocol that it follows.
    """
    named = [f"{gene} {name}" for gene, found in report.genes.items() for name in found.measures]
    return LedgerEntry(
        datetime.now(UTC).isoformat(timespec="seconds"),
        system,
        weights_sha256,
        hashlib.sha256("".join(sorted(set(scans))).encode()).hexdigest(),
        hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest(),
        tuple(named),
        includes_training_cases,
        __version__,
        tuple(sorted(set(scans))),
        protocol,
        max((found.patients for found in report.genes.values()), default=0),
    )


def ledger_file() -> Path:
    """The ledger of this user, in the state folder."""
    return state_folder() / LEDGER_FILE


def read_ledger(path: Path) -> tuple[LedgerEntry, ...]:
    """The entries of a ledger, oldest first; none where there is no file.

    Raises:
        SettingsError: the file cannot be read, or a line is no entry.
    """
    try:
        content = read_file(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unusable(path, error) from error
    return _entries(path, content)


def append_to_ledger(path: Path, entry: LedgerEntry) -> EarlierEvaluations:
    """How often the cohort had been evaluated before; the entry stands in the ledger when this returns.

    Args:
        path: of the ledger; made where it is absent.
        entry: to add.

    Raises:
        SettingsError: the file cannot be written or locked, or holds a line that is no entry.
    """
    from filelock import lock_descriptor

    try:
        refuse_special(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY, 0o666)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        # Writers wait for each other for as long as it takes to write a line; the system frees a dead one's lock.
        lock_descriptor(descriptor, poll_interval=LOCK_ASKED_S)
        size = os.fstat(descriptor).st_size
        os.lseek(descriptor, 0, os.SEEK_SET)
        entries = _entries(path, os.read(descriptor, size))
        line = entry.line()
        if os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, size)
            raise SettingsError(f"{path} could not take a whole line: the disk is full. Nothing was added.")
        os.fsync(descriptor)
    except OSError as error:
        raise _unusable(path, error) from error
    finally:
        os.close(descriptor)
    return earlier_evaluations(entries, entry)


def earlier_evaluations(entries: Sequence[LedgerEntry], entry: LedgerEntry) -> EarlierEvaluations:
    """What the entries say of the cohort of another entry.

    Args:
        entries: of a ledger.
        entry: the evaluation now.
    """
    own = looks_at(entries, entry.scans, entry.cohort)
    weights = [each.weights_sha256 for each in own]
    others = sum(each.cohort != entry.cohort for each in own)
    return EarlierEvaluations(len(own), len(set(weights)), weights.count(entry.weights_sha256), others)


def looks_at(entries: Sequence[LedgerEntry], scans: Sequence[str], cohort: str = "") -> tuple[LedgerEntry, ...]:
    """The entries of cohorts that hold one of these scans, or of the same cohort.

    Args:
        entries: of a ledger.
        scans: as `CohortScans.keys` has them.
        cohort: hash of a cohort, for lines of older versions that list no scans.
    """
    wanted = frozenset(scans)
    return tuple(each for each in entries if each.cohort == cohort or not wanted.isdisjoint(each.scans))


def copy_into_ledger(path: Path, entries: Sequence[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """The entries that a ledger had before; those of `entries` that it lacked stand in it when this returns.

    Args:
        path: of the ledger; made where it is absent.
        entries: of another ledger, of which some may have been copied before.

    Raises:
        SettingsError: the file cannot be written or locked, or holds a line that is no entry.
    """
    there = read_ledger(path)
    for entry in entries:
        if entry not in there:
            append_to_ledger(path, entry)
    return there


def _entries(path: Path, content: bytes) -> tuple[LedgerEntry, ...]:
    """The entries in a ledger's bytes."""
    entries = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        last = number == content.count(b"\n") + 1
        if last and not line:
            break
        where = f"{path}, line {number} is no entry of a ledger"
        if last or len(line) > LARGEST_LINE_BYTES:
            raise SettingsError(f"{where}: found no whole line; {WAY_OUT}.")
        entries.append(from_json_text(LedgerEntry, line, where=where, error=SettingsError, way_out=WAY_OUT))
    return tuple(entries)


def _unusable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path} cannot be used as a ledger ({error.strerror}); name another file (`ledger`).")
