"""What was made of the collection, in counts: what a reader of the table must know before using it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from radiogene.cohort.sources.exclusion import FROM_PAPER, FROM_TABLE
from radiogene.cohort.sources.nsclc_radiogenomics.collection_table import (
    GENES,
    CollectionTable,
    status_counts,
)
from radiogene.cohort.sources.nsclc_radiogenomics.known_conflicts import KnownConflict
from radiogene.cohort.sources.nsclc_radiogenomics.paper_cohort import (
    COLLECTION_COUNT,
    PAPER_COUNT,
    RULE_OF_ARM,
    RULE_OF_STAGE,
    disagreeing_rules,
    is_of_paper,
    is_staged,
)
from radiogene.cohort.sources.nsclc_radiogenomics.tnm_stage import COLLECTION_EDITION
from radiogene.cohort.table.problem import Problem
from radiogene.storage.regular_file import read_file
from radiogene.storage.typed_json import JsonObject


@dataclass(frozen=True)
class CollectionSummary:
    """Counts, sources and open questions of one table made from the collection.

    Attributes:
        table: rows and exclusions.
        labelled: patients in the label file.
        sources: name and SHA-256 of each file that was read.
        conflicts: about patients in the table.
        problems: what could not be read.
        notes: further sentences, such as how many rows have no nodule.
    """

    table: CollectionTable
    labelled: int
    sources: dict[str, str]
    conflicts: tuple[KnownConflict, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """The summary as plain JSON values; identifiers are those of the label file."""
        patients = self.table.patients
        return {
            "collection": "NSCLC Radiogenomics",
            "sources": self.sources,
            "patients_in_collection": COLLECTION_COUNT,
            "patients_in_label_file": self.labelled,
            "patients_in_table": len(patients),
            "rows": len(self.table.rows),
            "paper": {
                "patients": PAPER_COUNT,
                "rules": [RULE_OF_ARM, RULE_OF_STAGE],
                "by_arm": self._by_arm,
                "by_stage": self._by_stage,
                "rules_disagree_on": disagreeing_rules(patients),
            },
            "status": {gene: status_counts(patients, gene) for gene in GENES},
            "stage_edition": COLLECTION_EDITION,
            "excluded": self._excluded(),
            "conflicts": [asdict(conflict) for conflict in self.conflicts],
            "problems": [str(problem) for problem in self.problems],
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """The summary for the terminal."""
        patients = self.table.patients
        disagreeing = disagreeing_rules(patients)
        lines = [
            f"{len(patients)} of {self.labelled} patients of the label file in the table "
            f"({len(self.table.rows)} rows); the collection has {COLLECTION_COUNT}",
            f"  of the paper's {PAPER_COUNT}: {self._by_arm} ({RULE_OF_ARM}); {self._by_stage} "
            f"({RULE_OF_STAGE}); "
            + (f"the rules differ on {', '.join(disagreeing)}" if disagreeing else "the same patients"),
        ]
        for gene in GENES:
            counts = status_counts(patients, gene)
            lines.append(f"  {gene}: " + ", ".join(f"{count} {word}" for word, count in counts.items()))
        lines.append(f"  stage from pathological T, N, M by the {COLLECTION_EDITION}")
        lines += [f"  excluded from {what}: {count}" for what, count in self._excluded().items() if count]
        lines += [f"  {note}" for note in self.notes]
        lines += [f"  sources disagree: {conflict}" for conflict in self.conflicts]
        return lines

    @property
    def _by_arm(self) -> int:
        """Patients whom the paper's rule of the arm takes."""
        return sum(is_of_paper(patient.patient_id) for patient in self.table.patients)

    @property
    def _by_stage(self) -> int:
        """Patients whom the paper's rule of the stage takes."""
        return sum(map(is_staged, self.table.patients))

    def _excluded(self) -> dict[str, int]:
        """Patients excluded from each thing."""
        places = (FROM_TABLE, FROM_PAPER, *(f"figures of {gene}" for gene in GENES))
        return {
            place: len({line.patient_id for line in self.table.exclusions if line.excluded_from == place})
            for place in places
        }


def file_hashes(paths: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of each file by its name."""
    return {path.name: hashlib.sha256(read_file(path)).hexdigest() for path in paths}
