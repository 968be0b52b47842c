"""Fitted scikit-learn estimators in a file that cannot run code, checked before anything is predicted with them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import skops.io
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import Tree
from skops.io.exceptions import UnsupportedTypeException, UntrustedTypesFoundException

from radiogene.errors import WeightsError
from radiogene.methods.canonical_skops import canonical
from radiogene.methods.fitted_tree import tree_problem
from radiogene.methods.tabular.elimination import RecursiveElimination
from radiogene.storage.atomic_files import write_bytes
from radiogene.storage.regular_file import refuse_special

TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn.tree._tree.Tree",
    "radiogene.methods.tabular.elimination.RecursiveElimination",
)
"""Types that skops does not know as harmless. A dtype and our selector hold plain values; scikit-learn follows the node
indices of a tree without looking whether they exist, so every tree is checked here."""

USED_ESTIMATORS = (
    Pipeline,
    SimpleImputer,
    StandardScaler,
    VarianceThreshold,
    RecursiveElimination,
    RandomForestClassifier,
    DecisionTreeClassifier,
    LogisticRegression,
)


FINITE_ATTRIBUTES: dict[type[BaseEstimator], tuple[str, ...]] = {
    StandardScaler: ("mean_", "scale_"),
    LogisticRegression: ("coef_", "intercept_"),
}
"""What answers are computed from; an imputer has NaN for a column that nobody has."""


def write_estimators(path: Path, estimators: Sequence[BaseEstimator]) -> None:
    """Write the estimators to the file.

    Args:
        path: ending in `.skops`.
        estimators: fitted.
    """
    write_bytes(path, canonical(skops.io.dumps(list(estimators))))


def read_estimators(path: Path) -> list[Any]:
    """The estimators of a file that `write_estimators` wrote.

    Args:
        path: the file.

    Raises:
        WeightsError: the file is missing or damaged, holds a type that is not expected, or a tree whose nodes lead
            outside it or in circles.
    """
    try:
        refuse_special(path)
        estimators = skops.io.load(path, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise _refused(path, str(error).splitlines()[0]) from error
    except (OSError, BadZipFile, UnsupportedTypeException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(path, f"{type(error).__name__}: {error}") from error
    if not isinstance(estimators, list) or not all(isinstance(of, BaseEstimator) for of in estimators):
        raise _refused(path, "something else than a list of estimators")
    for owner, part in _delicate_parts(estimators, set()):
        problem = _estimator_problem(part) if isinstance(part, BaseEstimator) else tree_problem(part, _width(owner))
        if problem:
            raise _refused(path, problem)
    return estimators


def _refused(path: Path, found: str) -> WeightsError:
    return WeightsError(f"{path} is damaged or not a file of fitted estimators: {found}. Fit the system again.")


def _estimator_problem(estimator: BaseEstimator) -> str | None:
    """What is wrong with an estimator, or None: of other kinds nobody has looked whether their numbers can do harm."""
    name = type(estimator).__name__
    if not isinstance(estimator, USED_ESTIMATORS):
        return f"an estimator of the kind {name}, which no system uses"
    for attribute in FINITE_ATTRIBUTES.get(type(estimator), ()):
        values = getattr(estimator, attribute, None)
        if values is not None and not _are_finite(values):
            return f"a {name} whose {attribute} is not finite"
    scale = getattr(estimator, "scale_", None)
    if isinstance(estimator, StandardScaler) and scale is not None and not (np.asarray(scale) > 0).all():
        return f"a {name} whose scale_ is not above 0"
    return None


def _are_finite(values: Any) -> bool:
    """True for an array of finite numbers."""
    array = np.asarray(values)
    return array.dtype.kind in "iuf" and bool(np.isfinite(array).all())


def _width(estimator: Any) -> int | None:
    """The number of features that an estimator checks its input for."""
    return getattr(estimator, "n_features_in_", None)


def _delicate_parts(value: Any, seen: set[int], owner: Any = None) -> Iterator[tuple[Any, Tree | BaseEstimator]]:
    """Every estimator within a value, and every tree, each with the estimator that checks the width of its input."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Tree):
        yield owner, value
        return
    if isinstance(value, BaseEstimator):
        yield owner, value
        # A forest checks the width of its input itself and lets its trees trust it.
        owner = owner if hasattr(owner, "estimators_") else value
    for part in _parts(value):
        yield from _delicate_parts(part, seen, owner)


def _parts(value: Any) -> list[Any]:
    """What a value holds."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if isinstance(value, np.ndarray):
        return list(value.ravel()) if value.dtype == object else []
    return list(vars(value).values()) if hasattr(value, "__dict__") and not isinstance(value, type) else []
