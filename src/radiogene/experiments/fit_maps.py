"""Activation maps of a fit's fitted network for external nodules."""

from collections.abc import Sequence

from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.planned_fit import FitResult
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.explanation.nodule_maps import NoduleMaps, drawn_positions, nodule_maps
from radiogene.model.nine_view_model import read_nine_view_model

NODULES = 7
"""Columns of the paper's Figures 7, 8, 11 and 12."""


def drawn_nodules(evidence: Evidence, gene: str) -> tuple[int, ...]:
    """Positions of external patients drawn by the experiment's seed, mutants first; the others are wild types."""
    labels = patient_label_table(evidence.external, (gene,))[:, 0]
    return drawn_positions(labels, NODULES, evidence.settings.seed)


def maps_of_fit(evidence: Evidence, result: FitResult, positions: Sequence[int], gene: str) -> tuple[NoduleMaps, ...]:
    """The maps of a fitted nine-view network.

    Args:
        evidence: cohorts, and where fitted systems lie.
        result: of the network's fit.
        positions: of external patients.
        gene: whose maps.
    """
    model = read_nine_view_model(evidence.out / result.model)
    return nodule_maps(ExplainedModel(model.networks, model.facts), evidence.external, positions, gene)
