"""Log likelihood of the four outcomes of two genes against independent mutations, over simulated training cohorts.

    .venv/bin/python benchmarks/answers_joint.py --out answers_joint.json

Probabilities of both genes vary between patients; the mutations have a log odds ratio of -4 (they all but exclude each
other), -1, or 0. The gain of new patients is computed from 20,000 of them; the cross-fitted gain and its interval are
what the model card says.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from radiogene.decision.joint import fitted_association, four_outcomes
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.intervals import wilson_share

FEW = BootstrapSettings(resamples=500)
OUTCOMES = np.array([(1, 0), (0, 1), (1, 1), (0, 0)], dtype=np.int8)


def patients(count: int, ratio: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """Probabilities (N, 2) and outcomes (N,)."""
    probabilities = expit(rng.normal((-1.2, -1.5), 1.0, (count, 2)))
    shares = four_outcomes(probabilities[:, 0], probabilities[:, 1], ratio).cumsum(axis=1)
    return probabilities, (rng.random((count, 1)) > shares[:, :3]).sum(axis=1)


def mean_log_likelihood(probabilities: NDArray[np.float64], drawn: NDArray[np.int_], ratio: float) -> float:
    shares = four_outcomes(probabilities[:, 0], probabilities[:, 1], ratio)
    return float(np.log(np.maximum(shares[np.arange(len(drawn)), drawn], 1e-12)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("answers_joint.json"))
    options = parser.parse_args()
    rows = []
    for count in (80, 200):
        for truth in (-4.0, -1.0, 0.0):
            gains, said, shown, ratios = [], [], 0, []
            for number in range(options.cohorts):
                rng = np.random.default_rng([count, int(10 * truth) % 1000, number])
                probabilities, drawn = patients(count, truth, rng)
                found = fitted_association(("EGFR", "KRAS"), OUTCOMES[drawn], probabilities, np.arange(count) % 5, FEW)
                if found is None or found.gain.value is None:
                    raise SystemExit("a cohort without an association")
                new = patients(20_000, truth, rng)
                gains.append(mean_log_likelihood(*new, found.log_odds_ratio) - mean_log_likelihood(*new, 0.0))
                said.append(found.gain.value)
                shown += found.is_shown
                ratios.append(found.log_odds_ratio)
            share = wilson_share(shown, options.cohorts)
            row = {
                "patients": count,
                "log_odds_ratio": truth,
                "fitted": float(np.mean(ratios)),
                "gain_of_new_patients": float(np.mean(gains)),
                "worse_than_independence": float(np.mean(np.array(gains) < 0)),
                "cross_fitted_gain": float(np.mean(said)),
                "shown": share.to_json(),
            }
            rows.append(row)
            print(
                f"{count} patients, log odds ratio {truth:+.0f}: fitted {row['fitted']:+.2f}; gain of new patients "
                f"{row['gain_of_new_patients']:+.4f} (cross-fitted {row['cross_fitted_gain']:+.4f}), worse in "
                f"{row['worse_than_independence']:.1%}; shown in {share.value:.1%}"
            )
    options.out.write_text(json.dumps({"cohorts": options.cohorts, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
