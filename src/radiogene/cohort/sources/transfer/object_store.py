"""A public object store read over plain HTTP(S): what it lists under a prefix, and the objects themselves.

The public buckets of the Imaging Data Commons take no credentials. Two requests of the S3 interface are all that is
needed, and Google's store answers the same two, so no client library is: `GET /BUCKET?list-type=2&prefix=...` and
`GET /BUCKET/KEY`.
"""

import hashlib
import re
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, TypeVar

from radiogene.errors import SettingsError, TransferError
from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.guarded_redirects import GuardedRedirects
from radiogene.storage.plain_words import counted
from radiogene.storage.regular_file import open_file

AMAZON, GOOGLE = "https://s3.amazonaws.com", "https://storage.googleapis.com"
"""Both hold the buckets of the Imaging Data Commons under the same names."""

TIMEOUT_S = 60.0
TRIES = 4
FIRST_PAUSE_S = 0.5
"""Before the second try; doubled before each further one."""

WORTH_ANOTHER_TRY = frozenset({408, 429, 500, 502, 503, 504})
CHUNK_BYTES = 1 << 20

PLAIN_MD5 = re.compile(r"[0-9a-f]{32}")
"""The ETag of an object that was stored in one piece; one in parts has another form, which is no hash of its bytes."""

FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""What a file may be called here: nothing that leads out of its folder."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class StoredObject:
    """An object of a bucket.

    Attributes:
        md5: of its bytes; None where the store does not tell.
    """

    key: str
    size: int
    md5: str | None

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]


@dataclass(frozen=True)
class ObjectStore:
    """A store at an address; buckets are the first part of the path."""

    endpoint: str = AMAZON
    tries: int = TRIES
    first_pause_s: float = FIRST_PAUSE_S

    def __post_init__(self) -> None:
        if not self.endpoint.startswith(("https://", "http://")):
            raise SettingsError(
                f"Found the store {self.endpoint!r}; --store wants an address with https:// or http://."
            )

    def objects(self, bucket: str, prefix: str) -> list[StoredObject]:
        """Everything under a prefix, in the order of the keys.

        Raises:
            TransferError: no answer, a refusal, or an answer that is no listing.
        """
        objects: list[StoredObject] = []
        token: str | None = None
        while True:
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": token} if token else {})
            url = f"{self.endpoint}/{bucket}?{urllib.parse.urlencode(query)}"
            page = self._patiently(url, lambda answer: answer.read())
            listed, token = _listing(page, url)
            objects += listed
            if token is None:
                return sorted(objects, key=lambda one: one.key)

    def fetch(self, bucket: str, wanted: StoredObject, path: Path) -> str:
        """The SHA-256 of an object whose bytes have been written, whole and with the size and MD5 that the store lists.

        Raises:
            TransferError: no answer, a refusal, or bytes that differ from what the store lists, at each try.
        """
        url = f"{self.endpoint}/{bucket}/{urllib.parse.quote(wanted.key)}"

        def write(answer: IO[bytes]) -> str:
            with atomic_path(path) as temporary:
                with temporary.open("wb") as file:
                    shutil.copyfileobj(answer, file, CHUNK_BYTES)
                check = checked(temporary, wanted)
                if check.wrong is not None:
                    raise _DamagedError(check.wrong)
                return check.sha256

        return self._patiently(url, write)

    def _patiently(self, url: str, use: Callable[[IO[bytes]], Answer]) -> Answer:
        """What is made of an answer, after another try where that may help."""
        for attempt in range(1, self.tries + 1):
            try:
                # The scheme was checked; no file can be read by it.
                with urllib.request.build_opener(GuardedRedirects).open(url, timeout=TIMEOUT_S) as answer:
                    return use(answer)
            except urllib.error.HTTPError as error:
                reason, again = f"HTTP {error.code} {error.reason}", error.code in WORTH_ANOTHER_TRY
                error.close()
            except (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError) as error:
                reason, again = str(getattr(error, "reason", None) or error or type(error).__name__), True
            except _DamagedError as error:
                reason, again = str(error), True
            if not again or attempt == self.tries:
                raise TransferError(f"{url}: {reason} ({counted(attempt, 'try', 'tries')})")
            time.sleep(self.first_pause_s * 2 ** (attempt - 1))
        raise TransferError(f"{url}: not tried at all; the number of tries must be at least 1")


class _DamagedError(Exception):
    """Bytes that differ from what the store lists."""


@dataclass(frozen=True)
class FileCheck:
    """A file against what a store lists of it: the SHA-256 of its bytes, and what is wrong, None for nothing."""

    sha256: str
    wrong: str | None


def checked(path: Path, listed: StoredObject) -> FileCheck:
    """How a file compares with the size and MD5 that the store lists."""
    size, md5, sha256 = 0, hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with open_file(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            size += len(chunk)
            md5.update(chunk)
            sha256.update(chunk)
    wrong = None
    if size != listed.size:
        wrong = f"{size} bytes where the store lists {listed.size}"
    elif listed.md5 is not None and md5.hexdigest() != listed.md5:
        wrong = f"MD5 {md5.hexdigest()} where the store lists {listed.md5}"
    return FileCheck(sha256.hexdigest(), wrong)


def _listing(page: bytes, url: str) -> tuple[list[StoredObject], str | None]:
    """The objects of one page, and the token of the next page or None."""
    try:
        root = ET.fromstring(page)
    except ET.ParseError as error:
        raise TransferError(f"{url}: the answer is no listing ({error}). Is --store the address of a store?") from error
    objects = []
    for entry in _children(root, "Contents"):
        values = {_plain(child): child.text or "" for child in entry}
        etag = values.get("ETag", "").strip('"').lower()
        md5 = etag if PLAIN_MD5.fullmatch(etag) else None
        listed = StoredObject(values["Key"], int(values["Size"]), md5)
        if not FILE_NAME.fullmatch(listed.name):
            raise TransferError(f"{url}: the store lists {listed.key!r}, which is no name for a file.")
        objects.append(listed)
    token = next((child.text for child in _children(root, "NextContinuationToken")), None)
    return objects, token


def _children(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """The children of a name, whatever their namespace."""
    return (child for child in root if _plain(child) == name)


def _plain(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
