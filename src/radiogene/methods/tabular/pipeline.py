"""The learners as scikit-learn pipelines: whatever they scale, drop, select or tune is fitted where they are fitted."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from radiogene.errors import SettingsError
from radiogene.methods.tabular.elimination import RecursiveElimination
from radiogene.methods.tabular.inner_folds import inner_folds
from radiogene.methods.tabular.learner import SMALLEST_LEAF, TREES, Learner

IMPUTER, SCALER, CONSTANTS, SELECTION, CLASSIFIER = "imputer", "scaler", "constants", "selection", "classifier"
"""Names of the steps."""

CONSTANT_BELOW = 0.5
"""Variance after division by the SD: 1 of a feature that varies, 0 of a constant one, rounding errors included."""

INVERSE_PENALTY = 1.0
"""C of the ridge penalty on standardised inputs."""

INVERSE_PENALTIES = tuple(float(c) for c in np.logspace(-1.5, 1, 11))
"""C of the lasso: from one that keeps no feature of a few dozen patients to one that hardly shrinks."""

DEPTHS = (1, 2, 3, 4)
"""Of the decision tree: 4 questions in a row are what a few dozen patients can answer."""

MOST_ITERATIONS = 5000


def learner_pipeline(learner: Learner, *, seed: int, elimination_step: float = 0.1, trees: int = TREES) -> Pipeline:
    """The learner, not fitted: `fit` takes values (N, F) and labels (N,) of 0 and 1, `predict_proba` gives (N, 2).

    A value that is not a number counts as the training patients' mean. Scaling is by all patients of the fit, also
    where its inner folds then choose a number of features or a penalty: it knows no label.

    Args:
        learner: which.
        seed: of forests, trees and inner folds.
        elimination_step: share of all features that a round of the elimination drops.
        trees: of a forest; other than 100 for tests and trials only.

    Raises:
        SettingsError: a share that is not above 0 and below 1.
    """
    if not 0 < elimination_step < 1:
        raise SettingsError(f"Found the elimination step {elimination_step}; wanted a share above 0 and below 1.")
    steps: list[tuple[str, BaseEstimator]] = [
        (IMPUTER, SimpleImputer(keep_empty_features=True)),
        (SCALER, StandardScaler()),
        (CONSTANTS, VarianceThreshold(CONSTANT_BELOW)),
    ]
    if learner in (Learner.FOREST_AFTER_ELIMINATION, Learner.LOGISTIC_AFTER_ELIMINATION):
        steps.append((SELECTION, RecursiveElimination(_classifier(learner, seed, trees), elimination_step, seed)))
    return Pipeline([*steps, (CLASSIFIER, _classifier(learner, seed, trees))])


def predicting_part(fitted: Pipeline) -> Pipeline:
    """The same pipeline without what only its fit needed: the searches' trials and folds.

    Args:
        fitted: a pipeline of `learner_pipeline`.
    """
    steps = dict(fitted.steps)
    if isinstance(steps[CLASSIFIER], GridSearchCV):
        steps[CLASSIFIER] = steps[CLASSIFIER].best_estimator_
    return Pipeline(list(steps.items()))


def _classifier(learner: Learner, seed: int, trees: int) -> BaseEstimator:
    """The last step."""
    match learner:
        case Learner.FOREST | Learner.FOREST_AFTER_ELIMINATION:
            # DEVIATION: at least 5 patients per leaf; with leaves of one patient, which the paper does not exclude, the
            # probabilities of a few dozen patients are all near 0 and 1.
            return RandomForestClassifier(trees, min_samples_leaf=SMALLEST_LEAF, random_state=seed)
        case Learner.LOGISTIC | Learner.LOGISTIC_AFTER_ELIMINATION:
            # DEVIATION: a ridge penalty (C = 1) on standardised inputs; without one, coefficients are infinite as soon
            # as a column separates the classes, which a rare stage does.
            return LogisticRegression(C=INVERSE_PENALTY, max_iter=MOST_ITERATIONS)
        case Learner.LASSO:
            lasso = LogisticRegression(l1_ratio=1, solver="liblinear", max_iter=MOST_ITERATIONS, random_state=seed)
            return _tuned(lasso, {"C": list(INVERSE_PENALTIES)}, seed)
        case Learner.TREE:
            tree = DecisionTreeClassifier(min_samples_leaf=SMALLEST_LEAF, random_state=seed)
            return _tuned(tree, {"max_depth": list(DEPTHS)}, seed)


def _tuned(classifier: BaseEstimator, grid: dict[str, list[float]], seed: int) -> GridSearchCV:
    """The classifier with the value that has the highest mean AUC over the inner folds; of equal ones the first."""
    return GridSearchCV(classifier, grid, scoring="roc_auc", cv=inner_folds(seed))
