"""Small files that stand for gigabytes, or for endless work: refused by name within little memory and time.

Each is read in a child of 3 GB and some minutes, so that a bound that is lost shows as the child's end.
"""

import bz2
import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from ct.dicom_writers import SyntheticSeries
from ct.nodule_objects import Roi, ball_on, epad_seg, grid_of, saved, scan_on, structure_set
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.nodule.location import locate_nodule
from radiogene.ct.open_scan import open_scan
from radiogene.ct.scan import ScanOptions
from radiogene.errors import RadiogeneError
from radiogene.parallel.guarded_child import HAS_GUARD, GuardedChild, Limits

pytestmark = pytest.mark.skipif(not HAS_GUARD, reason="children with limits are POSIX")

BLOCK = bytes(2**24)
GIGABYTES_3 = 192
"""Blocks."""


@pytest.fixture(scope="module")
def child():
    made = GuardedChild(Limits(seconds=300, address_bytes=3 * 2**30))
    yield made
    made.close()


def refusal_of_scan(path):
    """What reading all of a scan is refused with; empty where it is read."""
    try:
        scan = open_scan(path, ScanOptions())
        scan.read_slices(0, scan.grid.shape_ijk[2])
    except RadiogeneError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def refusal_of_table(path):
    try:
        read_cohort(path)
    except RadiogeneError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def zeros_packed(blocks: int, wbits: int) -> bytes:
    """A stream of so many times 16 MB of zeros, packed once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    raw = block * blocks + packer.flush()
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" if wbits > 15 else b"\x78\xda" if wbits > 0 else b""
    return head + raw


def nifti(tmp_path, name, *, sizes=(64, 64, 64), code=64, offset=352.0, body=b""):
    """A NIfTI file of doubles whose body is what follows its header."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *sizes, 1, 1, 1, 1)
    struct.pack_into("<h", header, 70, code)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 0, 0, 0, 0)
    struct.pack_into("<f", header, 108, offset)
    struct.pack_into("<2h", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
    header[344:348] = b"n+1\0"
    path = tmp_path / name
    path.write_bytes(header + body)
    return path


def nifti_of_16_gb(tmp_path):
    return nifti(tmp_path, "a.nii", sizes=(1024, 1024, 2048))


def nifti_packed_of_16_gb(tmp_path):
    path = nifti(tmp_path, "a.nii.gz", sizes=(1024, 1024, 2048))
    path.write_bytes(gzip.compress(path.read_bytes()) + zeros_packed(GIGABYTES_3, 31))
    return path


def nifti_that_goes_on_for_3_gb(tmp_path):
    path = nifti(tmp_path, "a.nii.gz", code=4)
    path.write_bytes(gzip.compress(path.read_bytes()) + zeros_packed(GIGABYTES_3, 31))
    return path


def nifti_that_begins_at_1e20(tmp_path):
    return nifti(tmp_path, "a.nii", code=4, offset=1e20, body=bytes(64**3 * 2))


NRRD = (
    "NRRD0004\ntype: {kind}\ndimension: 3\nspace: left-posterior-superior\nsizes: {sizes}\nencoding: {encoding}\n"
    "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nendian: little\n\n"
)


def nrrd(tmp_path, body, *, sizes="64 64 64", encoding="raw", kind="short"):
    path = tmp_path / "a.nrrd"
    path.write_bytes(NRRD.format(sizes=sizes, encoding=encoding, kind=kind).encode() + body)
    return path


def nrrd_of_16_gb(tmp_path):
    return nrrd(tmp_path, b"", sizes="1024 1024 2048", kind="double")


def nrrd_packed_of_16_gb(tmp_path):
    return nrrd(tmp_path, zeros_packed(2, 31), sizes="1024 1024 2048", kind="double", encoding="gzip")


def nrrd_that_goes_on_for_3_gb(tmp_path):
    return nrrd(tmp_path, zeros_packed(GIGABYTES_3, 31), encoding="gzip")


def nrrd_by_bzip2_that_goes_on(tmp_path):
    return nrrd(tmp_path, bz2.compress(BLOCK * 16), encoding="bzip2")


METAIMAGE = (
    "ObjectType = Image\nNDims = {dimensions}\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n"
    "ElementSpacing = 1 1 1\nCompressedData = {packed}\nDimSize = {sizes}\nElementType = MET_{kind}\n"
    "ElementDataFile = LOCAL\n"
)


def metaimage(tmp_path, body=b"", *, dimensions=3, sizes="64 64 64", packed=False, kind="SHORT"):
    path = tmp_path / "a.mha"
    text = METAIMAGE.format(dimensions=dimensions, sizes=sizes, packed=packed, kind=kind)
    path.write_bytes(text.encode() + body)
    return path


def metaimage_of_1500000_dimensions(tmp_path):
    return metaimage(tmp_path, bytes(64**3 * 2), dimensions=1_500_000)


def metaimage_of_16_gb(tmp_path):
    return metaimage(tmp_path, sizes="1024 1024 2048", kind="DOUBLE")


def metaimage_packed_of_16_gb(tmp_path):
    return metaimage(tmp_path, zeros_packed(2, 15), sizes="1024 1024 2048", kind="DOUBLE", packed=True)


def metaimage_that_goes_on_for_3_gb(tmp_path):
    return metaimage(tmp_path, zeros_packed(GIGABYTES_3, 15), packed=True)


def metaimage_of_unknown_numbers(tmp_path):
    return metaimage(tmp_path, bytes(64**3 * 2), kind="NONSENSE")


def one_slice(tmp_path, **changes) -> Path:
    return SyntheticSeries(slices=40, **changes).write(tmp_path / "dicom")[7]


def deflated_of_3_gb(tmp_path):
    path = one_slice(tmp_path, transfer_syntax=DeflatedExplicitVRLittleEndian)
    content = path.read_bytes()
    end = 144 + struct.unpack_from("<I", content, 140)[0]
    plain = zlib.decompress(content[end:], -zlib.MAX_WBITS)
    # A private element of 3 GB before the pixels.
    at = plain.rindex(struct.pack("<HH", 0x7FE0, 0x0010))
    opened = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    private = struct.pack("<HH2sHI", 0x0029, 0x1010, b"OB", 0, 2**24 * GIGABYTES_3)
    head = opened.compress(plain[:at] + private) + opened.flush(zlib.Z_FULL_FLUSH)
    path.write_bytes(content[:end] + head + zeros_packed(GIGABYTES_3, -15))
    return path.parent


def slices_of_65535_rows_by_rle(tmp_path):
    for path in SyntheticSeries(slices=40, transfer_syntax=RLELossless).write(tmp_path / "dicom"):
        dataset = dcmread(path)
        dataset.Rows = dataset.Columns = 65_535
        dataset.save_as(path)
    return tmp_path / "dicom"


def sequences_in_sequences(tmp_path):
    path = one_slice(tmp_path)
    content = path.read_bytes()
    begin = struct.pack("<HH2sHI", 0x0008, 0x1110, b"SQ", 0, 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    at = content.index(struct.pack("<HH2s", 0x0010, 0x0020, b"LO"))
    path.write_bytes(content[:at] + begin * 20_000 + content[at:])
    return path.parent


SCANS = [
    nifti_of_16_gb,
    nifti_packed_of_16_gb,
    nifti_that_goes_on_for_3_gb,
    nifti_that_begins_at_1e20,
    nrrd_of_16_gb,
    nrrd_packed_of_16_gb,
    nrrd_that_goes_on_for_3_gb,
    nrrd_by_bzip2_that_goes_on,
    metaimage_of_1500000_dimensions,
    metaimage_of_16_gb,
    metaimage_packed_of_16_gb,
    metaimage_that_goes_on_for_3_gb,
    metaimage_of_unknown_numbers,
    deflated_of_3_gb,
    slices_of_65535_rows_by_rle,
    sequences_in_sequences,
]


@pytest.mark.parametrize("bomb", SCANS, ids=lambda bomb: bomb.__name__)
def test_a_scan_that_claims_more_than_it_holds_is_refused(bomb, tmp_path, child):
    outcome = child.run(refusal_of_scan, bomb(tmp_path))
    assert isinstance(outcome, str), outcome
    assert outcome.startswith(("SeriesError: ", "GeometryError: ")), outcome


@pytest.mark.parametrize("text", ["{header}" + "x,y,z\n" * 100_001, "," * 50_000, ";" * 50_000 + "\n", '"' * 99_999])
def test_a_table_without_bounds_is_refused(text, tmp_path, child):
    path = tmp_path / "cohort.csv"
    path.write_text(text.format(header="patient_id,ct,nodule\n"))
    outcome = child.run(refusal_of_table, path)
    assert isinstance(outcome, str), outcome
    assert outcome.startswith("CohortTableError: "), outcome


def test_frames_100_m_apart_are_refused(tmp_path):
    scan = scan_on(grid_of())
    dataset = epad_seg(scan, ball_on(scan.grid, scan.grid.to_lps_mm([[8, 8, 8]])[0]))
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        del frame.DerivationImageSequence
    position = dataset.PerFrameFunctionalGroupsSequence[-1].PlanePositionSequence[0]
    position.ImagePositionPatient = [0, 0, 100_000]
    with pytest.raises(RadiogeneError, match="mm apart"):
        locate_nodule(saved(dataset, tmp_path / "seg.dcm"), scan)


def test_many_contours_on_one_plane_are_refused(tmp_path):
    scan = scan_on(grid_of())
    around = np.array([[0, 0, 0], [4, 0, 0], [4, 4, 0], [0, 4, 0]], dtype=float)
    middle = scan.grid.to_lps_mm([[8, 8, 8]])[0]
    contours = [around + middle + [0.001 * n, 0, 0] for n in range(1501)]
    path = saved(structure_set(scan, [Roi("nodule", contours)]), tmp_path / "rtstruct.dcm")
    with pytest.raises(RadiogeneError, match="1501 contours on one plane"):
        locate_nodule(path, scan)
