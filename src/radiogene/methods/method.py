"""What every compared system is: scikit-learn's `fit` and `predict_proba` over a prepared cohort, `save` and `load`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.methods.method_settings import MethodSettings

if TYPE_CHECKING:
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.decision.decision import ModelKind
    from radiogene.evaluation.predictions import Predictions

FITTED_FOLDER = "fitted"


class Need(StrEnum):
    """What a system is given of a patient."""

    CUBE = "CT cube"
    SEGMENT = "segment of the nodule"
    CLINICAL = "clinical columns"
    SEMANTIC = "semantic columns"
    SUV = "column SUVmax"
    SLIDES = "slide tiles"


@dataclass(frozen=True)
class MethodEntry:
    """One compared system, as `radiogene methods` lists it.

    Attributes:
        name: under which it is chosen.
        title: of its row in a table.
        needs: what it is given; a patient without one of them gets no prediction.
        columns: of the table, that it reads by default.
        learner: what is fitted, in words.
        source: section, table and row of the paper.
        make: the system, not yet fitted. Imports what is heavy when it is called.
        load: the system that `Method.save` wrote into a folder.
        extra: of this package that it needs (`pip install "radiogene[EXTRA]"`); empty for none.
        network: True where a network is trained, so that folds cost hours and a single split is the default.
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    columns: tuple[str, ...]
    learner: str
    source: str
    make: "Callable[[MethodSettings, FitFolders], Method]"
    load: "Callable[[Path], Method]"
    extra: str = ""
    network: bool = False

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON values, for a program."""
        content = asdict(self)
        del content["make"], content["load"]
        return {**content, "needs": [need.value for need in self.needs], "columns": list(self.columns)}


@dataclass(frozen=True)
class FitFolders:
    """Where a fit keeps what it may need again; neither folder changes a result.

    Attributes:
        state: of this fit alone: an interrupted fit goes on from what it finds there.
        features: features of images, named by their content, so that every fit shares them.
        progress: show bars on standard error.
    """

    state: Path
    features: Path
    progress: bool = False


@dataclass(frozen=True, eq=False)
class Unseen:
    """What a fit says of training patients that the predicting models had not seen: it alone sets thresholds.

    Attributes:
        predictions: one row per patient, not calibrated.
        set_on: which predictions these are: "out-of-fold" or "inner validation".
        folds: (N,) the fold that held each patient out; None where there are no folds.
    """

    predictions: "Predictions"
    set_on: str
    folds: NDArray[np.int64] | None


class Method(ABC):
    """A system that predicts mutations from a prepared cohort.

    Attributes:
        settings: of the fit.
    """

    settings: MethodSettings

    @abstractmethod
    def fit(self, cohort: "PreparedCohort", labels: NDArray[np.int8]) -> Self:
        """The fitted system; everything that is fitted, selected or scaled sees these patients only.

        Args:
            cohort: N training patients, each with what the system needs.
            labels: (N, G) 1 mutant, 0 wild type, -1 unknown.

        Raises:
            TrainingError: too few patients of a kind.
            CohortError: a column is missing or unusable.
        """

    @abstractmethod
    def predict_proba(self, cohort: "PreparedCohort") -> NDArray[np.float64]:
        """P(mutant) (N, G), not calibrated, as scikit-learn's classifiers of several labels give it.

        Args:
            cohort: N patients, each with what the system needs.
        """

    @property
    @abstractmethod
    def unseen(self) -> Unseen:
        """Predictions of the fit for its own training patients, by models that had not seen them."""

    @property
    def model_kind(self) -> "ModelKind":
        """What answers for a new patient: one refit on all patients after a cross-validation, or a single fit."""
        from radiogene.decision.decision import ModelKind

        return ModelKind.SINGLE if self.unseen.folds is None else ModelKind.REFIT

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of its row must know, in words: a reduced width, features without variance."""
        return ()

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write all that `load` needs into the folder, which exists and is empty. No pickles."""
