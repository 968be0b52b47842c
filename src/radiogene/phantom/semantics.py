"""What a radiologist would write down about a synthetic nodule, as columns of the cohort table."""

from radiogene.phantom.nodule import Nodule
from radiogene.phantom.nodule_place import NodulePlace

SOLID_BELOW = 0.12
GROUND_GLASS_ABOVE = 0.90
"""Shares of ground-glass at which a nodule reads as solid or as pure ground-glass."""

SMOOTH_BELOW = 0.25
SPICULATED_ABOVE = 0.55
"""Spiculation at which a margin reads as smooth or as spiculated; lobulated between."""


def semantic_columns(nodule: Nodule, place: NodulePlace, emphysema: bool) -> dict[str, str]:
    """The semantic columns of one nodule: texture, margin, pleural attachment, emphysema, lobe, longest diameter."""
    texture = "part-solid"
    if nodule.ground_glass < SOLID_BELOW:
        texture = "solid"
    elif nodule.ground_glass > GROUND_GLASS_ABOVE:
        texture = "ground-glass"
    margin = "lobulated"
    if nodule.spiculation < SMOOTH_BELOW:
        margin = "smooth"
    elif nodule.spiculation > SPICULATED_ABOVE:
        margin = "spiculated"
    return {
        "texture": texture,
        "margin": margin,
        "pleural_attachment": "yes" if place.pleura_mm is not None else "no",
        "emphysema": "yes" if emphysema else "no",
        "lobe": place.lobe,
        "longest_diameter_mm": f"{nodule.diameter_mm:.0f}",
    }
