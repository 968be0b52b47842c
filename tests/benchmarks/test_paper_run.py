"""The paper's whole way on a GPU: what is planned, timed and reported, and the whole run in its smallest size."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import radiogene as rg
from harness.view_images import WINDOW_HU, grey, view_images
from radiogene.errors import SettingsError
from radiogene.networks.description import describe
from radiogene.networks.presets import PAPER, TINY
from radiogene.storage.typed_json import read_typed_json, to_json
from training_loops.fit_clock import FEATURES, EpochTimes, FitClock, clocked_fits, read_epochs
from training_loops.made_store import made_store
from training_loops.paper_plan import PATIENTS, SPARE, STAGES, MeasuredCosts, PaperPlan, paper_plan
from training_loops.paper_report import ItemWork, stage_figures, stage_title, work_of_items

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu_paper_run.py"
COSTS = MeasuredCosts(cube_s=0.01, step_s=0.003, forward_s=0.0004, kept_bytes_per_s=1e9, matrix_peak=8e14)


def epochs_of(plan):
    return plan.all_layers_epochs + plan.fusion_epochs


def test_a_plan_fits_into_its_minutes_and_more_minutes_never_give_less():
    plans = [paper_plan(minutes, PAPER, COSTS) for minutes in (4, 6, 8, 12, 20)]
    for plan in plans:
        assert sum(plan.seconds.values()) <= SPARE * 60 * plan.minutes + 1
        assert plan.patients in PATIENTS
        assert plan.fusion_epochs <= plan.all_layers_epochs
    work = [plan.patients * epochs_of(plan) for plan in plans]
    assert work == sorted(work)
    assert [plan.patients for plan in plans] == sorted(plan.patients for plan in plans)


def test_a_slower_machine_is_given_less_and_too_few_minutes_are_refused_with_enough():
    fast, slow = paper_plan(8, PAPER, COSTS), paper_plan(8, PAPER, replace(COSTS, step_s=0.006, kept_bytes_per_s=5e8))
    assert slow.patients * epochs_of(slow) < fast.patients * epochs_of(fast)
    with pytest.raises(SettingsError, match="1 minutes are too few for 80 patients") as refusal:
        paper_plan(1, PAPER, COSTS)
    enough = int(str(refusal.value).split("--minutes ")[1].rstrip("`."))
    assert epochs_of(paper_plan(enough, PAPER, COSTS)) >= 9


def test_a_plan_is_read_as_it_was_written_and_knows_what_comes_after_a_part(tmp_path):
    plan = paper_plan(8, PAPER, COSTS, "adamw", 0.0003)
    (tmp_path / "plan.json").write_text(json.dumps(to_json(plan)))
    assert read_typed_json(PaperPlan, tmp_path / "plan.json") == plan
    after = plan.seconds["model folder"] + plan.seconds["evaluation"]
    assert plan.seconds_after("fusion") == pytest.approx(after)
    assert plan.seconds_after("all layers") == pytest.approx(plan.seconds["fusion"] + after)
    assert plan.seconds_after("evaluation") == 0


def test_the_work_of_an_item_is_what_the_network_is_described_to_take():
    work, described = work_of_items(PAPER), describe(PAPER)
    total = described.total.operations
    for stage in ("all layers", "fusion"):
        assert work[stage_title(stage)] == ItemWork(9, 6 * total)
    head = work[stage_title("branches")].operations / 6
    assert work[FEATURES].operations == 2 * (total - head)
    assert work["pretraining"].operations == pytest.approx(6 * (total - head) / 9)
    assert 0 < head < 0.001 * total


def test_rates_leave_out_the_first_epoch_and_sums_do_not():
    first = EpochTimes("stage 'fusion'", 0, 32, 2, 10.0, 1.0, 3.0, 20.0)
    later = [EpochTimes("stage 'fusion'", epoch, 32, 2, 4.0, 1.0, 3.0, 21.0) for epoch in (1, 2)]
    later[-1] = replace(later[-1], out_of_time=True)
    features = EpochTimes(FEATURES, 0, 100, 0, 5.0, 0.0, 0.0, 0.0)
    work = {"stage 'fusion'": ItemWork(9, 1e12), FEATURES: ItemWork(9, 1e11)}
    found = stage_figures([features, first, *later], work, peak=1e14)
    assert list(found) == [FEATURES, "stage 'fusion'"]
    fusion = found["stage 'fusion'"]
    assert (fusion["images_per_second"], fusion["share_of_matrix_peak"]) == (72.0, 0.08)
    assert (fusion["seconds_of_a_step"], fusion["peak_memory_gib"], fusion["out_of_time"]) == (2.0, 21.0, True)
    assert fusion["seconds"] == {"first_epoch": 10.0, "training": 18.0, "validation": 3.0, "keeping": 9.0}
    assert found[FEATURES]["images_per_second"] == 180.0
    assert found[FEATURES]["seconds_of_a_step"] is None


def test_every_epoch_of_a_training_is_timed_and_a_stage_ends_when_its_time_is_over(tmp_path):
    clock = FitClock(tmp_path / "epochs.jsonl", lambda title: 0.0 if title == stage_title("fusion") else None)
    settings = {
        "preset": "tiny",
        "views": ("axial",),
        "batch": 7,
        "all_layers": {"epochs": 2},
        "fusion": {"epochs": 5},
        "clinical": (),
        "validation_share": 0.25,
    }
    with clocked_fits(clock):
        rg.train(made_store(tmp_path / "store", 16), tmp_path / "model", settings=settings, run={"accelerator": "cpu"})
    epochs = read_epochs(clock.file)
    assert [(epoch.fit, epoch.epoch) for epoch in epochs] == [
        (stage_title("all layers but masks"), 0),
        (stage_title("all layers"), 0),
        (stage_title("fusion"), 0),
    ]
    assert all((epoch.items, epoch.steps) == (12, 2) for epoch in epochs)
    assert all(min(epoch.training_s, epoch.validation_s, epoch.keeping_s) > 0 for epoch in epochs)
    assert [epoch.out_of_time for epoch in epochs] == [False, False, True]
    (member,) = json.loads((tmp_path / "model" / "history.json").read_text())
    assert [len(stage["history"]) for stage in member["stages"]] == [1, 1, 1]


def test_views_of_phantoms_become_images_of_two_classes_once(tmp_path):
    assert view_images(tmp_path, 1, seed=5, workers=1) == 18
    files = sorted(tmp_path.glob("*/*"))
    assert [len([f for f in files if f.parent.name == name]) for name in ("lung", "nodule")] == [9, 9]
    written = [file.stat().st_mtime_ns for file in files]
    assert view_images(tmp_path, 1, seed=5, workers=1) == 18
    assert [file.stat().st_mtime_ns for file in files] == written
    lung, nodule = (np.asarray(Image.open(tmp_path / name / "0000-0.png")) for name in ("lung", "nodule"))
    assert lung.shape == (128, 128)
    middle = (slice(60, 68), slice(60, 68))
    assert nodule[middle].mean() > lung[middle].mean() + 20
    assert grey(np.array([-2000.0, WINDOW_HU[0], WINDOW_HU[1], 3000.0], dtype=np.float32)).tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            [], "No CUDA GPU here", marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
        ),
        (["--device", "cpu"], "takes hours without a CUDA GPU"),
    ],
)
def test_without_a_gpu_it_says_so_and_measures_nothing(tmp_path, arguments, words):
    command = [sys.executable, SCRIPT, "--work", tmp_path / "work", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert words in done.stderr
    assert not done.stdout
    assert not (tmp_path / "work").exists()


def test_the_smallest_run_goes_the_whole_way_and_a_second_one_does_nothing_again(tmp_path):
    command = [sys.executable, SCRIPT, "--work", tmp_path / "work", "--quick", "--device", "cpu"]
    first, second = (
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout)
        for _ in range(2)
    )
    assert first["finished"]
    assert list(first["losses"]) == ["pretraining", *STAGES]
    assert list(first["fits"]) == ["pretraining", FEATURES, *map(stage_title, STAGES)]
    for figures in first["fits"].values():
        assert figures["images_per_second"] > 0
        # No upper bound: on a busy processor the peak, measured once, may lie below what a quieter moment reaches.
        assert figures["share_of_matrix_peak"] > 0
    for gene in ("EGFR", "KRAS"):
        auc = first["external"][gene]["auc"]
        assert 0 <= auc["value"] <= 1
        assert auc["interval"] or "10" in auc["reason"], "so few patients have a point, and a reason"
    assert first["plan"]["preset"] == TINY.name
    for part in ("plan", "fits", "losses", "external"):
        assert second[part] == first[part]
    assert len(second["parts"]) == 2 * len(first["parts"])
