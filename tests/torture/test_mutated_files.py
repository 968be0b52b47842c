"""Files of every format, changed at random by a fixed seed: read, or refused in our words; never a crash or hang.

Two of each by default; `make torture` sets RADIOGENE_TORTURE to what fits an hour.
"""

import os
import random
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from ct.dicom_writers import SyntheticSeries, write_enhanced
from ct.nodule_objects import Roi, ball_on, epad_seg, saved, structure_set
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError
from radiogene.parallel.guarded_child import HAS_GUARD, GuardedChild, Limits
from torture.mutation import mutate_element, mutated

pytestmark = pytest.mark.skipif(not HAS_GUARD, reason="children with limits are POSIX")

FILES_OF_EACH = int(os.environ.get("RADIOGENE_TORTURE", "2"))

SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "rle": RLELossless,
}
SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".mha")
MARKINGS = ("seg", "rtstruct", "mask.nii.gz", "mask.nrrd")

FORMATS = (*SYNTAXES, "enhanced", *SUFFIXES, *MARKINGS)


@pytest.fixture(scope="module")
def child():
    made = GuardedChild(Limits(seconds=300, address_bytes=4 * 2**30))
    yield made
    made.close()


def outcome_of(ct, nodule=None):
    """`read`, or the name of the refusal; what is no refusal of ours is raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scan = open_scan(ct, ScanOptions())
            scan.read_slices(0, scan.grid.shape_ijk[2])
            if nodule is not None:
                locate_nodule(nodule, scan)
    except RadiogeneError as error:
        return type(error).__name__
    return "read"


def image(volume):
    made = SimpleITK.GetImageFromArray(volume)
    made.SetSpacing((0.8, 1.1, 2.0))
    made.SetOrigin((-10.0, 5.0, 30.0))
    return made


def written(kind: str, folder: Path) -> tuple[Path, str | None, Path]:
    """The scan, the marking and the file that is changed."""
    if kind in SYNTAXES or kind in MARKINGS or kind == "enhanced":
        ct = folder / "ct"
        series = SyntheticSeries(slices=40, transfer_syntax=SYNTAXES.get(kind, ExplicitVRLittleEndian))
        if kind == "enhanced":
            ct.mkdir(parents=True)
            path = ct / "enhanced.dcm"
            write_enhanced(series, path)
            return ct, None, path
        paths = series.write(ct)
        if kind in SYNTAXES:
            return ct, None, paths[3]
        scan = open_scan(ct, ScanOptions())
        middle = scan.grid.to_lps_mm([[8, 7, 20]])[0]
        ball = ball_on(scan.grid, middle, 4.0)
        if kind.startswith("mask"):
            path = folder / kind
            of_ball = SimpleITK.GetImageFromArray(ball.astype(np.uint8))
            of_ball.SetSpacing(scan.grid.spacing_mm.tolist())
            of_ball.SetOrigin(scan.grid.affine_lps_mm[:3, 3].tolist())
            of_ball.SetDirection(scan.grid.directions_lps.ravel().tolist())
            SimpleITK.WriteImage(of_ball, str(path))
        else:
            square = np.array([[-3, -3, 0], [3, -3, 0], [3, 3, 0], [-3, 3, 0]]) + middle
            path = folder / f"{kind}.dcm"
            dataset = epad_seg(scan, ball) if kind == "seg" else structure_set(scan, [Roi("nodule", [square])])
            saved(dataset, path)
        return ct, str(path), path
    path = folder / f"scan{kind}"
    noise = np.random.default_rng(1).integers(-1000, 400, (40, 30, 20), dtype=np.int16)
    SimpleITK.WriteImage(image(noise), str(path))
    return path, None, path


@pytest.mark.parametrize("kind", FORMATS)
def test_changed_files_are_read_or_refused_in_our_words(kind, tmp_path, child):
    ct, nodule, path = written(kind, tmp_path)
    whole = path.read_bytes()
    assert outcome_of(ct, nodule) == "read"
    draws = random.Random(zlib.crc32(kind.encode()))
    for number in range(FILES_OF_EACH):
        path.write_bytes(whole)
        if path.suffix == ".dcm" and number % 2:
            mutate_element(path, draws)
        else:
            path.write_bytes(mutated(whole, draws))
        outcome = child.run(outcome_of, ct, nodule)
        if not isinstance(outcome, str):
            kept = Path(os.environ.get("RADIOGENE_TORTURE_KEPT", str(tmp_path))) / f"{number}-{path.name}"
            kept.write_bytes(path.read_bytes())
            pytest.fail(f"{kind}, file {number}: {outcome.reason}; the file is {kept}")
