"""What a nodule's size and eight intensities tell of its ratings: what a network must beat to have learnt anything."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from patients.nodule_configurations import NoduleCohort, folds_of
from patients.nodule_scores import RatedScores, auc_of_folds, auc_of_test
from radiogene.evaluation.repeated_fits import fold_areas

HALF_SIDES_MM = (1, 2, 4, 8)
"""Of the boxes about the nodule's centre whose mean and standard deviation in HU are the eight intensities."""


def baseline_scores(
    train: NoduleCohort, test: NoduleCohort | None, folds: int, repeats: int
) -> dict[str, dict[str, object]]:
    """Size alone (volume of the marking), and intensities by logistic regression; as the networks are judged.

    Args:
        train: the training cubes.
        test: cubes of other patients, or None.
        folds: of the training cubes.
        repeats: of the folds.
    """
    found: dict[str, dict[str, object]] = {}
    for name, values in (("size", sizes), ("intensities", intensities)):
        areas = np.array(
            [
                [_areas_of_folds(values(train), train.labels[:, n], train, folds, seed) for seed in range(repeats)]
                for n in range(train.labels.shape[1])
            ]
        )
        in_folds = auc_of_folds(RatedScores(areas))
        shown: dict[str, object] = dict(in_folds)
        if test is not None:
            fitted = [_model().fit(values(train), labels) for labels in train.labels.T]
            of_test = np.column_stack([model.predict_proba(values(test))[:, 1] for model in fitted])
            shown = dict(auc_of_test(of_test, test.labels))
        found[name] = {**shown, "folds": in_folds}
    return found


def sizes(cohort: NoduleCohort) -> NDArray[np.float64]:
    """(N, 1) logarithm of the marked volume in mm3."""
    opened = cohort.opened()
    volumes = [float(np.count_nonzero(opened.segment(position))) for position in range(len(opened))]
    return np.log(np.maximum(np.array(volumes), 1.0))[:, None]


def intensities(cohort: NoduleCohort) -> NDArray[np.float64]:
    """(N, 8) mean and standard deviation in HU of boxes about the centre, without a mask."""
    opened = cohort.opened()
    rows = []
    for position in range(len(opened)):
        cube = opened.cube(position).astype(np.float64)
        boxes = [cube[(slice(32 - half, 32 + half),) * 3] for half in HALF_SIDES_MM]
        rows.append([figure for box in boxes for figure in (box.mean(), box.std())])
    return np.array(rows)


def _areas_of_folds(
    values: NDArray[np.float64], labels: NDArray[np.int8], train: NoduleCohort, folds: int, seed: int
) -> NDArray[np.float64]:
    scores, number = np.empty(len(labels)), np.empty(len(labels), dtype=np.int64)
    for fold, (fitting, held_out) in enumerate(folds_of(train.labels, folds, seed)):
        scores[held_out] = _model().fit(values[fitting], labels[fitting]).predict_proba(values[held_out])[:, 1]
        number[held_out] = fold
    return fold_areas(labels, scores, number)


_model = partial(make_pipeline, StandardScaler(), LogisticRegression(C=0.3))
