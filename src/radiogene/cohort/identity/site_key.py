"""The site's own key, and hashes of identifiers that nobody without the key can test a guess against.

A PatientID is short: a plain hash of it is found by trying all of them. HMAC-SHA-256 with a random key of 256 bits is
not. The key never leaves the user's state folder; hashes made by different keys are never compared.

Source: RFC 2104; FIPS 198-1.
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from radiogene.errors import SettingsError
from radiogene.storage.lock_file import BINARY
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.state_folder import STATE_VARIABLE, state_folder

KEY_FILE = "site.key"
KEY_BYTES = 32
HASH_DIGITS = 32
NAME_DIGITS = 8

PATIENT, SERIES = "patient", "series"
"""Kinds of identifiers; the patient ids of tables and the PatientIDs of files are one kind."""


WITHOUT_SCANS = (
    "Patients without scans are known again by their ids alone, and only by the site that has the key; a patient under "
    "another id passes for another."
)
"""What every result says of a table without images."""


@dataclass(frozen=True)
class KeyedHash:
    """The hash of an identifier, and which key made it.

    Attributes:
        key: name of the key.
        hash: 32 hexadecimal digits.
    """

    key: str
    hash: str


@dataclass(frozen=True, repr=False)
class SiteKey:
    """A secret key.

    Attributes:
        secret: its bytes.
    """

    secret: bytes

    @property
    def name(self) -> str:
        """What tells this key from others and gives nothing of it away."""
        return self._digest("name of the key", "")[:NAME_DIGITS]

    def hashed(self, kind: str, identifier: str) -> str:
        """The keyed hash of an identifier: 32 hexadecimal digits.

        Args:
            kind: what it identifies; a PatientID and a UID of the same text have different hashes.
            identifier: as the file or the table has it; spaces around it count for nothing (DICOM PS3.5 6.2).
        """
        return self._digest(kind, identifier.strip())[:HASH_DIGITS]

    def of_dicom_patient(self, patient_id: str | None) -> KeyedHash | None:
        """The keyed hash of a PatientID; None where a scan has none."""
        if patient_id is None or not patient_id.strip():
            return None
        return KeyedHash(self.name, self.hashed(PATIENT, patient_id))

    def _digest(self, kind: str, text: str) -> str:
        return hmac.new(self.secret, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def site_key() -> SiteKey:
    """The key of this user; made where there is none yet, readable by this user alone.

    Raises:
        SettingsError: it cannot be read or written, or is no key.
    """
    return _key_in(state_folder())


def site_key_if_there() -> SiteKey | None:
    """The key of this user; None where none was made or it cannot be read, for verbs that write no state."""
    try:
        return site_key() if (state_folder() / KEY_FILE).is_file() else None
    except (OSError, SettingsError):
        return None


@cache
def _key_in(folder: Path) -> SiteKey:
    """The key in a folder; a process reads it once."""
    file = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(file)
        secret = bytes.fromhex(read_file_text(file).strip())
    except OSError as error:
        raise SettingsError(
            f"{file} (the key that hides patients' identifiers) cannot be used ({error.strerror}). Name a folder that "
            f"can be written in the environment variable {STATE_VARIABLE}."
        ) from error
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise SettingsError(
            f"{file} is no key of {2 * KEY_BYTES} hexadecimal digits. Copy it again from your backup; without one, "
            "delete it: hashes of identifiers made by the old key are then compared no more."
        )
    return SiteKey(secret)


def _make(file: Path) -> None:
    """Writes a new key where there is none; of two processes at once, one writes it."""
    if file.exists():
        return
    draft = file.with_name(f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(KEY_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a rename, a link never takes the place of a key that is there.
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
