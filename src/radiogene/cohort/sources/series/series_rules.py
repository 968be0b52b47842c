"""What speaks against a CT series, and which of several goes first.

Wanted is a thin, axial series of the chest with a lung or a soft kernel, in Hounsfield units, that was not made to
correct a PET for attenuation. A *fault* rules a series out for good. A *doubt* rules it out unless the nodule was
marked on it: a marking is in the coordinates of one scan and in no other's.
"""

from dataclasses import dataclass
from datetime import date

from radiogene.cohort.sources.series.series_facts import SeriesFacts
from radiogene.cohort.sources.series.series_words import KernelKind, SeriesWords, kernel_kind, read_description
from radiogene.ct.series.dicom_series import NEEDED_LENGTH_MM
from radiogene.storage.plain_words import counted

FEWEST_IMAGES = 30
"""With fewer, slices of at most 3 mm do not fill the cube of 64 mm and leave room beside the nodule."""

THICKEST_MM = 3.0
"""The thickest slices of the collection's chest CTs (Bakr et al. 2018: 0.625 to 3 mm)."""

THIN_MM = 1.5
"""Slices up to here count as equally thin: the cube's own samples are 1 mm apart."""

CHEST_LENGTH_MM = 300.0
"""Usual length of a chest scan, to guess a slice distance from a count where nothing else tells it."""

SAME_DAY = 1
"""Days by which the collection's CT date and its study date differ for half of the patients (shifted leap years)."""


@dataclass(frozen=True)
class SeriesWishes:
    """What the user may choose.

    Attributes:
        kernel: which goes first where both are there.
        thickest_mm: slices above are doubtful.
        allow_pet_ct: take the CT of a PET-CT study where there is nothing better.
    """

    kernel: KernelKind = "lung"
    thickest_mm: float = THICKEST_MM
    allow_pet_ct: bool = False


@dataclass(frozen=True)
class JudgedSeries:
    """A series with everything that the rules say of it.

    Attributes:
        fault: why it is never taken; None for none.
        doubt: why it is only taken where the nodule was marked on it; None for none.
        of_pet: it belongs to a PET-CT study and does not name the chest.
        slice_mm: thickness or distance of slices, measured, stated or guessed from the count.
        kernel: sharp or soft; None where nothing tells.
    """

    facts: SeriesFacts
    words: SeriesWords
    fault: str | None
    doubt: str | None
    of_pet: bool
    slice_mm: float
    kernel: KernelKind | None


def judged(facts: SeriesFacts, study_has_pet: bool, wishes: SeriesWishes) -> JudgedSeries:
    """What the rules say of a series.

    Args:
        facts: the series.
        study_has_pet: whether its study also holds a PET.
        wishes: what the user chose.
    """
    words = read_description(facts.description)
    of_pet = words.is_attenuation or (study_has_pet and not words.is_chest and not words.is_thin)
    kernel = kernel_kind(facts.geometry.kernel) if facts.geometry and facts.geometry.kernel else None
    slice_mm, is_guess = _slice_mm(facts, words)
    return JudgedSeries(
        facts=facts,
        words=words,
        fault=_fault(facts, words),
        doubt=_doubt(facts, words, of_pet, None if is_guess else slice_mm, wishes),
        of_pet=of_pet,
        slice_mm=slice_mm,
        kernel=kernel or words.kernel,
    )


def preference(series: JudgedSeries, ct_date: date | None, wishes: SeriesWishes) -> tuple[object, ...]:
    """The order in which series are taken, the smallest first.

    The study of the CT date, no PET-CT, not gated, the chest named, the earliest study, thin, the wished kernel, then
    thinner, more images; the series UID only makes the order certain.
    """
    facts = series.facts
    other_day = ct_date is not None and (facts.study_date is None or abs((facts.study_date - ct_date).days) > SAME_DAY)
    thickness_class = 0 if series.slice_mm <= THIN_MM else 1 if series.slice_mm <= wishes.thickest_mm else 2
    kernel_class = 1 if series.kernel is None else 0 if series.kernel == wishes.kernel else 2
    return (
        other_day,
        series.of_pet,
        series.words.is_gated,
        not series.words.is_chest,
        facts.study_date or date.max,
        thickness_class,
        kernel_class,
        series.slice_mm,
        -facts.images,
        facts.name,
    )


def _fault(facts: SeriesFacts, words: SeriesWords) -> str | None:
    """Why a series is never taken; None for none."""
    if facts.modality != "CT":
        return f"modality {facts.modality}, not CT"
    if words.is_localiser:
        return "localiser"
    if words.is_processed:
        return "processed or fused images, not slices"
    if words.is_projection:
        return "projection images, not slices"
    geometry = facts.geometry
    # "CT Atten Cor" is no coronal, and a reformat by name may be an axial one: only headers are certain of that.
    by_words = None if words.is_attenuation or words.plane == "oblique" else words.plane
    plane = geometry.plane if geometry is not None else by_words
    if plane not in (None, "axial"):
        return f"{plane}, not axial"
    if geometry is not None and geometry.fault is not None:
        return geometry.fault
    if geometry is not None and geometry.length_mm < NEEDED_LENGTH_MM:
        return f"{geometry.length_mm:.0f} mm long; the cube needs {NEEDED_LENGTH_MM:.0f} mm"
    if geometry is None and facts.images < FEWEST_IMAGES:
        return f"{counted(facts.images, 'image')}; a chest has at least {FEWEST_IMAGES}"
    return None


def _doubt(
    facts: SeriesFacts, words: SeriesWords, of_pet: bool, slice_mm: float | None, wishes: SeriesWishes
) -> str | None:
    """Why a series is only taken where the nodule was marked on it; None for none."""
    if of_pet:
        return None if wishes.allow_pet_ct else "CT of a PET-CT study that names no chest (--allow-pet-ct)"
    if words.is_other_region:
        return "another region than the chest"
    if facts.geometry is None and words.plane == "oblique":
        return "reformatted by its name; only its headers tell the plane"
    if words.is_delayed:
        return "delayed phase"
    if slice_mm is not None and slice_mm > wishes.thickest_mm:
        return f"slices of {slice_mm:g} mm, above {wishes.thickest_mm:g} mm (--thickest)"
    return None


def _slice_mm(facts: SeriesFacts, words: SeriesWords) -> tuple[float, bool]:
    """The thickness or distance of slices, whichever is larger, and whether it is only guessed from the count."""
    geometry = facts.geometry
    if geometry is not None:
        return max(geometry.step_mm, geometry.thickness_mm or 0.0), False
    if words.thickness_mm is not None:
        return words.thickness_mm, False
    return CHEST_LENGTH_MM / max(facts.images, 1), True
