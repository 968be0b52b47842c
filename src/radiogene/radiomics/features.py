"""The radiomic features of one nodule, on its cube or in a file."""

import copy
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import NoduleError, SettingsError
from radiogene.radiomics.measurability import segment_problem
from radiogene.radiomics.settings import RadiomicSettings

DEFAULT_SETTINGS = RadiomicSettings()

LARGEST_ROUNDING = 1e-9
"""Share of a complex number that its imaginary part may be and still be rounding."""


@dataclass(frozen=True, eq=False)
class RadiomicFeatures:
    """Features as PyRadiomics gives them.

    Attributes:
        names: F names, `image_class_feature`.
        values: (F,) float64; NaN where a feature is undefined. PyRadiomics gives some undefined ones a figure of its
            own, such as 1 for the correlation of a constant region.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def radiomic_features(
    cube_zyx: NDArray[np.int16], segment_zyx: NDArray[np.bool_] | None, settings: RadiomicSettings = DEFAULT_SETTINGS
) -> RadiomicFeatures:
    """The features of a nodule.

    Args:
        cube_zyx: (64, 64, 64) int16 HU, 1 mm apart; filters see all of it, so also what surrounds the nodule.
        segment_zyx: (64, 64, 64) bool on the same samples.
        settings: of the measurement.

    Raises:
        NoduleError: the segment cannot be measured.
        SettingsError: the extra is not installed.
    """
    problem = segment_problem(segment_zyx)
    if problem or segment_zyx is None:
        raise NoduleError(f"Radiomic features cannot be measured: {problem}.")
    extractor = _extractor(settings)
    import SimpleITK

    image, mask = (SimpleITK.GetImageFromArray(array) for array in (cube_zyx, segment_zyx.astype(np.uint8)))
    return _measured(extractor, image, mask, "the nodule's segment")


def file_features(image: Path, mask: Path, settings: RadiomicSettings = DEFAULT_SETTINGS) -> RadiomicFeatures:
    """The features of the voxels with value 1 of a mask file, in the image's own voxels.

    Args:
        image: a file that SimpleITK reads.
        mask: the same, on the image's grid.
        settings: of the measurement.

    Raises:
        NoduleError: the mask cannot be measured.
        SettingsError: the extra is not installed.
    """
    return _measured(_extractor(settings), str(image), str(mask), str(mask))


def measurement_versions() -> dict[str, str]:
    """Versions of the packages that decide the figures.

    Raises:
        SettingsError: the extra is not installed.
    """
    return {
        "pyradiomics": str(_pyradiomics().__version__).removeprefix("v"),
        "SimpleITK": version("SimpleITK"),
        "PyWavelets": version("PyWavelets"),
    }


def _pyradiomics() -> Any:
    """The package without its log: what it would report of a nodule is in the result or is an error."""
    try:
        import radiomics
    except ImportError as error:
        raise SettingsError(
            'Radiomic features need PyRadiomics, which is not installed: pip install "radiogene[radiomics]" (it is '
            f"compiled, so a C compiler is needed; {error})."
        ) from error
    logging.getLogger("radiomics").setLevel(logging.CRITICAL + 10)
    return radiomics


@cache
def _extractor(settings: RadiomicSettings) -> Any:
    """PyRadiomics' extractor with these settings."""
    _pyradiomics()
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    with warnings.catch_warnings():
        # Its reader of parameters loads a module in a way that Python is giving up.
        warnings.simplefilter("ignore", DeprecationWarning)
        return RadiomicsFeatureExtractor(copy.deepcopy(settings.to_parameters()))


def _measured(extractor: Any, image: Any, mask: Any, where: str) -> RadiomicFeatures:
    """The features of an image and a mask, each a path or an image of SimpleITK."""
    with warnings.catch_warnings():
        # A mean over nothing is NaN in the result; that says it.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            measured: Mapping[str, Any] = extractor.execute(image, mask)
        except ValueError as error:
            raise NoduleError(f"PyRadiomics cannot measure {where}: {error}.") from error
    return RadiomicFeatures(tuple(measured), np.array([_real(value) for value in measured.values()], dtype=np.float64))


def _real(value: Any) -> float:
    """The value as a real number; NaN for any other value.

    PyRadiomics takes the eigenvalues of a symmetric matrix as of any other, so that the axes of a segment with two
    equal ones come out complex, with imaginary parts of rounding.
    """
    number = complex(value)
    return number.real if abs(number.imag) <= LARGEST_ROUNDING * abs(number) else float("nan")
