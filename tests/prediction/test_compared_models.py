import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from radiogene.decision.decision import ModelKind, fit_decision
from radiogene.errors import SettingsError
from radiogene.evaluation.comparison import auc_difference, holm_adjusted
from radiogene.evaluation.patient_level import NoduleRule
from radiogene.evaluation.predictions import Predictions
from radiogene.prediction.compared_models import EvaluatedModel, compared_models

LABELS = np.array([[n % 2, (n // 2) % 2] for n in range(60)], dtype=np.int8)


def answers(title: str, strength: float, patients=slice(None), genes=("EGFR", "KRAS")) -> EvaluatedModel:
    noise = np.random.default_rng(len(title)).normal(size=LABELS.shape)
    probabilities = 1 / (1 + np.exp(-(noise + strength * (2 * LABELS - 1))))
    ids = tuple(f"p{n}" for n in range(len(LABELS)))[patients]
    width = len(genes)
    predictions = Predictions(ids, genes, probabilities[patients, :width], LABELS[patients, :width])
    decision = fit_decision(predictions, "out-of-fold", ModelKind.REFIT)
    predictor = SimpleNamespace(title=title, decision=decision)
    return EvaluatedModel(predictor, predictions, NoduleRule.LARGEST, {})


def test_differences_are_paired_on_the_patients_whom_both_have():
    first, other = answers("first", 2.0), answers("another", 0.2, slice(5, 50))
    found = {compared.gene: compared for compared in compared_models(first, [other])}
    mine, theirs = first.predictions.probabilities[5:50, 0], other.predictions.probabilities[:, 0]
    assert found["EGFR"].patients == 45
    assert found["EGFR"].auc == auc_difference(LABELS[5:50, 0], mine, theirs)
    assert found["EGFR"].auc.difference.value > 0.2


def test_holm_runs_over_the_other_models_of_a_gene():
    others = [answers("another", 0.2), answers("a third one", 1.0), answers("the fourth model", 1.5)]
    found = [compared for compared in compared_models(answers("first", 2.0), others) if compared.gene == "KRAS"]
    adjusted = holm_adjusted({str(n): compared.auc.p_value for n, compared in enumerate(found)})
    assert [compared.p_holm for compared in found] == list(adjusted.values())


def test_a_model_of_another_gene_cannot_be_compared():
    with pytest.raises(SettingsError, match="no gene to compare"):
        compared_models(answers("first", 2.0), [_renamed(answers("another", 1.0, genes=("EGFR",)))])


def _renamed(of: EvaluatedModel) -> EvaluatedModel:
    predictions = of.predictions
    return dataclasses.replace(
        of, predictions=Predictions(predictions.patient_ids, ("ALK",), predictions.probabilities, predictions.labels)
    )
