"""Where stores and tables may lie: a path of this machine, or an address on object storage, through fsspec."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import unquote, urlsplit

from radiogene.errors import StorageError
from radiogene.storage.regular_file import refuse_special

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

FORBIDDEN = re.compile(r"[?#*\[\]]")


class FileSystemOptions(TypedDict, total=False):
    """What fsspec is told beside an address, by protocol."""

    max_concurrency: int


ONE_REQUEST_PER_READ: FileSystemOptions = {"max_concurrency": 1}
"""s3fs asks for an object's size before it reads it, to read long ones in pieces; ours are short."""

FILE_SYSTEM_OPTIONS: dict[str, FileSystemOptions] = {"s3": ONE_REQUEST_PER_READ, "s3a": ONE_REQUEST_PER_READ}
"""Per protocol, what fsspec is told beside the address; credentials and endpoint are never among it."""

ALREADY_THERE_CODES = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
"""What S3 servers call an object that is there, or is being made, when it should only be made if it is not."""


@dataclass(frozen=True)
class ObjectPlace:
    """An object, or a folder of objects, on object storage.

    Attributes:
        url: such as `s3://bucket/store`, without a slash at its end.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> "ObjectPlace":
        return ObjectPlace(f"{self.url}/{name}")

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return Path(self.name).stem

    @property
    def options(self) -> FileSystemOptions:
        """What fsspec is told beside the address."""
        return FILE_SYSTEM_OPTIONS.get(urlsplit(self.url).scheme, {})

    def read(self, *, largest_bytes: int | None = None) -> bytes | None:
        """The object's content; None where there is no such object.

        Args:
            largest_bytes: of a longer object only so much and one byte more is read.

        Raises:
            StorageError: no answer, no bucket, no permission.
        """
        system, path = self._system()
        with storage_errors(self):
            try:
                content = system.cat_file(path, end=None if largest_bytes is None else largest_bytes + 1)
            except FileNotFoundError as error:
                if _code(error) == "NoSuchBucket":
                    raise
                return None
        return bytes(content)

    def read_several(self, names: Sequence[str]) -> list[bytes | None]:
        """The content of several objects of this folder at once; None where there is no such object.

        Raises:
            StorageError: no answer, no bucket, no permission.
        """
        if not names:
            return []
        system, path = self._system()
        with storage_errors(self):
            contents_of = system.cat([f"{path}/{name}" for name in names], on_error="return")
            for result in contents_of.values():
                if isinstance(result, Exception) and not isinstance(result, FileNotFoundError):
                    raise result
        contents = (contents_of[f"{path}/{name}"] for name in names)
        return [None if isinstance(content, Exception) else bytes(content) for content in contents]

    def write(self, content: bytes) -> None:
        """Write the object, whole, in place of what is there.

        Raises:
            StorageError: as for `read`.
        """
        system, path = self._system()
        with storage_errors(self):
            system.pipe_file(path, content)

    def create(self, content: bytes) -> bool:
        """Whether the object was made by this call; False, and nothing is changed, where there is one already.

        Args:
            content: that no other writer would write, so that an answer lost on its way does not look like another's.

        Raises:
            StorageError: as for `read`, or the storage cannot make an object only where there is none.
        """
        system, path = self._system()
        if not _creates_exclusively(system):
            raise StorageError(
                f"{self} lies on storage whose interface ({type(system).__name__}) cannot make an object only where "
                "there is none, so that two writers would not see each other. Write to a local folder and copy it."
            )
        with storage_errors(self):
            try:
                system.pipe_file(path, content, mode="create")
            except OSError as error:
                if not isinstance(error, FileExistsError) and _code(error) not in ALREADY_THERE_CODES:
                    raise
                return self.read() == content
        return True

    def delete(self) -> None:
        """Delete the object; nothing where there is none.

        Raises:
            StorageError: as for `read`.
        """
        system, path = self._system()
        with storage_errors(self):
            try:
                system.rm_file(path)
            except FileNotFoundError as error:
                if _code(error) == "NoSuchBucket":
                    raise

    def _system(self) -> "tuple[AbstractFileSystem, str]":
        """The file system of fsspec and the path in it."""
        with storage_errors(self):
            from fsspec.core import url_to_fs

            system, path = url_to_fs(self.url, **self.options)
        return system, path


Place = Path | ObjectPlace


def place_of(text: str | Path | ObjectPlace) -> Place:
    """The place that a word of the command line names; `file://` is a path of this machine.

    Raises:
        StorageError: an address with credentials, a query or another address in it, or without a name.
    """
    if isinstance(text, Path):
        refuse_special(text)
        return text
    if isinstance(text, ObjectPlace):
        return text
    if "::" in text and ADDRESS.search(text):
        raise StorageError("Found an address with '::' in it; wanted PROTOCOL://BUCKET/NAME alone.")
    if not ADDRESS.match(text):
        refuse_special(text)
        return Path(text)
    parts = urlsplit(text)
    # The words are not repeated, because messages go into logs.
    if ":" in parts.netloc.rpartition("@")[0] or (parts.scheme in ("s3", "s3a") and "@" in parts.netloc):
        raise StorageError(
            f"Found an address ({parts.scheme}) with credentials in it; wanted them in the environment, where fsspec "
            "takes them from (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE for s3)."
        )
    # '?' may begin a signature; fsspec takes the others for patterns.
    if sign := FORBIDDEN.search(text):
        raise StorageError(
            f"Found an address ({parts.scheme}) with {sign[0]!r} in it; wanted PROTOCOL://BUCKET/NAME without it."
        )
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    url = text.rstrip("/")
    if not parts.netloc or not parts.path.strip("/") or "//" in parts.path:
        raise StorageError(f"Found the address {text!r}; wanted PROTOCOL://BUCKET/NAME.")
    return ObjectPlace(url)


@contextmanager
def storage_errors(place: ObjectPlace) -> Iterator[None]:
    """Turns what fsspec and its clients raise into one refusal that says what to do.

    Raises:
        StorageError: in place of their errors.
    """
    try:
        yield
    except ImportError as error:
        raise StorageError(
            f"{place} needs a package that is not installed ({error}). Install it: "
            'pip install "radiogene[object-storage]" has the one for s3.'
        ) from error
    except _refusals() as error:
        raise StorageError(f"{place} cannot be used: {_reason(error)}") from error


def _refusals() -> tuple[type[Exception], ...]:
    """What fsspec raises, and the clients that are loaded."""
    clients = (("botocore.exceptions", "BotoCoreError"), ("aiohttp", "ClientError"))
    loaded = [getattr(sys.modules[module], name) for module, name in clients if module in sys.modules]
    return (OSError, ValueError, *loaded)


def _code(error: BaseException) -> str | None:
    """The code in an answer of S3, such as NoSuchBucket."""
    response = getattr(error.__cause__, "response", None)
    return str(response["Error"].get("Code")) if isinstance(response, dict) and "Error" in response else None


def _reason(error: Exception) -> str:
    """What happened, and what resolves it."""
    code, kind = _code(error), type(error).__name__
    words = str(error) or kind
    if code == "NoSuchBucket" or isinstance(error, FileNotFoundError):
        return f"the bucket does not exist ({words}). Make it, or correct the address."
    if isinstance(error, PermissionError) or "Credential" in kind:
        return (
            f"no permission ({words}). Credentials are taken from the environment or the client's own files: for s3 "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
    if isinstance(error, ValueError):
        return f"{words}. Correct the address."
    return f"no good answer ({kind}: {words}). Check the network and, for s3, AWS_ENDPOINT_URL and AWS_REGION."


def _creates_exclusively(system: "AbstractFileSystem") -> bool:
    """False where fsspec would only look whether the object is there and then write it."""
    from fsspec import AbstractFileSystem
    from fsspec.asyn import AsyncFileSystem

    if isinstance(system, AsyncFileSystem):
        return "mode" in type(system)._pipe_file.__code__.co_varnames
    return type(system).pipe_file is not AbstractFileSystem.pipe_file
