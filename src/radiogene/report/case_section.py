"""The part of a page that shows one case: probabilities, views, activation maps, view weights, facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiogene.prediction.result import GeneResult, Spread
from radiogene.report.case_facts import Facts, geometry_facts, model_facts, synthetic_sentence
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.reported_case import ReportedCase
from radiogene.report.view_sheets import activation_sheet, views_sheet

LUNG_WINDOW_WORDS = "lung window, centre −600 HU, width 1500 HU"


@dataclass(frozen=True)
class GeneCard:
    """One gene of a case.

    Attributes:
        name: of the gene.
        probability, threshold, call, spread: of the result.
        truth: the status where it is known.
        maps_png: the activation maps as a data address.
        maps_empty: True where no view has any activation.
    """

    name: str
    probability: float
    threshold: float
    call: str
    spread: Spread | None
    truth: str | None
    maps_png: str | None
    maps_empty: bool


@dataclass(frozen=True)
class ViewWeightBars:
    """The bar chart of view weights.

    Attributes:
        genes: in the order of each row's shares.
        rows: each view's name with its share per gene.
        largest: share; bars are drawn relative to it.
    """

    genes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    largest: float


@dataclass(frozen=True)
class CaseSection:
    """The values that the template `case.html.j2` asks for."""

    genes: tuple[GeneCard, ...]
    warnings: tuple[str, ...]
    synthetic: str | None
    views_png: str
    window: str
    weights: ViewWeightBars | None
    clinical: Mapping[str, str]
    geometry: Facts
    model: Facts


def case_section(case: ReportedCase) -> CaseSection:
    """What a page shows of one case.

    Args:
        case: what to show.
    """
    result = case.result
    return CaseSection(
        genes=tuple(_gene(name, found, case) for name, found in result.genes.items()),
        warnings=result.warnings,
        synthetic=synthetic_sentence(result.nodule, result.model),
        views_png=png_data_uri(views_sheet(case.views_vhw, case.views)),
        window=LUNG_WINDOW_WORDS,
        weights=_weights(case) if case.view_weights else None,
        clinical=case.clinical,
        geometry=geometry_facts(result.nodule),
        model=model_facts(result.model),
    )


def _gene(name: str, found: GeneResult, case: ReportedCase) -> GeneCard:
    maps, image = case.maps.get(name), None
    if maps is not None:
        image = png_data_uri(activation_sheet(case.views_vhw, maps, case.views, case.map_sampling))
    return GeneCard(
        name=name,
        probability=found.probability,
        threshold=found.threshold,
        call=found.call,
        spread=found.spread,
        truth=case.truth.get(name),
        maps_png=image,
        maps_empty=maps is not None and not bool(maps.any()),
    )


def _weights(case: ReportedCase) -> ViewWeightBars:
    genes = tuple(case.result.genes)
    largest = max(share for gene in genes for share in case.view_weights[gene].values())
    rows = tuple((view.name, tuple(case.view_weights[gene][view.name] for gene in genes)) for view in case.views)
    return ViewWeightBars(genes, rows, largest or 1.0)
