"""What MMDL learns of real nodules: LIDC-IDRI, whose radiologists rated texture, spiculation and malignancy.

    .venv/bin/python benchmarks/real_nodules.py --train CUBES --test CUBES --pretrain VOIS --out real_nodules.json

CUBES and VOIS are folders as `patients/lidc_nodules.py` reads them. The ratings stand in the place of genes. Every
configuration is judged by repeated folds of the training cubes, by patient. The best one is named by them alone, and
the mean probability of its folds' networks answers for the test cubes, on which nothing is tuned. Crops of patients who
may be among the test cubes or the held-out fold are never seen by a network. Without `--pretrain` all start from random
weights; without `--test` the folds are all there is. What is done stays in `--work`, and the same command goes on.

The result names what was tried (`configurations`), each with its folds; `results.mmdl` and `results.best` have per
rating the AUC with its interval for the test cubes (DeLong), or for the folds where there are none (corrected for
overlapping training sets, Nadeau and Bengio); `baselines` are the nodule's size alone and eight intensities without a
mask. Ratings are opinions of radiologists, not pathology, and nothing here says anything of genes.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from patients.lidc_nodules import RATINGS, cubes_as_volumes
from patients.nodule_baselines import baseline_scores
from patients.nodule_configurations import CONFIGURATIONS, NoduleCohort, all_fits, areas
from patients.nodule_scores import RatedScores, auc_of_folds, auc_of_test, mean_of_ratings

FOLDS, REPEATS = 5, 2


def main() -> None:
    """Trains what is not trained yet, and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, help="folder of cubes to train on")
    parser.add_argument("--test", type=Path, help="folder of cubes of other patients")
    parser.add_argument("--pretrain", type=Path, help="folder of crops of other nodules")
    parser.add_argument("--out", type=Path, required=True, help="JSON file of the result")
    parser.add_argument("--work", type=Path, help="folder of what is done; beside --out where not given")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="of the folds, with seeds that follow each other")
    options = parser.parse_args()
    work = options.work or options.out.with_suffix(".work")
    started = time.monotonic()
    train = NoduleCohort.prepared(cubes_as_volumes(options.train, work / "train-volumes"), work / "train")
    test = None
    if options.test is not None:
        test = NoduleCohort.prepared(cubes_as_volumes(options.test, work / "test-volumes"), work / "test")
    asked = [one for one in CONFIGURATIONS if options.pretrain is not None or not one.on_crops]
    fits = all_fits(asked, train, test, options.pretrain, work, FOLDS, options.repeats)
    folds = {name: RatedScores(areas(of_name, train.labels)) for name, of_name in fits.items()}
    for name, scores in folds.items():
        say(name, scores)
    best = max(asked, key=lambda one: mean_of_ratings(folds[one.name]))
    of_mmdl = max((one for one in asked if one.is_mmdl), key=lambda one: mean_of_ratings(folds[one.name]))
    results = {}
    for key, chosen in (("mmdl", of_mmdl), ("best", best)):
        in_folds = auc_of_folds(folds[chosen.name])
        shown = in_folds
        if test is not None:
            members = [fit.test for of_repeat in fits[chosen.name] for fit in of_repeat]
            shown = auc_of_test(np.mean(members, axis=0), test.labels)
        results[key] = {"configuration": chosen.name, **shown, "folds": in_folds}
    result = {
        "ratings": list(RATINGS),
        "patients": {"train": len(train), "test": 0 if test is None else len(test)},
        "results": results,
        "baselines": baseline_scores(train, test, FOLDS, options.repeats),
        "configurations": [
            {"name": one.name, "words": one.words, "settings": one.settings, "folds": auc_of_folds(folds[one.name])}
            for one in asked
        ],
        "seconds": round(time.monotonic() - started, 1),
        "cores": os.cpu_count(),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    json.dump(results, sys.stdout, indent=1)


def say(name: str, scores: RatedScores, ratings: Sequence[str] = RATINGS) -> None:
    """One line on standard error."""
    found = auc_of_folds(scores)
    print(name, ", ".join(f"{rating} {found[rating]['auc']:.3f}" for rating in ratings), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
