"""Every learner on a plain array: what it finds, what it drops, and that the same seed gives the same numbers."""

import numpy as np
import pytest

from radiogene.errors import SettingsError
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.pipeline import CONSTANTS, learner_pipeline, predicting_part


def table(seed, patients=90, features=12):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(patients, features))
    labels = (1.5 * values[:, 2] + 0.5 * rng.normal(size=patients) > 0).astype(np.int8)
    values[:, 0] = 7.25
    values[:, 1] = np.nan
    values[rng.random(patients) < 0.1, 4] = np.nan
    return values * np.logspace(-3, 3, features), labels


@pytest.mark.parametrize("learner", Learner)
def test_it_finds_a_feature_that_tells_the_label_whatever_the_units(learner):
    values, labels = table(0)
    unseen, truth = table(1)
    pipeline = learner_pipeline(learner, seed=0, elimination_step=0.3, trees=30).fit(values, labels)
    probability = pipeline.predict_proba(unseen)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert ((probability[:, 1] > 0.5) == truth).mean() > 0.8
    assert not pipeline.named_steps[CONSTANTS].get_support()[:2].any()


@pytest.mark.parametrize("learner", Learner)
def test_the_same_seed_gives_the_same_bytes_and_the_predicting_part_the_same_probabilities(learner):
    values, labels = table(2)
    first, second = (
        learner_pipeline(learner, seed=5, elimination_step=0.4, trees=10).fit(values, labels) for _ in range(2)
    )
    np.testing.assert_array_equal(first.predict_proba(values), second.predict_proba(values))
    np.testing.assert_array_equal(predicting_part(first).predict_proba(values), first.predict_proba(values))


@pytest.mark.parametrize("step", [0.0, 1.0, 3.0])
def test_a_step_that_drops_nothing_or_everything_is_refused(step):
    with pytest.raises(SettingsError, match=f"elimination step {step}"):
        learner_pipeline(Learner.FOREST, seed=0, elimination_step=step)
