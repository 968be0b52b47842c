"""A cohort whose patients are entered twice, each time under another id."""

from dataclasses import dataclass, replace

from radiogene.cohort.prepared_cohort import CohortSource, PreparedCohort


@dataclass(frozen=True, eq=False)
class Doubled:
    """The nodules of a source, and all of them again under new ids."""

    source: CohortSource

    @property
    def preparation(self):
        return self.source.preparation

    @property
    def preparation_hash(self):
        return self.source.preparation_hash

    @property
    def records(self):
        first = self.source.records
        again = [replace(each, row=replace(each.row, patient_id=f"again {each.row.patient_id}")) for each in first]
        return (*first, *again)

    def cube(self, index):
        return self.source.cube(index % len(self.source.records))

    def segment(self, index):
        return self.source.segment(index % len(self.source.records))


def doubled(cohort: PreparedCohort) -> PreparedCohort:
    """The cohort with every patient entered twice."""
    return PreparedCohort.of(Doubled(cohort.source), cohort.files)
