"""The prediction as a Secondary Capture, which every PACS shows: the whole slice, the probabilities, the warnings."""

import textwrap
from collections.abc import Iterator

import numpy as np
from highdicom import UID, CoordinateSystemNames
from highdicom.sc import SCImage
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radiogene import __version__
from radiogene.ct.contact_sheet import MARK
from radiogene.report.answer_words import answer_words
from radiogene.report.case_report import ReportedCase
from radiogene.report.case_section import synthetic_sentence
from radiogene.report.dicom.equipment import MANUFACTURER, NOT_A_MEDICAL_DEVICE, Equipment, as_research
from radiogene.report.dicom.source_series import SourceSeries
from radiogene.report.numbers import percent, values_text
from radiogene.report.slice_sheet import draw_slice

SERIES_NUMBER = 9303
INCHES, DOTS_PER_INCH = (13.0, 8.0), 110
LARGE_POINTS, POINTS, SMALL_POINTS = 19.0, 10.0, 8.5
TEXT_CHARACTERS = 66
LARGEST_LINES = 44
"""What fits below each other; what is left is counted and stands in the structured report."""


def summary_image(source: SourceSeries, case: ReportedCase, equipment: Equipment) -> SCImage:
    """The image, of the patient and the study of the CT.

    Args:
        source: the CT.
        case: what to show.
        equipment: that writes it.
    """
    written = SCImage.from_ref_dataset(
        ref_dataset=source.first,
        pixel_array=summary_pixels(case),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system=CoordinateSystemNames.PATIENT,
        series_instance_uid=UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        patient_orientation=("L", "P"),
    )
    as_research(written, equipment, "summary, predicted from CT")
    # A page has no direction in the patient; the type 2 element stays empty.
    written.PatientOrientation = []
    written.BodyPartExamined = "CHEST"
    written.BurnedInAnnotation = "NO"
    written.ImageComments = NOT_A_MEDICAL_DEVICE
    return written


def summary_pixels(case: ReportedCase) -> NDArray[np.uint8]:
    """The summary as (rows, columns, 3) RGB; nothing in it names a patient.

    Args:
        case: what to show.
    """
    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="black")
    if case.shown_slice is not None:
        height_mm, width_mm = case.shown_slice.size_mm
        high = 0.92
        wide = high * width_mm / height_mm * INCHES[1] / INCHES[0]
        draw_slice(figure.add_axes((0.02, 0.04, min(wide, 0.52), high)), case.shown_slice)
    y = 0.95
    for words, points, colour in _lines(case):
        figure.text(0.58, y, words, fontsize=points, color=colour, va="top", family="DejaVu Sans")
        y -= points * 1.42 / 72 / INCHES[1]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _lines(case: ReportedCase) -> Iterator[tuple[str, float, str]]:
    """Lines of text with their size and colour."""
    result = case.result
    yield NOT_A_MEDICAL_DEVICE.split(". ")[0], POINTS, MARK
    if synthetic := synthetic_sentence(result.nodule, result.model):
        for line in textwrap.wrap(f"SYNTHETIC. {synthetic}", TEXT_CHARACTERS):
            yield line, POINTS, MARK
    yield "", SMALL_POINTS, "white"
    for gene, of_gene in result.genes.items():
        yield f"{gene} mutation, predicted from CT: {percent(of_gene.probability)}", LARGE_POINTS * 0.8, "white"
        yield f"call {of_gene.call}, threshold {percent(of_gene.threshold)}", POINTS, "0.85"
        for name, words in answer_words(of_gene).items():
            for line in textwrap.wrap(f"{name}: {words}", TEXT_CHARACTERS):
                yield line, SMALL_POINTS, "0.75"
        yield "", SMALL_POINTS, "white"
    if case.clinical:
        entered = ", ".join(f"{name} {value}" for name, value in case.clinical.items())
        yield f"Entered: {entered}", SMALL_POINTS, "0.75"
    if result.nodule is not None:
        yield f"Nodule at LPS {values_text(result.nodule.centre_lps_mm, 1, ', ')} mm", SMALL_POINTS, "0.75"
    yield f"radiogene {__version__}, weights {result.model.weights_sha256[:12]}", SMALL_POINTS, "0.75"
    yield "", SMALL_POINTS, "white"
    lines = [
        line
        for warning in result.warnings
        for line in textwrap.wrap(warning, TEXT_CHARACTERS, initial_indent="! ", subsequent_indent="  ")
    ]
    for line in lines[:LARGEST_LINES]:
        yield line, SMALL_POINTS, MARK
    if len(lines) > LARGEST_LINES:
        yield "More warnings stand in the structured report.", SMALL_POINTS, MARK
