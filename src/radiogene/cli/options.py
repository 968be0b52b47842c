"""Options that several verbs share, worded once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiogene.errors import SettingsError

FrameName = Literal["lps", "ras", "voxel"]
NoduleRuleName = Literal["largest", "mean", "max"]

Ct = Annotated[Path, typer.Option("--ct", help="A DICOM folder, or a NIfTI, NRRD or MHA file.")]
NoduleOption = Annotated[
    str,
    typer.Option(
        "--nodule",
        help="X Y Z (LPS mm unless --frame), a DICOM SEG, an RTSTRUCT, a NIfTI/NRRD/MHA mask, or auto.",
    ),
]
FrameOption = Annotated[FrameName, typer.Option("--frame", help="Frame of X Y Z; voxel is 0-based column, row, slice.")]
Segment = Annotated[
    str | None,
    typer.Option("--segment", help="Which segment of a mask, and which component: NUMBER or LABEL, with .COMPONENT."),
]
Series = Annotated[str | None, typer.Option("--series", help="SeriesInstanceUID, where a folder holds several.")]
Stores = Annotated[
    list[str],
    typer.Option(
        "--store",
        metavar="STORE",
        help="Store that `radiogene prepare` filled: a folder, or s3://BUCKET/NAME; repeatable for centres.",
    ),
]
CohortStores = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        metavar="STORE",
        help="Store that `radiogene prepare` filled: a folder, or s3://BUCKET/NAME; repeatable for centres.",
    ),
]
Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--table",
        metavar="TABLE",
        help="In place of a store, for systems that read columns alone: a table without images; repeatable.",
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="TOML file of settings (`radiogene settings` writes one); options go before it."),
]
CohortTable = Annotated[
    str, typer.Argument(metavar="COHORT", help="The cohort table (CSV or .xlsx), or its s3:// address.")
]
AllowGaps = Annotated[
    bool, typer.Option("--allow-gaps", help="Interpolate over missing or uneven slices instead of refusing them.")
]
Backbone = Annotated[
    str, typer.Option("--backbone", help="Network that looks at a view; a word that is no name lists all names.")
]
Genes = Annotated[str, typer.Option("--genes", help="Gene columns, separated by commas.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Workers = Annotated[int, typer.Option("--workers", min=-1, help="Processes; -1 takes one per core.")]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="A Dask cluster in place of --workers: tcp://HOST:PORT, or tls://HOST:PORT."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Same seed, same result.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bars.")]
NoduleRuleOption = Annotated[
    NoduleRuleName, typer.Option("--nodule-rule", help="Whose probability a patient with several nodules gets.")
]
AllowDuplicates = Annotated[
    bool,
    typer.Option("--allow-duplicates", help="Go on although two patients are one; every result then says so."),
]
ProtocolFile = Annotated[
    Path | None,
    typer.Option("--protocol", help="File that `radiogene protocol` froze; the result says what was planned."),
]

EngineWord = Literal["pytorch", "openvino", "onnx"]
PrecisionWord = Literal["float32", "bf16", "int8"]
Engine = Annotated[
    EngineWord, typer.Option("--engine", help="What runs the view networks; openvino and onnx are extras.")
]
EnginePrecision = Annotated[
    PrecisionWord,
    typer.Option("--precision", help="Numbers in which the view networks run; int8 needs `radiogene export` first."),
]
Export = Annotated[
    Path | None,
    typer.Option("--export", help="Folder that `radiogene export` wrote (else one in the model folder)."),
]

SITE = "The site"
"""Group of options of what a site decides."""

Prevalence = Annotated[
    list[str] | None,
    typer.Option(
        "--prevalence",
        metavar="GENE=SHARE",
        help="Share of mutants among the site's patients, such as EGFR=0.45; repeatable.",
        rich_help_panel=SITE,
    ),
]
ThresholdProbabilities = Annotated[
    list[float] | None,
    typer.Option(
        "--threshold-probability",
        metavar="SHARE",
        min=0.0,
        max=0.99,
        help="Probability to act at, for differences of net benefit (else 0.1 to 0.5); repeatable.",
    ),
]
Site = Annotated[
    Path | None,
    typer.Option("--site", help="TOML file with prevalence, operating_point, level.", rich_help_panel=SITE),
]
OperatingPointName = Annotated[
    str | None,
    typer.Option(
        "--operating-point",
        help="youden (default), sensitivity=SHARE, specificity=SHARE, or cost=RATIO.",
        rich_help_panel=SITE,
    ),
]
Level = Annotated[float | None, typer.Option("--level", help="Of conformal sets (default 0.9).", rich_help_panel=SITE)]

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


def site_answers(
    prevalence: list[str] | None, site: Path | None, operating_point: str | None, level: float | None
) -> dict[str, object]:
    """What a site decides about the answers: its file, and the options, which go before it.

    Raises:
        SettingsError: a file that cannot be read, or no GENE=SHARE.
    """
    from radiogene.methods.settings_file import merged, read_settings_file

    shares = shares_by_gene(prevalence or [])
    given: dict[str, object] = {"prevalence": shares} if shares else {}
    given |= {} if operating_point is None else {"operating_point": operating_point}
    given |= {} if level is None else {"level": level}
    return merged({} if site is None else read_settings_file(site), given)


def shares_by_gene(prevalence: list[str]) -> dict[str, float]:
    """The shares of --prevalence by gene.

    Raises:
        SettingsError: no GENE=SHARE.
    """
    shares: dict[str, float] = {}
    for text in prevalence:
        gene, separator, number = text.partition("=")
        try:
            shares[gene.strip()] = float(number)
        except ValueError:
            separator = ""
        if not separator or not gene.strip():
            raise SettingsError(f"--prevalence: found {text!r}; wanted GENE=SHARE, such as EGFR=0.45.")
    return shares


def words(text: str) -> tuple[str, ...]:
    """The words of a list with commas; `none` and nothing are the empty list."""
    listed = tuple(word.strip() for word in text.split(",") if word.strip())
    return () if listed == ("none",) else listed
