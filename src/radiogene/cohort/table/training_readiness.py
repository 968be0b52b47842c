"""What keeps a cohort from being trained on, though it may be predicted or evaluated."""

from collections.abc import Sequence

from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.label_copies import label_copies
from radiogene.cohort.table.cohort_table import Cohort
from radiogene.cohort.table.problem import Problem
from radiogene.cohort.table.summary import scans_of_several_patients
from radiogene.storage.plain_words import counted


def training_problems(cohort: Cohort, genes: Sequence[str] | None = None) -> list[Problem]:
    """The genes without mutants or without wild types, columns that copy a label, and scans that two patients share.

    A scan under two identifiers could be in a training part and in its test part.

    Args:
        cohort: the cohort.
        genes: the genes to train; None for all that were read.
    """
    file = cohort.path.name
    problems = []
    labels = list(cohort.patient_labels.values())
    for gene in genes or cohort.genes:
        known = [of.get(gene) for of in labels if of.get(gene) is not None]
        mutants = sum(label == 1 for label in known)
        if not 0 < mutants < len(known):
            found = f"{counted(mutants, 'mutant')} and {counted(len(known) - mutants, 'wild type')}"
            problems.append(Problem(file, None, gene, found, "at least one patient of each to train on"))
    further = dict.fromkeys(name for row in cohort.rows for name in row.extra)
    for copy in label_copies(cohort.rows, (*DEFAULT_COLUMNS, *further), genes or cohort.genes):
        found = f"values that tell all {copy.gene} mutants from all wild types (chance {copy.chance:.0e})"
        problems.append(Problem(file, None, copy.column, found, "it left out of `clinical`: it copies the label"))
    for earlier, later in scans_of_several_patients(cohort.rows):
        found = f"the scan of patient {earlier.patient_id!r} on line {earlier.row_number} for {later.patient_id!r}"
        problems.append(Problem(file, later.row_number, "ct", found, "one patient per scan (splits go by patient)"))
    return problems
