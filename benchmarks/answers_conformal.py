"""Coverage of the conformal sets over simulated calibration cohorts, its spread, and what named shifts do to it.

    .venv/bin/python benchmarks/answers_conformal.py --out answers_conformal.json

Coverage of a cohort is computed, not sampled: scores are normal in each class, so the share of new patients whose set
holds their class has a closed form. `with folds` trains a logistic regression with folds, as a training does, and takes
its refit or the mean of its members for 20,000 new patients.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from radiogene.decision.conformal import ClassScores, Cutoffs, cutoffs
from radiogene.methods.tabular.learner import Learner
from radiogene.methods.tabular.nested import fitted, fold_numbers, out_of_fold, plain
from radiogene.methods.tabular.pipeline import learner_pipeline

LEVEL = 0.9
DISTANCE = float(np.sqrt(2) * norm.ppf(0.8))
"""Of the classes' mean scores in SDs: an AUC of 0.8."""

Coverage = tuple[float, float]
"""Of mutants and of wild types."""

SHIFTS: dict[str, tuple[float, float, float]] = {
    "none": (0.0, 0.0, 1.0),
    "more mutants (prevalence 25% to 50%)": (0.0, 0.0, 1.0),
    "all scores 0.5 SD higher": (0.5, 0.5, 1.0),
    "mutants 0.5 SD lower (AUC 0.80 to 0.69)": (-0.5, 0.0, 1.0),
    "scores spread 1.5 times as far": (0.0, 0.0, 1.5),
}
"""What is added to the scores of mutants and of wild types, and the SD of both."""


def drawn_scores(mutants: int, wild_types: int, rng: np.random.Generator) -> ClassScores:
    """The scores of a calibration cohort."""
    mutant = expit(DISTANCE + rng.standard_normal(mutants))
    wild_type = expit(rng.standard_normal(wild_types))
    return ClassScores(tuple(np.sort(mutant).tolist()), tuple(np.sort(wild_type).tolist()))


def exact_coverage(ends: Cutoffs, shift: tuple[float, float, float]) -> Coverage:
    """The share of all new mutants and wild types whose set holds their class."""
    of_mutants, of_wild_types, spread = shift
    low, high = ends.lowest_mutant, ends.highest_wild_type
    mutant = 1.0 if low is None else float(norm.sf((logit(low) - DISTANCE - of_mutants) / spread))
    wild_type = 1.0 if high is None else float(norm.cdf((logit(high) - of_wild_types) / spread))
    return mutant, wild_type


def with_folds(mutants: int, wild_types: int, rng: np.random.Generator, ensemble: bool) -> Coverage:
    """The coverage of a logistic regression on 8 values, one of which says something, trained with 5 folds."""

    def patients(each: int, other: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        labels = np.repeat([1, 0], [each, other]).astype(np.int8)
        values = rng.standard_normal((labels.size, 8))
        values[:, 0] += DISTANCE * labels
        return values, labels

    make = partial(learner_pipeline, Learner.LOGISTIC, seed=0)
    values, labels = patients(mutants, wild_types)
    names = [str(n) for n in range(labels.size)]
    folds = fold_numbers(names, labels[:, None], ("EGFR",), 5, int(rng.integers(2**31)))
    ends = cutoffs(ClassScores.of(labels, out_of_fold(plain(values), labels, folds, make)), LEVEL)
    new, truth = patients(10_000, 10_000)
    parts = [folds != number for number in range(5)] if ensemble else [np.ones(labels.size, dtype=bool)]
    models = [fitted(values[part], labels[part], make) for part in parts]
    said = np.mean([model.predict_proba(new)[:, 1] for model in models], axis=0)
    mutant = 1.0 if ends.lowest_mutant is None else float((said[truth == 1] >= ends.lowest_mutant).mean())
    wild_type = 1.0 if ends.highest_wild_type is None else float((said[truth == 0] <= ends.highest_wild_type).mean())
    return mutant, wild_type


def coverages(cohorts: int, one: Callable[[np.random.Generator], Coverage], seed: int) -> NDArray[np.float64]:
    """The coverage (cohorts, 2) of each simulated cohort."""
    return np.array([one(np.random.default_rng([seed, number])) for number in range(cohorts)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=2000, help="with exact coverage")
    parser.add_argument("--trained", type=int, default=200, help="with trained models")
    parser.add_argument("--out", type=Path, default=Path("answers_conformal.json"))
    options = parser.parse_args()
    rows = []

    def tell(name: str, mutants: int, wild_types: int, found: NDArray[np.float64]) -> None:
        for column, (word, count) in enumerate((("mutants", mutants), ("wild types", wild_types))):
            own = found[:, column]
            error = float(own.std(ddof=1) / np.sqrt(len(own)))
            row = {
                "what": name,
                "class": word,
                "patients": count,
                "cohorts": len(own),
                "mean": float(own.mean()),
                "standard_error": error,
                "sd": float(own.std(ddof=1)),
                "fifth_percentile": float(np.quantile(own, 0.05)),
                "promised": [LEVEL, LEVEL + 1 / (count + 1)],
            }
            rows.append(row)
            print(
                f"{name}: {count} {word}: mean {own.mean():.2%} (SE {error:.2%}), SD {own.std(ddof=1):.1%}, "
                f"5th percentile {row['fifth_percentile']:.1%}; promised {LEVEL:.0%} to {LEVEL + 1 / (count + 1):.1%}"
            )

    for mutants, wild_types in ((5, 20), (15, 45), (30, 90), (100, 300)):
        tell(
            "fixed model",
            mutants,
            wild_types,
            coverages(
                options.cohorts,
                lambda rng, m=mutants, w=wild_types: exact_coverage(  # type: ignore[misc]
                    cutoffs(drawn_scores(m, w, rng), LEVEL), SHIFTS["none"]
                ),
                1,
            ),
        )
    for name, shift in SHIFTS.items():
        tell(
            f"shift: {name}",
            100,
            300,
            coverages(
                options.cohorts,
                lambda rng, s=shift: exact_coverage(cutoffs(drawn_scores(100, 300, rng), LEVEL), s),  # type: ignore[misc]
                2,
            ),
        )
    for kept in ("refit", "ensemble"):
        tell(
            f"with folds, {kept}",
            30,
            90,
            coverages(
                options.trained,
                lambda rng, e=kept == "ensemble": with_folds(30, 90, rng, e),  # type: ignore[misc]
                3,
            ),
        )
    options.out.write_text(json.dumps({"level": LEVEL, "rows": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
