"""UIDs that are the same for the same words."""

from pydicom.uid import generate_uid


def uid(*words):
    return str(generate_uid(entropy_srcs=[str(word) for word in words]))
