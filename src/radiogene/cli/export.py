"""`radiogene export`: a model's view networks for OpenVINO or ONNX Runtime."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.cli.options import PrecisionWord, Quiet
from radiogene.cli.progress import progress_bar
from radiogene.storage.result_places import require_folder_place


def export(
    model: Annotated[Path, typer.Argument(help="The model folder.")],
    format_: Annotated[
        Literal["openvino", "onnx"], typer.Option("--format", help="The engine that is to run the view networks.")
    ],
    precision: Annotated[
        PrecisionWord,
        typer.Option("--precision", help="Of the view networks; bf16 reads a float32 export."),
    ] = "float32",
    calibration: Annotated[
        list[str] | None,
        typer.Option("--calibration", help="int8: the store that the model was trained on; repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to (else MODEL/exports/FORMAT-PRECISION).")] = None,
    quiet: Quiet = False,
) -> None:
    """Write a model's view networks in the form of a faster engine, bound to the model and checked against PyTorch."""
    from radiogene.cohort.store.joined_stores import open_stores
    from radiogene.model.engines.calibration_images import calibration_images
    from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision
    from radiogene.model.engines.export import export_model, require_export_inputs
    from radiogene.model.nine_view_model import read_nine_view_model

    choice = EngineChoice(EngineName(format_), Precision(precision), out)
    require_export_inputs(choice, calibration)
    trained = read_nine_view_model(model)
    place = choice.export_folder(model)
    require_folder_place(place.parent)
    images = None if calibration is None else calibration_images(trained, open_stores(calibration))
    with progress_bar("view networks", quiet) as progress:
        record = export_model(trained, place, choice.name, choice.stored_precision, images, progress)
    if not quiet:
        typer.echo(
            f"Features differ from PyTorch's by at most {record.largest_difference:.2g} of the largest.", err=True
        )
    typer.echo(str(place))
