"""One case as its page shows it: the result, views, activation maps where the model has any, and what was put in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.row import PatientRow
from radiogene.ct.nine_views import NINE_VIEWS, View, ViewSampling, cut_views, views_named
from radiogene.ct.preparation import PreparedNodule, stored_cube
from radiogene.ct.whole_slice import WholeSlice
from radiogene.errors import SettingsError
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.result import PredictionResult

DISPLAY_PIXELS = 128
"""Pixels of a view in print."""


@dataclass(frozen=True, eq=False)
class ReportedCase:
    """Everything that a page says of one nodule; nothing in it names a patient.

    Attributes:
        result: probabilities, geometry, warnings and the model's identity.
        views_vhw: (V, S, S) HU, cut with the default sampling; S of 64 to 128 is enough for print; None without a scan.
        maps: per gene, the activation maps (V, h, w) from 0 to 1; none of a system without a network on views.
        view_weights: per gene, the share of each view by name, a property of the model; none where there are no maps.
        views: the model's views, in order.
        map_sampling: how the network cut the views that the maps belong to.
        clinical: what was entered, in words: {"age": "63 years", "sex": "female"}.
        truth: per gene, the status where it is known; only a demonstration shows it.
        shown_slice: the whole slice around the nodule; None where only a cube is at hand.

    Raises:
        SettingsError: images, maps or weights that do not fit the views or the genes.
    """

    result: PredictionResult
    views_vhw: NDArray[np.floating] | None
    maps: Mapping[str, NDArray[np.floating]]
    view_weights: Mapping[str, Mapping[str, float]]
    views: tuple[View, ...] = NINE_VIEWS
    map_sampling: ViewSampling = ViewSampling.STRETCHED
    clinical: Mapping[str, str] = field(default_factory=dict)
    truth: Mapping[str, str] = field(default_factory=dict)
    shown_slice: WholeSlice | None = None

    def __post_init__(self) -> None:
        genes, names = set(self.result.genes), {view.name for view in self.views}
        if self.views_vhw is not None and (self.views_vhw.ndim != 3 or len(self.views_vhw) != len(self.views)):
            raise SettingsError(f"Images of shape {self.views_vhw.shape}: expected {len(self.views)} views.")
        if not self.maps and not self.view_weights:
            return
        if set(self.maps) != genes or set(self.view_weights) != genes:
            raise SettingsError(
                f"Activation maps of {sorted(self.maps)} and view weights of {sorted(self.view_weights)}: expected "
                f"those of {sorted(genes)}."
            )
        for gene in self.result.genes:
            maps = self.maps[gene]
            if maps.ndim != 3 or len(maps) != len(self.views) or not (0 <= maps.min() <= maps.max() <= 1):
                raise SettingsError(
                    f"Activation maps of {gene} with shape {maps.shape}, from {maps.min():g} to {maps.max():g}: "
                    f"expected {len(self.views)} maps from 0 to 1."
                )
            if set(self.view_weights[gene]) != names:
                raise SettingsError(
                    f"View weights of {gene} for {sorted(self.view_weights[gene])}: expected {sorted(names)}."
                )

    @property
    def is_synthetic(self) -> bool:
        """True where the scan or a training patient is synthetic."""
        return self.result.synthetic


def reported_case(
    predictor: Predictor,
    prepared: PreparedNodule | None,
    row: PatientRow,
    result: PredictionResult,
    truth: dict[str, str] | None = None,
) -> ReportedCase:
    """The case with its views and activation maps.

    Args:
        predictor: the model that made `result`.
        prepared: the nodule; None where no scan was given.
        row: the clinical values that were entered.
        result: of this nodule.
        truth: per gene, the status where it is known; for demonstrations.
    """
    facts = predictor.facts
    views, maps, sampling = NINE_VIEWS, {}, ViewSampling.STRETCHED
    if isinstance(facts, NineViewFacts) and prepared is not None:
        views, sampling = views_named(facts.view_names), facts.view_sampling
        maps = _maps(predictor, prepared, row)
    return ReportedCase(
        result=result,
        views_vhw=None if prepared is None else cut_views(prepared.cube_hu, DISPLAY_PIXELS, views=views),
        maps=maps,
        view_weights=facts.view_weights if isinstance(facts, NineViewFacts) else {},
        views=views,
        map_sampling=sampling,
        clinical=_entered(row, facts.columns),
        truth=truth or {},
        shown_slice=None if prepared is None else prepared.shown_slice,
    )


def _maps(predictor: Predictor, prepared: PreparedNodule, row: PatientRow) -> dict[str, NDArray[np.float32]]:
    """Per gene, the activation maps (V, h, w) of a nine-view network."""
    from radiogene.explanation.model_maps import explained_model

    maps = explained_model(predictor.model.method).maps(stored_cube(prepared.cube_hu), row)
    return {gene: of_gene.maps_vhw for gene, of_gene in maps.items()}


def _entered(row: PatientRow, columns: tuple[str, ...]) -> dict[str, str]:
    """The model's clinical values of a case, in words."""
    words = {
        "age": None if row.age_years is None else f"{row.age_years:g} years",
        "sex": row.sex,
        "smoking": None if row.smoking is None else (row.smoking_status or ("yes" if row.smoking else "no")),
    }
    return {column: (words[column] if column in words else row.extra.get(column)) or "unknown" for column in columns}
