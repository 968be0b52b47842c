"""`radiogene views`: the cube and the nine views of one nodule, as arrays and as an image."""

from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import AllowGaps, Ct, FrameOption, NoduleOption, Segment, Series
from radiogene.storage.result_places import require_folder_place

PNG_DOTS_PER_INCH = 150


def views(
    ct: Ct,
    nodule: NoduleOption,
    out: Annotated[Path, typer.Option("--out", help="Folder for slice.png, views.png, arrays and geometry.json.")],
    frame: FrameOption = "lps",
    segment: Segment = None,
    series: Series = None,
    allow_gaps: AllowGaps = False,
) -> None:
    """Cut the 64 mm cube around a nodule and its nine views, and show them."""
    from dataclasses import asdict

    import numpy as np

    from radiogene.ct.contact_sheet import write_contact_sheet
    from radiogene.ct.geometry import Frame
    from radiogene.ct.nine_views import VIEW_NAMES, cut_views
    from radiogene.ct.preparation import PreparationSettings, prepare_nodule
    from radiogene.ct.scan import ScanOptions
    from radiogene.report.numbers import percent, values_text
    from radiogene.report.slice_sheet import slice_sheet
    from radiogene.storage.atomic_files import atomic_path, write_json
    from radiogene.storage.typed_json import to_json

    require_folder_place(out)
    prepared = prepare_nodule(
        ct,
        nodule,
        frame=Frame(frame),
        segment=segment,
        scan_options=ScanOptions(series, allow_gaps),
        require_air=False,
        show_slice=True,
    )
    images = cut_views(prepared.cube_hu)
    for name, array in (("cube.npy", prepared.cube_hu), ("views.npy", images)):
        with atomic_path(out / name) as temporary:
            np.save(temporary, array, allow_pickle=False)
    centre = values_text(prepared.report.centre_lps_mm, 1)
    title = f"64 mm cube at LPS ({centre}) mm; {percent(prepared.report.share_outside)} outside the scan"
    if prepared.is_synthetic:
        title += "; SYNTHETIC phantom"
    write_contact_sheet(out / "views.png", images, title)
    if prepared.shown_slice is not None:
        with atomic_path(out / "slice.png") as temporary:
            slice_sheet(prepared.shown_slice).savefig(temporary, dpi=PNG_DOTS_PER_INCH, format="png")
    settings = PreparationSettings()
    geometry = {
        **asdict(prepared.report),
        "view_names": VIEW_NAMES,
        "preparation": settings.to_dict(),
        "preparation_hash": settings.fingerprint(),
    }
    write_json(out / "geometry.json", to_json(geometry))
    for sentence in (*prepared.report.decisions, *prepared.report.warnings):
        typer.echo(sentence, err=True)
    typer.echo(str(out))
