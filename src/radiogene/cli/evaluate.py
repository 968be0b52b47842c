"""`radiogene evaluate`: a model's figures on another cohort."""

import json
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import (
    AllowDuplicates,
    CohortStores,
    Engine,
    EnginePrecision,
    Export,
    Json,
    Level,
    NoduleRuleName,
    OperatingPointName,
    Prevalence,
    ProtocolFile,
    Site,
    Tables,
    ThresholdProbabilities,
    site_answers,
)


def evaluate(
    model: Annotated[Path, typer.Option("--model", help="The model folder.")],
    store: CohortStores = None,
    table: Tables = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for evaluation.json and predictions.csv.")] = None,
    nodule_rule: Annotated[
        NoduleRuleName | None,
        typer.Option("--nodule-rule", help="Whose probability a patient with several nodules gets (else the model's)."),
    ] = None,
    include_training_cases: Annotated[
        bool, typer.Option("--include-training-cases", help="Allow cubes that the model was trained on.")
    ] = False,
    allow_duplicates: AllowDuplicates = False,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Where looks are counted (else the protocol's file, else yours)."),
    ] = None,
    protocol: ProtocolFile = None,
    files: Annotated[
        Path | None, typer.Option("--files", help="Folder that the table's column slides starts from.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="Another model folder, compared in pairs on the same patients; repeatable."),
    ] = None,
    threshold_probability: ThresholdProbabilities = None,
    engine: Engine = "pytorch",
    precision: EnginePrecision = "float32",
    export: Export = None,
    prevalence: Prevalence = None,
    site: Site = None,
    operating_point: OperatingPointName = None,
    level: Level = None,
    as_json: Json = False,
) -> None:
    """AUC, ACC, SEN, SPE, F1 and calibration per gene, with 95% intervals, one row per patient."""
    from radiogene.api.cohorts import named_cohort
    from radiogene.api.model import evaluate as evaluate_model
    from radiogene.api.model import load_model
    from radiogene.report.terminal_text import evaluation_text

    answers = site_answers(prevalence, site, operating_point, level)
    evaluation = evaluate_model(
        load_model(model, engine=engine, precision=precision, export=export, answers=answers),
        named_cohort(store, table),
        against=against or [],
        out=out,
        allow_duplicates=allow_duplicates,
        ledger=ledger,
        protocol=protocol,
        nodule_rule=nodule_rule,
        include_training_cases=include_training_cases,
        files=files,
        threshold_probabilities=threshold_probability,
    )
    shown = json.dumps(evaluation.to_json(), indent=2, allow_nan=False) if as_json else evaluation_text(evaluation)
    typer.echo(shown)
