"""What tells one deep system from another: what it looks at, what joins, and its network."""

from collections.abc import Callable
from dataclasses import dataclass

from radiogene.methods.deep.deep_sizes import DeepSizes
from radiogene.methods.deep.patient_images import ImageKind
from radiogene.methods.table_columns import SLIDES_COLUMN
from radiogene.networks.image_network import ImageNetwork

NetworkBuild = Callable[[DeepSizes, int, int], ImageNetwork]
"""Makes a network with fresh weights from the sizes, the number of genes and the number of values that join."""


@dataclass(frozen=True)
class DeepDesign:
    """One deep system.

    Attributes:
        name: of the system.
        images: how it looks at a patient, at given sizes.
        build: its network.
        clinical: columns that join; none for a system of images only, whatever the settings say.
        radiomics: True where selected radiomic features join.
        slides: True where it looks at tiles of a slide and not at the nodule.
        images_per_step: for each patient that a step of MMDL has; more where a patient has several images.
        sizes_in_words: what a reader must know of its size at a preset.
    """

    name: str
    images: Callable[[DeepSizes], ImageKind]
    build: NetworkBuild
    sizes_in_words: Callable[[DeepSizes], str]
    clinical: tuple[str, ...] = ()
    radiomics: bool = False
    slides: bool = False
    images_per_step: int = 1

    @property
    def looks_at_nodule(self) -> bool:
        """True where a prediction depends on which of a patient's nodules is looked at."""
        return not self.slides

    def columns(self, given: tuple[str, ...] | None) -> tuple[str, ...]:
        """The clinical columns that join.

        Args:
            given: in place of its own, if it has any; None for its own.
        """
        return self.clinical if given is None or not self.clinical else given

    def table_columns(self, given: tuple[str, ...] | None) -> tuple[str, ...]:
        """All columns of the table that it reads; argument as for `columns`."""
        return (*self.columns(given), *((SLIDES_COLUMN,) if self.slides else ()))
