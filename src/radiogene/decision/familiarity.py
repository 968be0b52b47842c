"""How typical a case is of the training patients, by the features that a system sees of it.

Each network has the mean and the shrunken covariance of the features of the patients that it was fitted on, and the
distances from them of patients whom neither it nor they had seen. A network remembers its own patients, so that their
distances say nothing of a new one; those of held-out patients are what a new patient's is compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from radiogene.errors import WeightsError

RATE_OF_MANY, RATE_OF_FEW = 0.01, 0.05
"""False-alarm rates: shares of patients like those of the training who are called unlike them."""

MANY_PATIENTS = 200
"""From here on the smaller rate: of fewer, too few lie in its tail."""

FEWEST_PATIENTS = 20
"""Fewer cannot bear a rate of 5%: the most extreme of n has a chance of 1 / (n + 1)."""

MOST_AXES = 256
"""Directions with a variance of their own; the others share their mean."""

NO_VARIANCE = 1e-6
"""Of the mean variance: less is rounding."""

SMALLEST_SCALE = 0.05
"""Of the median SD of all features of one unit: the least by which one is divided."""


@dataclass(frozen=True, eq=False)
class TypicalFeatures:
    """Mean and shrunken covariance of features, as a sphere with some axes of their own; no row of it is a patient.

    Attributes:
        mean: (D,).
        scale: (D,) by which each feature is divided.
        axes: (A, D) of unit length, at right angles to each other.
        variances: (A,) along the axes.
        floor: variance in every other direction.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    axes: NDArray[np.float32]
    variances: NDArray[np.float32]
    floor: float

    def __post_init__(self) -> None:
        width, axes = self.mean.size, len(self.variances)
        shapes = (self.mean.shape, self.scale.shape, self.axes.shape, self.variances.shape)
        if shapes != ((width,), (width,), (axes, width), (axes,)):
            raise WeightsError(
                f"typical features of the shapes {shapes}; one width and one number of axes were expected"
            )
        numbers = (self.mean, self.scale, self.axes, self.variances, self.floor)
        positive = (self.scale, self.variances, self.floor)
        if not all(np.isfinite(each).all() for each in numbers) or not all(np.all(each > 0) for each in positive):
            raise WeightsError("typical features that are not finite, or of no spread; both were expected")

    @classmethod
    def fit(cls, features: NDArray[np.floating], *, one_unit: bool = False) -> "TypicalFeatures":
        """Those of training patients.

        Args:
            features: (N, D) of two patients or more; NaN where a feature is unknown, which counts as the mean.
            one_unit: all features have the same unit, as those of a network: no SD counts as less than 5% of the
                median SD, or a unit that was silent in the training patients would make every case look far.

        Source: Ledoit and Wolf, J Multivar Anal 88:365 (2004), on features divided by their SD.
        """
        values = np.asarray(features, dtype=np.float64)
        known = ~np.isnan(values)
        counts = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values, 0.0).sum(axis=0) / counts
        off = np.where(known, values - mean, 0.0)
        deviation = np.sqrt((off**2).sum(axis=0) / counts)
        varying = deviation > NO_VARIANCE * np.maximum(np.abs(mean), NO_VARIANCE)
        usual = float(np.median(deviation[varying])) if varying.any() else 1.0
        scale = np.where(varying, deviation, usual)
        if one_unit:
            scale = np.where(varying, np.maximum(scale, SMALLEST_SCALE * usual), SMALLEST_SCALE * usual)
        centred = off / scale
        patients, width = centred.shape
        _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
        eigenvalues = lengths**2 / patients
        sphere = float(eigenvalues.sum()) / width or 1.0
        share = _shrinkage(centred, eigenvalues, sphere)
        kept = eigenvalues[:MOST_AXES] > NO_VARIANCE * sphere
        own = eigenvalues[:MOST_AXES][kept]
        variances = (1 - share) * own + share * sphere
        beside = max(width - own.size, 1)
        rest = max(float(eigenvalues.sum() - own.sum()), 0.0) / beside
        floor = max((1 - share) * rest + share * sphere, NO_VARIANCE * sphere)
        single = [part.astype(np.float32) for part in (mean, scale, axes[:MOST_AXES][kept], variances)]
        return cls(single[0], single[1], single[2], single[3], floor)

    def distances(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """The Mahalanobis distances (M,) of features (M, D)."""
        values = np.asarray(features, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != self.mean.size:
            raise WeightsError(f"features of shape {values.shape}; (cases, {self.mean.size}) was expected")
        off = np.nan_to_num((values - self.mean) / self.scale, nan=0.0)
        along = off @ self.axes.T.astype(np.float64)
        beside = np.maximum((off**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        squares: NDArray[np.float64] = (along**2 / self.variances).sum(axis=1) + beside / self.floor
        return np.sqrt(squares)


def _shrinkage(centred: NDArray[np.float64], eigenvalues: NDArray[np.float64], sphere: float) -> float:
    """The share of the sphere in the covariance, 0 to 1, by Ledoit and Wolf."""
    patients, width = centred.shape
    squared = float((eigenvalues**2).sum())
    apart = squared - width * sphere**2
    fourth = float(((centred**2).sum(axis=1) ** 2).sum())
    noise = (fourth / patients - squared) / patients
    return float(np.clip(noise / apart, 0.0, 1.0)) if apart > 0 else 1.0


@dataclass(frozen=True, eq=False)
class HeldOutDistances:
    """What one network that held patients out says of how typical they are.

    Attributes:
        seed: of its cross-validation.
        typical: features of the patients that it was fitted on.
        distances: (M,) of the patients that it held out.
    """

    seed: int
    typical: TypicalFeatures
    distances: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MemberFamiliarity:
    """What a member of a model holds a new case against.

    Attributes:
        typical: features of the patients that it was fitted on.
        reference: (R,) rising, distances of training patients by networks that had not seen them.
    """

    typical: TypicalFeatures
    reference: NDArray[np.float64]

    def __post_init__(self) -> None:
        reference = self.reference
        if not reference.size or not np.isfinite(reference).all() or np.any(np.diff(reference) < 0):
            raise WeightsError(f"{reference.size} reference distances; rising finite ones were expected")


@dataclass(frozen=True)
class Typicality:
    """How typical a case is.

    Attributes:
        share_less_typical: share of the training patients who are less typical than it, or just as typical.
        false_alarm_rate: share of new patients like those of the training for whom `unlike` is true.
        unlike: True where the case lies beyond so many of them.
    """

    share_less_typical: float
    false_alarm_rate: float
    unlike: bool


@dataclass(frozen=True, eq=False)
class Familiarity:
    """What a model folder keeps of the training patients' features, or why it keeps nothing.

    Attributes:
        reason: why a case cannot be compared, and how to get it, as a sentence; empty where it can.
        patients: of whom each member's, or all members', reference distances are.
        members: one for each member of the model; none where `reason` says why.
    """

    reason: str
    patients: int = 0
    members: tuple[MemberFamiliarity, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.members) == bool(self.reason):
            raise WeightsError("typical features without a reason, or a reason in their place, were expected")

    @property
    def false_alarm_rate(self) -> float:
        """The share of patients like those of the training who are called unlike them."""
        return RATE_OF_MANY if self.patients >= MANY_PATIENTS else RATE_OF_FEW

    def repeated(self, members: int) -> "Familiarity":
        """The same for so many members that all see the same."""
        return replace(self, members=self.members * members)

    def of_case(self, features: Sequence[NDArray[np.floating]]) -> Typicality | None:
        """How typical a case is; None where `reason` says why.

        Args:
            features: (D,) of the case, as each member sees it.

        Raises:
            WeightsError: another number of members or features.

        Source: Vovk, Ann Math Artif Intell 74:9 (2015), cross-conformal predictors: each training patient's distance,
            by the network that held it out, against the case's by that same network.
        """
        if not self.members:
            return None
        if len(features) != len(self.members):
            raise WeightsError(f"features of {len(features)} members; {len(self.members)} were expected")
        beyond, compared = 0, 0
        for member, own in zip(self.members, features, strict=True):
            distance = float(member.typical.distances(own[None])[0])
            reference = member.reference
            beyond += int(reference.size - np.searchsorted(reference, distance * (1 - ROUNDING), side="left"))
            compared += reference.size
        share, rate = beyond / compared, self.false_alarm_rate
        p = (1 + self.patients * share) / (1 + self.patients)
        return Typicality(share, rate, p <= rate + ROUNDING)


ROUNDING = 1e-9
"""Two runs of one case agree to this; a rank must not hang on it."""

BEFORE_FAMILIARITY = Familiarity("the model was trained by a version that kept no typical features: train it again")
"""What older folders say."""


NO_FEATURES = Familiarity("the system gives no features of a case")

NO_FOLDS_TYPICAL = Familiarity(
    "the model was trained without folds, and a network remembers the patients that it was fitted on: train it with "
    "`radiogene train --folds 5`"
)


def familiarity_of(
    kept: Sequence[TypicalFeatures], held_out: Sequence[HeldOutDistances], *, folds_answer: bool
) -> Familiarity:
    """What a model that was trained with folds keeps.

    Args:
        kept: of the members that answer, in their order.
        held_out: of every network of a fold.
        folds_answer: the members are the networks of the folds, in the same order; else each is a refit on all
            patients, one for each seed, and is held against the distances of all folds of its seed. Distances in units
            of the covariance are alike between networks that were fitted in the same way.
    """
    seeds = tuple(dict.fromkeys(fold.seed for fold in held_out))
    patients = sum(fold.distances.size for fold in held_out) // max(len(seeds), 1)
    if patients < FEWEST_PATIENTS:
        return Familiarity(
            f"only {patients} training patients were held out by a fold, and {FEWEST_PATIENTS} or more are needed"
        )
    if folds_answer:
        references = [fold.distances for fold in held_out]
    else:
        references = [np.concatenate([fold.distances for fold in held_out if fold.seed == seed]) for seed in seeds]
    return Familiarity(
        "",
        patients,
        tuple(
            MemberFamiliarity(typical, np.sort(reference)) for typical, reference in zip(kept, references, strict=True)
        ),
    )
