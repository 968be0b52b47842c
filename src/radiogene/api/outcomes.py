"""Molecular results that come in later, from Python: recorded by keyed hash, and held against the answers."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from radiogene.errors import OutcomesError
from radiogene.storage.result_places import require_folder_place

if TYPE_CHECKING:
    from radiogene.api.model import Model
    from radiogene.cohort.identity.site_key import SiteKey
    from radiogene.prediction.outcome_record import OutcomeRecord
    from radiogene.prediction.outcome_watch import OutcomeWatch


def record_outcomes(
    model: "Model | str | Path",
    *,
    predictions: str | Path | None = None,
    results: str | Path | None = None,
    out: str | Path | None = None,
    restart: bool = False,
) -> "OutcomeWatch":
    """What a site's molecular results say of a model's answers; a model that drifts is told to be looked at again.

    Answers and results are kept in this user's state folder by the site's keyed hash of the patient id, without
    identifiers, and added to at each call. `radiogene predict` warns while a chart stands in alarm.

    Args:
        model: that answered, or its folder.
        predictions: table that `predict_table` wrote: answers to remember.
        results: table with `patient_id` and a column for each gene: results that have come in, in its order.
        out: folder for `outcomes.html` and `outcomes.json`; None writes nothing there.
        restart: forget what is recorded of this model first.

    Raises:
        OutcomesError: a result of a patient without an answer, results that contradict each other, answers at another
            prevalence than those recorded, or nothing recorded yet.
        CohortError: a table that cannot be read.
        SettingsError: a site's key or a place that cannot be used.
    """
    from radiogene.api.model import load_model
    from radiogene.cohort.identity.site_key import site_key
    from radiogene.decision.answer_settings import AnswerSettings
    from radiogene.prediction.outcome_record import (
        OutcomeRecord,
        model_name,
        read_record,
        record_file,
        record_text,
    )
    from radiogene.prediction.outcome_watch import outcome_watch
    from radiogene.storage.atomic_files import write_text
    from radiogene.storage.folder_lock import locked_folder

    folder = None if out is None else Path(out)
    if folder is not None:
        require_folder_place(folder)
    loaded = (load_model(model) if isinstance(model, str | Path) else model).predictor.model
    name, key = model_name(loaded.weights_sha256, loaded.decision), site_key()
    file = record_file(name)
    with locked_folder(file.parent):
        record = (None if restart else read_record(name)) or OutcomeRecord(name, key.name)
        if record.key != key.name:
            raise OutcomesError(
                f"{file} was recorded with the site's key {record.key}; this user's is {key.name}, by which no patient "
                "of it can be found. Use the same state folder, or begin a new record (`restart`)."
            )
        genes = tuple(loaded.decision.genes)
        if predictions is not None:
            record = _with_answers(record, Path(predictions), genes, key)
        if results is not None:
            from radiogene.prediction.outcome_tables import read_results

            table = read_results(Path(results), genes, key)
            record = record.with_outcomes(table.outcomes, table.named)
        if not record.answers:
            raise OutcomesError(
                "No answer of this model is recorded yet: give what `radiogene predict --cohort` wrote (`predictions`)."
            )
        decision = loaded.decision.answering(AnswerSettings(prevalence=record.prevalence))
        watch = outcome_watch(record, decision)
        write_text(file, record_text(watch.record))
    if folder is not None:
        from radiogene.report.outcome_page import write_outcome_page

        write_outcome_page(folder, watch)
    return watch


def _with_answers(record: "OutcomeRecord", table: Path, genes: tuple[str, ...], key: "SiteKey") -> "OutcomeRecord":
    """The record with the answers of a table, all of which carry one prevalence."""
    from radiogene.prediction.outcome_tables import read_answers
    from radiogene.prediction.unlabelled_predictions import answered_prevalence

    read = read_answers(table, genes, key)
    carried = {gene: share for gene in genes if (share := answered_prevalence(table, gene)) is not None}
    if record.answers and carried != record.prevalence:
        raise OutcomesError(
            f"{table.name} carries the prevalences {_shares(carried)}, and the recorded answers "
            f"{_shares(record.prevalence)}. Give answers at one prevalence, or begin a new record (`restart`)."
        )
    added = record.with_answers(read.answers, read.named)
    return replace(added, prevalence=carried, synthetic=record.synthetic or read.synthetic)


def _shares(prevalence: dict[str, float]) -> str:
    return ", ".join(f"{gene} {share:.3f}" for gene, share in prevalence.items()) or "of the training"
