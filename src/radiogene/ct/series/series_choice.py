"""Which series of a folder is the CT: the only candidate, or the one the user names."""

from dataclasses import dataclass
from pathlib import Path

from radiogene.ct.series.dicom_headers import FolderContents
from radiogene.ct.series.dicom_series import CtSeries, sort_into_series
from radiogene.ct.series.series_summary import SeriesSummary, summaries_of_others, summary_of
from radiogene.errors import SeriesError
from radiogene.storage.plain_words import counted

LONGEST_LIST = 20
"""Lines of a list in a message; beyond it the rest is counted."""


@dataclass(frozen=True, eq=False)
class ChosenSeries:
    """The series to read, and what was decided in choosing it."""

    series: CtSeries
    decisions: tuple[str, ...]


def choose_series(contents: FolderContents, path: Path, series_name: str | None) -> ChosenSeries:
    """The one series of a folder to read.

    Args:
        contents: what was found under `path`.
        path: the folder, for messages.
        series_name: a series UID, or a name from the list of series; None where there is only one candidate.

    Raises:
        SeriesError: no candidate, several, an unknown name, or a damaged file that may belong to the choice.
    """
    everything = sort_into_series(contents.slices)
    if series_name is not None:
        named = _named(everything, contents, path, series_name)
        although = "" if named.reservation is None else f", although {named.reservation}"
        chosen = ChosenSeries(named, (f"series {named.name} taken as asked{although}",))
    else:
        chosen = _only_candidate(everything, contents, path)
    _refuse_damage(contents, chosen.series.series_uid)
    if not chosen.series.is_readable:
        raise SeriesError(
            f"Series {chosen.series.name} in {path} cannot be read in HU: {chosen.series.reservation}. "
            "Give the original CT series."
        )
    return chosen


def _only_candidate(everything: list[CtSeries], contents: FolderContents, path: Path) -> ChosenSeries:
    """The candidate among all series where there is exactly one; originals go before derived series."""
    candidates = [series for series in everything if series.reservation is None]
    originals = [series for series in candidates if not series.is_derived]
    decisions = []
    if originals and len(originals) < len(candidates):
        passed = ", ".join(series.name for series in candidates if series.is_derived)
        decisions.append(f"derived series passed over in favour of the original: {passed}")
    candidates = originals or candidates
    if len(candidates) > 1:
        raise SeriesError(
            f"{path} holds {len(candidates)} CT series; choose one with `series` UID:\n"
            + _listed([summary_of(series) for series in candidates])
        )
    if not candidates:
        raise SeriesError(_no_candidate(everything, contents, path))
    decisions += [
        f"series {series.name} passed over: {series.reservation}" for series in everything if series.reservation
    ]
    return ChosenSeries(candidates[0], tuple(decisions))


def _no_candidate(everything: list[CtSeries], contents: FolderContents, path: Path) -> str:
    """Why nothing in a folder can be chosen, and what can be done."""
    if contents.damaged and not everything:
        return _damage(contents, None) or ""
    if not everything and not contents.others:
        return (
            f"{path} holds no DICOM image ({contents.ignored} other files). Give the folder of a CT series, or "
            "a .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd file itself; an archive must be unpacked first."
        )
    summaries = [*map(summary_of, everything), *summaries_of_others(contents)]
    nameable = any(summary.can_be_named for summary in summaries)
    remedy = "`series` UID takes one of them anyway" if nameable else "give the folder of the original CT series"
    if path.is_file():
        remedy = f"give the folder of the series rather than one of its files, or {remedy}"
    return f"{path} holds no CT series that can be chosen by itself; {remedy}:\n{_listed(summaries)}"


def _named(everything: list[CtSeries], contents: FolderContents, path: Path, name: str) -> CtSeries:
    """The series that `series` means: an exact name, or the only stack or only candidate of a series UID."""
    exact = [series for series in everything if series.name == name]
    if exact:
        return exact[0]
    of_uid = [series for series in everything if series.series_uid == name]
    candidates = [series for series in of_uid if series.reservation is None]
    if len(candidates) == 1:
        return candidates[0]
    if of_uid:
        raise SeriesError(
            f"Series {name} in {path} holds {len(of_uid)} stacks of slices; choose one with `series`:\n"
            + _listed([summary_of(series) for series in of_uid])
        )
    others = [other for other in contents.others if other.series_uid == name]
    if others:
        raise SeriesError(f"Series {name} in {path} cannot be read as a CT: {others[0].reason}.")
    _refuse_damage(contents, name)
    raise SeriesError(
        f"{path} holds no series {name}; `series` takes one of:\n"
        + (_listed([summary_of(series) for series in everything]) or "  (there is no CT series)")
    )


def _refuse_damage(contents: FolderContents, series_uid: str) -> None:
    """Refuse where a damaged file belongs, or may belong, to the series."""
    message = _damage(contents, series_uid)
    if message:
        raise SeriesError(message)


def _damage(contents: FolderContents, series_uid: str | None) -> str | None:
    """What is wrong with the damaged files that may belong to a series (None: to any), or None."""
    damaged = [file for file in contents.damaged if series_uid is None or file.series_uid in (None, series_uid)]
    if not damaged:
        return None
    lines = [f"  {file.path} {file.reason}" for file in damaged[:LONGEST_LIST]]
    if len(damaged) > LONGEST_LIST:
        lines.append(f"  and {len(damaged) - LONGEST_LIST} more")
    of_series = "" if series_uid is None else f" that may belong to series {series_uid}"
    return (
        f"{counted(len(damaged), 'file')}{of_series} should hold CT slices and cannot be used; restore "
        "them, or remove them from the folder (a gap they leave can be filled with `allow_gaps`):\n" + "\n".join(lines)
    )


def _listed(summaries: list[SeriesSummary]) -> str:
    """The summaries, one line each, at most LONGEST_LIST."""
    lines = [f"  {summary}" for summary in summaries[:LONGEST_LIST]]
    if len(summaries) > LONGEST_LIST:
        lines.append(f"  and {len(summaries) - LONGEST_LIST} more")
    return "\n".join(lines)
