"""Draws the losses of each stage of a training, epoch by epoch, from the `history.json` of model folders.

    .venv/bin/python benchmarks/stage_curves.py "phantom=demo/model" "real nodules=runs/nodules-model" --out curves.png

One row of panels per model, one panel per stage in the order of the training. Each member (fold, seed) has a solid line
(loss of the fitting patients) and a dashed one (loss of its validation patients); a dot marks the epoch whose weights
were kept, a cross the loss of the weights that the stage began with. Prints the medians over members as a table.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import matplotlib

from radiogene.model.model_folder import HISTORY_FILE
from radiogene.storage.typed_json import read_typed_json
from radiogene.training.fitting.fit import FitOutcome, MemberHistory

matplotlib.use("agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

FITTING, VALIDATION = "#1f5a96", "#b4541a"
INCHES_PER_PANEL = (3.1, 2.4)


@dataclass(frozen=True)
class NamedModel:
    """A model and how it was trained.

    Attributes:
        name: above its row of panels.
        members: with their stages.
    """

    name: str
    members: tuple[MemberHistory, ...]

    @property
    def stages(self) -> list[str]:
        """Names of the stages, in the order in which they were trained."""
        return list(dict.fromkeys(stage.name for member in self.members for stage in member.stages if stage.history))

    def of_stage(self, name: str) -> list[FitOutcome]:
        """That stage of every member that has it."""
        return [stage for member in self.members for stage in member.stages if stage.name == name and stage.history]


def main() -> None:
    """Draws the models that are given, and prints their medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL", help="model folders with what to call them")
    parser.add_argument("--out", type=Path, required=True, help="PNG file")
    options = parser.parse_args()
    models = [_model(words) for words in options.models]
    _draw(models, options.out)
    print("| model | stage | members | epochs | kept | validation loss before | kept | fitting loss at the end |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for model in models:
        for stage in model.stages:
            print(_row(model, stage))


def _model(words: str) -> NamedModel:
    name, _, folder = words.partition("=")
    if not folder:
        raise SystemExit(f"{words!r}: expected NAME=MODEL, such as phantom=demo/model.")
    return NamedModel(name, read_typed_json(tuple[MemberHistory, ...], Path(folder) / HISTORY_FILE))


def _row(model: NamedModel, stage: str) -> str:
    outcomes = model.of_stage(stage)
    incoming = [o.incoming_validation_loss for o in outcomes if o.incoming_validation_loss is not None]
    cells = [
        model.name,
        stage,
        str(len(outcomes)),
        f"{median(o.epochs for o in outcomes):g}",
        f"{median(o.best_epoch + 1 for o in outcomes):g}",
        f"{median(incoming):.3f}" if incoming else "",
        f"{median(o.best_validation_loss for o in outcomes):.3f}",
        f"{median(o.history[-1]['loss'] for o in outcomes):.3f}",
    ]
    return f"| {' | '.join(cells)} |"


def _draw(models: Sequence[NamedModel], out: Path) -> None:
    columns = max(len(model.stages) for model in models)
    width, height = INCHES_PER_PANEL
    figure, grid = plt.subplots(
        len(models), columns, figsize=(width * columns, height * len(models)), squeeze=False, layout="constrained"
    )
    for model, row in zip(models, grid, strict=True):
        for axes in row[len(model.stages) :]:
            axes.set_axis_off()
        for stage, axes in zip(model.stages, row, strict=False):
            for outcome in model.of_stage(stage):
                _lines(axes, outcome)
            axes.set_title(f"{model.name}: {stage}", fontsize=9)
            axes.set_xlabel("epoch", fontsize=8)
            axes.tick_params(labelsize=7)
            axes.spines[["top", "right"]].set_visible(False)
        row[0].set_ylabel("loss", fontsize=8)
    handles = [
        plt.Line2D([], [], color=FITTING, label="fitting patients"),
        plt.Line2D([], [], color=VALIDATION, linestyle="--", label="validation patients"),
        plt.Line2D([], [], color=VALIDATION, marker="x", linestyle="", label="before the stage"),
        plt.Line2D([], [], color=VALIDATION, marker="o", linestyle="", label="weights kept"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)


def _lines(axes: Axes, outcome: FitOutcome) -> None:
    epochs = [int(entry["epoch"]) + 1 for entry in outcome.history]
    axes.plot(epochs, [entry["loss"] for entry in outcome.history], color=FITTING, linewidth=0.9, alpha=0.8)
    validation = [entry["validation_loss"] for entry in outcome.history]
    axes.plot(epochs, validation, color=VALIDATION, linewidth=0.9, linestyle="--", alpha=0.8)
    if outcome.incoming_validation_loss is not None:
        axes.plot([0], [outcome.incoming_validation_loss], color=VALIDATION, marker="x", markersize=4)
    kept = outcome.best_epoch
    if kept >= 0:
        axes.plot([epochs[kept]], [validation[kept]], color=VALIDATION, marker="o", markersize=3.5)


if __name__ == "__main__":
    main()
