"""What a reader must know before the figures, computed from the report itself."""

from radiogene.report.evidence.evidence_report import EXTERNAL, EvidenceReport
from radiogene.report.evidence.manifest_facts import fact
from radiogene.report.evidence.methods_text import SMALLER_PRESETS

ENOUGH_OF_A_CLASS = 100
"""Patients of each class in an external validation; source: Collins, Ogundimu and Altman, Stat Med 2016;35:214."""


def cautions(report: EvidenceReport) -> tuple[str, ...]:
    """Sentences, the gravest first; empty where there is nothing to say.

    Args:
        report: of an experiment.
    """
    return (*_permutations(report), *_few(report), *_missing(report), *_design(report))


def _few(report: EvidenceReport) -> list[str]:
    cohort = report.cohort(EXTERNAL)
    if cohort is None:
        return ["There is no external cohort: nothing here shows how a system does elsewhere."]
    few = [
        f"{gene.gene} {gene.mutants} mutants and {gene.wild_types} wild types"
        for gene in cohort.genes
        if min(gene.mutants, gene.wild_types) < ENOUGH_OF_A_CLASS
    ]
    if not few:
        return []
    return [
        f"The external cohort is small ({'; '.join(few)}): {ENOUGH_OF_A_CLASS} of each are usually asked for, so "
        "intervals are wide, and no difference found is no sign of equality."
    ]


def _permutations(report: EvidenceReport) -> list[str]:
    if not report.permutations:
        return ["No check with shuffled labels was run."]
    outside = [f"{line.system}, {line.gene}" for line in report.permutations if line.holds is False]
    without = [f"{line.system}, {line.gene}" for line in report.permutations if line.holds is None]
    found = []
    if outside:
        found.append(
            f"Shuffled labels were told apart beyond what is accepted ({'; '.join(outside)}): something leaks, or "
            "permutations were too few. Do not use these figures before that is understood."
        )
    if without:
        found.append(f"The check with shuffled labels has no result for {'; '.join(without)}.")
    return found


def _missing(report: EvidenceReport) -> list[str]:
    found = []
    if report.failures:
        number = len(report.failures)
        found.append(f"{number} {'fit' if number == 1 else 'fits'} failed; their rows are empty and say why.")
    # A block in which no row has measures prints the paper's figures alone.
    blocks = [block for table in report.tables for block in table.blocks if any(row.measures for row in block.rows)]
    empty = sum(not row.measures for block in blocks for row in block.rows)
    if empty:
        found.append(f"{empty} {'row of the tables has' if empty == 1 else 'rows of the tables have'} no result.")
    return found


def _design(report: EvidenceReport) -> list[str]:
    found = []
    preset = fact(report.manifest, "preset")
    if preset in SMALLER_PRESETS:
        found.append(
            f"Networks are of the preset {preset}, smaller than those published: their figures do not stand for these."
        )
    if fact(report.manifest, "splits.networks.kind") == "single":
        found.append("Networks were trained once, on one split: the luck of split and seed is not in their intervals.")
    if protocol := fact(report.manifest, "protocol.sentence"):
        found.append(str(protocol))
    if duplicates := fact(report.manifest, "duplicates.sentence"):
        found.append(str(duplicates))
    systems = {line.system for line in report.ledger}
    if len(report.ledger) > 1:
        found.append(
            f"The external cohort was evaluated {len(report.ledger)} times ({len(systems)} systems): the best of many "
            "is flattered, and Holm's adjustment holds within one table and gene only."
        )
    return found
