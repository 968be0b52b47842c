"""Probabilities at another prevalence: their calibration in the large, and how often the estimate's interval holds it.

    .venv/bin/python benchmarks/answers_prevalence.py --out answers_prevalence.json

Scores are normal in each class (AUC 0.80). A logistic regression is trained on a cohort of one prevalence, its
probabilities are anchored to another, in which 200,000 patients are drawn for the calibration in the large, and cohorts
of 100 to 500 unlabelled patients for the estimate.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from radiogene.decision.decision import Decision, GeneDecision, ModelKind, fit_decision
from radiogene.decision.prevalence import estimated_prevalence
from radiogene.decision.prior_shift import shifted
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.held_out import OUT_OF_FOLD
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold, plain
from radiogene.methods.tabular.pipeline import learner_pipeline

DISTANCE = float(np.sqrt(2) * norm.ppf(0.8))
LARGE = 200_000
FEW = BootstrapSettings(resamples=200)
MAKE = partial(learner_pipeline, Learner.LOGISTIC, seed=0)


def patients(count: int, prevalence: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Values (N, 3), the first of which says something, and labels (N,)."""
    labels = (rng.random(count) < prevalence).astype(np.int8)
    values = rng.standard_normal((count, 3))
    values[:, 0] += DISTANCE * labels
    return values, labels


class Trained:
    """A logistic regression trained with folds, as a training does: what it says, and its decision."""

    def __init__(self, count: int, prevalence: float, rng: np.random.Generator) -> None:
        values, labels = patients(count, prevalence, rng)
        names = tuple(str(n) for n in range(count))
        folds = fold_numbers(names, labels[:, None], ("EGFR",), 5, 0)
        held_out = out_of_fold(plain(values), labels, folds, MAKE)
        predictions = Predictions(names, ("EGFR",), held_out[:, None], labels[:, None])
        self.decision: Decision = fit_decision(predictions, OUT_OF_FOLD, ModelKind.REFIT, folds=folds)
        self.rule: GeneDecision = self.decision.gene("EGFR")
        self.model = fitted(values, labels, MAKE)

    def says(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """P(mutant) (N,) at the training prevalence."""
        return np.asarray(self.model.predict_proba(values)[:, 1], dtype=np.float64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200, help="of unlabelled patients, for each row")
    parser.add_argument("--out", type=Path, default=Path("answers_prevalence.json"))
    options = parser.parse_args()
    large, estimates = [], []
    rng = np.random.default_rng(0)
    for training, used in ((0.25, 0.45), (0.45, 0.25), (0.25, 0.10)):
        trained = Trained(20_000, training, rng)
        values, labels = patients(LARGE, used, rng)
        before = trained.says(values)
        after = shifted(before, float(trained.rule.prevalence or np.nan), used)
        row = {
            "training": training,
            "used": used,
            "before": float(before.mean() - labels.mean()),
            "after": float(after.mean() - labels.mean()),
        }
        large.append(row)
        print(f"training {training:.2f}, site {used:.2f}: off by {row['before']:+.3f}, then by {row['after']:+.3f}")
    for size, count in ((1_000, 100), (1_000, 200), (1_000, 500), (200, 200)):
        held, widths, errors, refused = 0, [], [], 0
        for number in range(options.cohorts):
            own = np.random.default_rng([size, count, number])
            # A large model is trained for every twentieth cohort of unlabelled patients.
            if number % 20 == 0 or size < 1_000:
                trained = Trained(size, 0.25, own)
            found = estimated_prevalence(trained.says(patients(count, 0.45, own)[0]), trained.rule, FEW).estimate
            if found.value is None or found.interval is None:
                refused += 1
                continue
            held += found.interval.low <= 0.45 <= found.interval.high
            widths.append(found.interval.high - found.interval.low)
            errors.append(found.value - 0.45)
        share = wilson_share(held, options.cohorts - refused)
        row = {
            "trained_on": size,
            "unlabelled": count,
            "refused": refused,
            "coverage": share.to_json(),
            "mean_error": float(np.mean(errors)),
            "mean_width": float(np.mean(widths)),
        }
        estimates.append(row)
        low, high = (0.0, 1.0) if share.interval is None else (share.interval.low, share.interval.high)
        print(
            f"trained on {size}, {count} unlabelled: error {row['mean_error']:+.3f}, width {row['mean_width']:.2f}, "
            f"coverage {share.value:.1%} ({low:.1%} to {high:.1%}), {refused} refused"
        )
    options.out.write_text(json.dumps({"large": large, "estimates": estimates}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
