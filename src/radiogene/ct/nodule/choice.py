"""Which of several segments or components is the nodule: chosen by the user, never guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from radiogene.ct.nodule.region import Components, Region
from radiogene.errors import NoduleError

SEGMENT_OPTION = "`segment`"
MOST_LISTED = 10
"""A message lists at most this many segments or components."""

LARGE_ML = 100.0
"""From here on a volume is given in whole millilitres."""


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment, ROI or label of a file.

    Attributes:
        number: its number in the file.
        label: its name in the file, empty where it has none.
        whole: its region; None where it is empty.
        components: its separate parts.
    """

    number: int
    label: str
    whole: Callable[[], Region | None]
    components: Callable[[], Components]

    @property
    def name(self) -> str:
        """Number and label for messages."""
        return f"{self.number} ({self.label})" if self.label else f"{self.number}"


@dataclass(frozen=True, eq=False)
class Choice:
    """The region that is the nodule.

    Attributes:
        region: where it is.
        number: number of the segment it belongs to.
        name: segment and component, as the result states them.
        decisions: what was decided, in words for the result.
    """

    region: Region
    number: int
    name: str
    decisions: tuple[str, ...]


def choose_region(segments: Sequence[Segment], wanted: str | None, where: str) -> Choice:
    """The region of the one segment and component that is meant.

    Args:
        segments: all segments of the file.
        wanted: `NUMBER` or `LABEL`, with `.COMPONENT` counted from 1 by falling volume; None where the file holds
            only one. For a file with one segment `.COMPONENT` is enough. Numbers win over labels, whole labels over
            labels with a component; labels are compared without regard to case.
        where: the file, for messages.

    Raises:
        NoduleError: nothing is marked, the choice fits nothing, or several segments or components remain.
    """
    segment, component = _named(segments, wanted, where) if wanted else (_only_filled(segments, where), None)
    components = segment.components()
    if components.total == 0:
        raise NoduleError(f"Segment {segment.name} of {where} is empty: it marks no nodule.")
    decisions = [] if len(segments) == 1 else [f"segment {segment.name} of {len(segments)} segments taken"]
    if component is None:
        region = segment.whole()
        if components.total > 1 or region is None:
            raise NoduleError(_several_components(segment, components, where))
        return Choice(region, segment.number, segment.name, (*decisions, *region.notes))
    if not 1 <= component <= len(components.largest):
        raise NoduleError(
            f"There is no component {component} in segment {segment.name} of {where}. "
            + _component_list(segment, components)
        )
    if components.total > 1:
        decisions.append(f"component {component} of {components.total} taken, counted by falling volume")
    name = f"{segment.number}.{component}" + (f" ({segment.label})" if segment.label else "")
    region = components.largest[component - 1]
    return Choice(region, segment.number, name, (*decisions, *region.notes))


def described(region: Region | None) -> str:
    """Volume and centre of a region, for messages."""
    if region is None:
        return "empty"
    centre = ", ".join(f"{value:.1f}" for value in region.centre_lps_mm)
    volume = region.volume_ml
    size = "a point" if volume is None else f"{volume:.0f} ml" if volume >= LARGE_ML else f"{volume:.3g} ml"
    return f"{size}, centre ({centre}) mm LPS"


def _only_filled(segments: Sequence[Segment], where: str) -> Segment:
    """The one segment that marks anything."""
    regions = [(segment, segment.whole()) for segment in segments]
    filled = [segment for segment, region in regions if region is not None]
    if not filled:
        count = f"all {len(segments)} segments are empty" if len(segments) != 1 else "its segment is empty"
        raise NoduleError(f"{where} marks no nodule: {count}.")
    if len(filled) > 1:
        lines = [f"{segment.name}: {described(region)}" for segment, region in regions]
        raise NoduleError(
            f"{where} holds {len(segments)} segments and it is not said which is the nodule. "
            f"Choose one with {SEGMENT_OPTION} NUMBER or {SEGMENT_OPTION} LABEL:{_listed(lines, len(lines))}"
        )
    return filled[0]


def _named(segments: Sequence[Segment], wanted: str, where: str) -> tuple[Segment, int | None]:
    """The segment and component that `wanted` names."""
    text = wanted.strip()
    matches = _matching(segments, text)
    component = None
    if not matches:
        head, dot, tail = text.rpartition(".")
        if dot and tail.strip().isdecimal():
            component = int(tail)
            matches = _matching(segments, head.strip()) if head.strip() else list(segments)
    if len(matches) == 1:
        return matches[0], component
    problem = "fits several segments" if matches else "fits no segment"
    lines = [segment.name for segment in segments]
    raise NoduleError(
        f"{SEGMENT_OPTION} '{wanted}' {problem} of {where}. Expected NUMBER or LABEL, with .COMPONENT where a segment "
        f"has several parts. It holds:{_listed(lines, len(lines))}"
    )


def _matching(segments: Sequence[Segment], text: str) -> list[Segment]:
    """The segments whose number is `text`, or else whose label is."""
    by_number = [segment for segment in segments if str(segment.number) == text]
    return by_number or [segment for segment in segments if segment.label.strip().casefold() == text.casefold() != ""]


def _several_components(segment: Segment, components: Components, where: str) -> str:
    return (
        f"Segment {segment.name} of {where} consists of {components.total} separate components: one nodule was "
        "expected. " + _component_list(segment, components)
    )


def _component_list(segment: Segment, components: Components) -> str:
    lines = [f"{segment.number}.{rank}: {described(r)}" for rank, r in enumerate(components.largest, start=1)]
    return (
        f"Choose one with {SEGMENT_OPTION} {segment.number}.COMPONENT, or give the point."
        f"{_listed(lines, components.total)}"
    )


def _listed(lines: Sequence[str], total: int) -> str:
    shown = "".join(f"\n  {line}" for line in lines[:MOST_LISTED])
    return shown + (f"\n  ... and {total - MOST_LISTED} more" if total > MOST_LISTED else "")
