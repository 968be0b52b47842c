"""`radiogene evaluate`: a model's figures on another cohort."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from radiogene.cli.options import Engine, EnginePrecision, Export, Json, NoduleRuleName, StorePlace
from radiogene.cli.places import require_folder_place


def evaluate(
    model: Annotated[Path, typer.Option("--model", help="The model folder.")],
    store: StorePlace,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for evaluation.json and predictions.csv.")] = None,
    nodule_rule: Annotated[
        NoduleRuleName | None,
        typer.Option("--nodule-rule", help="Whose probability a patient with several nodules gets (else the model's)."),
    ] = None,
    include_training_cases: Annotated[
        bool, typer.Option("--include-training-cases", help="Allow cubes that the model was trained on.")
    ] = False,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Where evaluations are counted (else ledger.jsonl beside --out)."),
    ] = None,
    files: Annotated[
        Path | None, typer.Option("--files", help="Folder that the table's column slides starts from.")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="Another model folder, compared in pairs on the same patients; repeatable."),
    ] = None,
    engine: Engine = "pytorch",
    precision: EnginePrecision = "float32",
    export: Export = None,
    as_json: Json = False,
) -> None:
    """AUC, ACC, SEN, SPE, F1 and calibration per gene, with 95% intervals, one row per patient."""
    from radiogene.cohort.store.cube_store import CubeStore
    from radiogene.evaluation.evaluation import evaluate_predictions
    from radiogene.evaluation.ledger import LEDGER_FILE, append_to_ledger, ledger_entry, read_ledger
    from radiogene.evaluation.patient_level import NoduleRule
    from radiogene.evaluation.predictions_table import predictions_table
    from radiogene.model.engines.engine_choice import EngineChoice, EngineName, Precision
    from radiogene.model.known_cubes import cohort_fingerprint
    from radiogene.prediction.compared_answers import compared_answers
    from radiogene.prediction.model_answers import answers_for_store
    from radiogene.prediction.store_evaluation import StoreEvaluation
    from radiogene.report.evaluation_text import evaluation_text
    from radiogene.storage.atomic_files import write_json, write_text

    choice = EngineChoice(EngineName(engine), Precision(precision), export)
    if out is not None:
        require_folder_place(out)
        ledger = ledger or out.resolve().parent / LEDGER_FILE
    if ledger is not None:
        read_ledger(ledger)
    cubes = CubeStore.open(store)
    rule = None if nodule_rule is None else NoduleRule(nodule_rule)
    answers, *others = (
        answers_for_store(folder, cubes, rule, files, include_training_cases=include_training_cases, choice=of_folder)
        for folder, of_folder in ((model, choice), *((other, EngineChoice()) for other in against or []))
    )
    report = evaluate_predictions(answers.predictions, answers.decision.thresholds())
    found = StoreEvaluation(
        synthetic=cubes.synthetic or answers.synthetic,
        includes_training_cases=include_training_cases,
        nodule_rule=answers.nodule_rule,
        rows_that_failed_in_preparation=len(cubes.failures),
        patients_without_what_the_model_needs=answers.left_out,
        weights_sha256=answers.sha256,
        engine=answers.engine,
        report=report,
        against=compared_answers(answers, others),
    )
    if ledger is None:
        typer.echo("Counted in no ledger: give --ledger FILE, or --out.", err=True)
    else:
        # Before any figure is shown: a look that is not counted is what a ledger is against.
        cohort = cohort_fingerprint(cubes.cube(index) for index in range(len(cubes)))
        for looked_at in (*others, answers):
            entry = ledger_entry(
                looked_at.title,
                looked_at.sha256,
                cohort,
                looked_at.choices,
                report,
                includes_training_cases=include_training_cases,
            )
            found = replace(found, evaluated_before=append_to_ledger(ledger, entry))
    if out is not None:
        write_text(out / "predictions.csv", predictions_table(answers.predictions))
        write_json(out / "evaluation.json", found.to_json())
    typer.echo(json.dumps(found.to_json(), indent=2, allow_nan=False) if as_json else evaluation_text(found))
