"""Radiomic features of the segmented nodule by PyRadiomics, the extra `radiomics`; importing this loads none of it."""

from radiogene.radiomics.features import RadiomicFeatures, file_features, radiomic_features
from radiogene.radiomics.measurability import reaches_border, segment_problem
from radiogene.radiomics.radiomic_table import RadiomicTable, cohort_features, unmeasured
from radiogene.radiomics.settings import RadiomicSettings

__all__ = [
    "RadiomicFeatures",
    "RadiomicSettings",
    "RadiomicTable",
    "cohort_features",
    "file_features",
    "radiomic_features",
    "reaches_border",
    "segment_problem",
    "unmeasured",
]
