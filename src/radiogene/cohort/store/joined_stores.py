"""Several stores as one: the centres of a study, each with a store of its own."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.store.cube_record import CubeRecord, PreparationFailure
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.errors import SettingsError, StoreError
from radiogene.storage.place import Place, place_of


class JoinedStores:
    """The nodules of several stores, those of one store after those of another.

    All results are those of one store whose table lists the centres in this order.

    Args:
        stores: two or more, open for reading.

    Raises:
        StoreError: stores that were prepared differently from the first, or that share a patient.
    """

    def __init__(self, stores: Sequence[CubeStore]) -> None:
        self.stores = tuple(stores)
        first = self.stores[0]
        self.preparation: PreparationSettings = first.preparation
        self.preparation_hash = first.preparation_hash
        self._starts = tuple(accumulate((len(store) for store in self.stores), initial=0))
        _refuse_other_preparation(self.stores)
        _refuse_shared_patients(self.stores)

    def __len__(self) -> int:
        return self._starts[-1]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the stores lie, in order."""
        return tuple(store.path for store in self.stores)

    @property
    def path(self) -> str:
        """All places, for messages."""
        return " and ".join(map(str, self.places))

    @cached_property
    def records(self) -> tuple[CubeRecord, ...]:
        """The records of all stores, in order."""
        return tuple(record for store in self.stores for record in store.records)

    @property
    def synthetic(self) -> bool:
        """True where any cube is of a patient that does not exist."""
        return any(store.synthetic for store in self.stores)

    @property
    def failures(self) -> tuple[PreparationFailure, ...]:
        """The rows that the last preparations could not make cubes of."""
        return tuple(failure for store in self.stores for failure in store.failures)

    def cube(self, index: int) -> NDArray[np.int16]:
        """The cube (64, 64, 64) int16 HU of the record of that index; see `CubeStore.cube`."""
        store, own = self._of(index)
        return store.cube(own)

    def segment(self, index: int) -> NDArray[np.bool_] | None:
        """The segment (64, 64, 64) of the record of that index, or None; see `CubeStore.segment`."""
        store, own = self._of(index)
        return store.segment(own)

    def _of(self, index: int) -> tuple[CubeStore, int]:
        """The store of the record of that index, and its index there."""
        if not 0 <= index < len(self):
            raise IndexError(f"record {index} of {len(self)}")
        number = int(np.searchsorted(self._starts, index, side="right")) - 1
        return self.stores[number], index - self._starts[number]


Stores = CubeStore | JoinedStores
"""One store, or several as one."""


def open_stores(places: Sequence[str | Place]) -> Stores:
    """The store at a place, or those at several places as one, for reading.

    Args:
        places: folders, or addresses on object storage, in the order of their nodules.

    Raises:
        SettingsError: no place, or one that is named twice.
        StoreError: no store, another format, damaged, prepared differently from the first, or sharing a patient.
        StorageError: object storage cannot be used.
    """
    wanted = [place_of(place) for place in places]
    if not wanted:
        raise SettingsError("No `store` is named: give the folder that `radiogene prepare` filled.")
    if len(set(map(str, wanted))) < len(wanted):
        raise SettingsError(f"The same `store` is named twice: {', '.join(map(str, wanted))}.")
    stores = [CubeStore.open(place) for place in wanted]
    return stores[0] if len(stores) == 1 else JoinedStores(stores)


def _refuse_other_preparation(stores: Sequence[CubeStore]) -> None:
    for store in stores[1:]:
        if store.preparation_hash != stores[0].preparation_hash:
            raise StoreError(
                f"The cubes of {store.path} and those of {stores[0].path} were prepared "
                f"differently ({store.preparation_hash[:12]}, {stores[0].preparation_hash[:12]}). Prepare both by one "
                "version of radiogene."
            )


def _refuse_shared_patients(stores: Sequence[CubeStore]) -> None:
    """Refuse a patient in two stores: two centres may number different patients alike."""
    owners: dict[str, CubeStore] = {}
    for store in stores:
        for patient in dict.fromkeys(record.row.patient_id for record in store.records):
            owner = owners.setdefault(patient, store)
            if owner is not store:
                raise StoreError(
                    f"Patient {patient!r} is in {owner.path} and in {store.path}. Give different patients different "
                    "patient_ids, or prepare all nodules of one patient into one store."
                )
