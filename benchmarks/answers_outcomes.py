"""False-alarm rate and delay of the charts that hold answers against molecular results, over simulated sites.

    .venv/bin/python benchmarks/answers_outcomes.py --out answers_outcomes.json

A logistic regression is trained with folds on a cohort, as a training does, and its limits are set on its out-of-fold
probabilities. Then 500 results come in from patients like those of the training, or from patients whose odds of a
mutation doubled or halved, or whom the answers no longer tell apart.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from radiogene.decision.calibration import CalibrationKind
from radiogene.decision.decision import GeneDecision, ModelKind, fit_decision
from radiogene.evaluation.drift import CHANGES, WATCHED, cusum, drift_limits, log_likelihood_ratios
from radiogene.evaluation.held_out import OUT_OF_FOLD
from radiogene.evaluation.intervals import wilson_share
from radiogene.evaluation.predictions import Predictions
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold, plain
from radiogene.methods.tabular.pipeline import learner_pipeline

MAKE = partial(learner_pipeline, Learner.LOGISTIC, seed=0)
EFFECT, MEAN = 1.3, -1.0
"""Log odds ratio per SD of the value that says something, and the log odds at its mean."""

TRUTHS = {
    "as in the training": lambda odds, _: odds,
    "odds doubled": lambda odds, _: odds + np.log(2),
    "odds halved": lambda odds, _: odds - np.log(2),
    "told apart no more": lambda odds, typical: np.full_like(odds, logit(typical)),
}


def patients(count: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values (N, 4), the first of which says something, and log odds (N,)."""
    values = rng.standard_normal((count, 4))
    return values, MEAN + EFFECT * values[:, 0]


class Site:
    """A model trained at a site, with the limits of its charts."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        values, odds = patients(count, rng)
        labels = (rng.random(count) < expit(odds)).astype(np.int8)
        names = tuple(str(n) for n in range(count))
        folds = fold_numbers(names, labels[:, None], ("EGFR",), 5, 0)
        held_out = out_of_fold(plain(values), labels, folds, MAKE)
        predictions = Predictions(names, ("EGFR",), held_out[:, None], labels[:, None])
        decision = fit_decision(predictions, OUT_OF_FOLD, ModelKind.REFIT, CalibrationKind.TEMPERATURE, folds)
        self.rule: GeneDecision = decision.gene("EGFR")
        if self.rule.scores is None:
            raise SystemExit("a model without scores")
        raw = np.array([*self.rule.scores.mutants, *self.rule.scores.wild_types])
        self.limits = drift_limits(self.rule.apply(raw), series=1000)
        self.model = fitted(values, labels, MAKE)

    def alarms(self, truth: str, rng: np.random.Generator) -> NDArray[np.float64]:
        """The number of the result (3,) at which each chart raises its alarm; infinite where it does not."""
        values, odds = patients(WATCHED, rng)
        p = self.rule.apply(np.asarray(self.model.predict_proba(values)[:, 1]))
        labels = rng.random(WATCHED) < expit(TRUTHS[truth](odds, self.limits.typical))
        charts = cusum(log_likelihood_ratios(labels, p, self.limits.typical))
        ends = np.array([self.limits.charts[change].limit for change in CHANGES])
        over = charts >= ends[:, None]
        return np.where(over.any(axis=1), over.argmax(axis=1) + 1.0, np.inf)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("answers_outcomes.json"))
    options = parser.parse_args()
    rows = []
    for count in (100, 200, 1000):
        sites = [Site(count, np.random.default_rng([count, n])) for n in range(options.sites)]
        for number, truth in enumerate(TRUTHS):
            firsts = np.array(
                [site.alarms(truth, np.random.default_rng([count, n, number])) for n, site in enumerate(sites)]
            )
            first = firsts.min(axis=1)
            share = wilson_share(int(np.isfinite(first).sum()), options.sites)
            median = float(np.median(first))
            row = {
                "trained_on": count,
                "truth": truth,
                "alarm_within_500": share.to_json(),
                "median_results_to_alarm": median if np.isfinite(median) else None,
                "by_chart": {
                    change.value: float(np.isfinite(firsts[:, own]).mean()) for own, change in enumerate(CHANGES)
                },
            }
            rows.append(row)
            low, high = (0.0, 1.0) if share.interval is None else (share.interval.low, share.interval.high)
            print(
                f"trained on {count}, {truth}: alarm in {share.value:.1%} ({low:.1%} to {high:.1%}), "
                f"median after {median:.0f} results",
                flush=True,
            )
    options.out.write_text(json.dumps({"sites": options.sites, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
