"""The methods of an experiment in sentences; each follows from its manifest or its tables, none is said without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from radiogene.report.evidence.evidence_table import EvidenceTable
from radiogene.report.evidence.manifest_facts import fact, words_of
from radiogene.report.numbers import percent

Manifest = Mapping[str, Any]

NODULE_RULES = {
    "largest": "the probability of the largest nodule",
    "mean": "the mean probability of the nodules",
    "max": "the highest probability of the nodules",
}

SMALLER_PRESETS = ("tiny", "small")

CALIBRATIONS = {
    "identity": "Probabilities were not recalibrated.",
    "temperature": "Probabilities were recalibrated by one temperature per gene, fitted on the same predictions.",
    "isotonic": "Probabilities were recalibrated by isotonic regression per gene, fitted on the same predictions.",
}


@dataclass(frozen=True)
class MethodsParagraph:
    """One paragraph.

    Attributes:
        heading: what it is about.
        sentences: in order.
    """

    heading: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentences as running text."""
        return " ".join(self.sentences)


def methods_paragraphs(manifest: Manifest, tables: Sequence[EvidenceTable] = ()) -> tuple[MethodsParagraph, ...]:
    """The paragraphs that the manifest and the tables have something to say for.

    Args:
        manifest: of the experiment; `manifest_facts.py` names its keys.
        tables: whose figures name how their intervals and tests were made.
    """
    paragraphs = (
        ("Images", _images(manifest)),
        ("Systems", _systems(manifest)),
        ("Training and validation", _splits(manifest)),
        ("Networks", _networks(manifest)),
        ("Calls and calibration", _decision(manifest)),
        ("Statistics", [*_statistics(tables), *_bootstrap(manifest)]),
        ("Software", _software(manifest)),
    )
    return tuple(MethodsParagraph(heading, tuple(sentences)) for heading, sentences in paragraphs if sentences)


def methods_text(manifest: Manifest, tables: Sequence[EvidenceTable] = ()) -> str:
    """The paragraphs as plain text, ready for a manuscript; see `methods_paragraphs`."""
    return "\n\n".join(f"{p.heading}. {p.text}" for p in methods_paragraphs(manifest, tables)) + "\n"


def _images(manifest: Manifest) -> list[str]:
    sentences = []
    spacing, cube = fact(manifest, "preparation.spacing_mm"), fact(manifest, "preparation.cube_mm")
    interpolation = fact(manifest, "preparation.interpolation")
    if cube is not None:
        by = f" by {interpolation}" if interpolation else ""
        grid = f", resampled{by} at {spacing:g} mm" if spacing is not None else ""
        sentences.append(f"Around each nodule a cube of {cube:g} mm was cut{grid}.")
    views = fact(manifest, "views")
    if views:
        sampling = fact(manifest, "view_sampling")
        size = fact(manifest, "image_size_px")
        detail = f", sampled {sampling}" if sampling else ""
        pixels = f" at {size} x {size} pixels" if size is not None else ""
        number = "one view" if len(views) == 1 else f"{len(views)} views"
        sentences.append(f"Networks saw {number} of the nodule ({'; '.join(views)}){pixels}{detail}.")
    standardisation = fact(manifest, "standardisation")
    if standardisation:
        sentences.append(f"Standardisation: {standardisation}.")
    rule = fact(manifest, "nodule_rule")
    if rule is not None:
        sentences.append(f"A patient with several nodules got {NODULE_RULES.get(rule, rule)}; figures are per patient.")
    return sentences


def _systems(manifest: Manifest) -> list[str]:
    systems = fact(manifest, "systems") or []
    sentences = []
    for system in systems:
        needs = f" from {words_of(list(system['needs']))}" if system.get("needs") else ""
        notes = "".join(f"; {note.rstrip('.')}" for note in system.get("notes", ()))
        sentences.append(f"{system['title']}{needs and ','}{needs}: {str(system['learner']).rstrip('.')}{notes}.")
    columns = fact(manifest, "clinical_columns")
    if columns is not None:
        sentences.append(f"MMDL was given {words_of(columns)}." if columns else "MMDL was given images alone.")
    step = fact(manifest, "elimination_step")
    if step is not None:
        sentences.append(f"Recursive elimination dropped {percent(step, 0)} of the features in each round.")
    return sentences


def _splits(manifest: Manifest) -> list[str]:
    sentences = []
    by, stratified = fact(manifest, "splits.by"), fact(manifest, "splits.stratified_by")
    if by:
        strata = f", stratified over {words_of(stratified)}" if stratified else ""
        sentences.append(f"All splits were made by {by}{strata}.")
    for key, name in (("classical", "Systems without a network"), ("networks", "Networks")):
        sentence = _split(name, fact(manifest, f"splits.{key}") or {})
        sentences += [sentence] if sentence else []
    seeds, repeats = fact(manifest, "seeds"), fact(manifest, "repeats")
    if seeds:
        sentences.append(f"Systems were fitted with {_by_system(seeds, 'seed')}.")
    if repeats:
        sentences.append(
            f"The cross-validation was repeated with {_by_system(repeats, 'seed')}. AUCs of the training cohort are "
            "means over folds and repeats."
        )
    averaged = fact(manifest, "seeds_averaged")
    if averaged is not None and averaged > 1:
        sentences.append(f"A prediction is the mean probability of {averaged} seeds.")
    if fact(manifest, "frozen_before_external") is True:
        sentences.append("External patients were predicted after every choice was frozen.")
    return sentences


def _by_system(seeds: Mapping[str, Sequence[int]], noun: str) -> str:
    """The seeds in words; the systems are named only where they differ."""
    systems: dict[tuple[int, ...], list[str]] = {}
    for title, numbers in seeds.items():
        systems.setdefault(tuple(numbers), []).append(title)
    parts = []
    for numbers, titles in systems.items():
        words = f"the {noun} {numbers[0]}" if len(numbers) == 1 else f"the {len(numbers)} {noun}s {words_of(numbers)}"
        parts.append(words if len(systems) == 1 else f"{words} ({words_of(titles)})")
    return "; ".join(parts)


def _split(name: str, split: Mapping[str, Any]) -> str:
    """How one kind of system was trained and validated."""
    kind = split.get("kind")
    if kind == "nested":
        return (
            f"{name} were evaluated in nested cross-validation, {split['outer_folds']} outer and "
            f"{split['inner_folds']} inner folds: features and penalties were chosen inside the outer training folds, "
            "and each outer fold's threshold was set on the predictions of the others."
        )
    if kind == "folds":
        return f"{name} were evaluated in a cross-validation of {split['folds']} folds."
    if kind == "single":
        share = split.get("validation_share")
        size = f" of {percent(share, 0)}" if share is not None else ""
        return (
            f"{name} were trained once, on one split: a validation part{size} of the training cohort was held out, so "
            "their training-cohort figures rest on these patients alone."
        )
    return ""


def _networks(manifest: Manifest) -> list[str]:
    sentences = []
    preset = fact(manifest, "preset")
    if preset is not None:
        smaller = ", smaller than the published network" if preset in SMALLER_PRESETS else ""
        sentences.append(f"Networks had the sizes of the preset {preset}{smaller}.")
    starts = fact(manifest, "init")
    if starts:
        sentences.append(_starts(starts))
    epochs = fact(manifest, "epochs")
    if epochs is not None:
        sentences.append(f"The main stage of training had at most {epochs} epochs.")
    weighting = fact(manifest, "class_weighting")
    if weighting is not None:
        weighed = "weighed mutants by wild types per mutant" if weighting else "did not weigh classes"
        sentences.append(f"The loss {weighed}.")
    augmentation = fact(manifest, "augmentation")
    if augmentation is not None:
        sentences.append(
            f"Training views were varied by {words_of(augmentation)}."
            if augmentation
            else "Training views were not varied."
        )
    return sentences


def _starts(starts: Mapping[str, Sequence[str]]) -> str:
    """Where the parameters of the networks began; systems are named only where they differ."""
    systems: dict[str, list[str]] = {}
    for title, found in starts.items():
        for start in found:
            systems.setdefault("random weights" if start == "random" else start, []).append(title)
    if len(systems) == 1:
        return f"They started from {next(iter(systems))}."
    parts = [f"{words_of(titles)} from {start}" for start, titles in systems.items()]
    return f"They started as follows: {'; '.join(parts)}."


def _decision(manifest: Manifest) -> list[str]:
    sentences = []
    rule, set_on = fact(manifest, "decision.threshold_rule"), fact(manifest, "decision.set_on")
    if rule:
        where = f" on {words_of(set_on)} predictions of the training cohort" if set_on else ""
        sentences.append(f"Thresholds were set by {rule}'s rule{where}.")
    calibration = fact(manifest, "decision.calibration")
    if calibration is not None:
        sentences.append(CALIBRATIONS.get(calibration, f"Calibration: {calibration}."))
    if fact(manifest, "decision.cross_fitted") is True:
        sentences.append(
            "In tables of the training cohort each patient held out by a fold was calibrated and called by what the "
            "other folds set."
        )
    return sentences


def _statistics(tables: Sequence[EvidenceTable]) -> list[str]:
    """How the figures themselves say that their intervals and tests were made."""
    intervals: set[str] = set()
    tests: set[str] = set()
    adjusted = calls = False
    for row in (row for table in tables for block in table.blocks for row in block.rows):
        intervals |= {measure.interval.method for measure in row.measures.values() if measure.interval is not None}
        if row.comparison is not None and row.comparison.test:
            tests.add(row.comparison.test)
            adjusted |= row.comparison.p_holm is not None
            calls |= row.comparison.p_mcnemar is not None
    sentences = []
    if intervals:
        sentences.append(f"Intervals are two-sided at 95%: {'; '.join(sorted(intervals))}.")
    if tests:
        sentences.append(f"AUCs were compared with that of MMDL by {'; '.join(sorted(tests))}.")
    if calls:
        sentences.append("Calls were compared by McNemar's exact test.")
    if adjusted:
        sentences.append("P values of all comparisons with MMDL in one table and gene were adjusted by Holm's method.")
    return sentences


def _bootstrap(manifest: Manifest) -> list[str]:
    resamples = fact(manifest, "bootstrap.resamples")
    if resamples is None:
        return []
    seed = fact(manifest, "bootstrap.seed")
    return [f"Bootstraps drew {resamples:,} resamples of patients{'' if seed is None else f' (seed {seed})'}."]


def _software(manifest: Manifest) -> list[str]:
    sentences = []
    versions = dict(fact(manifest, "versions") or {})
    own = versions.pop("radiogene", None)
    if own is not None:
        others = words_of([f"{name} {number}" for name, number in versions.items()]) if versions else ""
        sentences.append(f"Computed with radiogene {own}{f', with {others}' if others else ''}.")
    device, precision, cores = (fact(manifest, key) for key in ("device", "precision", "cores"))
    if device is not None:
        detail = "".join((f", {cores} cores" if cores is not None else "", f", {precision}" if precision else ""))
        sentences.append(f"It ran on {device}{detail}.")
    return sentences
