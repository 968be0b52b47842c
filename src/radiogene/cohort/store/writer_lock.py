"""The lock of a store, for one writer at a time: the system frees a folder's, an object's outlives a killed writer."""

import json
import os
import socket
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from radiogene.errors import StorageError, StoreError
from radiogene.storage.lock_file import LockFile
from radiogene.storage.place import ObjectPlace, Place
from radiogene.storage.plain_words import counted
from radiogene.storage.typed_json import from_json_text, to_json

LOCK_FILE = "lock"

SECONDS_PER = {"day": 86_400, "hour": 3600, "minute": 60}


def writer_lock(place: Place, *, break_lock: bool = False) -> "StoreLock | ObjectLock":
    """The right to write in a store, until it is released.

    Args:
        place: of the store.
        break_lock: on object storage, take away the lock of a writer that was killed.

    Raises:
        StoreError: another writer holds it, or the place cannot be written safely.
        StorageError: object storage cannot be used.
    """
    if isinstance(place, ObjectPlace):
        return ObjectLock(place, break_lock=break_lock)
    return StoreLock(place)


class StoreLock:
    """Holds the right to write in a folder until `release`.

    Raises:
        StoreError: another process holds it, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        try:
            lock = LockFile(folder / LOCK_FILE)
        except OSError as error:
            raise StoreError(f"{folder} cannot be written ({error.strerror}); choose a folder of your own.") from error
        try:
            holder = lock.take()
        except OSError as error:
            lock.close()
            raise StoreError(
                f"The file system of {folder} gives no locks ({error.strerror}); choose a folder on a local disk."
            ) from error
        if holder is not None:
            lock.close()
            raise StoreError(
                f"{folder} is being written by {holder}. Wait until that has ended, or end it; reading is possible "
                "meanwhile, and an interrupted preparation goes on where it stopped."
            )
        self._lock: LockFile | None = lock

    def release(self) -> None:
        """Let others write; the lock file stays, empty."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def abandon(self) -> None:
        """The same: a local lock is always freed."""
        self.release()


@dataclass(frozen=True)
class LockHolder:
    """The content of a lock.

    Attributes:
        holder: process and machine in words.
        since: when, ISO 8601.
        token: that only the holder knows.
    """

    holder: str
    since: str
    token: str


class ObjectLock:
    """Holds the right to write in a folder of objects until `release`.

    The system that runs the writer cannot free it, so a killed writer's lock stays until a user breaks it. If the
    writer is still alive, nothing is damaged: each part and each slot has one owner.

    Args:
        folder: the store.
        break_lock: takes away the lock that is there.

    Attributes:
        token: that only this writer has.

    Raises:
        StoreError: another writer holds it, or the storage makes an object also where there is one.
        StorageError: the storage cannot be used.
    """

    def __init__(self, folder: ObjectPlace, *, break_lock: bool = False) -> None:
        self._folder = folder
        self._object = folder / LOCK_FILE
        self.token = uuid.uuid4().hex
        if break_lock:
            self._object.delete()
        if not self._object.create(self._content(self.token)):
            raise self._refusal()
        if self._object.create(self._content("another")):
            self._object.delete()
            raise StoreError(
                f"{folder} cannot be written safely: its storage makes an object although there is one, so that two "
                "writers would not see each other. Write to a local folder and copy it."
            )

    def require(self) -> None:
        """Refuse to go on where the lock was broken.

        Raises:
            StoreError: it is gone or another's.
        """
        held = self._holder()
        if held is None or held.token != self.token:
            raise StoreError(
                f"The lock of {self._folder} was broken by another writer. What this one had written stays; start it "
                "again when the other has ended."
            )

    def release(self) -> None:
        """Let others write."""
        held = self._holder()
        if held is not None and held.token == self.token:
            self._object.delete()

    def abandon(self) -> None:
        """Let others write, where the storage still answers."""
        with suppress(StorageError):
            self.release()

    def _content(self, token: str) -> bytes:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = f"process {os.getpid()} on {socket.gethostname()}"
        return json.dumps(to_json(LockHolder(holder, since, token))).encode()

    def _holder(self) -> LockHolder | None:
        """Who holds the lock; None where it is gone or cannot be read."""
        try:
            return from_json_text(LockHolder, self._object.read() or b"", where=self._object, error=StoreError)
        except StoreError:
            return None

    def _refusal(self) -> StoreError:
        held = self._holder() or LockHolder("another process", "an unknown time", "")
        return StoreError(
            f"{self._folder} is being written by {held.holder} since {held.since}"
            f"{_age(held.since)}. Wait until that has ended; reading is possible meanwhile. If it was killed, the same "
            "command with `break_lock` goes on where it stopped."
        )


def _age(since: str) -> str:
    """How long ago in words, in brackets; nothing where that cannot be said."""
    try:
        seconds = (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds()
    except (ValueError, TypeError):
        return ""
    for unit, length in SECONDS_PER.items():
        if seconds >= length:
            return f" ({counted(int(seconds // length), unit)} ago)"
    return f" ({counted(max(0, int(seconds)), 'second')} ago)"
