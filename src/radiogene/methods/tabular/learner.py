"""What learns from a table of numbers, by name and in words; the learners themselves stand in `pipeline.py`."""

from enum import StrEnum

TREES = 100
"""Paper: "random forest of 100 trees"."""

SMALLEST_LEAF = 5
"""Patients per leaf; single-patient leaves would make every probability 0 or 1 of a few trees."""

INNER_FOLDS = 3
"""Of the cross-validation inside a training part that chooses how many features stay, or how strong a penalty is."""


class Learner(StrEnum):
    """A learner; the value says in words what is fitted."""

    FOREST = f"random forest of {TREES} trees"
    FOREST_AFTER_ELIMINATION = f"recursive feature elimination, then a random forest of {TREES} trees"
    LOGISTIC = "multivariable logistic regression"
    LOGISTIC_AFTER_ELIMINATION = "recursive feature elimination, then logistic regression"
    LASSO = "logistic regression with the lasso"
    TREE = "decision tree"
