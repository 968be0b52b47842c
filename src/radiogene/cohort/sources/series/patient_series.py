"""The series of one patient that is taken, why the others are not, and the markings that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from radiogene.cohort.sources.series.series_facts import MarkingFacts, SeriesFacts
from radiogene.cohort.sources.series.series_rules import JudgedSeries, SeriesWishes, judged, preference

Because = Literal["rules", "marked", "named"]
"""Why the candidates are candidates."""

NOT_NAMED = "not the series that the table names"


@dataclass(frozen=True)
class PassedOver:
    """A series that was not taken, and why."""

    facts: SeriesFacts
    reason: str


@dataclass(frozen=True)
class PatientSeries:
    """The choice for one patient.

    Attributes:
        chosen: the series; None where none can be taken.
        markings: those made on it, or, of a list, in its study.
        passed_over: every other series.
        problems: markings that belong to no series that is there.
        notes: what a user should know of the choice.
    """

    chosen: SeriesFacts | None
    markings: tuple[MarkingFacts, ...]
    passed_over: tuple[PassedOver, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def reason_for_none(self) -> str:
        """Why none was taken: what speaks against the patient's CTs, each reason once."""
        reasons = dict.fromkeys(passed.reason for passed in self.passed_over if passed.facts.modality == "CT")
        return "no CT series can be taken: " + ("; ".join(reasons) or "there is none")


def choose_patient_series(
    series: Sequence[SeriesFacts],
    markings: Sequence[MarkingFacts],
    *,
    ct_date: date | None = None,
    named: str | None = None,
    wishes: SeriesWishes | None = None,
) -> PatientSeries:
    """The series to take of one patient.

    A series that a marking was made on goes before any other, even against a doubt; else the rules of `series_rules`
    decide. A marking whose series is not there is a problem, and plays no part.

    Args:
        series: all of the patient's.
        markings: all of the patient's.
        ct_date: of the study that is meant, where a table tells it.
        named: name or UID of a series, where a table tells even that: no other is taken, whatever the rules doubt.
        wishes: what the user chose.
    """
    wishes = wishes or SeriesWishes()
    pet_studies = {facts.study_uid for facts in series if facts.modality == "PT" or _says_pet(facts)}
    everything = [judged(facts, facts.study_uid in pet_studies, wishes) for facts in series]
    usable = [one for one in everything if one.fault is None]
    placed = [marking for marking in markings if any(_is_made_on(marking, one) for one in usable)]
    problems = tuple(_homeless(marking, everything) for marking in markings if marking not in placed)
    marked = [one for one in usable if any(_is_made_on(marking, one) for marking in placed)]
    free = [one for one in marked if one.doubt is None] or marked
    if named is not None:
        free = [one for one in usable if named in (one.facts.name, one.facts.series_uid)]
    elif not free:
        free = [one for one in usable if one.doubt is None]
    because: Because = "named" if named is not None else "marked" if marked else "rules"
    candidates = sorted(free, key=lambda one: preference(one, ct_date, wishes))
    if not candidates:
        passed = tuple(PassedOver(one.facts, one.fault or one.doubt or NOT_NAMED) for one in everything)
        return PatientSeries(None, (), passed, problems, ())
    chosen = candidates[0]
    return PatientSeries(
        chosen=chosen.facts,
        markings=tuple(marking for marking in placed if _is_made_on(marking, chosen)),
        passed_over=tuple(
            PassedOver(other.facts, _why_not(other, candidates, because)) for other in everything if other != chosen
        ),
        problems=problems,
        notes=_notes(chosen, candidates, because, ct_date, wishes),
    )


def _says_pet(facts: SeriesFacts) -> bool:
    """True where the study's description names a PET."""
    return "pet" in facts.study_description.casefold()


def _is_made_on(marking: MarkingFacts, series: JudgedSeries) -> bool:
    """True where a marking refers to the series, or, of a list, where both lie in one study."""
    if marking.referenced_series is not None:
        return series.facts.name in marking.referenced_series
    return marking.study_uid == series.facts.study_uid


def _homeless(marking: MarkingFacts, everything: Sequence[JudgedSeries]) -> str:
    """Why a marking belongs to no series that can be taken."""
    made_on = [one for one in everything if _is_made_on(marking, one)]
    what = f"{marking.modality} {marking.series_uid}"
    if not made_on:
        where = (
            "refers to a series that is not there"
            if marking.referenced_series is not None
            else "has no CT in its study"
        )
        return f"{what} {where}"
    return f"{what} belongs to {made_on[0].facts.series_uid}, which cannot be taken: {made_on[0].fault}"


def _why_not(series: JudgedSeries, candidates: Sequence[JudgedSeries], because: Because) -> str:
    """Why a series was passed over."""
    if series.fault or series.doubt:
        return series.fault or series.doubt or ""
    if because != "rules" and series not in candidates:
        return NOT_NAMED if because == "named" else "the nodule is not marked on it"
    return "another series goes before it"


def _notes(
    chosen: JudgedSeries,
    candidates: Sequence[JudgedSeries],
    because: Because,
    ct_date: date | None,
    wishes: SeriesWishes,
) -> tuple[str, ...]:
    """What a user should know of a choice."""
    notes = []
    if chosen.doubt is not None:
        why = "the table names it" if because == "named" else "the nodule is marked on it"
        notes.append(f"taken because {why}, although {chosen.doubt}")
    elif chosen.of_pet:
        notes.append("CT of a PET-CT, as nothing better is there")
    if len(candidates) > 1:
        # Everything before the number of images decides; what it and the UID decide is a toss.
        first, second = (preference(one, ct_date, wishes)[:-2] for one in candidates[:2])
        if first == second:
            notes.append(f"by no rule better than {candidates[1].facts.name}")
        studies = {one.facts.study_uid for one in candidates}
        if len(studies) > 1 and because == "rules" and ct_date is None:
            notes.append(f"{len(studies)} studies hold a candidate; the earliest was taken")
    if because == "marked" and len(candidates) > 1:
        notes.append(f"{len(candidates)} series of the marked study fit; only the images tell which was marked")
    if ct_date is not None and preference(chosen, ct_date, wishes)[0]:
        notes.append(f"its study is of another day than the CT date {ct_date.isoformat()}")
    return tuple(notes)
