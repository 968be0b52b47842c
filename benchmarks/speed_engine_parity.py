"""What another engine or precision changes: probabilities and AUC of a trained `small` on the phantom's external site.

    .venv/bin/python benchmarks/speed_engine_parity.py

`small` is trained on phantom patients of site A and asked about those of site B; int8 takes its scales from site A's
cubes alone. The cubes are of the part of each patient around the nodule, which takes a tenth of the time of DICOM.
`--quick` does the same with `tiny` and fewer patients, whose AUC moves in steps larger than the goals: it has none.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import numpy as np

import radiogene as rg
from harness.in_turn import timed_in_turn
from harness.phantom_cubes import phantom_store
from harness.results import BenchmarkResult, Figure, Goal, run_benchmark
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.evaluation.metrics import placements
from radiogene.evaluation.predictions import Predictions
from radiogene.model.engines.calibration_images import calibration_images
from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision, export_place
from radiogene.model.engines.export import export_model
from radiogene.model.nine_view_model import read_nine_view_model
from radiogene.prediction.predictor import Predictor

LARGEST_DIFFERENCE = 0.005

PYTORCH, OPENVINO, ONNX = EngineName.PYTORCH, EngineName.OPENVINO, EngineName.ONNX
CHOICES = [
    EngineChoice(PYTORCH, Precision.FLOAT32),
    EngineChoice(PYTORCH, Precision.BF16),
    *(EngineChoice(OPENVINO, precision) for precision in Precision),
    EngineChoice(ONNX, Precision.FLOAT32),
    EngineChoice(ONNX, Precision.INT8),
]


def trained(store: CubeStore, preset: str, epochs: int, out: Path) -> Path:
    settings = {"preset": preset, "all_layers": {"epochs": epochs, "patience": epochs}}
    rg.train(store, out, settings=settings, run={"accelerator": "cpu", "precision": "auto"})
    return out


def exported(folder: Path, store: CubeStore) -> None:
    """Writes the exports that the choices read."""
    model = read_nine_view_model(folder)
    images = calibration_images(model, store)
    for name in (OPENVINO, ONNX):
        for precision, calibration in ((Precision.FLOAT32, None), (Precision.INT8, images)):
            export_model(model, export_place(folder, name, precision), name, precision, calibration)


def aucs(predictions: Predictions) -> np.ndarray:
    """The AUC of each gene."""
    found = []
    for g in range(len(predictions.genes)):
        known = predictions.labels[:, g] >= 0
        found.append(placements(predictions.labels[known, g], predictions.probabilities[known, g]).auc)
    return np.array(found)


def named(choice: EngineChoice) -> str:
    return f"{choice.name} {choice.precision}"


def measure(quick: bool) -> BenchmarkResult:
    """Trains, exports, and asks every engine about the same patients."""
    preset, patients, external, epochs = ("tiny", 40, 40, 3) if quick else ("small", 80, 200, 4)
    with tempfile.TemporaryDirectory() as name, redirect_stdout(sys.stderr):
        folder = Path(name)
        store = phantom_store(folder / "a", patients, "A", seed=0)
        others = phantom_store(folder / "b", external, "B", seed=0)
        model = trained(store, preset, epochs, folder / "model")
        exported(model, store)
        cohort = PreparedCohort.of(others)
        predictions: dict[str, Predictions] = {}

        def asked(choice: EngineChoice) -> Callable[[], None]:
            predictor = Predictor.from_folder(model, choice=choice)

            def ask() -> None:
                predictions[named(choice)] = predictor.predict_store(cohort).predictions

            return ask

        timings = timed_in_turn({named(choice): asked(choice) for choice in CHOICES}, 1, warm_ups=0)
    first = predictions[named(CHOICES[0])]
    differences, auc_differences = {}, {}
    for key, found in predictions.items():
        differences[key] = float(np.abs(found.probabilities - first.probabilities).max())
        auc_differences[key] = float(np.abs(aucs(found) - aucs(first)).max())
    own = dict(zip(first.genes, aucs(first).tolist(), strict=True))
    bf16, int8 = (named(EngineChoice(OPENVINO, precision)) for precision in (Precision.BF16, Precision.INT8))
    goals = [
        Goal("bf16: largest difference of probability", LARGEST_DIFFERENCE, differences[bf16], "", False),
        Goal("int8: largest difference of AUC", LARGEST_DIFFERENCE, auc_differences[int8], "", False),
    ]
    return BenchmarkResult(
        name="speed_engine_parity",
        title=f"Engines and precisions, a trained `{preset}` on the phantom's external site",
        timings=[replace(timing, note=f"{external} patients") for timing in timings.values()],
        figures=[
            *(Figure(f"AUC of {gene}, PyTorch float32", auc, "") for gene, auc in own.items()),
            Figure(
                "spread (SD) of the probabilities, PyTorch float32", float(first.probabilities.std(axis=0).min()), ""
            ),
            *(Figure(f"largest difference of probability, {key}", found, "") for key, found in differences.items()),
            *(Figure(f"largest difference of AUC, {key}", found, "") for key, found in auc_differences.items()),
        ],
        goals=[] if quick else goals,
        packages=["torch", "openvino", "nncf", "onnxruntime"],
    )


if __name__ == "__main__":
    run_benchmark(measure, __doc__)
