"""The part of a page that shows one case: probabilities, views, activation maps, view weights, facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from radiogene.ct.geometry_report import GeometryReport
from radiogene.decision.decision import MUTANT, WILD_TYPE
from radiogene.prediction.result import GeneResult, ModelIdentity, Spread
from radiogene.report.answer_words import answer_words
from radiogene.report.case_report import ReportedCase
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.numbers import percent, value_text, values_text
from radiogene.report.slice_sheet import slice_sheet, slice_words
from radiogene.report.view_sheets import activation_sheet, views_sheet

LUNG_WINDOW_WORDS = "lung window, centre −600 HU, width 1500 HU"

SCANNER_FACTS = {
    "manufacturer": "{}",
    "model": "{}",
    "kernel": "kernel {}",
    "kvp": "{} kVp",
    "slice_thickness_mm": "slices {} mm thick",
    "format": "{} file",
}
"""Facts of a scan that a reader needs, in order; no others are shown."""

KINDS = {
    "point": "a point",
    "dicom-seg": "DICOM segmentation",
    "rtstruct": "DICOM RT structure set",
    "mask": "mask volume",
}

HASH_CHARACTERS = 12

Facts = dict[str, str]
"""Words by what they say."""


@dataclass(frozen=True)
class GeneCard:
    """One gene of a case.

    Attributes:
        name: of the gene.
        probability, threshold, call, spread: of the result.
        truth: the status where it is known.
        words: what stands behind the probability.
        maps_png: the activation maps as a data address.
        maps_empty: True where no view has any activation.
    """

    name: str
    probability: float
    threshold: float
    call: str
    spread: Spread | None
    truth: str | None
    words: Facts
    maps_png: str | None
    maps_empty: bool

    @property
    def right(self) -> bool | None:
        """Whether the call is right; None where the status is not known."""
        return self.call == self.truth if self.truth in (MUTANT, WILD_TYPE) else None


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
    joint: Facts
    warnings: tuple[str, ...]
    synthetic: str | None
    slice_png: str | None
    slice_words: str | None
    views_png: str | None
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
        genes=tuple(_gene(name, of_gene, case) for name, of_gene in result.genes.items()),
        joint={name: percent(share) for name, share in (result.joint or {}).items()},
        warnings=result.warnings,
        synthetic=synthetic_sentence(result.nodule, result.model),
        slice_png=None if case.shown_slice is None else png_data_uri(slice_sheet(case.shown_slice)),
        slice_words=None if case.shown_slice is None else slice_words(case.shown_slice),
        views_png=None if case.views_vhw is None else png_data_uri(views_sheet(case.views_vhw, case.views)),
        window=LUNG_WINDOW_WORDS,
        weights=_weights(case) if case.view_weights else None,
        clinical=case.clinical,
        geometry={} if result.nodule is None else geometry_facts(result.nodule),
        model=model_facts(result.model),
    )


def _gene(name: str, of_gene: GeneResult, case: ReportedCase) -> GeneCard:
    maps, image = case.maps.get(name), None
    if maps is not None and case.views_vhw is not None:
        image = png_data_uri(activation_sheet(case.views_vhw, maps, case.views, case.map_sampling))
    return GeneCard(
        name=name,
        probability=of_gene.probability,
        threshold=of_gene.threshold,
        call=of_gene.call,
        spread=of_gene.spread,
        truth=case.truth.get(name),
        words=answer_words(of_gene),
        maps_png=image,
        maps_empty=maps is not None and not bool(maps.any()),
    )


def _weights(case: ReportedCase) -> ViewWeightBars:
    genes = tuple(case.result.genes)
    largest = max(share for gene in genes for share in case.view_weights[gene].values())
    rows = tuple((view.name, tuple(case.view_weights[gene][view.name] for gene in genes)) for view in case.views)
    return ViewWeightBars(genes, rows, largest or 1.0)


def geometry_facts(nodule: GeometryReport) -> Facts:
    """Where the nodule is and how it was found.

    Args:
        nodule: `PredictionResult.nodule`.
    """
    marked = nodule.nodule
    facts = {
        "Centre, LPS": f"{values_text(nodule.centre_lps_mm, 1, ', ')} mm",
        "Centre, voxel": f"{values_text(nodule.centre_ijk, 1, ', ')} (column, row, slice)",
        "Voxel size": f"{values_text(nodule.spacing_mm, 3, ' × ')} mm",
        "Scan size": " × ".join(str(count) for count in nodule.shape_ijk) + " voxels",
        "Outside the scan": f"{percent(nodule.share_outside)} of the 64 mm cube",
        "Marked by": KINDS.get(marked.kind, marked.kind),
    }
    if marked.segment is not None:
        facts["Segment"] = marked.segment
    if marked.extent_mm is not None:
        facts["Extent"] = f"{values_text(marked.extent_mm, 1, ' × ')} mm (L × P × H)"
    if marked.volume_ml is not None:
        facts["Volume"] = f"{value_text(marked.volume_ml, 2)} ml"
    scanner = [words.format(v) for key, words in SCANNER_FACTS.items() if (v := nodule.facts.get(key)) is not None]
    if scanner:
        facts["Scan"] = ", ".join(scanner)
    facts["Decisions"] = "; ".join(nodule.decisions) or "none were needed"
    return facts


def model_facts(model: ModelIdentity) -> Facts:
    """Which model said so.

    Args:
        model: `PredictionResult.model`.
    """
    system = {"Network": f"MMDL, preset {model.preset}, backbone {model.backbone}"}
    return {
        **(system if model.preset else {"System": model.title}),
        "Kind": f"{model.kind}, {model.members} members" if model.members > 1 else model.kind,
        "Weights": f"SHA-256 {model.weights_sha256[:HASH_CHARACTERS]}",
        "Clinical values": ", ".join(model.clinical_columns) or "none: image only",
        "Trained on": "synthetic patients" if model.synthetic else "patients",
    }


def synthetic_sentence(nodule: GeometryReport | None, model: ModelIdentity) -> str | None:
    """What is synthetic, and what follows; None where nothing is."""
    scan = nodule is not None and nodule.synthetic
    if scan and model.synthetic:
        return "The scan is of no patient, and the model was trained on synthetic patients."
    if model.synthetic:
        return "The model was trained on synthetic patients: its probabilities mean nothing for a real patient."
    return "The scan is of no patient." if scan else None
