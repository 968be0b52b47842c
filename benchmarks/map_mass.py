"""How much of a model's activation maps lies on the nodule, on phantom nodules in and off the middle of their cubes.

The phantom knows where its nodules are. For each gene and status: the mean share of the maps' mass on the nodule, the
mean share of the views' area that it covers, their quotient with a bootstrap interval over nodules, the share of
nodules with more mass than area, and the mass at the place opposite to the nodule, which has its size and distance
from the centre. Last, the same for networks with random weights.

    radiogene phantom --out DIR/a --patients 100 --site A --seed 0
    radiogene prepare DIR/a/cohort.csv --out DIR/store
    radiogene train --store DIR/store --out DIR/model --preset tiny --seed 0
    .venv/bin/python benchmarks/map_mass.py --model DIR/model
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.ct.preparation import stored_cube
from radiogene.explanation.map_mass import map_mass, opposite_segment, segment_views
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.explanation.weight_randomisation import cascading_randomisation
from radiogene.model.inference import sampler_of
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.networks.presets import build_mmdl
from radiogene.phantom.genetics import Sex, Smoking, site_model
from radiogene.phantom.nodule_cubes import scan_nodule, shift_between_mm
from radiogene.phantom.patient import SyntheticPatient, draw_patient

PLACES_MM = {"in the middle": (0.0, 0.0), "10 to 15 mm off": (10.0, 15.0)}
RESAMPLES = 2000
FRESH_NETWORKS = 3


@dataclass(frozen=True, eq=False)
class Case:
    """One nodule in one place of its cube."""

    row: PatientRow
    cube_zyx: NDArray[np.int16]
    segment_zyx: NDArray[np.bool_]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--nodules", type=int, default=60)
    parser.add_argument("--seed", type=int, default=900, help="of the phantom; other than the training's")
    arguments = parser.parse_args()
    model = read_nine_view_model(arguments.model)
    explained = ExplainedModel(model.networks, model.facts)
    print("| weights | nodule | gene | status | nodules | mass | area | mass / area (95%) | more mass | opposite |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for place, shifts_mm in PLACES_MM.items():
        cases = phantom_cases(arguments.nodules, arguments.seed, shifts_mm)
        print_rows("trained", place, explained, cases)
        for number in range(FRESH_NETWORKS):
            print_rows(f"random {number}", place, with_random_weights(explained, number), cases)


def phantom_cases(nodules: int, seed: int, shifts_mm: tuple[float, float]) -> list[Case]:
    cases = []
    for number in range(nodules):
        patient = draw_patient(site_model("A"), "A", seed, number)
        cube_hu, inside = scan_nodule(patient).cube(shift_between_mm(*shifts_mm, np.random.default_rng([seed, number])))
        cases.append(Case(row_of(patient), stored_cube(cube_hu), inside))
    return cases


def row_of(patient: SyntheticPatient) -> PatientRow:
    factors, clinical = patient.factors, patient.clinical
    smoking = Smoking(int(factors.smoking[0]))
    return PatientRow(
        patient_id=patient.patient_id,
        age_years=clinical.age_years,
        sex="female" if Sex(int(factors.sex[0])) is Sex.FEMALE else "male",
        smoking=smoking is not Smoking.NEVER,
        labels={"EGFR": int(factors.egfr[0]), "KRAS": int(factors.kras[0])},
        synthetic=True,
    )


def with_random_weights(model: ExplainedModel, seed: int) -> ExplainedModel:
    facts, networks = model.facts, []
    for network in model.networks:
        torch.manual_seed(seed)
        fresh = build_mmdl(
            facts.preset,
            facts.genes,
            network.clinical_count,
            len(facts.view_names),
            facts.attention,
            facts.clinical_at,
        )
        *_, (_, last) = cascading_randomisation(network, fresh)
        networks.append(last)
    return replace(model, networks=tuple(networks))


def print_rows(weights: str, place: str, model: ExplainedModel, cases: Sequence[Case]) -> None:
    sampler = sampler_of(model.facts)
    maps = [model.maps(case.cube_zyx, case.row) for case in cases]
    inside = [segment_views(case.segment_zyx, sampler) for case in cases]
    opposite = [segment_views(opposite_segment(case.segment_zyx), sampler) for case in cases]
    for gene in model.facts.genes:
        for status, words in ((1, "mutant"), (0, "wild type")):
            chosen = [n for n, case in enumerate(cases) if case.row.labels[gene] == status]
            here = [map_mass(maps[n][gene].maps_vhw, inside[n]) for n in chosen]
            there = [map_mass(maps[n][gene].maps_vhw, opposite[n]) for n in chosen]
            mass = np.nan_to_num([one.mass_share for one in here])
            area = np.array([one.area_share for one in here])
            away = np.nan_to_num([one.mass_share for one in there])
            low, high = quotient_interval(mass, area)
            print(
                f"| {weights} | {place} | {gene} | {words} | {len(chosen)} | {mass.mean():.3f} | {area.mean():.3f} | "
                f"{mass.mean() / area.mean():.2f} ({low:.2f} to {high:.2f}) | {(mass > area).mean():.2f} | "
                f"{away.mean():.3f} |",
                flush=True,
            )


def quotient_interval(mass: NDArray[np.float64], area: NDArray[np.float64]) -> tuple[float, float]:
    """Percentile interval of the quotient of means, nodules resampled."""
    drawn = np.random.default_rng(0).integers(0, mass.size, (RESAMPLES, mass.size))
    low, high = np.quantile(mass[drawn].mean(axis=1) / area[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
