"""Options about series and their headers, which both sources of cohorts share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

KernelWish = Annotated[
    Literal["lung", "soft"], typer.Option("--kernel", help="Which kernel goes first where a study has both.")
]
Thickest = Annotated[
    float, typer.Option("--thickest", min=0.1, help="Thickest slices in mm; thicker only where the nodule is marked.")
]
AllowPetCt = Annotated[
    bool, typer.Option("--allow-pet-ct", help="Take the CT of a PET-CT study where there is nothing better.")
]
HeaderFile = Annotated[
    Path | None, typer.Option("--cache", help="File that keeps the headers (else one beside the cohort table).")
]
