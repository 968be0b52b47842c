"""NRRD read without SimpleITK: its values and its grid to the bit, in every form that is read."""

import gzip
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest
import SimpleITK

from radiogene.ct.volume.itk_volume import read_by_itk
from radiogene.ct.volume.nrrd_volume import NAMES_OF_TYPES, read_nrrd
from radiogene.errors import GeometryError, SeriesError

SHAPE_IJK = (5, 4, 3)
VECTORS = np.array([[0.61, 0.1, -0.03], [-0.2, 0.77, 0.3], [0.011, -0.4, 1.3]])
ORIGIN = (-12.3, 45.6, -78.9)


def header(lines: dict[str, str]) -> bytes:
    """An NRRD header of the usual fields, with some of them changed, added or (by an empty string) left out."""
    vectors = ["(" + ",".join(map(repr, vector)) + ")" for vector in VECTORS.tolist()]
    fields = {
        "type": "short",
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": "5 4 3",
        "space directions": " ".join(vectors),
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": "raw",
        "space origin": "(" + ",".join(map(repr, ORIGIN)) + ")",
        **lines,
    }
    body = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"NRRD0005\n# a comment\n{body}\n".encode()


def values(code: str = "<i2") -> np.ndarray:
    """(slices, rows, columns) of different numbers."""
    return (np.arange(60).reshape(SHAPE_IJK[::-1]) * 7 % 100).astype(code)


def by_simpleitk(path):
    """The volume as SimpleITK reads it."""
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    return read_by_itk(reader)


def assert_same(path):
    """Both readers give the same bits."""
    ours, theirs = read_nrrd(path), by_simpleitk(path)
    np.testing.assert_array_equal(ours.grid.affine_lps_mm, theirs.grid.affine_lps_mm)
    np.testing.assert_array_equal(ours.volume_zyx, theirs.volume_zyx)
    return ours


@pytest.mark.parametrize("space", ["left-posterior-superior", "RAS", "left-anterior-superior", "LPS"])
@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
def test_values_and_grid_are_simpleitks(space, encoding, tmp_path):
    path = tmp_path / "ct.nrrd"
    words = {"raw": values().tobytes(), "gzip": gzip.compress(values().tobytes())}
    text = " ".join(map(str, values().ravel())).encode()
    path.write_bytes(header({"space": space, "encoding": encoding}) + words.get(encoding, text))
    np.testing.assert_array_equal(assert_same(path).volume_zyx, values())


def test_any_directions_give_simpleitks_affine(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "ct.nrrd"
    for _ in range(30):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(0.3, 3, 3)
        vectors = " ".join("(" + ",".join(map(repr, column)) + ")" for column in turn.T.tolist())
        path.write_bytes(header({"space directions": vectors}) + values().tobytes())
        assert_same(path)


@pytest.mark.parametrize("endian", ["little", "big"])
@pytest.mark.parametrize(
    ("name", "code"), [(n, c) for c, names in NAMES_OF_TYPES.items() for n in names if not c.endswith("1")]
)
def test_every_type_of_numbers(name, code, endian, tmp_path):
    path, order = tmp_path / "ct.nrrd", {"little": "<", "big": ">"}[endian]
    path.write_bytes(header({"type": name, "endian": endian}) + values(order + code).tobytes())
    np.testing.assert_array_equal(read_nrrd(path).volume_zyx, values(code))


@pytest.mark.parametrize(
    ("lines", "before"),
    [
        ({"data file": "ct.raw"}, b""),
        ({"data file": "ct.raw", "line skip": "1", "byte skip": "3"}, b"a line\nxyz"),
        ({"data file": "ct.raw", "byte skip": "-1"}, b"a header of another format"),
        ({"data file": "ct.raw.gz", "encoding": "gzip"}, b""),
        ({"datafile": "ct.raw.gz", "encoding": "gzip", "byteskip": "5"}, b"12345"),
    ],
)
def test_pixels_in_a_file_of_their_own(lines, before, tmp_path):
    compressed = lines.get("encoding") == "gzip"
    content = before + values().tobytes()
    name = lines.get("data file") or lines["datafile"]
    (tmp_path / name).write_bytes(gzip.compress(content) if compressed else content)
    path = tmp_path / "ct.nhdr"
    path.write_bytes(header(lines))
    np.testing.assert_array_equal(read_nrrd(path).volume_zyx, values())
    (tmp_path / name).unlink()
    with pytest.raises(SeriesError, match=rf"{name} cannot be read: No such file"):
        read_nrrd(path)


def test_a_fourth_axis_of_one_value_is_left_out(tmp_path):
    vectors = header({}).decode().split("space directions: ")[1].split("\n")[0]
    lines = {"dimension": "4", "kinds": "list domain domain domain", "space directions": f"none {vectors}"}
    path = tmp_path / "ct.nrrd"
    path.write_bytes(header({**lines, "sizes": "1 5 4 3"}) + values().tobytes())
    np.testing.assert_array_equal(read_nrrd(path).volume_zyx, values())
    path.write_bytes(header({**lines, "sizes": "2 5 4 3"}) + values().tobytes() * 2)
    with pytest.raises(SeriesError, match="2 values a voxel; expected one"):
        read_nrrd(path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"type": "block"}, "type 'block'"),
        ({"endian": ""}, "type 'short' and endian ''"),
        ({"encoding": ""}, "encoding"),
        ({"sizes": "5 4"}, r"dimensions \[5, 4\]; expected one 3D"),
        ({"sizes": "5 4 0"}, "expected one 3D volume"),
        ({"sizes": "5000 4000 3000"}, "claims 5000 x 4000 x 3000 voxels"),
        ({"encoding": "hex"}, "hexadecimal text, which is not read; save"),
        ({"data file": "LIST"}, "in several files, which is not read; save"),
        ({"data file": "ct%03d.raw 1 3 1"}, "in several files, which is not read; save"),
        ({"encoding": "bz"}, "damaged pixels .*Unsupported encoding"),
        ({"byte skip": "4"}, "116 of 120 bytes"),
    ],
)
def test_what_is_not_read_is_said(lines, said, tmp_path):
    path = tmp_path / "ct.nrrd"
    path.write_bytes(header(lines) + values().tobytes())
    with pytest.raises(SeriesError, match=rf"ct\.nrrd .*{said}"):
        read_nrrd(path)


def test_an_axis_without_length_is_refused(tmp_path):
    path = tmp_path / "ct.nrrd"
    path.write_bytes(header({"space directions": "(0,0,0) (0,1,0) (0,0,1)"}) + values().tobytes())
    with pytest.raises(GeometryError, match="an axis of length 0"):
        read_nrrd(path)


def test_a_stream_of_more_than_the_header_claims_is_refused_and_takes_no_memory(tmp_path):
    """256 MB of zeros in 256 KB; 120 bytes of them are pixels."""
    stream = zlib.compressobj(wbits=31)
    path = tmp_path / "ct.nrrd"
    content = b"".join(stream.compress(bytes(2**24)) for _ in range(16)) + stream.flush()
    path.write_bytes(header({"encoding": "gzip"}) + content)
    tracemalloc.start()
    try:
        with pytest.raises(SeriesError, match="holds more than the 120 bytes of pixels that its header states"):
            read_nrrd(path)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 160 * 2**20


def test_only_metaimage_needs_simpleitk(tmp_path):
    """What a plain installation, without the extra, reads and says."""
    image = SimpleITK.GetImageFromArray(np.full((70, 6, 6), -900, np.int16))
    for suffix in ("nrrd", "nii.gz", "mha"):
        SimpleITK.WriteImage(image, str(tmp_path / f"ct.{suffix}"))
    program = (
        "import sys; sys.modules['SimpleITK'] = None\n"
        "from pathlib import Path\n"
        "from radiogene.ct.open_scan import open_scan\n"
        "from radiogene.ct.nodule.location import locate_nodule\n"
        "from radiogene.ct.scan import ScanOptions\n"
        "from radiogene.errors import RadiogeneError\n"
        "from radiogene.storage.library_versions import library_versions\n"
        "library_versions()\n"
        "for suffix in ('nrrd', 'nii.gz', 'mha'):\n"
        "    try: print(open_scan(Path(f'ct.{suffix}'), ScanOptions()).read_volume().mean())\n"
        "    except RadiogeneError as error: print(error)\n"
        "try: locate_nodule('ct.mha', open_scan(Path('ct.nrrd'), ScanOptions()))\n"
        "except RadiogeneError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    nrrd, nifti, metaimage, mask = ran.stdout.splitlines()
    assert (nrrd, nifti) == ("-900.0", "-900.0")
    assert 'pip install "radiogene[metaimage]", or convert the file to NIfTI or NRRD.' in metaimage
    assert "The mask cannot be used" in mask
    assert 'pip install "radiogene[metaimage]"' in mask
