"""How often intervals hold the truth and tests err, by number of mutants: what the gate and the defaults rest on.

Four parts, each a table of `interval_coverage.md` and rows of `interval_coverage.json`:

* the AUC's interval: DeLong, DeLong on the logit scale, Newcombe, a stratified bootstrap, and the one that is shown;
* the difference of two AUCs on the same patients under equality, and McNemar's test of calls;
* the expected calibration error, plain and freed of chance;
* the tests between two cohorts of Table 1.

Scores are normal, normal with mutants that vary twice as much, or mixed (a part of the mutants stands far out, the
others are as wild types). Cells differ in AUC and prevalence; "lowest" and "highest" are over cells.

    .venv/bin/python benchmarks/interval_coverage.py --out benchmarks/results/interval_coverage
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import t as student

from patients.result_table import markdown_table, write_result
from radiogene.cohort.table_one.difference import difference_of_ages, difference_of_shares
from radiogene.evaluation.bootstrap import BootstrapSettings
from radiogene.evaluation.calibration_error import calibration_error
from radiogene.evaluation.comparison import mcnemar_exact
from radiogene.evaluation.intervals import SMALLEST_VARIANCE, Z, newcombe_ends
from radiogene.storage.atomic_files import write_json

NAME = "interval_coverage"
MUTANTS = (2, 3, 5, 10, 15, 20, 40)
AUCS = (0.5, 0.65, 0.8, 0.9, 0.95)
PREVALENCES = (0.1, 0.25, 0.5)
CORRELATIONS = (0.0, 0.5, 0.9)
SEED = 14
SIMULATIONS = 2000
AT_ONCE = 250
RESAMPLED, RESAMPLES = 250, 300
"""Simulated cohorts whose AUC is bootstrapped, and resamples of each: it takes a hundred times as long."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Scores of S simulated cohorts: mutants (S, m) and wild types (S, n)."""

    mutant: Floats
    wild_type: Floats


def normal(auc: float, mutants: Floats, wild_types: Floats) -> Drawn:
    """Both classes vary alike; standard normal draws in."""
    return Drawn(mutants + 2**0.5 * ndtri(auc), wild_types)


def wide(auc: float, mutants: Floats, wild_types: Floats) -> Drawn:
    """Mutants vary twice as much as wild types."""
    return Drawn(2 * mutants + 5**0.5 * ndtri(auc), wild_types)


def mixed(auc: float, mutants: Floats, wild_types: Floats) -> Drawn:
    """A share 2 AUC - 1 of the mutants stands far out, the others are as wild types: no normal shape."""
    share = 2 * auc - 1
    # The lowest digits of a draw say which mutants stand out, whatever its size.
    stands_out = (np.abs(mutants) * 1e6) % 1 < share
    return Drawn(mutants + 20 * stands_out, wild_types)


Shape = Callable[[float, Floats, Floats], Drawn]
SHAPES: Mapping[str, Shape] = {"normal": normal, "wide": wide, "mixed": mixed}


def order(drawn: Drawn) -> Floats:
    """1 where a mutant (S, m) is above a wild type (S, n), 0.5 at a tie: (S, m, n)."""
    return 0.5 * (np.sign(drawn.mutant[:, :, None] - drawn.wild_type[:, None, :]) + 1)


def variances(of_mutants: Floats, of_wild_types: Floats) -> Floats:
    """DeLong's variance (S,) of placements (S, m) and (S, n)."""
    parts = [each.var(axis=1, ddof=1) / each.shape[1] for each in (of_mutants, of_wild_types)]
    return np.asarray(parts[0] + parts[1])


Ends = tuple[Floats, Floats]
Rows = list[dict[str, object]]


def auc_intervals(right: Floats) -> dict[str, Ends]:
    """Both ends (S,) by method, from the order (S, m, n) of pairs."""
    _, mutants, wild_types = right.shape
    area, variance = right.mean(axis=(1, 2)), variances(right.mean(axis=2), right.mean(axis=1))
    error, extreme = np.sqrt(variance), variance < SMALLEST_VARIANCE
    bound = 0.025 ** (1 / min(mutants, wild_types))
    # The exact bound where all pairs are in one order, as the package has it.
    low_bound, high_bound = np.where(area > 0.5, bound, 0.0), np.where(area > 0.5, 1.0, 1 - bound)
    with np.errstate(all="ignore"):
        half = Z * error / (area * (1 - area))
        on_logit = expit(logit(area) - half), expit(logit(area) + half)
    plain = np.maximum(0, area - Z * error), np.minimum(1, area + Z * error)
    plain, on_logit = (
        (np.where(extreme, low_bound, low), np.where(extreme, high_bound, high)) for low, high in (plain, on_logit)
    )
    newcombe = newcombe_ends(area, mutants, wild_types)
    shown = np.minimum(on_logit[0], newcombe[0]), np.maximum(on_logit[1], newcombe[1])
    return {"DeLong": plain, "DeLong, logit": on_logit, "Newcombe": newcombe, "shown": shown}


def bootstrap_interval(right: Floats, generator: np.random.Generator) -> Ends:
    """Percentile ends (S,) of resamples of mutants and of wild types by themselves."""
    _, mutants, wild_types = right.shape
    ends = []
    for of_cohort in right:
        drawn, others = (
            generator.multinomial(size, np.full(size, 1 / size), size=RESAMPLES).astype(np.float64)
            for size in (mutants, wild_types)
        )
        ends.append(np.quantile(((drawn @ of_cohort) * others).sum(axis=1) / (mutants * wild_types), [0.025, 0.975]))
    low, high = np.array(ends).T
    return low, high


def auc_rows(generator: np.random.Generator, simulations: int, resampled: int) -> Rows:
    """One row per number of mutants, shape, AUC, prevalence and method: coverage, false "above", mean width."""
    rows: Rows = []
    for mutants in MUTANTS:
        for name, shape in SHAPES.items():
            for auc in AUCS:
                for prevalence in PREVALENCES:
                    wild_types = round(mutants * (1 - prevalence) / prevalence)
                    found: dict[str, list[Ends]] = {}
                    for start in range(0, simulations, AT_ONCE):
                        count = min(AT_ONCE, simulations - start)
                        draws = (generator.normal(size=(count, size)) for size in (mutants, wild_types))
                        right = order(shape(auc, *draws))
                        for method, ends in auc_intervals(right).items():
                            found.setdefault(method, []).append(ends)
                        if start < resampled:
                            ends = bootstrap_interval(right[: resampled - start], generator)
                            found.setdefault("bootstrap", []).append(ends)
                    for method, parts in found.items():
                        low, high = (np.concatenate([part[end] for part in parts]) for end in (0, 1))
                        rows.append(
                            {
                                "mutants": mutants,
                                "scores": name,
                                "auc": auc,
                                "prevalence": prevalence,
                                "method": method,
                                "coverage": float(np.mean((low <= auc) & (auc <= high))),
                                "above": float(np.mean(low > auc)),
                                "width": float(np.mean(high - low)),
                            }
                        )
    return rows


def difference_rows(generator: np.random.Generator, simulations: int) -> Rows:
    """One row per cell of equal AUCs: how often p is below 5%, by test."""
    rows: Rows = []
    for mutants in MUTANTS:
        for names in (("normal", "normal"), ("normal", "wide"), ("wide", "wide")):
            for auc in AUCS[:-1]:
                for correlation in CORRELATIONS:
                    for prevalence in PREVALENCES:
                        wild_types = round(mutants * (1 - prevalence) / prevalence)
                        rejected = {"DeLong": 0, "DeLong, t": 0, "shown": 0}
                        for start in range(0, simulations, AT_ONCE):
                            count = min(AT_ONCE, simulations - start)
                            first, second = correlated(generator, count, mutants, wild_types, correlation)
                            one, other = (
                                order(SHAPES[name](auc, *of)) for name, of in zip(names, (first, second), strict=True)
                            )
                            gained = one - other
                            variance = variances(gained.mean(axis=2), gained.mean(axis=1))
                            usable = variance >= SMALLEST_VARIANCE
                            z = np.abs(gained.mean(axis=(1, 2))) / np.sqrt(np.where(usable, variance, 1.0))
                            reach = student.ppf(0.975, min(mutants, wild_types) - 1)
                            rejected["DeLong"] += int(np.sum(usable & (z > Z)))
                            rejected["DeLong, t"] += int(np.sum(usable & (z > reach)))
                            shown = np.minimum(z, z_of_log_odds(one, other))
                            rejected["shown"] += int(np.sum(usable & (shown > reach)))
                        rows += [
                            {
                                "mutants": mutants,
                                "scores": " and ".join(names),
                                "auc": auc,
                                "correlation": correlation,
                                "prevalence": prevalence,
                                "test": test,
                                "rejected": count / simulations,
                            }
                            for test, count in rejected.items()
                        ]
    return rows


def z_of_log_odds(one: Floats, other: Floats) -> Floats:
    """The difference of the log odds of two AUCs over its standard error (S,), from both orders (S, m, n)."""
    half = 0.5 / (one.shape[1] * one.shape[2])
    areas = [np.clip(each.mean(axis=(1, 2)), half, 1 - half) for each in (one, other)]
    scaled = [each / (area * (1 - area))[:, None, None] for each, area in zip((one, other), areas, strict=True)]
    variance = variances((scaled[0] - scaled[1]).mean(axis=2), (scaled[0] - scaled[1]).mean(axis=1))
    return np.asarray(np.abs(logit(areas[0]) - logit(areas[1])) / np.sqrt(np.maximum(variance, SMALLEST_VARIANCE)))


def correlated(
    generator: np.random.Generator, count: int, mutants: int, wild_types: int, correlation: float
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Standard normal draws of mutants and wild types for two models, correlated patient by patient."""
    first = tuple(generator.normal(size=(count, size)) for size in (mutants, wild_types))
    rest = (1 - correlation**2) ** 0.5
    second = tuple(correlation * each + rest * generator.normal(size=each.shape) for each in first)
    return (first[0], first[1]), (second[0], second[1])


def call_rows(generator: np.random.Generator, simulations: int) -> Rows:
    """McNemar's exact test of two models with equal scores and one cut."""
    rows: Rows = []
    for mutants in MUTANTS[3:]:
        for correlation in CORRELATIONS:
            for prevalence in PREVALENCES:
                wild_types = round(mutants * (1 - prevalence) / prevalence)
                labels = np.array([1] * mutants + [0] * wild_types, dtype=np.int8)
                first, second = correlated(generator, simulations, mutants, wild_types, correlation)
                calls = [np.hstack([of[0] + 1.2, of[1]]) > 0.6 for of in (first, second)]
                p_values = [mcnemar_exact(labels, a, b).p_value for a, b in zip(*calls, strict=True)]
                rejected = float(np.mean([p is not None and p < 0.05 for p in p_values]))
                rows.append({"mutants": mutants, "test": "McNemar, exact", "rejected": rejected})
    return rows


def calibration_rows(generator: np.random.Generator, simulations: int) -> Rows:
    """The expected calibration error of probabilities whose log odds are 1 / slope times too steep."""
    many = generator.normal(-1.0, 1.2, 1_000_000)
    rows: Rows = []
    for patients in (60, 120, 240):
        for slope in (1.0, 0.6, 0.3):
            truth = float(np.abs(expit(many) - expit(slope * many)).mean())
            plain, freed, held = [], [], 0
            for number in range(simulations):
                log_odds = generator.normal(-1.0, 1.2, patients)
                labels = (generator.random(patients) < expit(slope * log_odds)).astype(np.int8)
                found = calibration_error(labels, expit(log_odds), BootstrapSettings(RESAMPLES, number))
                interval = found.error.interval
                if interval is None or found.error.value is None or found.plain is None:
                    continue
                plain.append(found.plain)
                freed.append(found.error.value)
                held += interval.low <= truth <= interval.high
            rows.append(
                {
                    "patients": patients,
                    "slope": slope,
                    "truth": truth,
                    "plain": float(np.mean(plain)),
                    "freed": float(np.mean(freed)),
                    "coverage": held / len(freed),
                }
            )
    return rows


def cohort_rows(generator: np.random.Generator, simulations: int) -> Rows:
    """The tests of Table 1 between two cohorts of one population."""
    rows: Rows = []
    for sizes in ((40, 40), (150, 60)):
        for share in (0.15, 0.3, 0.5):
            counts = [generator.binomial(size, share, simulations) for size in sizes]
            p_values = [
                difference_of_shares((int(a), sizes[0] - int(a)), (int(b), sizes[1] - int(b))).p
                for a, b in zip(*counts, strict=True)
            ]
            rejected = float(np.mean([p < 0.05 for p in p_values if p is not None]))
            rows.append({"test": "chi-squared or Fisher", "share": share, "sizes": sizes, "rejected": rejected})
        ages = [np.round(generator.normal(65, 9, (simulations, size))) for size in sizes]
        p_ages = [difference_of_ages(a.tolist(), b.tolist()).p for a, b in zip(*ages, strict=True)]
        rejected = float(np.mean([p < 0.05 for p in p_ages if p is not None]))
        rows.append({"test": "Mann-Whitney U", "share": None, "sizes": sizes, "rejected": rejected})
    return rows


def pivot(
    rows: Sequence[Mapping[str, object]], columns: str, figure: str, worst: Callable[[Sequence[float]], float]
) -> str:
    """Per number of mutants (rows) and method (columns) the worst cell, and the mean in brackets, in percent."""
    names = list(dict.fromkeys(str(row[columns]) for row in rows))
    lines = []
    for mutants in dict.fromkeys(row["mutants"] for row in rows):
        cells = []
        for name in names:
            values = [float(str(r[figure])) for r in rows if r["mutants"] == mutants and r[columns] == name]
            cells.append(f"{100 * worst(values):.1f} ({100 * np.mean(values):.1f})")
        lines.append([str(mutants), *cells])
    return markdown_table(["mutants", *names], lines)


def tables(content: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """The tables of the page of statistics."""
    chance = [row for row in content["auc"] if row["auc"] == AUCS[0]]
    calibration = [
        [
            str(row["patients"]),
            str(row["slope"]),
            *(f"{float(str(row[key])):.3f}" for key in ("truth", "plain", "freed")),
            f"{100 * float(str(row['coverage'])):.1f}",
        ]
        for row in content["calibration"]
    ]
    between = {
        str(test): max(float(str(r["rejected"])) for r in content["cohorts"] if r["test"] == test)
        for test in dict.fromkeys(row["test"] for row in content["cohorts"])
    }
    parts = [
        ("Coverage of the AUC's 95% interval, %: lowest cell (mean)", pivot(content["auc"], "method", "coverage", min)),
        ('False "above 0.5" at an AUC of 0.5, %: highest cell (mean)', pivot(chance, "method", "above", max)),
        ("Width of the AUC's interval, points: widest cell (mean)", pivot(content["auc"], "method", "width", max)),
        ("Equal AUCs told apart, %: highest cell (mean)", pivot(content["difference"], "test", "rejected", max)),
        ("Equal calls told apart, %: highest cell (mean)", pivot(content["calls"], "test", "rejected", max)),
        (
            "Expected calibration error",
            markdown_table(["patients", "slope", "truth", "plain, mean", "freed, mean", "coverage, %"], calibration),
        ),
        (
            "Two cohorts of one population told apart, %: highest cell",
            markdown_table(["test", "%"], [[name, f"{100 * worst:.1f}"] for name, worst in between.items()]),
        ),
    ]
    return "\n\n".join(f"{title}\n\n{table}" for title, table in parts)


def run(out: Path, simulations: int = SIMULATIONS, resampled: int = RESAMPLED) -> None:
    """Writes all tables and rows into a folder; a part that is there already is read.

    Args:
        out: the folder.
        simulations: cohorts of each cell.
        resampled: those of them whose AUC is bootstrapped.
    """
    parts: Mapping[str, Callable[[np.random.Generator], Rows]] = {
        "auc": lambda generator: auc_rows(generator, simulations, resampled),
        "difference": lambda generator: difference_rows(generator, simulations),
        "calls": lambda generator: call_rows(generator, simulations),
        "calibration": lambda generator: calibration_rows(generator, max(1, simulations // 10)),
        "cohorts": lambda generator: cohort_rows(generator, simulations),
    }
    out.mkdir(parents=True, exist_ok=True)
    content: dict[str, Rows] = {}
    for number, (part, rows_of) in enumerate(parts.items()):
        file = out / f"{part}_of_{simulations}.json"
        if not file.is_file():
            started = time.process_time()
            rows = rows_of(np.random.default_rng(SEED + number))
            write_json(file, {"rows": rows, "processor_seconds": round(time.process_time() - started, 1)})
        content[part] = json.loads(file.read_text(encoding="utf-8"))["rows"]
    write_result(out, NAME, {"simulations": simulations, **content}, tables(content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--simulations", type=int, default=SIMULATIONS, help="cohorts of each cell")
    parser.add_argument("--resampled", type=int, default=RESAMPLED, help="those of them that are bootstrapped")
    options = parser.parse_args()
    run(options.out, options.simulations, options.resampled)


if __name__ == "__main__":
    main()
