"""Who has what a system needs, and why others do not."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from methods.table_patients import TableOnly, TablePatients
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.methods.inputs import available, columns_given
from radiogene.methods.method import Need
from radiogene.methods.registry import method_named

CUBE_64 = (64, 64, 64)


@pytest.fixture
def rows():
    return TablePatients(count=6).rows


def cohort_of(rows, files=None):
    return PreparedCohort.of(TableOnly(rows), files)


def found_for(name, cohort, clinical=None):
    """Who has what a system needs, with its own columns or with others in the place of its clinical ones."""
    entry = method_named(name)
    return available(entry, cohort, columns_given(entry, clinical))


def test_a_patient_with_unknown_values_in_columns_that_are_there_is_present(rows):
    rows[2] = replace(rows[2], age_years=None, smoking=None, extra={"stage": "unknown"})
    found = found_for("clinical", cohort_of(rows))
    assert found.present.all()
    assert found.reasons == {}


def test_a_column_that_no_row_has_leaves_nobody(rows):
    without = [replace(row, extra={}) for row in rows]
    found = found_for("clinical", cohort_of(without))
    assert not found.present.any()
    assert found.reasons == {"the table has no column stage": 6}
    assert found_for("clinical", cohort_of(without), clinical=("age", "sex")).present.all()
    semantic = found_for("semantic-tree", cohort_of(without), clinical=("age",))
    assert list(semantic.reasons) == [
        "the table has no column texture, margin, pleural_attachment, emphysema, lobe, longest_diameter_mm"
    ]


def test_suvmax_must_be_a_number(rows):
    for n, text in ((1, ""), (3, "not available"), (4, "high")):
        rows[n] = replace(rows[n], extra={**rows[n].extra, "SUVmax": text})
    found = found_for("pet-clinical", cohort_of(rows))
    np.testing.assert_array_equal(found.present, [True, False, True, False, False, True])
    assert found.reasons == {"no number in column SUVmax": 3}


class Segments(TableOnly):
    """A ball, a point, a crumb, and again."""

    def segment(self, index):
        if index % 3 == 1:
            return None
        z, y, x = np.indices(CUBE_64)
        return (z - 31) ** 2 + (y - 31) ** 2 + (x - 31) ** 2 <= (8**2 if index % 3 == 0 else 1)


def test_radiomics_needs_a_segment_that_can_be_measured(rows):
    found = found_for("radiomics", PreparedCohort.of(Segments(rows)))
    np.testing.assert_array_equal(found.present, [True, False, False, True, False, False])
    assert found.reasons == {
        "the nodule was given as a point, without a segment": 2,
        "the segment is too small for texture": 2,
    }


def test_slides_are_a_folder_of_images_under_the_cohorts_files(rows, tmp_path):
    for n, folder in enumerate(("full", "empty", "absent")):
        rows[n] = replace(rows[n], extra={**rows[n].extra, "slides": folder})
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").touch()
    Image.new("RGB", (4, 4)).save(tmp_path / "full" / "tile.JPG", format="JPEG")
    entry = replace(method_named("clinical"), needs=(Need.SLIDES,), columns=())
    found = available(entry, cohort_of(rows, tmp_path), ())
    np.testing.assert_array_equal(found.present, [True, False, False, False, False, False])
    assert found.reasons == {
        "no image in the folder of column slides": 1,
        "column slides names a folder that is not there": 1,
        "no folder in column slides": 3,
    }
    nowhere = available(entry, cohort_of(rows), ())
    assert nowhere.reasons["no folder from which the paths of column slides start"] == 3


def test_each_patient_counts_once(rows):
    entry = replace(method_named("pet-clinical"), needs=(Need.SEGMENT, Need.SUV))
    rows = [replace(row, extra={**row.extra, "SUVmax": ""}) for row in rows]
    found = available(entry, PreparedCohort.of(Segments(rows)), entry.columns)
    assert sum(found.reasons.values()) == 6
    assert not found.present.any()


def test_a_cohort_of_nobody_lacks_nothing(rows):
    nobody = cohort_of(rows).at([])
    assert found_for("clinical", nobody).reasons == {}
