"""The table of tumour centres: points in LPS mm, and lines that are none."""

import pytest

from radiogene.cohort.sources.nsclc_radiogenomics.tumour_centres import point_text, read_tumour_centres
from radiogene.cohort.table.problem import CohortTableError


def table(folder, *lines, header="Case ID,coordX,coordY,coordZ"):
    path = folder / "centres.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_points_are_read_and_written_as_a_cohort_table_takes_them(tmp_path):
    centres = read_tumour_centres(table(tmp_path, "R01-001,116.7426,3.39,-199.9"))
    assert centres.centre_lps_mm == {"R01-001": (116.7426, 3.39, -199.9)}
    assert point_text(centres.centre_lps_mm["R01-001"]) == "116.743 3.390 -199.900"


def test_lines_that_are_no_point_are_named_and_the_rest_goes_on(tmp_path):
    lines = ["R01-001,1,2,3", "R01-002,1,2", "R01-003,1,2,inf", ",1,2,3", "R01-004,1,2,999999", "R01-005,4,5,6"]
    centres = read_tumour_centres(table(tmp_path, *lines))
    assert set(centres.centre_lps_mm) == {"R01-001", "R01-005"}
    assert [problem.row for problem in centres.problems] == [3, 4, 5, 6]


def test_two_different_points_of_a_patient_are_none(tmp_path):
    centres = read_tumour_centres(table(tmp_path, "R01-001,1,2,3", "R01-001,1,2,4", "R01-002,1,2,3", "R01-002,1,2,3"))
    assert set(centres.centre_lps_mm) == {"R01-002"}
    assert len(centres.problems) == 1


def test_a_missing_column_is_refused(tmp_path):
    with pytest.raises(CohortTableError, match="coordZ"):
        read_tumour_centres(table(tmp_path, "R01-001,1,2,3", header="Case ID,coordX,coordY,z"))
