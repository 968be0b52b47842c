"""The embedded synthetic cohort: real DICOM of patients who do not exist, from a generating model that is known."""

from radiogene.phantom.ceiling import Ceiling, CeilingRange, GeneCeiling, ceiling, ceiling_range
from radiogene.phantom.cohort_folder import write_cohort
from radiogene.phantom.collection_folder import write_collection
from radiogene.phantom.oracle import oracle

__all__ = [
    "Ceiling",
    "CeilingRange",
    "GeneCeiling",
    "ceiling",
    "ceiling_range",
    "oracle",
    "write_cohort",
    "write_collection",
]
