"""Published tables of radiomic features."""

import pytest

from patients.collection_patients import collection_patients
from patients.feature_tables import feature_table
from radiogene.errors import CohortError


def written(folder, text):
    path = folder / "features.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_features_are_read(tmp_path):
    header = "Case ID,Gender,diagnostics_Mask-original_VoxelNum,original_shape_Sphericity,wavelet-LLH_glcm_Id"
    table = feature_table(written(tmp_path, f"{header}\nB,Male,900,0.5,-1e3\nA,Male,800,0.25,2\n"))
    assert table.patient_ids == ("B", "A")
    assert table.names == ("original_shape_Sphericity", "wavelet-LLH_glcm_Id")
    assert table.of(["A", "B"]).tolist() == [[0.25, 2.0], [0.5, -1000.0]]
    assert table.printed_labels.size == 0


@pytest.mark.parametrize("value", ["", "nan", "inf", "much"])
def test_a_value_that_is_no_finite_number_is_refused(tmp_path, value):
    with pytest.raises(CohortError, match="A, original_x: found"):
        feature_table(written(tmp_path, f"Case ID,original_x\nA,{value}\n"))


def test_a_patient_twice_is_refused(tmp_path):
    with pytest.raises(CohortError, match="twice"):
        feature_table(written(tmp_path, "Case ID,original_x\nA,1\nA,2\n"))


@pytest.mark.real_data
def test_the_real_tables_and_where_their_labels_differ(real_data):
    folder = real_data / "nsclc_radiogenomics_radiomics"
    labels = {
        row.patient_id: row.labels for row in collection_patients(folder.parent / "nsclc_radiogenomics/labels.csv")
    }
    tumour, lung = feature_table(folder / "tumour_features_60.csv"), feature_table(folder / "lung_features_117.csv")
    assert (tumour.values.shape, lung.values.shape) == ((46, 1764), (83, 1316))
    assert [sum(labels[patient][gene] == 1 for patient in tumour.patient_ids) for gene in ("EGFR", "KRAS")] == [12, 14]
    differing = [p for p, own in zip(lung.patient_ids, lung.printed_labels, strict=True) if labels[p]["EGFR"] != own]
    assert differing == ["R01-012"]
