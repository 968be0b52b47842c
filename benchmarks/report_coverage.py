"""How often intervals of calibration, predictive values and net-benefit differences hold the truth, by mutants.

Cohorts are drawn from two predictors. One system knows both, the other the first alone; probabilities are right, or
too extreme by a factor of 1.5 on the log odds. The truth is that of 400,000 patients. Percent of cohorts whose 95%
interval holds it. Where a figure has no interval (by the gate, or too few discordant patients) the cohort is not
counted; the last column is the largest share of such cohorts.

    .venv/bin/python benchmarks/report_coverage.py --out benchmarks/results/report_coverage
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from patients.result_table import markdown_table, write_result
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.calibration_measures import calibration_measures, observed_expected
from radiogene.evaluation.logistic_recalibration import intercepts_and_slopes
from radiogene.evaluation.measure import Measure
from radiogene.evaluation.metrics import confusion_metrics
from radiogene.evaluation.net_benefit_difference import net_benefit_differences
from radiogene.evaluation.predictive_values import STATED, predictive_values
from radiogene.evaluation.smooth_calibration import smooth_calibration

NAME = "report_coverage"
PATIENTS = 120
MUTANTS = (12, 24, 48)
"""Expected among the patients of a cohort."""

EXTREMES = (1.0, 1.5)
STRENGTHS = (1.2, 0.8)
CUTS = (0.2, 0.4)
STATED_PREVALENCE = 0.45
CALL_AT = 0.3
AT_PROBABILITY = 0.3
"""Where the smooth curve is looked at."""

SIMULATIONS, RESAMPLES, LARGE = 400, 300, 400_000
SEED = 14

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Labels (N,) and the probabilities (N,) of both systems."""

    labels: NDArray[np.int8]
    first: Floats
    second: Floats


def drawn(generator: np.random.Generator, patients: int, base: float, extreme: float) -> Cohort:
    """A cohort whose log odds have a base and two parts.

    Args:
        generator: source of the draws.
        patients: how many.
        base: log odds where both parts are 0.
        extreme: factor by which probabilities are too extreme.
    """
    parts = generator.normal(size=(2, patients)) * np.array(STRENGTHS)[:, None]
    true = base + parts.sum(axis=0)
    labels = (generator.random(patients) < expit(true)).astype(np.int8)
    # Without the second part the log odds of a mutation flatten: the usual approximation of a logistic mixture.
    alone = (base + parts[0]) / np.sqrt(1 + np.pi * STRENGTHS[1] ** 2 / 8)
    return Cohort(labels, expit(extreme * true), expit(extreme * alone))


def base_of(mutants: float) -> float:
    """The base log odds at which a share of mutants is expected.

    Args:
        mutants: share.
    """
    parts = np.random.default_rng(1).normal(size=(2, 200_000)) * np.array(STRENGTHS)[:, None]
    return float(brentq(lambda base: expit(base + parts.sum(axis=0)).mean() - mutants, -10, 10))


def figures(cohort: Cohort, settings: BootstrapSettings) -> dict[str, Measure]:
    """Every figure that is looked at, of one cohort.

    Args:
        cohort: of patients.
        settings: of its bootstraps.
    """
    measured = calibration_measures(cohort.labels, cohort.first, settings)
    counts = confusion_metrics(cohort.labels, cohort.first >= CALL_AT).counts
    values = predictive_values(counts, STATED_PREVALENCE, STATED)
    found = {
        "O/E": measured.observed_expected,
        "slope": measured.slope,
        "intercept": measured.intercept,
        "in the large": measured.in_the_large,
        "PPV": values.positive,
        "NPV": values.negative,
    }
    for difference in net_benefit_differences(cohort.labels, cohort.first, cohort.second, CUTS):
        found[f"net benefit at {difference.threshold:g}"] = difference.difference
    return found


def curve_holds(cohort: Cohort, extreme: float, settings: BootstrapSettings) -> bool | None:
    """Whether the band of the smooth curve holds the true share at one probability; None without a band."""
    found = smooth_calibration(cohort.labels, cohort.first, settings)
    if found.band is None or not found.probability[0] <= AT_PROBABILITY <= found.probability[-1]:
        return None
    truth = float(expit(logit(AT_PROBABILITY) / extreme))
    low, high = (float(np.interp(AT_PROBABILITY, found.probability, end)) for end in (found.band.low, found.band.high))
    return low <= truth <= high


def truths(base: float, extreme: float) -> dict[str, float]:
    """The figures of a large cohort, without resampling."""
    cohort = drawn(np.random.default_rng(2), LARGE, base, extreme)
    line = intercepts_and_slopes(logit(cohort.first), cohort.labels, np.ones((1, LARGE)))[0]
    once = BootstrapSettings(resamples=1)
    counts = confusion_metrics(cohort.labels, cohort.first >= CALL_AT).counts
    values = predictive_values(counts, STATED_PREVALENCE, STATED)
    level = brentq(lambda a: (cohort.labels - expit(a + logit(cohort.first))).sum(), -10, 10)
    found = {
        "O/E": observed_expected(cohort.labels, cohort.first, once).value,
        "slope": float(line[1]),
        "intercept": float(line[0]),
        "in the large": float(level),
        "PPV": values.positive.value,
        "NPV": values.negative.value,
    }
    for difference in net_benefit_differences(cohort.labels, cohort.first, cohort.second, CUTS):
        found[f"net benefit at {difference.threshold:g}"] = difference.difference.value
    return {name: float(value) for name, value in found.items() if value is not None}


def rows(simulations: int) -> Iterator[dict[str, object]]:
    """A row per number of mutants, extremeness and figure."""
    generator = np.random.default_rng(SEED)
    for mutants in MUTANTS:
        base = base_of(mutants / PATIENTS)
        for extreme in EXTREMES:
            true = truths(base, extreme)
            held: dict[str, list[bool]] = {name: [] for name in (*true, "curve")}
            for number in range(simulations):
                settings = BootstrapSettings(RESAMPLES, seed=number)
                cohort = drawn(generator, PATIENTS, base, extreme)
                for name, measure in figures(cohort, settings).items():
                    if measure.interval is not None:
                        held[name].append(measure.interval.low <= true[name] <= measure.interval.high)
                curve = curve_holds(cohort, extreme, settings)
                held["curve"] += [] if curve is None else [curve]
            for name, found in held.items():
                coverage = 100 * float(np.mean(found)) if found else None
                without = 100 * (1 - len(found) / simulations)
                yield {
                    "figure": name,
                    "mutants": mutants,
                    "extreme": extreme,
                    "coverage": coverage,
                    "without": without,
                }


def table(found: list[dict[str, object]]) -> str:
    """Coverage by figure and mutants; cells: right probabilities, then too extreme ones.

    Args:
        found: rows.
    """
    names = list(dict.fromkeys(str(row["figure"]) for row in found))
    lines = []
    for name in names:
        cells = []
        for mutants in MUTANTS:
            own = [row for row in found if row["figure"] == name and row["mutants"] == mutants]
            cells.append(", ".join("-" if row["coverage"] is None else f"{row['coverage']:.1f}" for row in own))
        without = max(float(str(row["without"])) for row in found if row["figure"] == name)
        lines.append((name, *cells, f"{without:.0f}"))
    headings = ("figure", *(f"{mutants} mutants" for mutants in MUTANTS), "without an interval, at most, %")
    return markdown_table(headings, lines)


def run(out: Path, simulations: int = SIMULATIONS) -> None:
    """Simulate, and write `report_coverage.md` and `.json`.

    Args:
        out: folder.
        simulations: cohorts per cell.
    """
    found = list(rows(simulations))
    out.mkdir(parents=True, exist_ok=True)
    write_result(out, NAME, {"simulations": simulations, "resamples": RESAMPLES, "rows": found}, table(found))


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--simulations", type=int, default=SIMULATIONS)
    arguments = parser.parse_args()
    run(arguments.out, arguments.simulations)


if __name__ == "__main__":
    main()
