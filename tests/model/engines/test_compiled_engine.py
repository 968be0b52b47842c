"""How trunks share threads, and that each view meets its own trunk."""

import threading

import numpy as np
import pytest
import torch

from radiogene.model.engines.compiled_engine import CompiledEngine, ThreadPlan
from radiogene.model.engines.engine_choice import EngineName, Precision
from radiogene.model.engines.feature_engine import EngineIdentity

IDENTITY = EngineIdentity(EngineName.ONNX, Precision.FLOAT32, "1")


@pytest.mark.parametrize(
    ("trunks", "threads", "lanes", "of_each"),
    [
        (9, 2, 2, (1,) * 8 + (2,)),
        (9, 1, 1, (1,) * 9),
        (9, 16, 8, (2,) * 8 + (16,)),
        (9, 3, 3, (1,) * 9),
        (2, 3, 1, (3, 3)),
        (1, 4, 1, (4,)),
    ],
)
def test_trunks_share_the_threads(trunks, threads, lanes, of_each):
    assert ThreadPlan.of(trunks, threads) == ThreadPlan(lanes, of_each)


def test_every_view_meets_its_own_trunk_and_two_run_side_by_side():
    meeting = threading.Barrier(2, timeout=10)

    def trunk(number):
        def features(images):
            assert images.shape == (1, 1, 4, 4)
            if number < 2:
                meeting.wait()
            return np.array([[number, images.mean()]], dtype=np.float32)

        return features

    engine = CompiledEngine([[trunk(k) for k in range(3)]], [ThreadPlan.of(3, 2)], IDENTITY)
    views = torch.arange(6.0).reshape(2, 3, 1, 1).expand(2, 3, 4, 4)
    expected = [[[0, 0], [1, 1], [2, 2]], [[0, 3], [1, 4], [2, 5]]]
    assert engine.view_features(0, views).tolist() == expected


def test_a_shared_trunk_sees_all_views_of_a_patient_at_once():
    def trunk(images):
        assert images.shape == (3, 1, 4, 4)
        return images.mean(axis=(2, 3))

    engine = CompiledEngine([[trunk], [lambda images: -trunk(images)]], [ThreadPlan.of(1, 2)] * 2, IDENTITY)
    views = torch.arange(6.0).reshape(2, 3, 1, 1).expand(2, 3, 4, 4)
    assert engine.view_features(1, views).tolist() == [[[-0], [-1], [-2]], [[-3], [-4], [-5]]]
