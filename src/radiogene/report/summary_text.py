"""What a cohort table holds, as lines for the terminal."""

from radiogene.cohort.table.summary import CohortSummary, PatientCounts


def summary_text(summary: CohortSummary) -> str:
    """Patients, genes, sex, smoking and age of the cohort, then of each site."""
    lines = ["SYNTHETIC: none of these patients exists."] if summary.synthetic else []
    lines += _lines("all", summary.overall)
    if len(summary.sites) > 1:
        for site, counts in summary.sites.items():
            lines += _lines(f"site {site}", counts)
    return "\n".join(lines)


def _lines(name: str, counts: PatientCounts) -> list[str]:
    lines = [f"{name}: {counts.patients} patients, {counts.nodules} nodules"]
    for gene, found in counts.genes.items():
        unknown = counts.patients - found.known
        lines.append(f"  {gene}: {found.mutant} mutant, {found.known - found.mutant} wild type, {unknown} unknown")
    for column, words in (("sex", counts.sex), ("smoking", counts.smoking)):
        lines.append(f"  {column}: " + ", ".join(f"{count} {word}" for word, count in words.items()))
    if counts.age is not None:
        age = counts.age
        lines.append(f"  age: median {age.median_years:g} years ({age.youngest_years:g} to {age.oldest_years:g})")
    return lines
