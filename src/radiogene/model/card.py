"""The model card: what the model is, what it rests on, and what it is not."""

from collections.abc import Mapping

from radiogene.cohort.identity.duplicates import DuplicateCount
from radiogene.cohort.identity.site_key import WITHOUT_SCANS
from radiogene.decision.clinical_only import BEFORE_COMPANIONS, ClinicalOnly
from radiogene.decision.decision import Decision
from radiogene.evaluation.left_out_sites import LeftOutSites
from radiogene.evaluation.measure import Measure
from radiogene.model.facts import ModelFacts
from radiogene.storage.typed_json import Json, JsonObject, from_json

NOT_A_DEVICE = (
    "Research software. Not a medical device; not validated for any clinical use. A probability from CT does not "
    "replace molecular testing."
)


def model_card(
    facts: ModelFacts, decision: Decision, manifest: JsonObject, clinical_only: ClinicalOnly = BEFORE_COMPANIONS
) -> str:
    """The card as Markdown.

    Args:
        facts: of the model.
        decision: thresholds and calibration.
        manifest: how the model was made; `description` says in words what was fitted.
        clinical_only: companion on the clinical values alone, or why there is none.
    """
    lines = ["# Model card", "", NOT_A_DEVICE, ""]
    if facts.synthetic:
        lines += ["**Trained on synthetic patients: its probabilities mean nothing for a real patient.**", ""]
    lines += [
        f"* Predicts: {', '.join(facts.genes)} (mutant against wild type)"
        + (" of one nodule on CT." if facts.preparation_hash else " from columns of a table."),
        *(f"* {sentence}" for sentence in _sentences(manifest)),
        f"* Kind: {decision.model_kind.value} model.",
        f"* Columns of the table: {', '.join(facts.columns) or 'none (image only)'}; "
        "an unknown value counts as the training patients' mean.",
        f"* Cubes: preparation {facts.preparation_hash[:12]}; others are refused."
        if facts.preparation_hash
        else "* Reads no CT: it answers for the patients of a table as for those of a store.",
        "",
        "| gene | threshold | calibration | set on | patients | mutants |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for gene in facts.genes:
        rule = decision.gene(gene)
        lines.append(
            f"| {gene} | {rule.threshold:.4f} | {rule.calibration.kind.value} | {rule.set_on} "
            f"| {rule.patients} | {rule.mutants} |"
        )
    lines += _set_lines(decision)
    lines += _joint_lines(decision)
    if "calibration" in manifest:
        lines += ["", f"The calibration rests on {part_of(manifest, 'calibration')['rests_on']}."]
    lines += _image_lines(clinical_only)
    lines += _site_lines(part_of(manifest, "left_out_sites"))
    duplicates = part_of(manifest, "duplicates")
    if duplicates.get("inside"):
        lines += ["", f"**{from_json(DuplicateCount, duplicates, where='duplicates').sentence}**"]
    training = part_of(manifest, "training")
    if training.get("patients_without_scan"):
        lines += ["", f"Trained on a table without images. {WITHOUT_SCANS}"]
    lines += ["", f"Training patients: {training.get('patients')}; labels: {training.get('labels')}.", ""]
    return "\n".join(lines)


def _image_lines(clinical_only: ClinicalOnly) -> list[str]:
    """What the image adds to the clinical values alone, per gene."""
    companion = clinical_only.companion
    if companion is None:
        return ["", f"What the image adds to the clinical values cannot be said: {clinical_only.reason}."]
    lines = [
        "",
        f"What the image adds to a logistic regression on {', '.join(companion.encoder.columns)} alone (same patients, "
        "folds and calibration; model minus companion, 95% intervals, conditional on the fitted models):",
        "",
        "| gene | AUC | log likelihood per patient | net benefit | at | shown |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, gene in companion.genes.items():
        added = gene.added
        figures = " | ".join(_difference(each) for each in (added.auc, added.log_likelihood, added.net_benefit))
        shown = "yes" if added.is_shown else "**no**"
        lines.append(f"| {name} | {figures} | {added.threshold:.3f} | {shown} |")
    return lines


def _set_lines(decision: Decision) -> list[str]:
    """How the conformal sets of the training patients turned out, per gene."""
    found = {name: rule.sets for name, rule in decision.genes.items() if rule.sets is not None}
    if not found:
        return []
    level = next(iter(found.values())).level
    lines = [
        "",
        f"Conformal sets at {level:.0%}, each training patient's by the other folds (95% intervals):",
        "",
        "| gene | answered | of these wrong | undetermined | unlike either | coverage of mutants | of wild types |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, sets in found.items():
        shares = " | ".join(_share(measure) for measure in sets.coverage.values())
        lines.append(
            f"| {name} | {_share(sets.answered)} | {sets.wrong} of {sets.mutant + sets.wild_type} "
            f"| {sets.undetermined} | {sets.unlike_either} | {shares} |"
        )
    return lines


def _joint_lines(decision: Decision) -> list[str]:
    """How the mutations of two genes go together."""
    joint = decision.joint
    if joint is None:
        return []
    shown = "likelier" if joint.is_shown else "**not shown to be likelier**"
    return [
        "",
        f"Of {joint.patients} training patients known for both genes, {joint.both} have both mutations; log odds ratio "
        f"{joint.log_odds_ratio:.2f} given both probabilities. The four joint outcomes are {shown} than independent "
        f"mutations: {_difference(joint.gain)} log likelihood per patient, cross-fitted.",
    ]


def _site_lines(found: Mapping[str, Json]) -> list[str]:
    """How the system does at each site when it is fitted on the others; nothing where that was not asked."""
    if not found:
        return []
    left_out = from_json(LeftOutSites, dict(found), where="left_out_sites")
    lines = [
        "",
        "Leave-one-site-out: fitted and thresholds set on the other sites alone, asked about the site (95% intervals):",
        "",
        "| site | fitted on | gene | patients | mutants | AUC | sensitivity | specificity |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    few: dict[str, None] = {}
    for site in left_out.sites:
        if site.reason:
            lines.append(f"| {site.site} | {site.trained_on} | no figures: {site.reason} | | | | | |")
        for name, gene in site.genes.items():
            figures = " | ".join(_share(measure) for measure in (gene.auc, gene.sensitivity, gene.specificity))
            lines.append(f"| {site.site} | {site.trained_on} | {name} | {gene.patients} | {gene.mutants} | {figures} |")
            few |= {gene.auc.reason: None} if gene.auc.reason else {}
    lines += [f"\n{reason[0].upper()}{reason[1:]}." for reason in few]
    if left_out.without_site:
        lines += ["", f"{left_out.without_site} patients of no named site were fitted on in every turn."]
    return lines


def _share(measure: Measure) -> str:
    """The share with its interval: "91.2% (82.0% to 95.9%)"."""
    if measure.value is None:
        return f"- ({measure.reason})"
    interval = measure.interval
    return f"{measure.value:.1%}" + ("" if interval is None else f" ({interval.low:.1%} to {interval.high:.1%})")


def _difference(measure: Measure) -> str:
    """The difference with its interval: "+0.052 (-0.011 to +0.115)"."""
    if measure.value is None:
        return f"- ({measure.reason})"
    interval = measure.interval
    return f"{measure.value:+.3f}" + ("" if interval is None else f" ({interval.low:+.3f} to {interval.high:+.3f})")


def part_of(manifest: JsonObject, name: str) -> Mapping[str, Json]:
    """The object of that name in a manifest; empty where there is none."""
    part = manifest.get(name)
    return part if isinstance(part, Mapping) else {}


def _sentences(manifest: JsonObject) -> list[str]:
    sentences = manifest.get("description")
    return [str(sentence) for sentence in sentences] if isinstance(sentences, list | tuple) else []
