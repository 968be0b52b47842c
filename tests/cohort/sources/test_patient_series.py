"""The choice of a patient's series: what is ruled out, what goes first, and what a marking overrules."""

from datetime import date

import pytest

from cohort.sources.series_examples import geometry, segmentation, series
from radiogene.cohort.sources.series.patient_series import choose_patient_series
from radiogene.cohort.sources.series.series_rules import SeriesWishes

PET = series("pet", "AXIAL PET", 257, study="petct", modality="PT")


def chosen(*found, markings=(), ct_date=None, **wishes):
    choice = choose_patient_series(found, markings, ct_date=ct_date, wishes=SeriesWishes(**wishes))
    return choice.chosen and choice.chosen.name


@pytest.mark.parametrize(
    ("description", "images", "reason"),
    [
        ("SCOUT", 1, "localiser"),
        ("coronals", 150, "coronal, not axial"),
        ("SAG CT", 400, "sagittal, not axial"),
        ("Chest  7.0  MIP  Axial", 160, "projection images"),
        ("Processed Images", 160, "processed or fused"),
        ("LUNG", 20, "20 images"),
        ("5MM CAP", 127, "slices of 5 mm"),
        ("1.25MM ABDPEL", 361, "another region"),
        ("1.25MM DELAYS", 361, "delayed"),
        ("CTAC", 263, "PET-CT"),
    ],
)
def test_what_is_never_taken_by_itself_says_why(description, images, reason):
    choice = choose_patient_series([series("a", description, images)], [])
    assert choice.chosen is None
    assert reason in choice.passed_over[0].reason


def test_the_ct_of_a_pet_ct_is_taken_only_when_asked_and_last():
    ct = series("fusion", "CT FUSION", 263, study="petct")
    lung = series("lung", "2.5 RECON LUNGS", 106, study="petct")
    unnamed = series("unnamed", "CT SLICES", 515, study="petct")
    assert chosen(PET, ct, unnamed) is None
    assert chosen(PET, ct, unnamed, allow_pet_ct=True) == "unnamed"
    assert chosen(PET, ct, lung, unnamed, allow_pet_ct=True) == chosen(PET, ct, lung, unnamed) == "lung"


def test_a_study_named_a_pet_ct_is_one_though_its_pet_is_not_there():
    assert chosen(series("a", "CT SLICES", 515, study_description="PETCT WHOLE BODY")) is None
    assert chosen(series("a", "CT SLICES", 515, study_description="CT CHEST WO")) == "a"


def test_thin_before_thick_and_the_wished_kernel_among_equally_thin():
    lung, soft = series("lung", "Thorax  1.0  B70f", 538), series("soft", "Thorax  1.0  B31f", 538)
    thick = series("thick", "THORAX LUNG 2MM", 160)
    assert chosen(thick, soft, lung) == "lung"
    assert chosen(thick, soft, lung, kernel="soft") == "soft"
    assert chosen(thick, soft) == "soft"
    assert chosen(thick, soft, thickest_mm=0.8) is None


def test_gated_and_unnamed_series_go_last():
    gated = series("gated", "Gated Chest  1.0  B25f  BestDiast 70", 372)
    unnamed, chest = series("unnamed", "4", 280), series("chest", "Chest  2.0", 112)
    assert chosen(gated, unnamed) == "unnamed"
    assert chosen(unnamed, chest) == "chest"


def test_the_study_of_the_ct_date_then_the_earliest():
    early, late = series("early", "THINS", study="1", day=1), series("late", "THINS", study="2", day=20)
    assert chosen(late, early) == "early"
    assert chosen(late, early, ct_date=date(1994, 8, 19)) == "late"
    choice = choose_patient_series([late, early], [])
    assert choice.notes == ("2 studies hold a candidate; the earliest was taken",)
    far = choose_patient_series([late], [], ct_date=date(1994, 1, 1))
    assert far.notes == ("its study is of another day than the CT date 1994-01-01",)


def test_a_marking_in_the_study_goes_before_everything_else_and_overrules_doubts():
    thin = series("thin", "THIN LUNG WINDOW", 300, study="other")
    thick = series("thick", "5MM CHEST", 60)
    choice = choose_patient_series([thin, thick], [segmentation()])
    assert choice.chosen == thick
    assert "although slices of 5 mm" in choice.notes[0]
    assert choice.passed_over[0].reason == "the nodule is not marked on it"


def test_of_several_series_of_a_marked_study_the_images_must_tell():
    lung, soft = series("lung", "THIN LUNG WINDOW"), series("soft", "THIN STANDARD WINDOW")
    listed = choose_patient_series([lung, soft], [segmentation()])
    assert listed.chosen == lung
    assert "only the images tell" in listed.notes[-1]
    with_images = choose_patient_series([lung, soft], [segmentation(referenced=("soft",))])
    assert (with_images.chosen, with_images.notes) == (soft, ())


def test_a_marking_of_a_series_that_is_not_there_is_a_problem_and_the_rest_goes_on():
    choice = choose_patient_series([series("a", "THINS")], [segmentation(referenced=())])
    assert choice.chosen is not None
    assert choice.markings == ()
    assert choice.problems == ("SEG seg refers to a series that is not there",)
    of_localiser = choose_patient_series([series("a", "SCOUT", 1)], [segmentation(referenced=("a",))])
    assert "cannot be taken: localiser" in of_localiser.problems[0]


def test_headers_tell_more_than_words():
    coronal = series("a", "THINS", geometry=geometry("coronal"))
    thick = series("b", "THINS", geometry=geometry(step_mm=5.0))
    short = series("c", "THINS", geometry=geometry(length_mm=40.0))
    odd = series("d", "THINS", geometry=geometry(fault="pixels are no Hounsfield units"))
    reasons = [choose_patient_series([one], []).passed_over[0].reason for one in (coronal, thick, short, odd)]
    assert reasons[0] == "coronal, not axial"
    assert "slices of 5 mm" in reasons[1]
    assert "40 mm long" in reasons[2]
    assert reasons[3] == "pixels are no Hounsfield units"
    reformat = series("e", "0.625 DMPR", geometry=geometry())
    assert chosen(reformat) == "e"
    assert chosen(series("e", "0.625 DMPR")) is None


def test_the_order_of_files_decides_nothing_and_a_toss_is_said():
    first, second = series("1.2", "IN REACH"), series("1.3", "IN REACH")
    assert chosen(first, second) == chosen(second, first) == "1.2"
    assert choose_patient_series([second, first], []).notes == ("by no rule better than 1.3",)
