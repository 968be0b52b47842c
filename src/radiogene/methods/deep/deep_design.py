"""What tells one deep system from another: what it looks at, what joins, and its network."""

from collections.abc import Callable
from dataclasses import dataclass

from radiogene.methods.deep.deep_sizes import DeepSizes
from radiogene.methods.deep.patient_pictures import PictureKind
from radiogene.methods.method_settings import MethodSettings
from radiogene.networks.picture_network import PictureNetwork

NetworkBuild = Callable[[DeepSizes, int, int], PictureNetwork]
"""Makes a network with fresh weights from the sizes, the number of genes and the number of values that join."""


@dataclass(frozen=True)
class DeepDesign:
    """One deep system.

    Attributes:
        name: of the system.
        pictures: how it looks at a patient, at given sizes.
        build: its network.
        clinical: columns that join; none for a system of images only, whatever the settings say.
        radiomics: True where selected radiomic features join.
        pictures_per_step: for each patient that a step of MMDL has; more where a patient has several pictures.
        sizes_in_words: what a reader must know of its size at a preset.
    """

    name: str
    pictures: Callable[[DeepSizes], PictureKind]
    build: NetworkBuild
    sizes_in_words: Callable[[DeepSizes], str]
    clinical: tuple[str, ...] = ()
    radiomics: bool = False
    pictures_per_step: int = 1

    def columns(self, settings: MethodSettings) -> tuple[str, ...]:
        """The clinical columns that join."""
        if not self.clinical or settings.clinical is None:
            return self.clinical
        return settings.clinical
