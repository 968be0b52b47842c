"""Tables of patients without images as a source of a prepared cohort."""

import pytest

from radiogene.cohort.identity.duplicates import cohort_scans, duplicates_between, duplicates_within
from radiogene.cohort.identity.site_key import site_key
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.table.problem import CohortTableError
from radiogene.cohort.table.table_cohort import cohort_tables
from radiogene.errors import CohortError, SettingsError

GENES = ("EGFR", "KRAS")


def written(place, *lines, header="patient_id,age,sex,smoking,EGFR,KRAS"):
    place.write_text("\n".join([header, *lines, ""]))
    return place


def cohort_of(*places):
    return PreparedCohort.of(cohort_tables(places).source(GENES))


def test_patients_have_values_and_no_images(tmp_path):
    table = written(tmp_path / "a.csv", "P1,61,female,never,1,0", "P2,,male,former,0,")
    cohort = cohort_of(table)
    assert cohort.patient_ids == ("P1", "P2")
    assert [row.age_years for row in cohort.patients] == [61.0, None]
    assert cohort.patients[1].labels == {"EGFR": 0, "KRAS": None}
    assert not cohort.has_images
    assert cohort.segment(0) is None
    with pytest.raises(CohortError, match="is a table without images"):
        cohort.cube(0)


def test_a_patient_twice_is_refused_by_line_unless_lines_are_nodules(tmp_path):
    with pytest.raises(
        CohortTableError, match=r"line 3, column patient_id: found 'P1', as on line 2; wanted each patient"
    ):
        cohort_of(written(tmp_path / "a.csv", "P1,61,female,never,1,0", "P1,61,female,never,1,0"))
    lines = ("P1,scan,1 2 3,61,1", "P1,scan,4 5 6,,", "P2,other,1 2 3,70,0")
    cohort = cohort_of(written(tmp_path / "b.csv", *lines, header="patient_id,ct,nodule,age,EGFR"))
    assert len(cohort) == 2
    assert cohort.nodules == ((0, 1), (2,))
    assert {row.age_years for row in cohort.rows} == {61.0, 70.0}


def test_two_tables_are_one_cohort_and_share_no_patient(tmp_path):
    first = written(tmp_path / "a.csv", "P1,61,female,never,1,0")
    second = written(tmp_path / "b.csv", "Q1,70,male,current,0,1")
    assert cohort_of(first, second).patient_ids == ("P1", "Q1")
    shared = written(tmp_path / "c.csv", "P1,61,female,never,1,0")
    with pytest.raises(CohortError, match=r"Patient 'P1' is in .*a.csv and in .*c.csv"):
        cohort_of(first, shared)
    with pytest.raises(SettingsError, match="The same `table` is named twice"):
        cohort_tables([first, first])
    with pytest.raises(SettingsError, match="No `table` is named"):
        cohort_tables([])


def test_patients_are_known_by_the_ids_that_the_key_hides(tmp_path):
    lines = ("P1,61,female,never,1,0", "P2,70,male,current,0,1")
    one = cohort_scans(cohort_of(written(tmp_path / "a.csv", *lines)), site_key())
    other = cohort_scans(cohort_of(written(tmp_path / "b.csv", "P2,70,male,current,0,1")), site_key())
    assert one.without_scan == 2
    assert duplicates_within(one) == ()
    assert [(found.first, found.second) for found in duplicates_between(one, other)] == [("P2", "P2")]
    assert len(one.keys) == 2
    assert set(other.keys) < set(one.keys)
    assert not any("P1" in key for key in one.keys)
    assert one.known.outlines == ()
    assert len(one.known.patients) == 2


def test_a_table_of_synthetic_patients_is_known_as_a_whole(tmp_path):
    header = "patient_id,age,synthetic,EGFR"
    one, same, other = (
        cohort_scans(cohort_of(written(tmp_path / f"{n}.csv", f"P1,{age},yes,1", header=header)), site_key())
        for n, age in enumerate((61, 61, 62))
    )
    # The ids of a phantom are numbers that every phantom uses.
    assert duplicates_between(one, other) == ()
    assert one.keys == same.keys != other.keys
    assert len(one.keys) == 1
