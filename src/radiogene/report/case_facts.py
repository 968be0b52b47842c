"""What stands beside the images of a case: geometry, values entered, the model; in words, without identifiers."""

from radiogene.ct.geometry_report import GeometryReport
from radiogene.prediction.result import ModelIdentity
from radiogene.report.numbers import percent, value_text, values_text

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


def synthetic_sentence(nodule: GeometryReport, model: ModelIdentity) -> str | None:
    """What is synthetic, and what follows; None where nothing is."""
    if nodule.synthetic and model.synthetic:
        return "The scan is of no patient, and the model was trained on synthetic patients."
    if model.synthetic:
        return "The model was trained on synthetic patients: its probabilities mean nothing for a real patient."
    return "The scan is of no patient." if nodule.synthetic else None
