"""How often the range of nearby centres holds the answer of a nodule that was marked again, over phantom patients.

    .venv/bin/python benchmarks/answers_click.py --work runs/click --out answers_click.json

A network is trained on cubes of phantom patients of site A. New patients are scanned, each nodule is marked off its
centre, answered with the range of `--stability` 3, and marked again elsewhere within 3 mm of the first mark.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import radiogene as rg
from harness.phantom_cubes import clinical_row, phantom_store
from radiogene.ct.preparation import stored_cube
from radiogene.evaluation.intervals import wilson_share
from radiogene.methods.trained_model import load_trained_model
from radiogene.model.nine_view_model import NineViewNetworks, read_nine_view_model
from radiogene.phantom.genetics import site_model
from radiogene.phantom.nodule_cubes import scan_nodule
from radiogene.phantom.patient import draw_patient
from radiogene.prediction.click_answer import DEFAULT_RADIUS_MM, nearby_offsets_mm

FIRST_MARK_SD_MM = 1.0
"""Of the first mark about the nodule's centre, along each axis."""


def within(radius_mm: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """An offset (3,), uniform in the ball."""
    direction = rng.standard_normal(3)
    return np.asarray(direction / np.linalg.norm(direction) * radius_mm * rng.random() ** (1 / 3))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for patients and the model")
    parser.add_argument("--patients", type=int, default=160)
    parser.add_argument("--new", type=int, default=60)
    parser.add_argument("--again", type=int, default=4, help="marks again of each nodule")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--model", type=Path, help="a model of phantom patients that is there already")
    parser.add_argument("--out", type=Path, default=Path("answers_click.json"))
    options = parser.parse_args()
    folder = options.model or options.work / "model"
    if not folder.exists():
        phantom_store(options.work / "A", options.patients, "A", 71, workers=1)
        settings = {
            "preset": options.preset,
            "folds": 5,
            "all_layers": {"epochs": options.epochs},
            "fusion": {"epochs": 0},
        }
        rg.train(options.work / "A", folder, settings=settings, run={"accelerator": "cpu"})
    decision, model = load_trained_model(folder).decision, read_nine_view_model(folder)
    networks = NineViewNetworks(model.facts, model.networks)
    rows = {gene: {"held": 0, "marks": 0, "movements": [], "widths": []} for gene in model.facts.genes}
    offsets = nearby_offsets_mm(DEFAULT_RADIUS_MM)
    for number in range(options.new):
        patient, rng = draw_patient(site_model("A"), "A", 75, number), np.random.default_rng([75, number])
        scan, row = scan_nodule(patient), replace(clinical_row(patient, {}))
        first = rng.normal(0.0, FIRST_MARK_SD_MM, 3)
        again = [within(DEFAULT_RADIUS_MM, rng) for _ in range(options.again)]
        marks = [np.zeros(3), *offsets, *again]
        cubes = np.array([stored_cube(scan.cube(first + mark)[0]) for mark in marks])
        raw = networks.member_probabilities(cubes, [row] * len(cubes)).mean(axis=0)
        for column, gene in enumerate(model.facts.genes):
            p = decision.gene(gene).apply(raw[:, column])
            asked, marked = p[: 1 + len(offsets)], p[1 + len(offsets) :]
            own = rows[gene]
            own["held"] += int(((marked >= asked.min()) & (marked <= asked.max())).sum())
            own["marks"] += len(marked)
            own["movements"] += np.abs(marked - p[0]).tolist()
            own["widths"].append(float(asked.max() - asked.min()))
    result = {}
    for gene, own in rows.items():
        share = wilson_share(own["held"], own["marks"])
        result[gene] = {
            "held": share.to_json(),
            "median_movement": float(np.median(own["movements"])),
            "ninth_decile_of_movement": float(np.quantile(own["movements"], 0.9)),
            "median_width": float(np.median(own["widths"])),
        }
        interval = share.interval
        print(
            f"{gene}: the range at {DEFAULT_RADIUS_MM:g} mm holds {share.value:.1%} of {own['marks']} marks "
            + ("" if interval is None else f"({interval.low:.1%} to {interval.high:.1%})")
            + f"; it is {np.median(own['widths']):.3f} wide, marks move {np.median(own['movements']):.3f} (medians)",
            flush=True,
        )
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
