"""The demonstration's answer as a table for the terminal."""

from radiogene.report.demo_metrics import DemoMetrics
from radiogene.report.numbers import measure_text, value_text


def demo_text(metrics: DemoMetrics) -> str:
    """The external AUC of each system beside the ceiling.

    Args:
        metrics: what `metrics.json` holds.
    """
    sites = metrics.sites
    lines = [
        "SYNTHETIC patients: these figures say nothing about real ones.",
        f"Trained on site A ({sites['A'].patients} patients), evaluated on site B ({sites['B'].patients}), "
        "another scanner.",
        f"{'gene':<6}{'system':<15}{'external AUC (95% interval)':<30}{'ceiling':<9}{'on these patients':<8}",
    ]
    of_these = metrics.ceiling_on_these_patients
    for gene, best in metrics.ceiling.items():
        for system in ("image only", "clinical only", "both"):
            auc = measure_text(metrics.external[system].genes[gene].auc)
            lines.append(
                f"{gene:<6}{system:<15}{auc:<30}{value_text(best[system]):<9}{value_text(of_these[gene][system])}"
            )
    lines.append(
        f"Ceiling: AUC of the exact P(gene | generating factors) over {metrics.ceiling_draws:,} draws, and on these "
        "patients. No model can beat it but by luck."
    )
    seconds = metrics.seconds
    steps = ", ".join(f"{name} {value_text(value, 0)} s" for name, value in seconds.items())
    total, peak = value_text(sum(seconds.values()), 0), value_text(metrics.peak_memory_mb, 0)
    lines.append(f"{total} s in all ({steps}); peak memory {peak} MiB.")
    return "\n".join(lines)
