"""How typical a case is: the distance by itself, the false-alarm rate of new patients, and a planted leak."""

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from radiogene.decision.familiarity import (
    FEWEST_PATIENTS,
    NO_FEATURES,
    Familiarity,
    HeldOutDistances,
    MemberFamiliarity,
    TypicalFeatures,
    familiarity_of,
)
from radiogene.errors import WeightsError
from radiogene.model.familiarity_file import read_familiarity, write_familiarity
from radiogene.storage.array_file import load_arrays, save_arrays

WIDTH = 6


def drawn(patients: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """Correlated features of very different scales."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).standard_normal((WIDTH, WIDTH))
    return (rng.standard_normal((patients, WIDTH)) @ mixing + shift) * np.logspace(-3, 3, WIDTH)


def test_distances_are_mahalanobis_by_ledoit_and_wolf():
    training, new = drawn(40, 1), drawn(10, 2)
    scale = training.std(axis=0)
    covariance, _ = ledoit_wolf((training - training.mean(axis=0)) / scale, assume_centered=True)
    off = (new - training.mean(axis=0)) / scale
    expected = np.sqrt(np.einsum("nd,de,ne->n", off, np.linalg.inv(covariance), off))
    np.testing.assert_allclose(TypicalFeatures.fit(training).distances(new), expected, rtol=1e-4)


def test_more_features_than_patients_have_a_finite_distance_in_every_direction():
    rng = np.random.default_rng(0)
    training, new = rng.standard_normal((12, 50)), rng.standard_normal((5, 50))
    typical = TypicalFeatures.fit(training)
    covariance, _ = ledoit_wolf((training - training.mean(axis=0)) / training.std(axis=0), assume_centered=True)
    off = (new - training.mean(axis=0)) / training.std(axis=0)
    expected = np.sqrt(np.einsum("nd,de,ne->n", off, np.linalg.inv(covariance), off))
    np.testing.assert_allclose(typical.distances(new), expected, rtol=1e-4)


def test_an_unknown_value_counts_as_the_mean_and_a_constant_feature_divides_by_no_zero():
    training = drawn(30, 1)
    training[:, 2] = 5.0
    typical = TypicalFeatures.fit(training)
    case = training[:1].copy()
    case[0, 0] = np.nan
    at_mean = training[:1].copy()
    at_mean[0, 0] = training[:, 0].mean()
    assert typical.distances(case) == pytest.approx(typical.distances(at_mean), rel=1e-5)
    elsewhere = training[:1].copy()
    elsewhere[0, 2] = 1e6
    assert np.isfinite(typical.distances(elsewhere)).all()
    assert typical.distances(elsewhere)[0] > 100 * typical.distances(training).max()


def with_folds(training: np.ndarray, folds_answer: bool, folds: int = 5) -> Familiarity:
    """As a training does: each fold's features, and the distances of those that it held out."""
    number = np.arange(len(training)) % folds
    held_out, kept = [], []
    for fold in range(folds):
        typical = TypicalFeatures.fit(training[number != fold])
        held_out.append(HeldOutDistances(0, typical, typical.distances(training[number == fold])))
        kept.append(typical)
    if not folds_answer:
        kept = [TypicalFeatures.fit(training)]
    return familiarity_of(kept, held_out, folds_answer=folds_answer)


def alarms(familiarity: Familiarity, new: np.ndarray) -> float:
    members = len(familiarity.members)
    return float(np.mean([familiarity.of_case([row] * members).unlike for row in new]))


@pytest.mark.parametrize("folds_answer", [True, False])
@pytest.mark.parametrize(("patients", "rate"), [(60, 0.05), (240, 0.01)])
def test_new_patients_like_those_of_the_training_are_called_unlike_as_often_as_stated(patients, rate, folds_answer):
    found = []
    for seed in range(20):
        familiarity = with_folds(drawn(patients, 10 + seed), folds_answer)
        assert familiarity.false_alarm_rate == rate
        found.append(alarms(familiarity, drawn(400, 900 + seed)))
    assert np.mean(found) == pytest.approx(rate, abs=0.7 * rate)


def test_distances_of_the_patients_that_a_network_remembers_raise_false_alarms():
    """The planted leak: a network draws the patients that it was fitted on together, and its reference is of those."""
    training, new = drawn(100, 3), drawn(300, 4)
    centre = training.mean(axis=0)
    remembered = centre + 0.5 * (training - centre)
    typical = TypicalFeatures.fit(remembered)
    leaking = Familiarity("", 100, (MemberFamiliarity(typical, np.sort(typical.distances(remembered))),))
    assert alarms(leaking, new) > 0.5
    number = np.arange(100) % 5
    held_out, kept = [], []
    for fold in range(5):
        kept.append(TypicalFeatures.fit(remembered[number != fold]))
        held_out.append(HeldOutDistances(0, kept[-1], kept[-1].distances(training[number == fold])))
    assert alarms(familiarity_of(kept, held_out, folds_answer=True), new) < 0.12


def test_a_far_case_is_called_unlike_and_its_share_is_nothing():
    familiarity = with_folds(drawn(80, 1), folds_answer=True)
    far = familiarity.of_case([drawn(1, 2, shift=40.0)[0]] * 5)
    assert far.unlike
    assert far.share_less_typical == 0.0
    middle = familiarity.of_case([drawn(80, 1).mean(axis=0)] * 5)
    assert not middle.unlike
    assert middle.share_less_typical == 1.0


def test_the_order_of_patients_changes_nothing():
    training = drawn(60, 4)
    number = np.arange(60) % 5
    case = drawn(1, 5)[0]

    def answer(order: np.ndarray) -> float:
        held_out = []
        for fold in range(5):
            typical = TypicalFeatures.fit(training[order][number[order] != fold])
            held_out.append(HeldOutDistances(0, typical, typical.distances(training[order][number[order] == fold])))
        kept = [TypicalFeatures.fit(training[order])]
        return familiarity_of(kept, held_out, folds_answer=False).of_case([case]).share_less_typical

    assert answer(np.arange(60)) == answer(np.random.default_rng(0).permutation(60))


def test_few_patients_give_no_answer_but_a_reason():
    familiarity = with_folds(drawn(FEWEST_PATIENTS - 1, 1), folds_answer=True)
    assert familiarity.of_case([]) is None
    assert str(FEWEST_PATIENTS) in familiarity.reason


def test_what_does_not_fit_is_refused():
    familiarity = with_folds(drawn(40, 1), folds_answer=False)
    with pytest.raises(WeightsError, match="members"):
        familiarity.of_case([np.zeros(WIDTH)] * 2)
    with pytest.raises(WeightsError, match=r"\(cases, 6\)"):
        familiarity.of_case([np.zeros(WIDTH + 1)])
    with pytest.raises(WeightsError, match="reason"):
        Familiarity("")


@pytest.mark.parametrize("folds_answer", [True, False])
def test_what_is_kept_answers_the_same_and_holds_no_patient(folds_answer, tmp_path):
    training = drawn(40, 1)
    kept = with_folds(training, folds_answer)
    write_familiarity(tmp_path, kept)
    again = read_familiarity(tmp_path)
    cases = [[row] * len(kept.members) for row in drawn(10, 2)]
    assert [again.of_case(case) for case in cases] == [kept.of_case(case) for case in cases]
    arrays = load_arrays(tmp_path / "familiarity.safetensors")
    rows = training.astype(np.float32)
    for name, array in arrays.items():
        for row in array if array.ndim == 2 else [array]:
            assert row.shape != rows[0].shape or not np.isclose(rows, row, rtol=1e-4).all(axis=1).any(), name


def test_a_reason_is_kept_alone_and_a_file_without_a_part_is_refused(tmp_path):
    write_familiarity(tmp_path, NO_FEATURES)
    assert read_familiarity(tmp_path).reason == NO_FEATURES.reason
    assert not (tmp_path / "familiarity.safetensors").exists()
    write_familiarity(tmp_path, with_folds(drawn(40, 1), folds_answer=False))
    file = tmp_path / "familiarity.safetensors"
    save_arrays(file, {name: array for name, array in load_arrays(file).items() if name != "0.axes"})
    with pytest.raises(WeightsError, match=r"without '0.axes'"):
        read_familiarity(tmp_path)
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(WeightsError, match="damaged"):
        read_familiarity(tmp_path)
