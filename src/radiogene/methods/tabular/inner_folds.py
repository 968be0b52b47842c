"""The cross-validation inside a training part that chooses what a user does not: number of features, penalty, depth."""

from sklearn.model_selection import StratifiedKFold

from radiogene.methods.tabular.learner import INNER_FOLDS


def inner_folds(seed: int) -> StratifiedKFold:
    """The splits; the same patients, labels and seed give the same ones.

    Args:
        seed: which of the equally balanced splits.
    """
    return StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
