"""The clinical model: a random forest on age, sex, smoking and stage (Tables 2 and 3 of the paper)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.errors import TrainingError

TREES = 100
"""Paper: "random forest ... 100 trees"."""

SMALLEST_LEAF = 5
"""Patients per leaf; single-patient leaves would make every probability 0 or 1 of a few trees."""

CLINICAL_MODEL_COLUMNS = ("age", "sex", "smoking", "stage")


@dataclass
class ClinicalForest:
    """A random forest for one gene.

    Attributes:
        columns: clinical columns of the cohort table.
        seed: of the forest.
    """

    columns: tuple[str, ...] = CLINICAL_MODEL_COLUMNS
    seed: int = 0
    encoder_: ClinicalEncoder = field(init=False, repr=False)
    forest_: RandomForestClassifier = field(init=False, repr=False)

    def fit(self, rows: Sequence[PatientRow], labels: NDArray[np.int8]) -> "ClinicalForest":
        """The fitted model.

        Args:
            rows: (N,) training patients' values, one row each.
            labels: (N,) 1 mutant, 0 wild type.

        Raises:
            TrainingError: one class only.
            CohortError: a column is missing or unusable.
        """
        if len(set(labels.tolist())) < 2:
            raise TrainingError("The clinical model needs mutants and wild types to train on; found one kind only.")
        self.encoder_ = ClinicalEncoder.fit(rows, self.columns)
        self.forest_ = RandomForestClassifier(
            TREES, min_samples_leaf=SMALLEST_LEAF, oob_score=True, random_state=self.seed
        )
        self.forest_.fit(self.encoder_.encode(rows), labels)
        return self

    def predict_proba(self, rows: Sequence[PatientRow]) -> NDArray[np.float64]:
        """(N, 2) probabilities of wild type and mutant."""
        return np.asarray(self.forest_.predict_proba(self.encoder_.encode(rows)))

    @property
    def out_of_bag(self) -> NDArray[np.float64]:
        """(N,) P(mutant) of each training patient from the trees that did not see it."""
        return np.asarray(self.forest_.oob_decision_function_[:, 1])
