"""What parts of the supplement say of planted outcomes: predictive values, net benefit, untested patients, refits."""

from dataclasses import replace

import numpy as np
import pytest

from radiogene.evaluation.predictions import Predictions
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.rows import mmdl, repeats_of, system
from radiogene.experiments.supplement import (
    decision_curves,
    instability,
    missing_values,
    predictive_values,
    subgroups,
    verification,
)

SETTINGS = ExperimentSettings(
    preset="tiny", nested_folds=4, seeds=2, repeats=2, prevalence={"EGFR": 0.45}, threshold_probabilities=(0.25,)
)


@pytest.fixture(scope="module")
def cohorts(two_places):
    return [place.opened() for place in two_places]


def evidence(outcomes, cohorts, tmp_path) -> Evidence:
    return Evidence(SETTINGS, *cohorts, outcomes, tmp_path)


def of_patients(result, ids, labels, probabilities):
    """The result with these external patients, equal for both genes."""
    table = Predictions(ids, ("EGFR", "KRAS"), np.column_stack([probabilities] * 2), np.column_stack([labels] * 2))
    return replace(result, external=table)


def test_predictive_values_are_given_at_the_stated_prevalence(made_result, cohorts, tmp_path):
    fit = mmdl(SETTINGS)
    outcome = made_result(fit, 1.5)
    (entry,) = predictive_values.show(evidence({fit: outcome}, cohorts, tmp_path)).supplement
    egfr = [row for row in entry.table.rows if row[0] == "EGFR"]
    assert [row[6].partition(" (")[2] for row in egfr] == ["of these patients)", "of the training patients)", "stated)"]
    assert egfr[2][6] == "45.0% (stated)"
    gene = outcome.external.gene("EGFR")
    called = gene.probabilities >= outcome.decision.gene("EGFR").threshold
    assert [int(cell) for cell in egfr[0][2:6]] == [
        int((called & (gene.labels == label)).sum()) if is_mutant else int((~called & (gene.labels == label)).sum())
        for is_mutant, label in ((True, 1), (True, 0), (False, 0), (False, 1))
    ]
    share = float((gene.labels[called] == 1).mean())
    assert egfr[0][7].startswith(f"{share:.3f} (")
    # KRAS has no stated prevalence.
    assert [row[6].partition(" (")[2] for row in entry.table.rows if row[0] == "KRAS"] == [
        "of these patients)",
        "of the training patients)",
    ]


def test_differences_of_net_benefit_stand_under_the_curves(made_result, cohorts, tmp_path):
    ours, other = mmdl(SETTINGS), system(SETTINGS, "clinical-logistic")
    outcomes = {ours: made_result(ours, 2.0), other: made_result(other, 0.1, seed=2)}
    (entry,) = decision_curves.show(evidence(outcomes, cohorts, tmp_path)).supplement
    (row,) = [row for row in entry.table.rows if row[0] == "EGFR"]
    assert row[1:3] == ("Clinical model, logistic regression", "0.25")
    assert row[6].startswith("+")
    assert " to " in row[6]
    assert int(row[7]) >= 10


def test_untested_patients_stand_beside_tested_ones(made_result, cohorts, tmp_path):
    fit, external = mmdl(SETTINGS), cohorts[1]
    ids = external.patient_ids[::-1]  # not in the store's order
    labels = np.array([-1 if n < 2 else n % 2 for n in range(len(ids))], dtype=np.int8)
    probabilities = np.where(labels < 0, 0.9, 0.2)
    outcome = of_patients(made_result(fit, 1.0), ids, labels, probabilities)
    (entry,) = verification.show(evidence({fit: outcome}, cohorts, tmp_path)).supplement
    rows = {row[1]: row for row in entry.table.rows if row[0] == "EGFR"}
    assert rows["patients"][2:4] == (str(len(ids) - 2), "2")
    assert rows["predicted probability"][2:4] == ("0.20", "0.90")
    ages = dict(zip(external.patient_ids, [row.age_years for row in external.patients], strict=True))
    untested = [ages[patient] for patient in ids[:2] if ages[patient] is not None]
    assert rows["age, years"][3] == (f"{np.median(untested):.1f}" if untested else "-")
    assert "verification bias" in entry.text[0]
    everybody = of_patients(made_result(fit, 1.0), ids, np.abs(labels), probabilities)
    (entry,) = verification.show(evidence({fit: everybody}, cohorts, tmp_path)).supplement
    assert entry.table is None
    assert "Every external patient was tested" in entry.text[0]


def test_refits_that_agree_do_not_move_and_others_do(made_result, cohorts, tmp_path):
    first, second = mmdl(SETTINGS), mmdl(SETTINGS, repeat=1)
    one = made_result(first, 1.0, folds=None)
    same = replace(one, fit=second)
    (entry,) = instability.show(evidence({first: one, second: same}, cohorts, tmp_path)).supplement
    assert [row[4:] for row in entry.table.rows] == [("0.000", "0.000", "0.0%", "0.0%")] * 2
    moved = replace(one, external=replace(one.external, probabilities=np.clip(one.external.probabilities + 0.1, 0, 1)))
    (entry,) = instability.show(
        evidence({first: one, second: replace(moved, fit=second)}, cohorts, tmp_path)
    ).supplement
    assert 0.08 < float(entry.table.rows[0][4]) <= 0.1
    assert entry.table.rows[0][6] != "0.0%"
    assert "moves by 0." in entry.text[-1]
    assert any("without folds" in note for note in entry.table.notes)
    (figure,) = entry.figures
    assert figure.content


def test_repeats_of_the_cross_validation_count_as_refits(made_result, cohorts, tmp_path):
    fit = system(SETTINGS, "clinical-logistic")
    (repeat,) = repeats_of(fit, 2)
    outcomes = {fit: made_result(fit, 1.0), repeat: made_result(repeat, 1.0)}
    (entry,) = instability.show(evidence(outcomes, cohorts, tmp_path)).supplement
    row = entry.table.rows[0]
    assert row[1:4] == ("Clinical model, logistic regression", "1 time: other folds and seeds, training patients", "80")
    own, other = (outcomes[each].held_out.predictions.probabilities[:, 0] for each in (fit, repeat))
    assert float(row[4]) == pytest.approx(np.abs(own - other).mean(), abs=6e-4)


def test_missing_predictors_are_counted_and_compared(made_result, cohorts, tmp_path):
    fit, external = mmdl(SETTINGS), cohorts[1]
    labels = np.arange(len(external)) % 2
    outcome = of_patients(
        made_result(fit, 1.0), external.patient_ids, labels.astype(np.int8), np.linspace(0.1, 0.9, len(external))
    )
    counts, compared = missing_values.show(evidence({fit: outcome}, cohorts, tmp_path)).supplement
    smoking = [row for row in counts.table.rows if row[:3] == ("external", "EGFR", "smoking")]
    missing = sum(int(cell.split(" of ")[0]) for cell in smoking[0][3:])
    assert missing == sum(row.smoking is None for row in external.patients)
    lacking = [name for name in ("age", "sex", "smoking") if any(_lacks(row, name) for row in external.patients)]
    levels = [row[1] for row in compared.table.rows if row[0] == "EGFR"] if lacking else []
    assert levels == [f"{name}: {level}" for name in lacking for level in ("known", "missing")]
    (entry,) = subgroups.show(evidence({fit: outcome}, cohorts, tmp_path)).supplement
    assert {row[1].partition(":")[0] for row in entry.table.rows} >= {"sex", "age", "smoking", "site", "nodule size"}


def _lacks(row, name: str) -> bool:
    return {"age": row.age_years, "sex": row.sex, "smoking": row.smoking}[name] is None
