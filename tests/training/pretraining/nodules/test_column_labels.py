"""What columns say of nodules: the patient's gene, the nodule's own rating, and what they cannot say."""

import pytest

from radiogene.errors import CohortError, SettingsError
from radiogene.training.pretraining.nodules.column_labels import column_labels


def test_a_gene_is_the_patients_and_a_further_column_the_nodules_own(rated_cohort):
    nodules = rated_cohort.by_nodule
    labels = column_labels(nodules, ("TEXTURE", "margin", "EGFR"))
    assert labels.shape == (17, 3)
    # Two nodules of the first patient: one solid, one not.
    assert nodules.rows[0].patient_id == nodules.rows[1].patient_id
    assert labels[:8, 0].tolist() == [1, 0, 1, -1, 1, 0, 1, -1]
    assert labels[:6, 1].tolist() == [1, 0, -1, 1, 0, -1]
    assert labels[:6, 2].tolist() == [-1, -1, 0, -1, 1, -1]


def test_what_no_column_says_is_refused(rated_cohort):
    with pytest.raises(SettingsError, match=r"no column 'texture'; it has EGFR, TEXTURE, margin, remark \(`columns`\)"):
        column_labels(rated_cohort.by_nodule, ("texture",))
    with pytest.raises(CohortError, match="Line 2 of the store's table, remark: found 'round'; wanted 1 or mutant"):
        column_labels(rated_cohort.by_nodule, ("remark",))
