"""The prevalence at a site from its own predictions, from Python."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radiogene.api.model import Model
    from radiogene.decision.prevalence import PrevalenceEstimate


def estimate_prevalence(predictions: str | Path, model: "Model | str | Path") -> "dict[str, PrevalenceEstimate]":
    """Per gene, the share of mutants among unlabelled patients, with its interval or the reason why it cannot be told.

    Args:
        predictions: table that `predict_table` wrote for the site's patients, all of them and not a choice.
        model: that made it, or its folder.

    Raises:
        CohortError: no table of predictions of these genes.
        WeightsError: no model folder.
    """
    from radiogene.api.model import load_model
    from radiogene.decision.prevalence import estimated_prevalence
    from radiogene.prediction.unlabelled_predictions import answered_prevalence, read_probabilities

    # The table says which prevalence its answers carry; settings of the model that was given here say nothing of them.
    decision = (load_model(model) if isinstance(model, str | Path) else model).predictor.model.decision
    table = Path(predictions)
    estimates = {}
    for gene, probabilities in read_probabilities(table, tuple(decision.genes)).items():
        used = answered_prevalence(table, gene)
        rule = replace(decision.gene(gene), prevalence_used=used)
        estimates[gene] = estimated_prevalence(probabilities, rule)
    return estimates
