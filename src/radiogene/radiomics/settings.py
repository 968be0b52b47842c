"""Which features are measured, and how: the parameters of PyRadiomics, in its own words."""

from dataclasses import dataclass

from radiogene.radiomics.measurability import FEWEST_SAMPLES
from radiogene.storage.typed_json import JsonObject

FEATURE_CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
"""Without shape2D, which is for single slices; of each class all features that PyRadiomics enables by default."""


@dataclass(frozen=True)
class RadiomicSettings:
    """The measurement: 14 shape features, and 93 of each of 12 images: 1,130 by the default settings.

    DEVIATION: 1,130 features where the paper counts 1,108 without listing them: 14 of shape; and of each of 12 images
    (the original, 8 wavelet bands, 3 Laplacians of Gaussian) 18 of first order, 24 GLCM, 16 GLRLM, 16 GLSZM, 14 GLDM
    and 5 NGTDM.

    DEVIATION: measured on the cube, so within 64 mm and at 1 mm, after cubic B-spline resampling; the paper states
    neither resampling nor bins. What lies beyond the cube is not measured.

    Attributes:
        bin_width_hu: of grey levels, in every image (PyRadiomics' default; fixed width, as HU are absolute).
        log_sigmas_mm: standard deviations of the Laplacians of Gaussian.
        wavelet: name of the wavelet, one level (PyRadiomics' default).
        feature_classes: by PyRadiomics' names.
    """

    bin_width_hu: float = 25.0
    log_sigmas_mm: tuple[float, ...] = (1.0, 3.0, 5.0)
    wavelet: str = "coif1"
    feature_classes: tuple[str, ...] = FEATURE_CLASSES

    def to_parameters(self) -> JsonObject:
        """What PyRadiomics takes as parameters, as a dictionary or, written as JSON, as a parameter file."""
        return {
            "imageType": {
                "Original": {},
                "Wavelet": {"wavelet": self.wavelet},
                "LoG": {"sigma": list(self.log_sigmas_mm)},
            },
            "featureClass": dict.fromkeys(self.feature_classes),
            "setting": {
                "binWidth": self.bin_width_hu,
                "minimumROIDimensions": 3,
                # PyRadiomics refuses a region of this size too.
                "minimumROISize": FEWEST_SAMPLES - 1,
                "additionalInfo": False,
            },
        }
