"""Results as lines for the terminal: a cohort, a prediction, an evaluation, a calibration, the demonstration."""

from typing import TYPE_CHECKING

from radiogene.cohort.identity.site_key import WITHOUT_SCANS
from radiogene.decision.calibration import TemperatureCalibration
from radiogene.report.answer_words import answer_words, click_words, familiarity_words
from radiogene.report.numbers import measure_text, percent, range_text, value_text, values_text
from radiogene.storage.plain_words import counted

# Types alone: each verb has loaded what it prints, and none waits for what the others need.
if TYPE_CHECKING:
    from radiogene.cohort.table.summary import CohortSummary, PatientCounts
    from radiogene.evaluation.net_benefit_difference import NetBenefitDifference
    from radiogene.model.recalibration import Recalibration
    from radiogene.prediction.compared_models import ComparedGene
    from radiogene.prediction.gene_in_cohort import GeneInCohort
    from radiogene.prediction.model_evaluation import ModelEvaluation
    from radiogene.prediction.result import PredictionResult
    from radiogene.report.demo_metrics import DemoMetrics

SHARES = (("auc", "AUC"), ("accuracy", "ACC"), ("sensitivity", "SEN"), ("specificity", "SPE"), ("f1", "F1"))
CALIBRATED = (("observed_expected", "O/E"), ("calibration_intercept", "intercept"), ("calibration_slope", "slope"))
FIGURES = (("brier", "Brier"), ("calibration_slope", "slope"), ("calibration_in_the_large", "level"), ("ece", "ECE"))


def summary_text(summary: "CohortSummary") -> str:
    """Patients, genes, sex, smoking and age of the cohort, then of each site."""
    lines = ["SYNTHETIC: none of these patients exists."] if summary.synthetic else []
    lines += _counted_lines("all", summary.overall)
    if len(summary.sites) > 1:
        for site, counts in summary.sites.items():
            lines += _counted_lines(f"site {site}", counts)
    return "\n".join(lines)


def _counted_lines(name: str, counts: "PatientCounts") -> list[str]:
    lines = [f"{name}: {counts.patients} patients, {counts.nodules} nodules"]
    for gene, labels in counts.genes.items():
        unknown = counts.patients - labels.known
        lines.append(f"  {gene}: {labels.mutant} mutant, {labels.known - labels.mutant} wild type, {unknown} unknown")
    for column, words in (("sex", counts.sex), ("smoking", counts.smoking)):
        lines.append(f"  {column}: " + ", ".join(f"{count} {word}" for word, count in words.items()))
    if counts.age is not None:
        age = counts.age
        lines.append(f"  age: median {age.median_years:g} years ({age.youngest_years:g} to {age.oldest_years:g})")
    return lines


def prediction_text(result: "PredictionResult") -> str:
    """One line per gene, then where the nodule is and what to know before using the numbers."""
    lines = []
    for gene, of_gene in result.genes.items():
        spread = ""
        if of_gene.spread is not None:
            s = of_gene.spread
            spread = f", {s.members} {s.kind}: {range_text(s.low, s.high)}"
        lines.append(
            f"{gene:<6} P(mutant) = {value_text(of_gene.probability)}{spread}  -> {of_gene.call} "
            f"(threshold {value_text(of_gene.threshold)})"
        )
        lines += [f"{'':<6} {word}: {value}" for word, value in answer_words(of_gene).items()]
    if result.joint is not None:
        lines.append("both genes at once: " + ", ".join(f"{name} {percent(p)}" for name, p in result.joint.items()))
    if result.familiarity is not None:
        lines.append(f"like the training patients: {familiarity_words(result.familiarity)}")
    if result.nodule is None:
        lines.append("no scan: from columns of the table alone")
    else:
        centre = values_text(result.nodule.centre_lps_mm, 1)
        lines.append(f"nodule at LPS ({centre}) mm, {result.nodule.nodule.kind}")
        lines += [f"decided: {sentence}" for sentence in result.nodule.decisions]
    lines += [f"warning: {sentence}" for sentence in result.warnings]
    lines.append("Research software, not a medical device.")
    return "\n".join(lines)


def click_text(result: "PredictionResult") -> str:
    """What becomes of each answer at nearby centres, or why that is not said."""
    lines = [
        f"{gene:<6} marked up to {value_text(own.click.radius_mm, 1)} mm elsewhere: {click_words(own.click)}"
        for gene, own in result.genes.items()
        if own.click is not None
    ]
    return "\n".join(lines or [f"warning: {s}" for s in result.warnings if s.startswith("`click`")])


def evaluation_text(evaluation: "ModelEvaluation") -> str:
    """The evaluation as text, one block per gene."""
    # Imported here: a prediction prints no evaluation and loads no scipy.stats for one.
    from radiogene.evaluation.sample_size.cohort_shows import cohort_shows

    lines = []
    if evaluation.synthetic:
        lines.append("SYNTHETIC: these figures say nothing about patients.")
    if evaluation.includes_training_cases:
        lines.append("INCLUDES TRAINING CASES: these are not figures of unseen patients.")
    if evaluation.without_scan:
        lines.append(f"{counted(evaluation.without_scan, 'patient')} without a scan. {WITHOUT_SCANS}")
    if evaluation.failed_rows:
        lines.append(f"{evaluation.failed_rows} rows of the cohort failed in preparation and are not in these figures.")
    before = evaluation.evaluated_before
    if before is not None and before.evaluations:
        lines.append(
            f"This cohort was evaluated {before.evaluations} times before, with {before.systems} fitted systems "
            f"({before.same_system} times with this one): every look makes a chosen figure look better."
        )
    for name, gene in evaluation.report.genes.items():
        lines.append(
            f"{name}: {gene.patients} patients, {gene.mutants} mutants, {gene.unknown} unknown; "
            f"threshold {value_text(gene.threshold.value)} (set on {gene.threshold.set_on})"
        )
        lines += [f"  {word:<4} {measure_text(gene.measures[key])}" for key, word in SHARES]
        words = "; ".join(f"{word} {measure_text(gene.measures[key])}" for key, word in CALIBRATED)
        lines.append(f"  calibration: {words}")
        lines += _around_lines(evaluation.around[name])
        if gene.auc.value is not None and gene.auc.reason:
            lines.append(f"  {gene.auc.reason}")
        lines.append(f"  {cohort_shows(gene.mutants, gene.patients - gene.mutants).sentence}")
    for name, sets in evaluation.sets.items():
        coverage = ", ".join(f"{word} {measure_text(measure)}" for word, measure in sets.coverage.items())
        lines.append(
            f"{name}, conformal sets at {sets.level:.0%}: answered {measure_text(sets.answered)}, {sets.wrong} "
            f"wrongly; {sets.undetermined} undetermined, {sets.unlike_either} unlike either; coverage of {coverage}"
        )
    for name, added in evaluation.image_adds.items():
        figures = (("AUC", added.auc), ("log likelihood", added.log_likelihood), ("net benefit", added.net_benefit))
        words = "; ".join(f"{word} {measure_text(measure)}" for word, measure in figures)
        shown = "" if added.is_shown else "; not shown to add anything"
        lines.append(f"{name}, image against clinical values alone: {words}{shown}")
    for compared in evaluation.against:
        lines.append(_comparison_line(compared))
        lines += [_net_benefit_line(found) for found in compared.net_benefit]
    return "\n".join(lines)


def _around_lines(around: "GeneInCohort") -> list[str]:
    """Predictive values, and who is missing from the figures or known less of."""
    lines = [
        f"  at a prevalence of {percent(values.prevalence)} ({values.source}): PPV {measure_text(values.positive)}; "
        f"NPV {measure_text(values.negative)}"
        for values in around.predictive
    ]
    lines += [
        f"  {column.column} missing: {column.mutants.missing} of {column.mutants.patients} mutants, "
        f"{column.wild_types.missing} of {column.wild_types.patients} wild types"
        for column in around.missing
        if column.missing
    ]
    if around.verification.untested:
        lines.append(
            f"  {around.verification.untested} of {around.verification.tested + around.verification.untested} patients "
            "were not tested: where whom to test goes with the mutation, the figures of all are others"
        )
    return lines


def _comparison_line(compared: "ComparedGene") -> str:
    """One comparison: "EGFR against Clinical model: AUC +0.052 (-0.011 to 0.115), p 0.106, Holm 0.212; ..."."""
    p_values = ", ".join(
        f"{word} {value_text(value, missing='-')}"
        for word, value in (("p", compared.auc.p_value), ("Holm", compared.p_holm))
    )
    calls = compared.calls
    return (
        f"{compared.gene} against {compared.other} ({compared.patients} patients): AUC difference "
        f"{measure_text(compared.auc.difference)}, {p_values}; right alone {calls.only_first_right}, the other alone "
        f"{calls.only_second_right}, McNemar p {value_text(calls.p_value, missing='-')}"
        + (f"; {compared.auc.difference.reason}" if compared.auc.difference.reason else "")
    )


def _net_benefit_line(found: "NetBenefitDifference") -> str:
    """One threshold: "  net benefit at 0.2: difference 0.021 (-0.010 to 0.052), acted on by one alone 14"."""
    reason = f"; {found.difference.reason}" if found.difference.value is not None and found.difference.reason else ""
    return (
        f"  net benefit at {found.threshold:g}: difference {measure_text(found.difference)}, acted on by one alone "
        f"{found.discordant}{reason}"
    )


def calibration_text(recalibration: "Recalibration") -> str:
    """The calibration as text, one block per gene.

    Args:
        recalibration: what was changed.
    """
    seeds, cases = len(recalibration.held_out.runs), len(recalibration.held_out.predictions.patient_ids)
    lines = [
        f"{recalibration.decision.model_kind} model, calibration {recalibration.kind}, fitted on {cases} cases"
        + (f" (mean over {seeds} seeds)" if seeds > 1 else "")
        + f": {recalibration.rests_on}.",
        f"The figures after it are cross-fitted over the {recalibration.cross_fitted_over}.",
    ]
    for gene, figures in recalibration.figures.items():
        new, old = recalibration.decision.gene(gene), recalibration.before.gene(gene)
        fitted = new.calibration
        how = f"temperature {value_text(fitted.temperature)}; " if isinstance(fitted, TemperatureCalibration) else ""
        lines.append(f"{gene}: {how}threshold {value_text(new.threshold)} (before {value_text(old.threshold)})")
        for key, word in FIGURES:
            before, after = (measure_text(each.measures[key]) for each in (figures.before, figures.after))
            lines.append(f"  {word:<5} {before} -> {after}")
    return "\n".join(lines)


def demo_text(metrics: "DemoMetrics") -> str:
    """The external AUC of each system beside the ceiling.

    Args:
        metrics: what `metrics.json` holds.
    """
    sites = metrics.sites
    lines = [
        "SYNTHETIC patients: these figures say nothing about real ones.",
        f"Trained on site A ({sites['A'].patients} patients), evaluated on site B ({sites['B'].patients}), "
        "another scanner.",
        f"{'gene':<6}{'system':<15}{'external AUC (95% interval)':<30}{'ceiling':<9}{'by chance':<17}on these patients",
    ]
    of_these = metrics.ceiling_on_these_patients
    for gene, best in metrics.ceiling.items():
        for system in ("image only", "clinical only", "both"):
            auc = measure_text(metrics.external[system].genes[gene].auc)
            span = metrics.ceiling_range.get(gene, {}).get(system)
            by_chance = "" if span is None else range_text(*span)
            lines.append(
                f"{gene:<6}{system:<15}{auc:<30}{value_text(best[system]):<9}{by_chance:<17}"
                f"{value_text(of_these[gene][system])}"
            )
        added = metrics.added_value[gene]
        lines.append(f"{gene:<6}the image adds {measure_text(added.auc)} to the AUC of the clinical values")
    lines.append(
        f"Ceiling: AUC of the exact P(gene | generating factors) over {metrics.ceiling_draws:,} draws, in 95% of "
        "cohorts of this size, and on these patients. No model can beat it but by luck."
    )
    seconds = metrics.seconds
    steps = ", ".join(f"{name} {value_text(value, 0)} s" for name, value in seconds.items())
    total, peak = value_text(sum(seconds.values()), 0), value_text(metrics.peak_memory_mb, 0)
    lines.append(f"{total} s in all ({steps}); peak memory {peak} MiB.")
    return "\n".join(lines)
