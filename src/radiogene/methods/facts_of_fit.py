"""The facts that the folder of any system states of its fit: what it reads, how its cubes were made, whom it saw."""

from collections.abc import Sequence

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.model.facts import ModelFacts
from radiogene.model.training_range import training_ranges


def facts_of_fit(
    method: str,
    genes: Sequence[str],
    columns: Sequence[str],
    cohort: PreparedCohort,
    *,
    looks_at_nodule: bool,
    nodule_rule: NoduleRule = NoduleRule.LARGEST,
) -> ModelFacts:
    """The facts that every system has; `vars` of them goes into those of a system.

    Args:
        method: name of the system.
        genes: G names.
        columns: of the table, that it reads.
        cohort: the patients that it was trained on.
        looks_at_nodule: False for a system of the table alone, which is not told of a scan unlike those of its
            training, because nothing of it depends on the scan.
        nodule_rule: whose probability a patient with several nodules gets.
    """
    source = cohort.source
    records = [source.records[index] for index in cohort.nodule_indexes]
    ranges = training_ranges(records)
    if not looks_at_nodule:
        ranges = {name: limits for name, limits in ranges.items() if name == "age_years" and "age" in columns}
    return ModelFacts(
        method=method,
        genes=tuple(genes),
        columns=tuple(columns),
        # What reads no cube does not depend on how cubes were made: its facts are the same from a store and a table.
        preparation=source.preparation if looks_at_nodule else None,
        preparation_hash=source.preparation_hash if looks_at_nodule else "",
        training_ranges=ranges,
        nodule_rule=nodule_rule,
        synthetic=cohort.synthetic,
    )
