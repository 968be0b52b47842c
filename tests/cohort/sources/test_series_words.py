"""What descriptions say, in the words of real scanners."""

import pytest

from radiogene.cohort.sources.series.series_words import kernel_kind, read_description


@pytest.mark.parametrize(
    ("description", "thickness_mm"),
    [
        ("Chest  1.0  B45f", 1.0),
        ("1.25MM CHEST BONE PLUS", 1.25),
        (".625 mm Chest", 0.625),
        ("AXIAL LUNG MIPS 7x2MM B45f", 7.0),
        ("CHEST WITH 5 X 5", 5.0),
        ("CT Atten Cor Head In 3.75thk", 3.75),
        ("2.5 RECON LUNGS", 2.5),
        ("AX 1.25", 1.25),
        ("5MM CAP", 5.0),
        ("CT Thick Axials 2.5mm", 2.5),
        ("THIN LUNG WINDOW", None),
        ("CTAC Large FOV 70", None),
        ("Recon 2: CHEST", None),
        ("", None),
    ],
)
def test_thickness(description, thickness_mm):
    assert read_description(description).thickness_mm == thickness_mm


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Thorax  1.0  B45f", "lung"),
        ("Chest  5.0  B31f", "soft"),
        ("I70f\\2", "lung"),
        ("Br40d\\3", "soft"),
        ("Thorax 1.0 Br40 S3", "soft"),
        ("Bl57d\\3", "lung"),
        ("Qr40", "soft"),
        ("Br59f", "lung"),
        ("YA", "lung"),
        ("THIN STANDARD WINDOW", "soft"),
        ("1.25MM CHEST BONE PLUS", "lung"),
        ("LUNG", "lung"),
        ("BONEPLUS", "lung"),
        ("STANDARD", "soft"),
        ("FC51", "lung"),
        ("FC08", "soft"),
        ("L", "lung"),
        ("B", "soft"),
        ("CHEST 1.25MM", None),
    ],
)
def test_kernel(text, kind):
    assert kernel_kind(text) == kind


@pytest.mark.parametrize(
    ("description", "plane"),
    [
        ("coronals 40", "coronal"),
        ("COR CT", "coronal"),
        ("SAG CT", "sagittal"),
        ("Lung 2x2 Sagittals", "sagittal"),
        ("CT Thick Axials 2.5mm", "axial"),
        ("0.625  DMPR On  SS50", "oblique"),
        ("CHEST RECORDED", None),
        ("Chest  1.0  B45f", None),
    ],
)
def test_plane(description, plane):
    assert read_description(description).plane == plane


@pytest.mark.parametrize(
    ("description", "says"),
    [
        ("SCOUT", {"is_localiser"}),
        ("Topogram  0.6  T20s", {"is_localiser"}),
        ("AXIAL MIP", {"is_projection"}),
        ("Processed Images", {"is_processed"}),
        ("FUSED SAG", {"is_processed"}),
        ("CTAC", {"is_attenuation"}),
        ("AC CT WB", {"is_attenuation"}),
        ("CT_SLICES", set()),
        ("CT FUSION", {"is_attenuation"}),
        ("ABD/PEL  1.0  B31f", {"is_other_region"}),
        ("A/P 1MM", {"is_other_region"}),
        ("ST C/A/P 5MM", {"is_chest"}),
        ("CHEST ABD PELVIS", {"is_chest"}),
        ("Chest_Screen  1.0  B45f", {"is_chest"}),
        ("5MM DELAYS STD", {"is_delayed"}),
        ("BEST SYSTOLIC 38 %", {"is_gated"}),
        ("THINS", {"is_thin"}),
        ("ACTIVE", set()),
    ],
)
def test_what_else_a_description_says(description, says):
    words = read_description(description)
    assert {name for name, value in vars(words).items() if value is True} == says
