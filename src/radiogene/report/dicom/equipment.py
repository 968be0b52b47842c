"""What writes the objects, as DICOM names it: equipment, series, algorithm."""

from dataclasses import dataclass

from highdicom.sr import AlgorithmIdentification
from pydicom import Dataset
from pydicom.sr.coding import Code

from radiogene import __version__
from radiogene.prediction.result import ModelIdentity

MANUFACTURER = "radiogene"
SERIES_PREFIX = "RESEARCH radiogene"
"""Begins the description of every series, so that nobody takes one for a clinical finding."""

NOT_A_MEDICAL_DEVICE = "Research software, not a medical device. Predicted from CT: nothing was sequenced."

LONGEST_SERIAL = 16
ARTIFICIAL_INTELLIGENCE = Code("123109", "DCM", "Artificial Intelligence")
"""Family of the algorithm (CID 7162)."""


@dataclass(frozen=True)
class Equipment:
    """The software and the model that say so.

    Attributes:
        model: which said so.
    """

    model: ModelIdentity

    @property
    def model_name(self) -> str:
        """ManufacturerModelName."""
        return f"radiogene {self.model.method}"

    @property
    def serial_number(self) -> str:
        """DeviceSerialNumber: the beginning of the weights' hash, which tells one model from another."""
        return self.model.weights_sha256[:LONGEST_SERIAL]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What identifies the model."""
        preset = (f"preset {self.model.preset}",) if self.model.preset else ()
        synthetic = ("trained on synthetic patients",) if self.model.synthetic else ()
        return (f"weights SHA-256 {self.model.weights_sha256}", *preset, *synthetic)

    def algorithm(self) -> AlgorithmIdentification:
        """The algorithm, as a structured report names it."""
        return AlgorithmIdentification(
            name=self.model_name,
            version=__version__,
            parameters=list(self.parameters),
            family=ARTIFICIAL_INTELLIGENCE,
            manufacturer=MANUFACTURER,
        )


def as_research(written: Dataset, equipment: Equipment, description: str) -> None:
    """Name an object's series as research and its equipment.

    Args:
        written: the object.
        equipment: that wrote it.
        description: of the series, behind "RESEARCH radiogene: ".
    """
    written.SeriesDescription = f"{SERIES_PREFIX}: {description}"
    written.Manufacturer = MANUFACTURER
    written.ManufacturerModelName = equipment.model_name
    written.SoftwareVersions = __version__
    written.DeviceSerialNumber = equipment.serial_number
