"""The paper's whole way once, on a CUDA GPU, in so many minutes: pretraining, three stages, external patients.

    .venv/bin/python benchmarks/gpu_paper_run.py --work runs/gpu-paper --minutes 8 --out gpu_paper_run.json

Preset `paper`: 299 pixels, nine separate view networks, bf16. The patients are phantoms whose cubes are made without
DICOM; the view network is pretrained on views of other phantoms, with the nodule against without. Pretraining,
training and evaluation are `radiogene.pretrain`, `radiogene.train` and `radiogene.evaluate`, with a clock in them.
First the machine is measured for some seconds; from that and the minutes follow patients and epochs, and the plan is
part of the output. A stage that would outlast its time ends early and is named. Run again on the same `--work` folder,
every part goes on where it was; the plan is then that of the folder. The result is written after every part.

It says how fast such a run is and whether its losses fall; the AUCs of so few patients and epochs say nothing of the
method. Without a CUDA GPU it says so, and measures nothing; `--quick --device cpu` goes the whole way in the smallest
size (preset `tiny`), to try the code.

Of the project's dependencies it loads torch, lightning, safetensors, numpy, scipy, joblib, zarr, filelock, pydantic,
pillow, rich, pydicom, highdicom and pynrrd, with what these need; no captum, no skops, no decoder of pixels. It fetches
nothing.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

import radiogene as rg
from harness.machine import machine_facts
from harness.peak_memory import peak_mb
from harness.phantom_cubes import phantom_store
from harness.view_images import view_images
from radiogene.api.model import Model
from radiogene.errors import SettingsError
from radiogene.methods.nine_view.nine_view_method import NineViewMethod
from radiogene.methods.registry import method_named
from radiogene.methods.trained_model import TrainedModel
from radiogene.model.model_folder import read_model_folder
from radiogene.networks.presets import PAPER, TINY, Preset
from radiogene.prediction.predictor import Predictor
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import read_typed_json, to_json
from training_loops.fit_clock import FitClock, clocked_fits, read_epochs
from training_loops.measured_costs import measured_costs
from training_loops.paper_plan import (
    COHORT,
    EVALUATION,
    PRETRAINING,
    STAGES,
    PaperPlan,
    paper_plan,
    quick_plan,
    weight_bytes,
)
from training_loops.paper_report import report, stage_title

COHORT_SEED, EXTERNAL_SEED, PRETRAINING_SEED = 11, 12, 90_013
"""Of the phantom: no patient is in two of them."""

COPIES_ON_DISK = 10
"""Of the weights, at most: a checkpoint with momentum beside its successor, best weights, member and model."""


class PaperRun:
    """One run in its folder.

    Args:
        options: of the command line.
        started: when the process began (`time.monotonic`).
    """

    def __init__(self, options: argparse.Namespace, started: float) -> None:
        self.work: Path = options.work
        self.out: Path = options.out or self.work / "result.json"
        self.device = torch.device(options.device)
        self.quick: bool = options.quick
        self.preset: Preset = TINY if self.quick else PAPER
        self.workers = len(os.sched_getaffinity(0))
        self.started = started
        self.minutes: float = options.minutes
        self.work.mkdir(parents=True, exist_ok=True)
        self._require_disk()
        self.plan = self._plan(options)
        self.clock = FitClock(self.work / "epochs.jsonl", self._ends_at)

    @property
    def how(self) -> dict[str, object]:
        """Device and precision of every fit."""
        if self.device.type == "cuda":
            return {"accelerator": "gpu", "precision": "bf16-mixed"}
        return {"accelerator": "cpu", "precision": "auto"}

    def go(self) -> dict[str, Any]:
        """The result, after all parts."""
        with clocked_fits(self.clock):
            for name, part in (
                (COHORT, self.make_cohort),
                (PRETRAINING, self.pretrain),
                ("training", self.train),
                (EVALUATION, self.evaluate),
            ):
                with self._timed(name):
                    part()
                result = self.result()
                write_json(self.out, result)
        return result

    def make_cohort(self) -> None:
        """Both stores and the images of the pretraining."""
        plan = self.plan
        phantom_store(self.work / "store", plan.patients, "A", COHORT_SEED, self.workers)
        phantom_store(self.work / "external", plan.external_patients, "B", EXTERNAL_SEED, self.workers)
        view_images(self.work / "images", plan.pretraining_patients, PRETRAINING_SEED, self.workers)

    def pretrain(self) -> None:
        """The folder of the pretrained view network."""
        place = self.work / "pretrained"
        if place.exists():
            return
        # The paper's rate of 0.001 by SGD learns nothing from scratch in so few steps.
        settings = {
            "preset": self.preset.name,
            "epochs": self.plan.pretraining_epochs,
            "optimiser": "adamw",
            "learning_rate": 5e-4,
        }
        rg.pretrain(self.work / "images", place, settings=settings, run=self.how, tell=_say)

    def train(self) -> None:
        """The model folder."""
        place = self.work / "model"
        if place.exists():
            return
        plan = self.plan
        settings: dict[str, object] = {
            "preset": self.preset.name,
            "init": str(self.work / "pretrained"),
            "branches": _stage(plan.branch_epochs, plan),
            "all_layers": _stage(plan.all_layers_epochs, plan),
            "fusion": _stage(plan.fusion_epochs, plan),
        }
        rg.train(self.work / "store", place, settings=settings, run=self.how, tell=_say)

    def evaluate(self) -> None:
        """Figures on the external patients; the networks answer on the device of the training."""
        place = self.work / "evaluation"
        if (place / "evaluation.json").exists():
            return
        folder = read_model_folder(self.work / "model")
        method = NineViewMethod.load(folder, device=str(self.device))
        entry = method_named(folder.method)
        trained = TrainedModel(entry, method, folder.decision, folder.training_cubes, folder.weights_sha256)
        rg.evaluate(Model(Predictor(trained), folder.path), self.work / "external", out=place)

    def result(self) -> dict[str, Any]:
        """What is known by now."""
        found = report(self.work, self.plan, self.preset, read_epochs(self.clock.file), self._parts())
        device = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type
        return {
            "name": "gpu_paper_run",
            "device": device,
            "machine": machine_facts(["torch", "lightning", "zarr", "scikit-learn"]),
            **found,
            "process_peak_gib": round(peak_mb() / 1024, 2),
            "seconds": round(time.monotonic() - self.started, 1),
        }

    def _plan(self, options: argparse.Namespace) -> PaperPlan:
        """The plan of the folder, made now where it has none."""
        file = self.work / "plan.json"
        if file.exists():
            plan = read_typed_json(PaperPlan, file, error=SettingsError, way_out="choose another `--work`")
            if plan.preset != self.preset.name:
                raise SystemExit(f"{file} plans preset {plan.preset}. Choose another --work for {self.preset.name}.")
            _say(f"Going on with the plan in {file}.")
            return plan
        costs = measured_costs(self.preset, self.device, self.work, self.workers)
        if self.quick:
            plan = quick_plan(self.minutes, self.preset, costs)
        else:
            plan = paper_plan(self.minutes, self.preset, costs, options.optimiser, options.learning_rate)
        write_json(file, to_json(plan))
        _say(json.dumps(to_json(plan)))
        return plan

    def _require_disk(self) -> None:
        """Refuses a disk that would be full before the end."""
        wanted = COPIES_ON_DISK * weight_bytes(self.preset)
        free = shutil.disk_usage(self.work).free
        if free < wanted and not (self.work / "model").exists():
            raise SystemExit(
                f"{self.work} has {free / 1e9:.0f} GB free; checkpoints and weights need up to {wanted / 1e9:.0f} GB. "
                "Choose another --work."
            )

    def _ends_at(self, title: str) -> float | None:
        """When a fit has to end, so that what comes after it has its time; no end in a quick run."""
        if self.quick:
            return None
        parts = {PRETRAINING: PRETRAINING, **{stage_title(name): name for name in STAGES}}
        return self.started + 60 * self.minutes - self.plan.seconds_after(parts[title])

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        """Writes down the seconds of a part, of this process."""
        begun = time.monotonic()
        _say(f"{name} ...")
        yield
        line = {"part": name, "seconds": round(time.monotonic() - begun, 2)}
        with (self.work / "parts.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def _parts(self) -> list[dict[str, Any]]:
        text = (self.work / "parts.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def _stage(epochs: int, plan: PaperPlan) -> dict[str, object]:
    """The settings of a stage."""
    asked = {"optimiser": plan.optimiser, "learning_rate": plan.learning_rate}
    return {"epochs": epochs, **{name: value for name, value in asked.items() if value is not None}}


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main(started: float) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for everything; the same one goes on")
    parser.add_argument("--minutes", type=float, default=8.0, help="that this run may take")
    parser.add_argument("--device", default="cuda", help="cuda, or with --quick cpu")
    parser.add_argument("--optimiser", choices=("sgd", "adamw"), help="of the three stages; the preset's by default")
    parser.add_argument("--learning-rate", type=float, help="of the three stages; the preset's by default")
    parser.add_argument("--quick", action="store_true", help="preset tiny in the smallest size, to try the code")
    parser.add_argument("--out", type=Path, help="where to write the result; WORK/result.json by default")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        _say("No CUDA GPU here: nothing was measured. `--quick --device cpu` tries the code.")
        return
    if options.device != "cuda" and not options.quick:
        _say("The paper's network takes hours without a CUDA GPU: nothing was measured. Give --quick to try the code.")
        return
    json.dump(PaperRun(options, started).go(), sys.stdout, indent=1)


if __name__ == "__main__":
    main(time.monotonic())
