"""How often a patient like those of the training is called unlike them, and how well far and near cases are told apart.

    .venv/bin/python benchmarks/answers_familiarity.py --work runs/familiarity --out answers_familiarity.json

Tables of numbers are simulated for the false-alarm rate over many cohorts. Then MMDL is trained on phantom patients of
site A and asked about new ones, about far cases (no nodule, air, another organ, HU turned or shifted) and near ones
(thick slices, the scanner of site B). Mahalanobis and nearest neighbours are compared on the same features.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import radiogene as rg
from harness.phantom_cubes import phantom_store
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.ct.acquisition_changes import Change, changed_cube
from radiogene.ct.preparation import stored_cube
from radiogene.decision.familiarity import HeldOutDistances, TypicalFeatures, familiarity_of
from radiogene.evaluation.intervals import delong_auc, wilson_share
from radiogene.methods.trained_model import load_trained_model
from radiogene.model.nine_view_model import NineViewNetworks, read_nine_view_model
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import draw_patient

Cubes = NDArray[np.int16]

FOLDS = 5
NEIGHBOURS = 5


def simulated_table(patients: int, seed: int, new: int = 500) -> float:
    """The share of new patients who are called unlike those of the training, in one simulated cohort of 8 numbers."""
    rng = np.random.default_rng([patients, seed])
    mixing = rng.standard_normal((8, 8))
    values, others = (np.exp(0.5 * rng.standard_normal((count, 8)) @ mixing / 3) for count in (patients, new))
    number = np.arange(patients) % FOLDS
    held_out = []
    for fold in range(FOLDS):
        typical = TypicalFeatures.fit(values[number != fold])
        held_out.append(HeldOutDistances(0, typical, typical.distances(values[number == fold])))
    familiarity = familiarity_of([TypicalFeatures.fit(values)], held_out, folds_answer=False)
    found = [familiarity.of_case([row]) for row in others]
    return float(np.mean([each is not None and each.unlike for each in found]))


def air(cube: Cubes, rng: np.random.Generator) -> Cubes:
    """Air with noise."""
    return np.rint(np.full(cube.shape, -1000.0) + 20 * rng.standard_normal(cube.shape)).astype(np.int16)


def soft_tissue(cube: Cubes, rng: np.random.Generator) -> Cubes:
    """An organ of 50 HU with noise, as the liver."""
    return np.rint(np.full(cube.shape, 50.0) + 20 * rng.standard_normal(cube.shape)).astype(np.int16)


FAR: dict[str, Callable[[Cubes, np.random.Generator], Cubes]] = {
    "air": air,
    "soft tissue alone": soft_tissue,
    "HU turned": lambda cube, _: np.clip(-cube.astype(np.int32) - 900, -1024, 3000).astype(np.int16),
    "HU + 200": lambda cube, rng: changed_cube(cube, Change.HU_SHIFT, 200.0, rng),
    "HU - 200": lambda cube, rng: changed_cube(cube, Change.HU_SHIFT, -200.0, rng),
    "HU + 1024": lambda cube, rng: changed_cube(cube, Change.HU_SHIFT, 1024.0, rng),
}
NEAR: dict[str, Callable[[Cubes, np.random.Generator], Cubes]] = {
    "slices of 5 mm": lambda cube, rng: changed_cube(cube, Change.THICKNESS, 5.0, rng),
    "slices of 8 mm": lambda cube, rng: changed_cube(cube, Change.THICKNESS, 8.0, rng),
    "noise of 40 HU": lambda cube, rng: changed_cube(cube, Change.NOISE, 40.0, rng),
    "upside down": lambda cube, _: np.ascontiguousarray(cube[::-1]),
}


def without_nodule(count: int, seed: int) -> Cubes:
    """Cubes of patients whose nodule was left out."""
    patients = [draw_patient(site_model("A"), "A", seed, number) for number in range(count)]
    return np.array([stored_cube(scan_nodule(each, absent=True).cube(np.zeros(3))[0]) for each in patients])


class Asked:
    """A trained model, asked how typical cubes are."""

    def __init__(self, folder: Path, training: PreparedCohort) -> None:
        self.familiarity = load_trained_model(folder).familiarity
        model = read_nine_view_model(folder)
        self.networks = NineViewNetworks(model.facts, model.networks)
        self.row = training.patients[0]
        cubes = np.array([training.cube(number) for number in range(len(training))])
        self.of_training = self.features(cubes)

    def features(self, cubes: Cubes) -> list[NDArray[np.float32]]:
        """The features (N, D) of each member."""
        blocks = [
            self.networks.member_outputs(cubes[start : start + 32], [self.row] * len(cubes[start : start + 32]))
            for start in range(0, len(cubes), 32)
        ]
        return [np.concatenate([one.features for one in of_member]) for of_member in zip(*blocks, strict=True)]

    def unlike(self, features: list[NDArray[np.float32]]) -> NDArray[np.bool_]:
        """Who is called unlike the training patients (N,)."""
        found = [self.familiarity.of_case([own[n] for own in features]) for n in range(len(features[0]))]
        return np.array([each is not None and each.unlike for each in found])

    def mahalanobis(self, features: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        """The mean distance over the members (N,)."""
        pairs = zip(self.familiarity.members, features, strict=True)
        return np.mean([member.typical.distances(own) for member, own in pairs], axis=0)

    def neighbours(self, features: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        """The mean distance (N,) to the 5th nearest training patient, each feature divided by its scale."""
        each = []
        for member, own, training in zip(self.familiarity.members, features, self.of_training, strict=True):
            near, far = training / member.typical.scale, own / member.typical.scale
            apart = np.sqrt(((far[:, None] - near[None]) ** 2).sum(axis=-1))
            each.append(np.sort(apart, axis=1)[:, NEIGHBOURS - 1])
        return np.asarray(np.mean(each, axis=0))


def area(new: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The AUROC of a distance for cases unlike those of the training."""
    labels = np.repeat([0, 1], [len(new), len(other)]).astype(np.int8)
    return float(delong_auc(labels, np.concatenate([new, other])).value or np.nan)


def networks(options: argparse.Namespace) -> list[dict[str, object]]:
    """What a trained network tells apart."""
    work: Path = options.work
    training, new, other = (
        PreparedCohort.of(phantom_store(work / name, count, site, seed, workers=1))
        for name, count, site, seed in (
            ("A", options.patients, "A", 71),
            ("T", options.new, "A", 72),
            ("B", options.new, "B", 73),
        )
    )
    folder = work / f"model-{options.keep}"
    if not folder.exists():
        settings = {
            "preset": options.preset,
            "folds": FOLDS,
            "keep": options.keep,
            "all_layers": {"epochs": options.epochs},
            "fusion": {"epochs": 0},
        }
        rg.train(work / "A", folder, settings=settings, run={"accelerator": "cpu"})
    asked = Asked(folder, training)
    cubes = np.array([new.cube(number) for number in range(len(new))])
    usual = asked.features(cubes)
    false_alarms = wilson_share(int(asked.unlike(usual).sum()), len(new))
    stated = asked.familiarity.false_alarm_rate
    print(f"new patients of site A: {false_alarms.value:.1%} called unlike; stated {stated:.0%}", flush=True)
    rng = np.random.default_rng(0)
    cases: dict[str, Cubes] = {
        "no nodule": without_nodule(options.new, 74),
        **{name: np.array([make(cube, rng) for cube in cubes]) for name, make in (FAR | NEAR).items()},
        "site B's scanner": np.array([other.cube(number) for number in range(len(other))]),
    }
    rows: list[dict[str, object]] = [{"case": "new patients", "called_unlike": false_alarms.to_json()}]
    for name, changed in cases.items():
        found = asked.features(changed)
        row = {
            "case": name,
            "far": name in FAR or name == "no nodule",
            "mahalanobis_auroc": area(asked.mahalanobis(usual), asked.mahalanobis(found)),
            "neighbours_auroc": area(asked.neighbours(usual), asked.neighbours(found)),
            "called_unlike": wilson_share(int(asked.unlike(found).sum()), len(changed)).to_json(),
        }
        rows.append(row)
        print(
            f"{name}: AUROC {row['mahalanobis_auroc']:.3f} (nearest neighbours {row['neighbours_auroc']:.3f}), "
            f"called unlike {float(asked.unlike(found).mean()):.1%}",
            flush=True,
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for patients and models")
    parser.add_argument("--cohorts", type=int, default=20, help="simulated tables for each size")
    parser.add_argument("--patients", type=int, default=160)
    parser.add_argument("--new", type=int, default=60)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--keep", choices=["ensemble", "refit"], default="ensemble")
    parser.add_argument("--out", type=Path, default=Path("answers_familiarity.json"))
    options = parser.parse_args()
    tables = []
    for patients in (40, 100, 200, 400):
        found = [simulated_table(patients, seed) for seed in range(options.cohorts)]
        rate = 0.01 if patients >= 200 else 0.05
        tables.append({"patients": patients, "stated": rate, "mean": float(np.mean(found)), "sd": float(np.std(found))})
        print(
            f"{patients} patients: {np.mean(found):.2%} called unlike (SD {np.std(found):.2%}); stated {rate:.0%}",
            flush=True,
        )
    rows = networks(options)
    options.out.write_text(
        json.dumps(
            {"options": {k: str(v) for k, v in vars(options).items()}, "tables": tables, "networks": rows}, indent=2
        )
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
