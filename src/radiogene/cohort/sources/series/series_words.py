"""What the words of a series description say; descriptions are free text that each scanner and hospital writes its way.

The words below are those of the 499 CT series of NSCLC Radiogenomics at hand (GE, Siemens, Philips), of the 228 further
ones in the index of the Imaging Data Commons, and of the common kernels of four makers.
"""

import re
from dataclasses import dataclass
from typing import Literal

from radiogene.cohort.sources.series.series_facts import Plane

KernelKind = Literal["lung", "soft"]

LOCALISER = re.compile(r"\b(scouts?|topograms?|locali[sz]ers?|surview|scanogram)\b")
PROJECTION = re.compile(r"\b(mips?|minips?|vrt|3d|ssd|volume render\w*)\b")
PROCESSED = re.compile(r"\b(processed images?|screen ?saves?|key images?|dose (report|info)|patient protocol|fused)\b")
ATTENUATION = re.compile(r"\b(ct ?ac|ac ct|acct|atten\w*|fusion|pet( ?ct)?|wb|whole ?body|body low ?dose|ctslices)\b")
CORONAL = re.compile(r"\b(cor|coronals?)\b")
SAGITTAL = re.compile(r"\b(sag|sagittals?)\b")
OBLIQUE = re.compile(r"\b(obl|obliques?|d?mpr|reformat\w*|reformations?)\b")
AXIAL = re.compile(r"\b(ax|axials?|tra|transvers\w*)\b")
CHEST = re.compile(r"chest|thorax|thoracic|\blungs?\b|\bcap\b|\bc a p\b")
OTHER_REGION = re.compile(r"\b(abd\w*|pel(vis)?|a p|liver|kidneys?|renal|head|neck|brain|spine)\b")
DELAYED = re.compile(r"\bdelay(s|ed)?\b")
GATED = re.compile(r"\b(gated|systol\w*|diast\w*|best ?(syst|diast)|(cor )?\d\d ?%)")
THIN = re.compile(r"\bthins?\b")

SLAB = re.compile(r"\b(\d+(?:\.\d+)?) ?x ?\d")
MILLIMETRES = re.compile(r"(\d*\.?\d+) ?(?:mm|thk)\b")
DECIMAL = re.compile(r"(?<![\d.])(\d?\.\d{1,3})(?![\d.])")
THICKEST_BELIEVED_MM = 10.0
"""A larger number in a description is no thickness of a slice."""

SIEMENS_KERNEL = re.compile(r"\b[bi](\d\d)[fsh]?\b")
FIRST_LUNG_KERNEL = 41
"""Siemens' kernels grow sharper with their number; B45 is the chest's in the collection, B40 and below are soft."""

NEWER_SIEMENS_KERNEL = re.compile(r"\b[bhqu]([a-z])(\d\d)[a-z]?\b")
FIRST_NEWER_LUNG_KERNEL = 50
"""Of current scanners: Br40 and Bv36 are of the body, Bl57 and Br59 of the lung (l); the third letter is a variant."""

LUNG_KERNEL = re.compile(r"\b(lung|lungs|bone ?plus|bone|sharp|edge|hrct|fc5\d|fc8\d|ya|yb|l)\b|very sharp")
SOFT_KERNEL = re.compile(r"\b(standard|std|soft|mediast\w*|fc[01]\d|b|c)\b")
"""In headers GE writes LUNG, BONEPLUS, STANDARD, SOFT, Philips L, B, C, Toshiba FC01 to FC59."""


@dataclass(frozen=True)
class SeriesWords:
    """What a description says; None or False where it says nothing.

    Attributes:
        thickness_mm: of a slice.
        kernel: sharp for the lung, or soft.
        is_attenuation: made to correct or to overlay a PET.
        is_chest: names the chest or the lung.
        is_other_region: names another region and not the chest.
    """

    plane: Plane | None
    thickness_mm: float | None
    kernel: KernelKind | None
    is_localiser: bool
    is_projection: bool
    is_processed: bool
    is_attenuation: bool
    is_chest: bool
    is_other_region: bool
    is_delayed: bool
    is_gated: bool
    is_thin: bool


def read_description(description: str) -> SeriesWords:
    """What a series description says."""
    text = _plain(description)
    is_chest = CHEST.search(text) is not None
    return SeriesWords(
        plane=_plane(text),
        thickness_mm=_thickness_mm(text),
        kernel=kernel_kind(text),
        is_localiser=LOCALISER.search(text) is not None,
        is_projection=PROJECTION.search(text) is not None,
        is_processed=PROCESSED.search(text) is not None,
        is_attenuation=ATTENUATION.search(text) is not None,
        is_chest=is_chest,
        is_other_region=not is_chest and OTHER_REGION.search(text) is not None,
        is_delayed=DELAYED.search(text) is not None,
        is_gated=GATED.search(text) is not None,
        is_thin=THIN.search(text) is not None,
    )


def kernel_kind(text: str) -> KernelKind | None:
    """Whether a kernel, or a description that names one, is for the lung or for soft tissue."""
    plain = _plain(text)
    siemens = SIEMENS_KERNEL.search(plain)
    if siemens is not None:
        return "lung" if int(siemens[1]) >= FIRST_LUNG_KERNEL else "soft"
    newer = NEWER_SIEMENS_KERNEL.search(plain)
    if newer is not None:
        return "lung" if newer[1] == "l" or int(newer[2]) >= FIRST_NEWER_LUNG_KERNEL else "soft"
    if LUNG_KERNEL.search(plain):
        return "lung"
    return "soft" if SOFT_KERNEL.search(plain) else None


def _plain(text: str) -> str:
    """The text in lower case with single blanks for everything but letters, digits, points and percent signs."""
    return " ".join(re.sub(r"[^a-z0-9.%]+", " ", text.casefold()).split())


def _plane(text: str) -> Plane | None:
    """The plane that is named."""
    if CORONAL.search(text):
        return "coronal"
    if SAGITTAL.search(text):
        return "sagittal"
    if AXIAL.search(text):
        return "axial"
    return "oblique" if OBLIQUE.search(text) else None


def _thickness_mm(text: str) -> float | None:
    """The thickness of a slice that is named: `7x2mm` is a slab of 7, `1.25mm`, `3.75thk`, `Chest 1.0 B45f`."""
    for pattern in (SLAB, MILLIMETRES, DECIMAL):
        for number in pattern.findall(text):
            if 0 < float(number) <= THICKEST_BELIEVED_MM:
                return float(number)
    return None
