"""The protocol of an evaluation, frozen and hashed before the first look, and what a result says of it afterwards.

A plan is written by hand (TOML). Freezing adds the sample's scans, the weights and thresholds of the models, how often
the sample had been looked at, and a hash of it all; a frozen file that is edited is refused by that hash.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from radiogene import __version__
from radiogene.errors import SettingsError
from radiogene.evaluation.ledger import LedgerEntry, looks_at
from radiogene.storage.atomic_files import write_json
from radiogene.storage.regular_file import read_file_text
from radiogene.storage.typed_json import MAY_BE_ABSENT, from_json, read_typed_json, to_json

FORMAT = 1

FIGURES = ("auc", "accuracy", "sensitivity", "specificity", "f1", "brier", "ece")
"""What may be the primary figure."""

SAME_THRESHOLD = 1e-9
"""Two thresholds that differ by less are one: both were read from JSON."""


@dataclass(frozen=True)
class PrimaryFigure:
    """The one figure that answers the question.

    Attributes:
        gene: of which gene.
        figure: one of `FIGURES`.
        system: name of the system, as `radiogene methods` lists it.
        against: name of the system that it is compared with; empty for none.
    """

    gene: str
    figure: str
    system: str
    against: str = field(default="", metadata=MAY_BE_ABSENT)

    @property
    def words(self) -> str:
        """The figure in words."""
        return f"{self.gene} {self.figure} of {self.system}" + (f" against {self.against}" if self.against else "")


@dataclass(frozen=True)
class PlannedSample:
    """Who is to be evaluated.

    Attributes:
        patients: how many.
        description: whom, in words.
    """

    patients: int
    description: str = field(default="", metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class Plan:
    """What a protocol file says.

    Attributes:
        question: in words.
        systems: names of the systems that are evaluated.
        primary: the figure that answers the question.
        sample: who is evaluated.
        thresholds: per gene, of the primary system; that of the fitted model where a gene is not named.
        ledger: file in which looks are counted; the user's own where it is not named.
    """

    question: str
    systems: tuple[str, ...]
    primary: PrimaryFigure
    sample: PlannedSample
    thresholds: dict[str, float] = field(default_factory=dict, metadata=MAY_BE_ABSENT)
    ledger: str = field(default="", metadata=MAY_BE_ABSENT)

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise SettingsError("the question is empty")
        if self.primary.figure not in FIGURES:
            raise SettingsError(f"the figure {self.primary.figure!r} is none of {', '.join(FIGURES)}")
        for name in (self.primary.system, self.primary.against):
            if name and name not in self.systems:
                raise SettingsError(f"the primary figure names {name!r}, which is not among the systems")
        if self.sample.patients < 1:
            raise SettingsError(f"found a sample of {self.sample.patients} patients")


@dataclass(frozen=True)
class FrozenModel:
    """A fitted model as it was when the protocol was frozen.

    Attributes:
        system: its name.
        weights_sha256: of what was fitted.
        thresholds: per gene.
    """

    system: str
    weights_sha256: str
    thresholds: dict[str, float]


@dataclass(frozen=True)
class Protocol:
    """A frozen protocol; the content of its file.

    Attributes:
        format: of the file.
        plan: what was written by hand.
        scans: of the sample, as a ledger knows them; none where no store was there yet.
        patients: of the sample's store; 0 where no store was there yet.
        models: those that were there.
        looks_before: looks at these scans that the ledger had counted.
        frozen_utc: when, to the second.
        version: of radiogene.
        sha256: of all of this.
    """

    format: int
    plan: Plan
    scans: tuple[str, ...]
    patients: int
    models: tuple[FrozenModel, ...]
    looks_before: int
    frozen_utc: str
    version: str
    sha256: str

    @property
    def own_hash(self) -> str:
        """The hash of the content as it is now."""
        content = json.dumps(to_json(replace(self, sha256="")), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Look:
    """One system's look at a cohort, as it is held against a protocol.

    Attributes:
        system: its name.
        weights_sha256: of what was fitted; empty where it was fitted after the protocol by what this settles.
        thresholds: per gene.
        figures: per gene, names of the figures.
        patients: of the cohort.
        scans: of the cohort.
    """

    system: str
    weights_sha256: str
    thresholds: Mapping[str, float]
    figures: Mapping[str, Sequence[str]]
    patients: int
    scans: tuple[str, ...]


@dataclass(frozen=True)
class ProtocolStatement:
    """What a result says of its protocol.

    Attributes:
        sha256: of the protocol.
        question: in words.
        frozen_utc: when it was frozen.
        looks_before: looks at the sample before that; the plan came after those.
        planned: the primary figure, where it was looked at as it was planned.
        after: what came after: figures that were not planned as primary, and systems that were not planned at all.
        deviations: what differs from the plan, in words; with one, nothing counts as planned.
    """

    sha256: str
    question: str
    frozen_utc: str
    looks_before: int
    planned: tuple[str, ...]
    after: tuple[str, ...]
    deviations: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The statement in words, for a report."""
        before = f" after {self.looks_before} looks at the sample" if self.looks_before else " before the first look"
        said = f"Protocol {self.sha256[:12]}, frozen {self.frozen_utc}{before}."
        planned = f" Planned: {'; '.join(self.planned)}." if self.planned else " Nothing shown is as it was planned."
        deviations = f" Deviations: {'; '.join(self.deviations)}." if self.deviations else ""
        after = f" Not planned as primary: {'; '.join(self.after)}." if self.after else ""
        return said + planned + deviations + after


def read_plan(path: Path) -> Plan:
    """The plan in a TOML file.

    Raises:
        SettingsError: it cannot be read, or holds anything but a plan.
    """
    try:
        content = tomllib.loads(read_file_text(path))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is no TOML file ({error}).") from error
    try:
        return from_json(Plan, content, where=path, error=SettingsError, way_out="mend the file and freeze it again")
    except (TypeError, ValueError) as error:
        # A date or an infinite number, which TOML has and a plan has no use for.
        raise SettingsError(f"{path}: {error}; a protocol holds text and finite numbers.") from error


def frozen(
    plan: Plan,
    *,
    scans: Sequence[str],
    patients: int,
    models: Sequence[FrozenModel],
    ledger: Sequence[LedgerEntry],
) -> Protocol:
    """The protocol that freezes a plan.

    Args:
        plan: what was written by hand.
        scans: of the sample.
        patients: of the sample.
        models: those that are there.
        ledger: every look that was counted so far.

    Raises:
        SettingsError: the sample or a model is not the one that is planned.
    """
    if scans and patients != plan.sample.patients:
        raise SettingsError(f"The plan names {plan.sample.patients} patients, and the store holds {patients}.")
    for model in models:
        if model.system not in plan.systems:
            raise SettingsError(f"A model of {model.system} was given, which is not among the systems of the plan.")
        if model.system == plan.primary.system:
            for gene, threshold in plan.thresholds.items():
                found = model.thresholds.get(gene)
                if found is None or abs(found - threshold) > SAME_THRESHOLD:
                    raise SettingsError(f"The plan names the {gene} threshold {threshold}, and the model has {found}.")
    before = len(looks_at(ledger, scans)) if scans else 0
    now = datetime.now(UTC).isoformat(timespec="seconds")
    protocol = Protocol(FORMAT, plan, tuple(sorted(set(scans))), patients, tuple(models), before, now, __version__, "")
    return replace(protocol, sha256=protocol.own_hash)


def write_protocol(path: Path, protocol: Protocol) -> None:
    """Write a frozen protocol; one that is there is never replaced.

    Raises:
        SettingsError: there is a file of that name.
    """
    if path.exists():
        raise SettingsError(f"{path} is there already; a frozen protocol is not replaced. Choose another `out`.")
    write_json(path, to_json(protocol))


def read_protocol(path: Path) -> Protocol:
    """The protocol in a file.

    Raises:
        SettingsError: it cannot be read, has another format, or was edited since it was frozen.
    """
    way_out = "give the file that `radiogene protocol` wrote"
    protocol = read_typed_json(Protocol, path, error=SettingsError, way_out=way_out)
    if protocol.format != FORMAT:
        raise SettingsError(f"{path} has format {protocol.format}; this version reads {FORMAT}. Freeze it again.")
    if protocol.sha256 != protocol.own_hash:
        raise SettingsError(
            f"{path} was changed after it was frozen (its hash is {protocol.own_hash[:12]}, and it says "
            f"{protocol.sha256[:12]}). Give the file as it was frozen; what differs from it belongs into the report."
        )
    return protocol


def refuse_changed(protocol: Protocol, ledger: Sequence[LedgerEntry], scans: Sequence[str]) -> None:
    """Refuse a protocol that was frozen after these scans were looked at under another.

    Args:
        protocol: that a result is to follow.
        ledger: every look that was counted so far.
        scans: that are looked at.

    Raises:
        SettingsError: an earlier look followed another protocol, and this one was frozen after it.
    """
    for look in looks_at(ledger, scans):
        if look.protocol and look.protocol != protocol.sha256 and look.time_utc <= protocol.frozen_utc:
            raise SettingsError(
                f"Scans of this cohort were looked at under protocol {look.protocol[:12]} ({look.time_utc}), and "
                f"protocol {protocol.sha256[:12]} was frozen after that ({protocol.frozen_utc}): a protocol is not "
                "changed after the first look. Give the first one, or none, and name what differs in the report."
            )


def statement(protocol: Protocol, looks: Sequence[Look]) -> ProtocolStatement:
    """What a result says of its protocol.

    Args:
        protocol: that it follows.
        looks: of every system that the result shows.
    """
    plan, primary = protocol.plan, protocol.plan.primary
    deviations = list(dict.fromkeys(words for look in looks for words in _deviations(protocol, look)))
    named = {look.system for look in looks}
    missing = [name for name in (primary.system, primary.against) if name and name not in named]
    if missing:
        deviations.append(f"{' and '.join(missing)} of the primary figure not evaluated")
    there = any(
        look.system == primary.system and primary.figure in look.figures.get(primary.gene, ()) for look in looks
    )
    if not there and not missing:
        deviations.append(f"no figure {primary.figure} of {primary.gene}")
    is_planned = there and not deviations
    after = [f"{name} (system not planned)" for name in sorted(named - set(plan.systems))]
    after += [
        f"{gene} {', '.join(rest)} of {look.system}"
        for look in looks
        if look.system in plan.systems
        for gene, figures in look.figures.items()
        if (rest := [f for f in figures if not is_planned or (look.system, gene, f) != _key(primary)])
    ]
    planned = (primary.words,) if is_planned else ()
    return ProtocolStatement(
        protocol.sha256,
        plan.question,
        protocol.frozen_utc,
        protocol.looks_before,
        planned,
        tuple(after),
        tuple(deviations),
    )


def _key(primary: PrimaryFigure) -> tuple[str, str, str]:
    return primary.system, primary.gene, primary.figure


def _deviations(protocol: Protocol, look: Look) -> list[str]:
    """What of a look differs from the plan."""
    plan, found = protocol.plan, []
    if protocol.scans and set(look.scans) != set(protocol.scans):
        missing, added = set(protocol.scans) - set(look.scans), set(look.scans) - set(protocol.scans)
        found.append(f"another sample ({len(missing)} marks of scans missing, {len(added)} added)")
    elif look.patients != plan.sample.patients:
        found.append(f"{look.patients} patients in place of {plan.sample.patients}")
    model = next((each for each in protocol.models if each.system == look.system), None)
    if model is not None and look.weights_sha256 not in ("", model.weights_sha256):
        found.append(f"another fitted model of {look.system}")
    thresholds = plan.thresholds if look.system == plan.primary.system else {}
    if model is not None:
        thresholds = {**model.thresholds, **thresholds}
    for gene, threshold in thresholds.items():
        used = look.thresholds.get(gene)
        if used is not None and abs(used - threshold) > SAME_THRESHOLD:
            found.append(f"{gene} threshold of {look.system} {used:.4f} in place of {threshold:.4f}")
    return found
