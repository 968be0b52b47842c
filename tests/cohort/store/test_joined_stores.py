"""Several stores as one: the centres of a study, in order, with the results of one store of all."""

from dataclasses import replace

import numpy as np
import pytest

import radiogene as rg
from cohort.made_cubes import SETTINGS, cube_hu, record, segment
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.joined_stores import JoinedStores, open_stores
from radiogene.errors import SettingsError, StoreError
from radiogene.storage.place import Place

ONE_VIEW = {
    "preset": "tiny",
    "views": ["axial"],
    "validation_share": 0.3,
    "all_layers": {"epochs": 1},
    "fusion": {"epochs": 1},
}
RUN = {"accelerator": "cpu"}


def made_store(path: Place, numbers, *, fingerprint: str = "hash") -> CubeStore:
    """A store of made cubes; its rows are numbered by their own table."""
    with CubeStore.create(path, SETTINGS, fingerprint) as store:
        for line, number in enumerate(numbers, start=2):
            made = record(number)
            store.add(replace(made, row=replace(made.row, row_number=line)), cube_hu(number), segment(number))
    return CubeStore.open(path)


def copied_store(path: Place, source: CubeStore, indexes) -> CubeStore:
    """A store of these records of another, as a table with these lines in this order would give."""
    with CubeStore.create(path, source.preparation, source.preparation_hash) as store:
        for line, index in enumerate(indexes, start=2):
            copied = source.records[index]
            row = replace(copied.row, row_number=line)
            store.add(replace(copied, row=row), source.cube(index), source.segment(index))
    return CubeStore.open(path)


@pytest.fixture(scope="module")
def centres(few_store, tmp_path_factory):
    """Two stores of alternate patients, and one whose table lists the patients of the one before those of the other."""
    place = tmp_path_factory.mktemp("centres")
    north, south = range(0, len(few_store), 2), range(1, len(few_store), 2)
    copied_store(place / "north", few_store, north)
    copied_store(place / "south", few_store, south)
    copied_store(place / "all", few_store, [*north, *south])
    return place


def parts_of(place):
    return [place / "north", place / "south"]


def test_nodules_follow_in_the_order_of_the_stores(tmp_path):
    made_store(tmp_path / "b", [5, 1])
    made_store(tmp_path / "a", [0, 3, 2])
    joined = open_stores([tmp_path / "b", tmp_path / "a"])
    assert isinstance(joined, JoinedStores)
    order = [5, 1, 0, 3, 2]
    assert [each.key for each in joined.records] == [f"key{number}" for number in order]
    assert joined.places == (tmp_path / "b", tmp_path / "a")
    assert (len(joined), joined.preparation, joined.preparation_hash) == (5, SETTINGS, "hash")
    for index, number in enumerate(order):
        np.testing.assert_array_equal(joined.cube(index), np.rint(cube_hu(number)))
        np.testing.assert_array_equal(joined.segment(index), segment(number))
    with pytest.raises(IndexError, match="record 5 of 5"):
        joined.cube(5)


def test_one_place_gives_the_store_itself(tmp_path):
    made_store(tmp_path / "a", [0])
    assert isinstance(open_stores([tmp_path / "a"]), CubeStore)


def test_no_store_is_refused():
    with pytest.raises(SettingsError, match="No `store` is named"):
        open_stores([])


def test_the_same_store_twice_is_refused(tmp_path):
    made_store(tmp_path / "a", [0])
    with pytest.raises(SettingsError, match=r"same `store` is named twice: .*a, .*a"):
        open_stores([tmp_path / "a", str(tmp_path / "a")])


def test_a_patient_of_two_stores_is_refused(tmp_path):
    made_store(tmp_path / "a", [0, 1])
    made_store(tmp_path / "b", [2, 1])
    with pytest.raises(StoreError, match=r"Patient 'patient 1' is in .*a and in .*b"):
        open_stores([tmp_path / "a", tmp_path / "b"])


def test_cubes_of_another_preparation_are_refused(tmp_path):
    made_store(tmp_path / "a", [0])
    made_store(tmp_path / "b", [1], fingerprint="otherhash")
    with pytest.raises(StoreError, match=r"cubes of .*b and those of .*a .*differently \(otherhash, hash\)"):
        open_stores([tmp_path / "a", tmp_path / "b"])


def test_two_centres_are_the_cohort_of_one_store(centres):
    joined = PreparedCohort.of(open_stores(parts_of(centres)))
    single = PreparedCohort.of(CubeStore.open(centres / "all"))
    assert joined.nodules == single.nodules
    assert joined.patient_ids == single.patient_ids
    assert joined.patient_ids != PreparedCohort.of(open_stores(parts_of(centres)[::-1])).patient_ids


@pytest.mark.parametrize(
    ("method", "settings", "own_file"),
    [("clinical", {"folds": 3}, "out_of_fold.csv"), ("mmdl", ONE_VIEW, "model.safetensors")],
)
def test_training_and_evaluation_give_the_same_bytes_as_one_store_of_all(method, settings, own_file, centres, tmp_path):
    run = RUN if method == "mmdl" else None
    for name, store in (("two", parts_of(centres)), ("one", centres / "all")):
        rg.train(store, tmp_path / name, method=method, settings=settings, run=run)
        rg.evaluate(tmp_path / name, store, out=tmp_path / f"{name}-evaluation", include_training_cases=True)
    # An estimator's file is a zip with the time of its making; what it predicts is compared instead.
    for name in (own_file, "settings.json", "decision.json", "training_cubes.json"):
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes(), name
    of_two, of_one = ((tmp_path / f"{name}-evaluation" / "predictions.csv").read_bytes() for name in ("two", "one"))
    assert of_two == of_one
    assert of_one.count(b"\n") == 1 + len(PreparedCohort.of(CubeStore.open(centres / "all")))
