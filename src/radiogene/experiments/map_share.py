"""How much of activation maps lies on nodules, in a sentence of a caption."""

from collections.abc import Sequence

import numpy as np

from radiogene.explanation.nodule_maps import NoduleMaps


def share_words(nodules: Sequence[NoduleMaps]) -> str:
    """The maps' mean share of mass on the nodule beside the mean share of the views that the nodules cover.

    Args:
        nodules: with maps; those that were marked by a point have no share.
    """
    masses = [nodule.mass for nodule in nodules if nodule.mass is not None and nodule.mass.mass.sum() > 0]
    if not masses:
        return "No nodule shown has both a segment and a map, so no share is given."
    inside = float(np.mean([mass.mass_share for mass in masses]))
    area = float(np.mean([mass.area_share for mass in masses]))
    return (
        f"On average {inside:.0%} of the maps' mass lies on the nodule, which covers {area:.0%} of the views "
        f"({len(masses)} of {len(nodules)} nodules have a segment and a map)."
    )
