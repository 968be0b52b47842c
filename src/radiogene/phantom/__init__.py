"""The embedded synthetic cohort: real DICOM of patients who do not exist, from a generating model that is known."""

from radiogene.phantom.ceiling import Ceiling, GeneCeiling, ceiling
from radiogene.phantom.cohort_folder import write_cohort
from radiogene.phantom.collection_folder import write_collection
from radiogene.phantom.oracle import oracle

__all__ = ["Ceiling", "GeneCeiling", "ceiling", "oracle", "write_cohort", "write_collection"]
