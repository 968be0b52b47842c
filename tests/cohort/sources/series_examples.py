"""Series and markings of a made-up patient."""

from datetime import date

from radiogene.cohort.sources.series.series_facts import MarkingFacts, SeriesFacts, SeriesGeometry


def series(name, description, images=250, *, study="chest", modality="CT", day=10, geometry=None, **more):
    return SeriesFacts(
        patient_id="p",
        study_uid=study,
        series_uid=name,
        name=name,
        modality=modality,
        images=images,
        description=description,
        study_date=date(1994, 8, day),
        geometry=geometry,
        **more,
    )


def geometry(plane="axial", step_mm=1.0, thickness_mm=1.0, length_mm=300.0, kernel=None, fault=None):
    return SeriesGeometry(plane, step_mm, thickness_mm, length_mm, kernel, fault)


def segmentation(name="seg", study="chest", referenced=None):
    return MarkingFacts(patient_id="p", study_uid=study, series_uid=name, modality="SEG", referenced_series=referenced)
