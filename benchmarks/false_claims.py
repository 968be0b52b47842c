"""How often figures of a training cohort claim what is not there: interval of the fitted models, and corrected.

Logistic regression on three values (two normal, one of two kinds), in repeated cross-validation of five folds, as
systems of a training cohort are evaluated. Cohorts without signal: how often an interval lies above 0.5, and below. Two
systems that see different values of equal worth: how often they are told apart. Three ways:

* conditional: patients resampled within folds, the fitted models as they are (the interval that stands beside);
* corrected, J - 1: Nadeau and Bengio's variance and t with repeats times folds less one degrees of freedom;
* shown: the same variance, with folds less one.

    .venv/bin/python benchmarks/false_claims.py --out benchmarks/results/false_claims
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t as student

from patients.result_table import markdown_table, write_result
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.foldwise import foldwise_auc
from radiogene.evaluation.repeated_fits import CorrectedMean, corrected_mean, fold_areas

NAME = "false_claims"
COHORTS = ((50, 10), (100, 10), (100, 20), (200, 40))
"""Patients, and mutants among them."""

FOLDS, REPEATS = 5, 3
SIMULATIONS = 1000
NEWTON_STEPS = 12
SHIFT = 0.8
"""Of the mutants' first value, in standard deviations, where there is signal."""

RESAMPLES = BootstrapSettings(resamples=300)

Floats = NDArray[np.float64]


def cohort(
    generator: np.random.Generator, patients: int, mutants: int, shift: float
) -> tuple[Floats, NDArray[np.int8]]:
    """Values (N, 6), the last three of equal worth with the first, and labels (N,)."""
    labels = (np.arange(patients) < mutants).astype(np.int8)
    values = generator.normal(size=(patients, 6))
    values[:, [2, 5]] = values[:, [2, 5]] > 0
    values[:, [0, 3]] += shift * labels[:, None]
    return values, labels


def stratified(generator: np.random.Generator, labels: NDArray[np.int8]) -> NDArray[np.int64]:
    """The fold (N,) of each patient, every class spread evenly."""
    folds = np.empty(labels.size, dtype=np.int64)
    for wanted in (0, 1):
        own = generator.permutation(np.flatnonzero(labels == wanted))
        folds[own] = np.arange(own.size) % FOLDS
    return folds


def out_of_fold(values: Floats, labels: NDArray[np.int8], folds: NDArray[np.int64]) -> Floats:
    """P(mutant) (N,) by logistic regressions with a unit ridge penalty on the other folds, standardised by them.

    That of scikit-learn (`tests/benchmarks/test_false_claims.py`) with all folds at once, in a fortieth of its time.
    """
    used = (folds != np.arange(FOLDS)[:, None]).astype(np.float64)
    weights = used / used.sum(axis=1, keepdims=True)
    mean = weights @ values
    deviation = np.sqrt(weights @ values**2 - mean**2) + 1e-12
    scaled = (values - mean[:, None]) / deviation[:, None]
    design = np.concatenate([np.ones((*scaled.shape[:2], 1)), scaled], axis=2)
    penalty = np.diag([0.0] + [1.0] * values.shape[1])
    fits = np.zeros((FOLDS, design.shape[2]))
    for _ in range(NEWTON_STEPS):
        expected = expit(np.einsum("kni,ki->kn", design, fits))
        gradient = np.einsum("kni,kn->ki", design, used * (labels - expected)) - fits @ penalty
        curvature = np.einsum("kni,kn,knj->kij", design, used * expected * (1 - expected), design) + penalty
        fits = fits + np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    predicted = expit(np.einsum("kni,ki->kn", design, fits))
    return predicted[folds, np.arange(labels.size)]


def t_beyond(found: CorrectedMean, null: float, freedom: int) -> tuple[bool, bool]:
    """Whether the mean is told to be above the null value, and below it, by t with so many degrees of freedom."""
    if found.error is None or found.mean.value is None:
        return False, False
    t = (found.mean.value - null) / found.error
    reach = float(student.ppf(0.975, freedom))
    return bool(t > reach), bool(t < -reach)


def simulated(generator: np.random.Generator, patients: int, mutants: int, shift: float) -> dict[str, float]:
    """What one cohort claims."""
    values, labels = cohort(generator, patients, mutants, shift)
    areas = np.empty((2, REPEATS, FOLDS))
    conditional = None
    for repeat in range(REPEATS):
        folds = stratified(generator, labels)
        for system, own in enumerate((values[:, :3], values[:, 3:])):
            scores = out_of_fold(own, labels, folds)
            areas[system, repeat] = fold_areas(labels, scores, folds)
            if not system and not repeat:
                conditional = foldwise_auc(labels, scores, folds, RESAMPLES).auc.interval
    of_first, difference = corrected_mean(areas[0]), corrected_mean(areas[0] - areas[1])
    claims = {
        "conditional, above": conditional is not None and conditional.low > 0.5,
        "conditional, below": conditional is not None and conditional.high < 0.5,
    }
    for name, freedom in (("corrected, J - 1", REPEATS * FOLDS - 1), ("shown", FOLDS - 1)):
        above, below = t_beyond(of_first, 0.5, freedom)
        claims |= {f"{name}, above": above, f"{name}, below": below}
        claims[f"{name}, difference"] = any(t_beyond(difference, 0.0, freedom))
    return {name: float(claimed) for name, claimed in claims.items()}


def cell_rows(simulations: int) -> list[dict[str, float]]:
    """One row per cohort and signal: the share of simulations with each claim."""
    generator = np.random.default_rng(41)
    rows = []
    for patients, mutants in COHORTS:
        for shift in (0.0, SHIFT):
            found = [simulated(generator, patients, mutants, shift) for _ in range(simulations)]
            shares = {name: float(np.mean([each[name] for each in found])) for name in found[0]}
            rows.append({"patients": patients, "mutants": mutants, "shift": shift, **shares})
    return rows


def tables(rows: Sequence[Mapping[str, float]]) -> str:
    """The tables of the page of statistics, in percent."""
    methods = ("conditional", "corrected, J - 1", "shown")

    def table(chosen: Sequence[Mapping[str, float]], names: Sequence[str]) -> str:
        lines = [
            [f"{row['patients']:.0f} ({row['mutants']:.0f})", *(f"{100 * row[name]:.1f}" for name in names)]
            for row in chosen
        ]
        return markdown_table(["patients (mutants)", *names], lines)

    without, with_signal = ([row for row in rows if bool(row["shift"]) == signal] for signal in (False, True))
    above = [f"{method}, above" for method in methods]
    both = [name for method in methods for name in (f"{method}, above", f"{method}, below")]
    difference = [f"{method}, difference" for method in methods[1:]]
    parts = (
        ("No signal: the interval lies above or below 0.5, %", table(without, both)),
        ("Two systems without signal told apart, %", table(without, difference)),
        ("Two systems of equal worth told apart, %", table(with_signal, difference)),
        ("For comparison, signal: the interval lies above 0.5, %", table(with_signal, above)),
    )
    return "\n\n".join(f"{title}\n\n{text}" for title, text in parts)


def run(out: Path, simulations: int = SIMULATIONS) -> None:
    """Writes the tables and rows into a folder.

    Args:
        out: the folder.
        simulations: cohorts of each cell.
    """
    started = time.process_time()
    rows = cell_rows(simulations)
    content = {"simulations": simulations, "repeats": REPEATS, "folds": FOLDS, "cells": rows}
    seconds = round(time.process_time() - started, 1)
    write_result(out, NAME, {**content, "processor_seconds": seconds}, tables(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--simulations", type=int, default=SIMULATIONS, help="cohorts of each cell")
    options = parser.parse_args()
    run(options.out, options.simulations)


if __name__ == "__main__":
    main()
