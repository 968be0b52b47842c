"""The prediction as a Comprehensive 3D SR (TID 1500): probabilities as numbers, with the place that they belong to."""

from collections.abc import Iterator, Sequence

import numpy as np
from highdicom.seg import Segmentation
from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    GraphicTypeValues3D,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    ReferencedSegment,
    RelationshipTypeValues,
    SourceImageForSegmentation,
    TextContentItem,
    TrackingIdentifier,
    VolumeSurface,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from highdicom.uid import UID
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sr.codedict import codes

from radiogene.ct.nodule.location import Nodule
from radiogene.prediction.result import GeneResult, PredictionResult
from radiogene.report.dicom.codes import (
    CALLS,
    COMMENT,
    CT_OF_CHEST,
    GENE,
    LUNG,
    NO_UNITS,
    NODULE,
    WARNING,
    call_concept,
    conformal_concept,
    gene_concept,
    probability_concept,
    threshold_concept,
)
from radiogene.report.dicom.equipment import MANUFACTURER, NOT_A_MEDICAL_DEVICE, Equipment, as_research
from radiogene.report.dicom.source_series import SourceSeries

SERIES_NUMBER = 9301
DECIMALS = 4
"""Of a probability; DS holds 16 characters."""


def structured_report(
    source: SourceSeries,
    result: PredictionResult,
    nodule: Nodule,
    outline: Segmentation | None,
    equipment: Equipment,
) -> Comprehensive3DSR:
    """The report: one finding, the nodule, with a probability, a threshold and a call per gene; never verified.

    Args:
        source: the CT.
        result: what the model says.
        nodule: of which.
        outline: the marking; None for a point.
        equipment: that writes it.
    """
    centre = nodule.centre_lps_mm[np.newaxis]
    image = source.header(source.nearest(nodule.centre_lps_mm))
    finding = VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=UID(), identifier="Nodule 1"),
        finding_type=NODULE,
        finding_sites=[FindingSite(anatomic_location=LUNG)],
        algorithm_id=equipment.algorithm(),
        measurements=list(_measurements(result)),
        qualitative_evaluations=list(_evaluations(result)),
        referenced_segment=_segment(outline, image),
        referenced_volume_surface=_point(centre, image, source.frame_of_reference_uid) if outline is None else None,
    )
    finding[0].ContentSequence.extend(_texts(result))
    device = DeviceObserverIdentifyingAttributes(
        uid=UID(), name="radiogene", manufacturer_name=MANUFACTURER, model_name=equipment.model_name
    )
    content = MeasurementReport(
        observation_context=ObservationContext(
            observer_device_context=ObserverContext(
                observer_type=codes.DCM.Device, observer_identifying_attributes=device
            )
        ),
        procedure_reported=CT_OF_CHEST,
        imaging_measurements=[finding],
    )
    report = Comprehensive3DSR(
        evidence=[image, *([outline] if outline is not None else [])],
        content=content[0],
        series_instance_uid=UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    as_research(report, equipment, "gene mutations predicted from CT")
    return report


def _segment(outline: Segmentation | None, image: Dataset) -> ReferencedSegment | None:
    """The region of an outlined nodule."""
    if outline is None:
        return None
    # highdicom's `from_segmentation` asks each frame for its segment, which a single one has in common.
    return ReferencedSegment(
        sop_class_uid=outline.SOPClassUID,
        sop_instance_uid=outline.SOPInstanceUID,
        segment_number=1,
        source_images=[SourceImageForSegmentation.from_source_image(image)],
    )


def _point(centre: NDArray[np.float64], image: Dataset, frame_of_reference_uid: str) -> VolumeSurface:
    """The region of a nodule that was marked by a point."""
    return VolumeSurface(
        graphic_type=GraphicTypeValues3D.POINT,
        graphic_data=centre,
        frame_of_reference_uid=frame_of_reference_uid,
        source_images=[SourceImageForSegmentation.from_source_image(image)],
    )


def _measurements(result: PredictionResult) -> Iterator[Measurement]:
    for gene, of_gene in result.genes.items():
        for concept, value in (
            (probability_concept(gene), of_gene.probability),
            (threshold_concept(gene), of_gene.threshold),
        ):
            yield Measurement(name=concept, value=round(value, DECIMALS), unit=NO_UNITS)


def _evaluations(result: PredictionResult) -> Iterator[QualitativeEvaluation]:
    for gene, of_gene in result.genes.items():
        yield QualitativeEvaluation(GENE, gene_concept(gene))
        for concept, words in _calls(gene, of_gene):
            yield QualitativeEvaluation(concept, CALLS[words])


def _calls(gene: str, of_gene: GeneResult) -> Iterator[tuple[CodedConcept, str]]:
    yield call_concept(gene), of_gene.call
    if of_gene.conformal is not None:
        yield conformal_concept(gene), of_gene.conformal.set


def _texts(result: PredictionResult) -> Sequence[TextContentItem]:
    """That it is research, and every warning."""
    words = [(COMMENT, NOT_A_MEDICAL_DEVICE), *((WARNING, warning) for warning in result.warnings)]
    return [
        TextContentItem(name=name, value=value, relationship_type=RelationshipTypeValues.CONTAINS)
        for name, value in words
    ]
