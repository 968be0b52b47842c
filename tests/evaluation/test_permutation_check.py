"""Shuffled labels: honest protocols pass, a selection outside the folds does not."""

import numpy as np
import pytest

from radiogene.errors import CohortError, SettingsError
from radiogene.evaluation.permutation_check import OutOfFold, permutation_check, shuffled

GENES = ("EGFR", "KRAS")


@pytest.fixture(scope="module")
def cohort():
    """Features (90, 200) of noise, and labels (90, 2) with unknown ones and no double mutant."""
    generator = np.random.default_rng(1)
    egfr = (generator.random(90) < 0.4).astype(np.int8)
    labels = np.column_stack([egfr, np.where(egfr == 1, 0, generator.random(90) < 0.5)]).astype(np.int8)
    labels[:8, 0], labels[4:14, 1] = -1, -1
    return generator.normal(size=(90, 200)), labels


def correlations(features, labels):
    """Of each feature with the label, of patients known for it."""
    known = labels >= 0
    centred = features[known] - features[known].mean(axis=0)
    return centred.T @ (labels[known] - labels[known].mean()) / centred.std(axis=0)


def protocol(features, select_outside):
    """Five best features by their correlation, weighted by it; chosen in the training part, or on everybody."""

    def out_of_fold(labels):
        folds = np.arange(len(labels)) % 5
        probabilities = np.zeros(labels.shape)
        for gene in range(labels.shape[1]):
            for fold in range(5):
                held = folds == fold
                inside = correlations(features[~held], labels[~held, gene])
                seen = correlations(features, labels[:, gene]) if select_outside else inside
                best = np.argsort(-np.abs(seen))[:5]
                score = features[held][:, best] @ inside[best]
                probabilities[held, gene] = 1 / (1 + np.exp(-score / np.abs(score).max()))
        return OutOfFold(probabilities, folds)

    return out_of_fold


def test_an_honest_protocol_is_at_one_half(cohort):
    features, labels = cohort
    found = permutation_check(GENES, labels, protocol(features, select_outside=False), seed=3)
    assert found.passed
    assert set(found.genes) == set(GENES)
    for gene in found.genes.values():
        assert gene.lowest < 0.5 < gene.highest
        assert 0.005 < gene.standard_error < 0.03


def test_selecting_features_on_everybody_is_caught(cohort):
    features, labels = cohort
    found = permutation_check(GENES, labels, protocol(features, select_outside=True), seed=3)
    assert not found.passed
    assert all(gene.mean_auc > 0.6 for gene in found.genes.values())
    assert found.to_json()["passed"] is False


def test_the_same_seed_gives_the_same_check(cohort):
    features, labels = cohort
    honest = protocol(features, select_outside=False)
    first, again, other = (permutation_check(GENES, labels, honest, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_patients_keep_what_they_are_known_for_and_genes_stay_together(cohort):
    _, labels = cohort
    moved = shuffled(labels, np.random.default_rng(5))
    assert ((moved == -1) == (labels == -1)).all()
    assert not ((moved == 1).all(axis=1)).any()
    assert sorted(map(tuple, moved.tolist())) == sorted(map(tuple, labels.tolist()))
    assert (moved != labels).any(axis=1).mean() > 0.3


def test_what_is_no_check_is_refused(cohort):
    features, labels = cohort
    honest = protocol(features, select_outside=False)
    with pytest.raises(SettingsError, match="found 19 permutations"):
        permutation_check(GENES, labels, honest, permutations=19)
    with pytest.raises(CohortError, match=r"predictions of shape \(89, 2\) and 89"):
        permutation_check(GENES, labels, lambda y: OutOfFold(np.zeros((89, 2)), np.zeros(89, dtype=np.int64)))
    with pytest.raises(CohortError, match=r"EGFR, shuffled labels: no fold holds both"):
        permutation_check(GENES, labels, lambda y: OutOfFold(np.zeros(y.shape), np.arange(len(y))))
