"""What every system is: scikit-learn's `fit` and `predict_proba` over a prepared cohort, saved in a model folder."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.methods.method_settings import MethodSettings
from radiogene.storage.typed_json import JsonObject

if TYPE_CHECKING:
    from radiogene.cohort.clinical_values import ClinicalEncoder
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.decision.decision import ModelKind
    from radiogene.evaluation.held_out import HeldOutPredictions
    from radiogene.model.engines.engine_choice import EngineChoice
    from radiogene.model.engines.feature_engine import EngineIdentity
    from radiogene.model.facts import ModelFacts
    from radiogene.model.model_folder import ModelFolder
    from radiogene.parallel.workers import Workers
    from radiogene.training.fitting.fit import MemberHistory
    from radiogene.training.fitting.run_options import RunOptions


class Need(StrEnum):
    """What a system is given of a patient."""

    CUBE = "CT cube"
    SEGMENT = "segment of the nodule"
    CLINICAL = "clinical columns"
    SEMANTIC = "semantic columns"
    SUV = "column SUVmax"
    SLIDES = "slide tiles"


OF_THE_NODULE = frozenset({Need.CUBE, Need.SEGMENT})
"""Needs by which a prediction depends on which of a patient's nodules is looked at: those of a system that reads CT."""


@dataclass(frozen=True)
class MethodEntry:
    """One system, as `radiogene methods` lists it.

    Attributes:
        name: under which it is chosen.
        title: of its row in a table.
        needs: what it is given; a patient without one of them gets no prediction.
        columns: of the table, that it reads by default.
        learner: what is fitted, in words.
        source: section, table and row of the paper.
        settings: what a user may decide about its fit.
        make: the system, not yet fitted. Imports what is heavy when it is called.
        load: the system in a model folder.
        extra: of this package that it needs (`pip install "radiogene[EXTRA]"`); empty for none.
        network: True where a network is trained, so that folds cost hours and a single split is the default.
        backbone: the network that looks at a view; empty for a system without views.
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    columns: tuple[str, ...]
    learner: str
    source: str
    settings: type[MethodSettings]
    make: "Callable[[MethodSettings, FitContext], Method]"
    load: "Callable[[ModelFolder, EngineChoice], Method]"
    extra: str = ""
    network: bool = False
    backbone: str = ""

    @property
    def looks_at_nodule(self) -> bool:
        """True where a prediction depends on which of a patient's nodules is looked at."""
        return bool(OF_THE_NODULE & set(self.needs))

    def to_json(self) -> JsonObject:
        """The entry as plain JSON values, for a program."""
        return {
            "name": self.name,
            "title": self.title,
            "needs": [need.value for need in self.needs],
            "columns": list(self.columns),
            "learner": self.learner,
            "source": self.source,
            "extra": self.extra,
            "network": self.network,
        }


@dataclass(frozen=True, eq=False)
class FitContext:
    """Where and how a fit runs; nothing of it changes what is learnt beyond rounding.

    Attributes:
        state: folder of this fit alone: an interrupted fit goes on from what it finds there. Whoever keeps the result
            removes it.
        features: folder of features of images, named by their content, which fits share.
        run: device, precision, processes and logs of a network's training; the processor, without a bar, where None.
        workers: who trains the folds and seeds of a network.
    """

    state: Path
    features: Path
    run: "RunOptions | None" = None
    workers: "Workers" = 1


class Method(ABC):
    """A system that predicts mutations from a prepared cohort.

    Attributes:
        genes: G names, the order of every gene axis.
    """

    genes: tuple[str, ...]

    @abstractmethod
    def fit(self, cohort: "PreparedCohort", labels: NDArray[np.int8]) -> Self:
        """The fitted system; everything that is fitted, selected or scaled sees these patients only.

        Args:
            cohort: N training patients, each with what the system needs.
            labels: (N, G) 1 mutant, 0 wild type, -1 unknown.

        Returns:
            The system; in all processes of a distributed training but the first it is not fitted.

        Raises:
            TrainingError: too few patients of a kind.
            CohortError: a column is missing or unusable.
            SettingsError: it was loaded from a folder, or an unfinished fit in its state had other settings.
        """

    @abstractmethod
    def member_probabilities(self, cohort: "PreparedCohort") -> NDArray[np.float64]:
        """P(mutant) (M, N, G) of M members (folds or seeds), not calibrated.

        Args:
            cohort: N patients, each with what the system needs; of several nodules the largest is looked at.
        """

    def predict_proba(self, cohort: "PreparedCohort") -> NDArray[np.float64]:
        """P(mutant) (N, G), the mean over the members, not calibrated; see `member_probabilities`."""
        mean: NDArray[np.float64] = self.member_probabilities(cohort).mean(axis=0)
        return mean

    @property
    @abstractmethod
    def facts(self) -> "ModelFacts":
        """What its model folder says of it.

        Raises:
            SettingsError: it is not fitted.
        """

    @property
    @abstractmethod
    def is_fitted(self) -> bool:
        """True where it can predict."""

    @property
    @abstractmethod
    def held_out(self) -> "HeldOutPredictions":
        """Predictions of the fit for its own training patients, by models that had not seen them.

        Raises:
            SettingsError: not fitted here: a model folder keeps no predictions with patients' identifiers.
        """

    @property
    @abstractmethod
    def clinical(self) -> "ClinicalEncoder":
        """The coding of the table's columns, of the first member; without columns for a system of images alone."""

    @property
    def model_kind(self) -> "ModelKind":
        """What answers for a new patient: one refit on all patients after a cross-validation, or a single fit."""
        from radiogene.decision.decision import ModelKind

        return ModelKind.REFIT if self.held_out.runs else ModelKind.SINGLE

    @property
    def members_differ_in(self) -> str:
        """What tells the members apart that answer for a new patient: "folds", "seeds" or both, in words."""
        return "seeds"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of its row must know, in words: a reduced width, features without variance."""
        return ()

    @property
    def description(self) -> tuple[str, ...]:
        """Sentences of its model card on what was fitted."""
        return ()

    @property
    def history(self) -> "tuple[MemberHistory, ...]":
        """Losses per member, stage and epoch of the fit; none without networks."""
        return ()

    @property
    def record(self) -> JsonObject:
        """What the manifest says of its fit beyond that of every system, plain JSON values."""
        return {}

    @property
    def seen_cubes(self) -> frozenset[str]:
        """Fingerprints of further cubes that shaped it before its fit; known right after the fit only."""
        return frozenset()

    @property
    def engine(self) -> "EngineIdentity | None":
        """What computes the features of views; None for a system without views."""
        return None

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the file of what was fitted into a folder, which exists; `facts` hold the rest. No pickles."""
