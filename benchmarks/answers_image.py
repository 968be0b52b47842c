"""How often an image is shown to add something, over simulated cohorts where it does and where it does not.

A mutation follows smoking (log odds ratio -1.4) and what an image shows, by a logistic model. Model and companion are
logistic regressions with the folds of a training; both are the code that a training runs.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
from scipy.special import expit

from radiogene.evaluation.added_value import AddedValue, added_value
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.intervals import wilson_share
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fold_numbers, out_of_fold, plain
from radiogene.methods.tabular.pipeline import learner_pipeline

FOLDS = 5
MAKE = partial(learner_pipeline, Learner.LOGISTIC, seed=0)


def simulated(patients: int, effect: float, noise: int, seed: int) -> AddedValue:
    """What the image adds in one simulated training cohort.

    Args:
        patients: of the cohort.
        effect: log odds ratio per SD of what the image shows.
        noise: further numbers of the image that show nothing.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    smoking, age = (rng.random(patients) < 0.5).astype(float), rng.standard_normal(patients)
    image = rng.standard_normal((patients, 1 + noise))
    labels = (rng.random(patients) < expit(-0.2 - 1.4 * smoking + effect * image[:, 0])).astype(np.int8)
    folds = fold_numbers([str(n) for n in range(patients)], labels[:, None], ("EGFR",), FOLDS, seed)
    clinical = np.column_stack([smoking, age])
    alone = out_of_fold(plain(clinical), labels, folds, MAKE)
    both = out_of_fold(plain(np.hstack([clinical, image])), labels, folds, MAKE)
    return added_value(labels, both, alone, float(labels.mean()), folds, settings=BootstrapSettings(resamples=500))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("answers_image.json"))
    options = parser.parse_args()
    rows = []
    for patients in (80, 200):
        for effect in (0.0, 0.5, 1.0):
            found = [simulated(patients, effect, 5, seed) for seed in range(options.cohorts)]
            shown = wilson_share(sum(each.is_shown for each in found), options.cohorts)
            gain = float(np.mean([each.auc.value for each in found]))
            row = {"patients": patients, "effect": effect, "mean_auc_difference": gain, "shown": shown.to_json()}
            rows.append(row)
            low, high = shown.interval.low, shown.interval.high
            print(
                f"{patients:4d} patients, effect {effect:3.1f}: AUC {gain:+.3f} on average; shown in {shown.value:.1%} "
                f"({low:.1%} to {high:.1%})"
            )
    options.out.write_text(json.dumps({"cohorts": options.cohorts, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
