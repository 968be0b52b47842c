"""Zarr's store on the file system, for files alone."""

from typing import Any

from zarr.storage import LocalStore

from radiogene.storage.regular_file import refuse_special


class LocalFiles(LocalStore):
    """Zarr's local store, which opens no pipe, device or socket that stands where a chunk should."""

    async def get(self, key: str, *arguments: Any, **named: Any) -> Any:
        """The bytes of a chunk or a description; None where there is none.

        Raises:
            SpecialFileError: it is no file.
        """
        refuse_special(self.root / key)
        return await super().get(key, *arguments, **named)

    def get_sync(self, key: str, *arguments: Any, **named: Any) -> Any:
        """The same for Zarr's own short way."""
        refuse_special(self.root / key)
        return super().get_sync(key, *arguments, **named)
