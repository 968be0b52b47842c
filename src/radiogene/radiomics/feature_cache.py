"""Features on disk, one file per nodule, named by all that decides them: nothing is measured twice."""

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radiogene.radiomics.features import RadiomicFeatures, measurement_versions, radiomic_features
from radiogene.radiomics.settings import RadiomicSettings
from radiogene.storage.atomic_files import atomic_path
from radiogene.storage.regular_file import read_file

UNREADABLE = (ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What NumPy and the archive raise on bytes that are not, or not all, what was written."""


def cached_features(
    cube_zyx: NDArray[np.int16], segment_zyx: NDArray[np.bool_] | None, settings: RadiomicSettings, folder: Path
) -> RadiomicFeatures:
    """The features of a nodule: read where the folder has them, else measured and kept there.

    Args:
        cube_zyx: (64, 64, 64) int16 HU.
        segment_zyx: (64, 64, 64) bool.
        settings: of the measurement.
        folder: of the cache.

    Raises:
        NoduleError, SettingsError: as for `radiomic_features`.
    """
    file = folder / f"radiomics-{content_key(cube_zyx, segment_zyx, settings)}.npz"
    features = _read(file)
    if features is None:
        features = radiomic_features(cube_zyx, segment_zyx, settings)
        with atomic_path(file) as temporary:
            np.savez_compressed(temporary, names=np.array(features.names), values=features.values)
    return features


def content_key(cube_zyx: NDArray[np.int16], segment_zyx: NDArray[np.bool_] | None, settings: RadiomicSettings) -> str:
    """SHA-256 (hex) of cube, segment, parameters and the versions of the packages that measure."""
    parameters = {"parameters": settings.to_parameters(), "versions": measurement_versions()}
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(cube_zyx, dtype="<i2").tobytes())
    digest.update(b"" if segment_zyx is None else np.packbits(segment_zyx).tobytes())
    return digest.hexdigest()


def _read(file: Path) -> RadiomicFeatures | None:
    """The features in a file; None where there is none, or one that is damaged and is measured again."""
    try:
        with np.load(io.BytesIO(read_file(file)), allow_pickle=False) as arrays:
            names, values = arrays["names"], arrays["values"]
    except (*UNREADABLE, OSError):
        return None
    if names.ndim != 1 or values.shape != names.shape or values.dtype != np.float64:
        return None
    return RadiomicFeatures(tuple(names.tolist()), values)
