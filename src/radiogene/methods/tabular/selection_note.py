"""Which features a fitted pipeline uses, in words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from radiogene.methods.tabular.pipeline import CLASSIFIER, CONSTANTS, SELECTION

MOST_NAMED = 8
"""Features that a note names; of more it gives the number."""


def used_features(pipeline: Pipeline) -> NDArray[np.int_]:
    """The positions of the features that can change a fitted pipeline's probability.

    Args:
        pipeline: as `predicting_part` gives it.
    """
    used = np.flatnonzero(pipeline.named_steps[CONSTANTS].get_support())
    if SELECTION in pipeline.named_steps:
        used = used[pipeline.named_steps[SELECTION].get_support()]
    classifier = pipeline.named_steps[CLASSIFIER]
    if hasattr(classifier, "coef_"):
        return np.asarray(used[np.abs(classifier.coef_).sum(axis=0) > 0])
    if isinstance(classifier, DecisionTreeClassifier):
        return np.asarray(used[classifier.feature_importances_ > 0])
    return used


def selection_note(gene: str, pipelines: Sequence[Pipeline], names: Sequence[str]) -> tuple[str, ...]:
    """One sentence on the features of one gene; none where nothing is selected and all are used.

    Args:
        gene: its name.
        pipelines: one per seed, fitted on all patients.
        names: of the F features.
    """
    used = [used_features(pipeline) for pipeline in pipelines]
    constant = len(names) - int(pipelines[0].named_steps[CONSTANTS].get_support().sum())
    if SELECTION not in pipelines[0].named_steps and all(len(of_seed) == len(names) for of_seed in used):
        return ()
    counts = sorted({len(of_seed) for of_seed in used})
    kept = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}, by seed,"
    note = f"{gene}: {kept} of {len(names)} features are used in the fit on all patients"
    if constant:
        note += f"; {constant} were constant and dropped"
    if len(pipelines) == 1 and 0 < len(used[0]) <= MOST_NAMED:
        note += f" ({', '.join(names[n] for n in used[0])})"
    return (note,)
