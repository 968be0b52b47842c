"""A forest that is finished before another cohort is looked at."""

from patients.external_evaluation import external_report, frozen_forest
from radiogene.cohort.row import PatientRow


def rows(count, prefix):
    """Mutants never smoked; stage as in the other cohort, with a word of its own for the last."""
    return [
        PatientRow(
            patient_id=f"{prefix}{n}",
            age_years=60 + n % 7,
            smoking=n % 3 != 0,
            labels={"EGFR": int(n % 3 == 0)},
            extra={"broad_stage": ("I", "II", "IV" if prefix == "B" else "III")[n % 3]},
        )
        for n in range(count)
    ]


def test_another_cohort_is_told_at_the_training_threshold():
    forest = frozen_forest(rows(45, "A"), "EGFR", ("age", "smoking", "broad_stage"))
    assert forest.threshold.set_on == "out-of-fold"
    report = external_report([forest], rows(30, "B")).genes["EGFR"]
    assert (report.patients, report.mutants) == (30, 10)
    assert report.auc.value == 1.0
    assert report.metrics.sensitivity.value == 1.0
    assert report.threshold == forest.threshold
