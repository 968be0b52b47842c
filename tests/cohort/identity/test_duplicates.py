"""The four signs that two patients are one, inside a cohort, across two, and against what a model remembers."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from cohort.made_cubes import SETTINGS, cube_hu, record
from radiogene.cohort.identity.cube_fingerprint import cube_fingerprint
from radiogene.cohort.identity.duplicates import (
    CohortScans,
    Duplicate,
    DuplicateCount,
    cohort_scans,
    duplicates_between,
    duplicates_within,
    known_among,
    refuse_duplicates,
)
from radiogene.cohort.identity.known_scans import KnownScans, read_known_scans
from radiogene.cohort.identity.outline import outline_of
from radiogene.cohort.identity.site_key import SiteKey, site_key
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.errors import CohortError, WeightsError
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import to_json

KEY = SiteKey(bytes(32))


def lung(seed):
    """Smooth structures (64, 64, 64) int16 HU."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((64, 64, 64)), 3)
    return np.rint(-850 + 500 * np.clip(field / field.std(), 0, 3)).astype(np.int16)


CUBES = [lung(seed) for seed in range(4)]


def scans(patients="abcd", cubes=(0, 1, 2, 3), series=("", "", "", ""), dicom=("", "", "", ""), key=KEY):
    count = len(patients)
    return CohortScans(
        patients=tuple(patients),
        fingerprints=tuple(cube_fingerprint(CUBES[n]) for n in cubes),
        outlines=tuple(outline_of(CUBES[n]) for n in cubes),
        series=tuple(key.hashed("series", uid) if uid else "" for uid in series),
        dicom_patients=tuple(key.hashed("patient", each) if each else "" for each in dicom),
        synthetic=(False,) * count,
        key=key,
    )


def test_four_patients_are_four():
    assert duplicates_within(scans(series=("1", "2", "3", "4"), dicom="efgh")) == ()
    assert duplicates_between(scans("ab", (0, 1), "12", "ab"), scans("cd", (2, 3), "34", "cd")) == ()


def test_each_sign_names_both_patients_once():
    assert duplicates_within(scans(cubes=(0, 1, 2, 0))) == (Duplicate("a", "d", "the same cube"),)
    assert duplicates_within(scans(series=("1", "2", "3", "2"))) == (Duplicate("b", "d", "one SeriesInstanceUID"),)
    assert duplicates_within(scans(dicom=("x", "", "x", ""))) == (Duplicate("a", "c", "one PatientID"),)
    aside = scans(cubes=(0, 1, 2, 3))
    moved = outline_of(np.roll(CUBES[0], 3, axis=0))
    (found,) = duplicates_within(replace(aside, outlines=(*aside.outlines[:3], moved)))
    assert (found.first, found.second) == ("a", "d")
    assert found.why.startswith("the same scan, marked elsewhere or reconstructed otherwise: correlation 0.")


def test_several_nodules_of_one_patient_are_no_duplicates():
    assert duplicates_within(scans("aabb", (0, 0, 1, 1), ("1", "1", "2", "2"), ("x", "x", "y", "y"))) == ()


def test_a_patient_id_in_place_of_everybodys_is_no_identity(tmp_path):
    settings = SETTINGS
    with CubeStore.create(tmp_path / "store", settings, settings.fingerprint()) as store:
        for number in range(5):
            made = replace(record(number), dicom_patient=KEY.of_dicom_patient("ANON" if number < 4 else "real"))
            store.add(made, cube_hu(number), None)
    found = cohort_scans(PreparedCohort.of(CubeStore.open(tmp_path / "store")), KEY)
    assert [bool(each) for each in found.dicom_patients] == [False] * 4 + [True]
    assert CubeStore.open(tmp_path / "store").records[4].dicom_patient == KEY.of_dicom_patient("real")
    assert "real" not in (tmp_path / "store" / "records.jsonl").read_text()
    # Another site's key compares nothing.
    other = cohort_scans(PreparedCohort.of(CubeStore.open(tmp_path / "store")), SiteKey(bytes(31) + b"1"))
    assert not any(other.dicom_patients)


def test_across_cohorts_the_id_of_a_table_and_of_a_file_are_one_kind():
    one, other = scans("ab", (0, 1), "12", ("x", "")), scans("xd", (2, 3), "34", ("", ""))
    assert duplicates_between(one, other) == (Duplicate("a", "x", "one PatientID"),)
    phantoms = replace(other, synthetic=(True, True))
    assert duplicates_between(one, phantoms) == ()


def test_a_model_knows_its_scans_by_every_sign_and_names_nobody(tmp_path):
    trained = scans(series=("1", "2", "3", "4"), dicom=("x", "", "", ""))
    write_json(tmp_path / "training_scans.json", to_json(trained.known))
    text = (tmp_path / "training_scans.json").read_text()
    for identifier in ('"a"', '"x"', '"1"'):
        assert identifier not in text
    known = read_known_scans(tmp_path / "training_scans.json")
    assert known == trained.known

    others = [lung(9 + n) for n in range(5)]
    asked = CohortScans(
        patients=("p", "q", "r", "s", "b"),
        fingerprints=(trained.fingerprints[0], *(cube_fingerprint(cube) for cube in others[1:])),
        outlines=(outline_of(others[0]), outline_of(np.roll(CUBES[1], 4, axis=2)), *map(outline_of, others[2:])),
        series=("", "", KEY.hashed("series", "3"), "", ""),
        dicom_patients=("", "", "", KEY.hashed("patient", "x"), ""),
        synthetic=(False,) * 5,
        key=KEY,
    )
    found = known_among(asked, trained.fingerprints, known)
    assert [found[n].split(":")[0].split(",")[0] for n in range(5)] == [
        "the same cube",
        "the same scan",
        "one SeriesInstanceUID",
        "one patient id",
        "one patient id",
    ]
    assert set(known_among(replace(asked, key=SiteKey(bytes(31) + b"1")), trained.fingerprints, known)) == {0, 1}
    assert known_among(asked, (), KnownScans()) == {}


def test_a_damaged_list_of_scans_is_refused(tmp_path):
    file = tmp_path / "training_scans.json"
    for content, message in (
        ({**to_json(KnownScans()), "format": 2}, "format 2; this version reads format 1"),
        ({**to_json(KnownScans()), "outlines": ["AAAA"]}, "3 bytes in place of 3456"),
        ({**to_json(KnownScans()), "names": []}, "no key of that name"),
    ):
        write_json(file, content)
        with pytest.raises(WeightsError, match=message):
            read_known_scans(file)


def test_a_refusal_names_the_first_pairs_and_an_allowed_one_is_counted():
    pairs = [Duplicate(f"a{n}", f"b{n}", "the same cube") for n in range(7)]
    with pytest.raises(
        CohortError, match=r"7 pairs are one patient each: 'a0' and 'b0' \(the same cube\).* and 2 more.*`allow_dup"
    ):
        refuse_duplicates(pairs, "It leaks.", allowed=False)
    with pytest.raises(CohortError, match="1 pair of patients is one patient"):
        refuse_duplicates(pairs[:1], "It leaks.", allowed=False)
    assert refuse_duplicates(pairs, "It leaks.", allowed=True) == 7
    assert refuse_duplicates((), "It leaks.", allowed=False) == 0
    assert DuplicateCount(True, 2, 1).sentence == (
        "2 pairs of patients of one cohort and 1 pair of patients of training and external cohort show one scan or "
        "have one identity, and were allowed."
    )
    assert DuplicateCount().sentence == ""


def test_the_demonstrations_phantoms_raise_no_alarm(synthetic_patients):
    assert duplicates_within(cohort_scans(synthetic_patients, site_key())) == ()
