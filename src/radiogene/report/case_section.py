"""The part of a page that shows one case: probabilities, views, activation maps, view weights, facts."""

from typing import Any

from radiogene.prediction.result import GeneResult
from radiogene.report.case_facts import geometry_facts, model_facts, synthetic_sentence
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.reported_case import ReportedCase
from radiogene.report.view_sheets import activation_sheet, views_sheet

LUNG_WINDOW_WORDS = "lung window, centre −600 HU, width 1500 HU"


def case_section(case: ReportedCase) -> dict[str, Any]:
    """The values that the template `case.html.j2` asks for.

    Args:
        case: what to show.
    """
    result = case.result
    return {
        "genes": [_gene(name, found, case) for name, found in result.genes.items()],
        "warnings": list(result.warnings),
        "synthetic": synthetic_sentence(result.nodule, result.model),
        "views_png": png_data_uri(views_sheet(case.views_vhw, case.views)),
        "window": LUNG_WINDOW_WORDS,
        "weights": _weights(case) if case.view_weights else None,
        "clinical": dict(case.clinical),
        "geometry": geometry_facts(result.nodule),
        "model": model_facts(result.model),
    }


def _gene(name: str, found: GeneResult, case: ReportedCase) -> dict[str, Any]:
    maps = case.maps.get(name)
    image = (
        maps if maps is None else png_data_uri(activation_sheet(case.views_vhw, maps, case.views, case.map_sampling))
    )
    return {
        "name": name,
        "probability": found.probability,
        "threshold": found.threshold,
        "call": found.call,
        "spread": found.spread,
        "truth": case.truth.get(name),
        "maps_png": image,
        "maps_empty": maps is not None and not bool(maps.any()),
    }


def _weights(case: ReportedCase) -> dict[str, Any]:
    """Rows of the bar chart: each view with its share per gene; bars are drawn relative to the largest share."""
    genes = list(case.result.genes)
    largest = max(share for gene in genes for share in case.view_weights[gene].values())
    rows = [(view.name, [case.view_weights[gene][view.name] for gene in genes]) for view in case.views]
    return {"genes": genes, "rows": rows, "largest": largest or 1.0}
