"""What a run of the paper's whole way reached: rates, shares of the matrix peak, losses and AUCs, as far as it came."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from radiogene.networks.description import describe
from radiogene.networks.presets import Preset
from radiogene.storage.typed_json import to_json
from training_loops.device_step import OPERATIONS_OF_A_STEP
from training_loops.fit_clock import FEATURES, EpochTimes
from training_loops.paper_plan import BRANCHES, CLINICAL, GENES, PRETRAINING, STAGES, PaperPlan

OPERATIONS_OF_A_PASS = 2
"""Of a multiply-accumulate: a product and a sum."""

AFTER_FEATURES = ("branches", "fusion")


@dataclass(frozen=True)
class ItemWork:
    """What one item of a fit's steps is.

    Attributes:
        images: that it has.
        operations: floating-point operations of a step, or of a pass where nothing is trained.
    """

    images: int
    operations: float


def work_of_items(preset: Preset) -> dict[str, ItemWork]:
    """By the title of a fit, what one item of it costs; operations as `describe` counts them.

    Args:
        preset: sizes of the network.
    """
    described = describe(preset, GENES, CLINICAL)
    after = sum(described.by_part[part].operations for part in AFTER_FEATURES if part in described.by_part)
    trunk = described.total.operations - after
    views = preset.view_count
    whole = ItemWork(views, described.total.operations * OPERATIONS_OF_A_STEP)
    stages = {stage_title(name): whole for name in STAGES}
    return {
        **stages,
        stage_title(BRANCHES): ItemWork(views, after * OPERATIONS_OF_A_STEP),
        FEATURES: ItemWork(views, trunk * OPERATIONS_OF_A_PASS),
        PRETRAINING: ItemWork(1, trunk / views * OPERATIONS_OF_A_STEP),
    }


def stage_title(stage: str) -> str:
    """How the program calls the fit of a stage."""
    return f"stage '{stage}'"


def stage_figures(epochs: Sequence[EpochTimes], work: dict[str, ItemWork], peak: float) -> dict[str, Any]:
    """By fit, in the order in which they ran: rates of the epochs after the first, which searches for fast kernels.

    Args:
        epochs: of all fits.
        work: of their items.
        peak: floating-point operations a second of a large product.
    """
    by_fit: dict[str, list[EpochTimes]] = defaultdict(list)
    for epoch in epochs:
        by_fit[epoch.fit].append(epoch)
    return {fit: _figures(own, work[fit], peak) for fit, own in by_fit.items()}


def _figures(epochs: Sequence[EpochTimes], work: ItemWork, peak: float) -> dict[str, Any]:
    settled = [epoch for epoch in epochs if epoch.epoch > 0] or epochs
    items_per_s = median(epoch.items / epoch.training_s for epoch in settled)
    return {
        "epochs": len(epochs),
        "out_of_time": any(epoch.out_of_time for epoch in epochs),
        "steps_of_an_epoch": settled[-1].steps,
        "images_per_second": round(work.images * items_per_s, 1),
        "seconds_of_a_step": round(median(e.training_s / e.steps for e in settled), 4) if settled[-1].steps else None,
        "share_of_matrix_peak": round(items_per_s * work.operations / peak, 4),
        "peak_memory_gib": round(max(epoch.memory_gib for epoch in epochs), 2),
        "seconds": {
            "first_epoch": round(epochs[0].training_s, 2),
            "training": round(sum(epoch.training_s for epoch in epochs), 2),
            "validation": round(sum(epoch.validation_s for epoch in epochs), 2),
            "keeping": round(sum(epoch.keeping_s for epoch in epochs), 2),
        },
    }


def loss_curves(work: Path) -> dict[str, list[dict[str, float]]]:
    """By fit, the losses of every epoch, of the fits that have ended.

    Args:
        work: folder of the run.
    """
    curves: dict[str, list[dict[str, float]]] = {}
    pretrained, model = work / "pretrained" / "history.json", work / "model" / "history.json"
    if pretrained.exists():
        curves[PRETRAINING] = _read(pretrained)["history"]
    if model.exists():
        (member,) = _read(model)
        return curves | {stage["name"]: stage["history"] for stage in member["stages"]}
    for outcome in sorted(work.glob("model.unfinished/*/stage-*/outcome.json")):
        stage = _read(outcome)
        curves[stage["name"]] = stage["history"]
    return curves


def external_aucs(work: Path) -> dict[str, Any]:
    """By gene, patients, mutants and the AUC with its interval; nothing before the evaluation.

    Args:
        work: folder of the run.
    """
    file = work / "evaluation" / "evaluation.json"
    if not file.exists():
        return {}
    genes = _read(file)["genes"]
    return {gene: {name: figures[name] for name in ("patients", "mutants", "auc")} for gene, figures in genes.items()}


def report(
    work: Path, plan: PaperPlan, preset: Preset, epochs: Sequence[EpochTimes], parts: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The result as far as the run came.

    Args:
        work: folder of the run.
        plan: of the run.
        preset: sizes of the network.
        epochs: of the clock.
        parts: seconds of each part in each process that worked on it.
    """
    aucs = external_aucs(work)
    return {
        "plan": to_json(plan),
        "finished": bool(aucs),
        "fits": stage_figures(epochs, work_of_items(preset), plan.costs.matrix_peak),
        "losses": loss_curves(work),
        "external": aucs,
        "parts": list(parts),
    }


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
