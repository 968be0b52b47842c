"""`radiogene calibrate`: probabilities that can be taken at their word, as far as the training patients tell."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import Json


def calibrate(
    model: Annotated[Path, typer.Argument(help="The model folder that `radiogene train --folds` wrote.")],
    kind: Annotated[
        Literal["temperature", "isotonic", "identity"],
        typer.Option("--kind", help="Which map; identity takes a calibration away."),
    ] = "temperature",
    as_json: Json = False,
) -> None:
    """Fit calibration and thresholds of a model on its out-of-fold predictions, and put them into its folder."""
    from radiogene.decision.calibration import CalibrationKind
    from radiogene.model.recalibration import calibrate_model
    from radiogene.report.terminal_text import calibration_text

    calibrated = calibrate_model(model, CalibrationKind(kind))
    typer.echo(json.dumps(calibrated.to_json(), indent=2, allow_nan=False) if as_json else calibration_text(calibrated))
