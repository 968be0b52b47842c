"""Nodules with their views and the activation maps of one gene: what Figures 7, 8, 11 and 12 are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.row import patient_labels
from radiogene.ct.nine_views import View, ViewSampling, cut_views, views_named
from radiogene.errors import SettingsError
from radiogene.explanation.map_mass import MAJORITY, MapMass, map_mass, segment_views
from radiogene.explanation.model_maps import ExplainedModel
from radiogene.model.inference import sampler_of

DISPLAY_PIXELS = 128
"""Pixels of a view in print."""


@dataclass(frozen=True, eq=False)
class NoduleMaps:
    """One patient's largest nodule as one gene's maps see it; nothing in it names a patient.

    Attributes:
        gene: whose maps.
        views: the model's, in order.
        views_vhw: (V, P, P) HU, cut with the default sampling for print.
        maps_vhw: (V, S, S) from 0 to 1 over all views together.
        map_sampling: how the network cut the views that the maps belong to.
        mutant: the known status; None where it is unknown.
        outline_vhw: (V, P, P) which pixels of `views_vhw` are the nodule's; None where it was marked by a point.
        mass: how much of the maps lies on the nodule; None where it was marked by a point.
    """

    gene: str
    views: tuple[View, ...]
    views_vhw: NDArray[np.float32]
    maps_vhw: NDArray[np.float32]
    map_sampling: ViewSampling
    mutant: bool | None
    outline_vhw: NDArray[np.bool_] | None = None
    mass: MapMass | None = None

    def position_of(self, view: str) -> int:
        """Where the view of that name stands.

        Raises:
            SettingsError: the model has no such view.
        """
        names = [own.name for own in self.views]
        if view not in names:
            raise SettingsError(f"No view {view!r} among those of the model: expected one of {', '.join(names)}.")
        return names.index(view)


def nodule_maps(
    model: ExplainedModel, cohort: PreparedCohort, positions: Sequence[int], gene: str
) -> tuple[NoduleMaps, ...]:
    """The largest nodules of some patients with one gene's maps, the mean over the model's members.

    Args:
        model: networks and settings.
        cohort: patients with cubes.
        positions: of the patients in the cohort.
        gene: whose maps.

    Raises:
        SettingsError: the model does not predict the gene.
    """
    facts = model.facts
    if gene not in facts.genes:
        raise SettingsError(f"No maps of {gene}: the model predicts {', '.join(facts.genes)}.")
    views, sampler = views_named(facts.view_names), sampler_of(facts)
    labels = patient_labels(cohort.rows, (gene,))
    found = []
    for position in positions:
        row, cube, segment = cohort.patients[position], cohort.cube(position), cohort.segment(position)
        maps = model.maps(cube, row)[gene].maps_vhw
        label = labels[row.patient_id][gene]
        found.append(
            NoduleMaps(
                gene=gene,
                views=views,
                views_vhw=cut_views(cube.astype(np.float32), DISPLAY_PIXELS, views=views),
                maps_vhw=maps,
                map_sampling=facts.view_sampling,
                mutant=None if label is None else label == 1,
                outline_vhw=None if segment is None else _display_outline(segment, views),
                mass=None if segment is None else map_mass(maps, segment_views(segment, sampler)),
            )
        )
    return tuple(found)


def drawn_positions(labels: NDArray[np.int8], count: int, seed: int) -> tuple[int, ...]:
    """Positions of patients drawn by seed, half of them mutant and half wild type; mutants first.

    An odd one is a mutant; where one kind is too few, all of it is taken.

    Args:
        labels: (N,) 1 mutant, 0 wild type, -1 unknown (never drawn).
        count: how many in all.
        seed: of the draw.
    """
    drawn: list[int] = []
    for status, wanted in ((1, (count + 1) // 2), (0, count // 2)):
        candidates = np.random.default_rng([seed, status]).permutation(np.flatnonzero(labels == status))
        drawn += candidates[:wanted].tolist()
    return tuple(drawn)


def _display_outline(segment_zyx: NDArray[np.bool_], views: tuple[View, ...]) -> NDArray[np.bool_]:
    share = cut_views(segment_zyx.astype(np.float32), DISPLAY_PIXELS, views=views)
    return np.asarray(share >= MAJORITY)
