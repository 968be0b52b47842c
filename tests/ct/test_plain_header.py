"""The walk over an ordinary header against pydicom's general reader, which it must equal or leave the file to."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import dcmread
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from ct.dicom_writers import CORONAL, SyntheticSeries
from radiogene.ct.series import dicom_file_header
from radiogene.ct.series.dicom_file_header import read_file_header
from radiogene.ct.series.plain_header import plain_header


def quiet_header(path: Path):
    """What is read of a file, as `read_headers` asks for it."""
    with disable_value_validation(), warnings.catch_warnings(action="ignore"):
        return read_file_header(path)


def general_header(path: Path, monkeypatch: pytest.MonkeyPatch):
    """What pydicom alone reads of a file."""
    with monkeypatch.context() as patch:
        patch.setattr(dicom_file_header, "plain_header", lambda start: None)
        return quiet_header(path)


def nested(depth: int, *, undefined: bool) -> Sequence:
    """Items within items, with lengths or with delimiters."""
    item = Dataset()
    item.CodeValue = "T-D1100"
    if depth:
        item.ReferencedImageSequence = nested(depth - 1, undefined=undefined)
    item.is_undefined_length_sequence_item = undefined
    sequence = Sequence([item, Dataset()])
    sequence.is_undefined_length = undefined
    return sequence


def rich(dataset, k):
    """Elements of every form before, between and after those that are read."""
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SeriesDescription = "Thorax, dünn"
    dataset.PixelPaddingValue = -2000 if dataset.PixelRepresentation else 63536
    dataset.LossyImageCompression = "00"
    dataset.PatientComments = "x" * 3001
    for undefined, keyword in ((True, "ReferencedStudySequence"), (False, "RequestAttributesSequence")):
        setattr(dataset, keyword, nested(3, undefined=undefined))
        dataset[keyword].is_undefined_length = undefined
    block = dataset.private_block(0x0029, "RADIOGENE TEST", create=True)
    block.add_new(0x10, "OB", bytes(range(256)) * 8)
    block.add_new(0x11, "UN", b"\x01\x02")


def written(folder: Path, syntax: str, edit=rich) -> Path:
    """One slice in a transfer syntax; explicit and implicit ones are written, others converted."""
    plain = syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
    series = SyntheticSeries(
        slices=1,
        rows=48,
        columns=64,
        directions=CORONAL,
        edit=edit,
        transfer_syntax=syntax if plain else ExplicitVRLittleEndian,
    )
    (path,) = series.write(folder)
    if not plain:
        dataset = dcmread(path)
        if syntax == DeflatedExplicitVRLittleEndian:
            dataset.file_meta.TransferSyntaxUID = syntax
        else:
            dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(path)
    return path


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless])
def test_an_ordinary_header_is_walked_and_equals_pydicoms(tmp_path, monkeypatch, syntax):
    path = written(tmp_path, syntax)
    assert plain_header(path.read_bytes()) is not None
    found = quiet_header(path)
    assert found == general_header(path, monkeypatch)
    assert found[0].description == "Thorax, dünn"


@pytest.mark.parametrize("syntax", [ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_other_encodings_are_left_to_pydicom(tmp_path, syntax):
    path = written(tmp_path, syntax)
    assert plain_header(path.read_bytes()) is None
    assert isinstance(quiet_header(path), list)


def test_a_data_set_that_contradicts_its_transfer_syntax_is_left_to_pydicom(tmp_path, monkeypatch):
    path = written(tmp_path, ImplicitVRLittleEndian)
    content = path.read_bytes()
    claimed = content.replace(b"1.2.840.10008.1.2\x00", b"1.2.840.10008.1.2.1"[:18])
    assert plain_header(claimed) is None
    explicit = written(tmp_path / "explicit", ExplicitVRLittleEndian).read_bytes()
    assert plain_header(explicit.replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2\x00\x00\x00")) is None


def test_a_header_longer_than_the_first_read_is_walked_in_the_second(tmp_path, monkeypatch):
    def long(dataset, k):
        rich(dataset, k)
        dataset.private_block(0x0029, "RADIOGENE TEST").add_new(0x12, "OB", bytes(100_000))

    path = written(tmp_path, ExplicitVRLittleEndian, long)
    content = path.read_bytes()
    assert plain_header(content[: dicom_file_header.HEADER_BYTES[0]]) is None
    assert plain_header(content) is not None
    assert quiet_header(path) == general_header(path, monkeypatch)


def test_no_beginning_of_a_header_is_taken_for_a_whole_one(tmp_path):
    content = written(tmp_path, ExplicitVRLittleEndian).read_bytes()
    offset = plain_header(content).offset_bytes
    assert all(plain_header(content[:stop]) is None for stop in range(0, offset, 7))
    assert plain_header(content[:offset]) is not None


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_damaged_headers_are_read_as_pydicom_reads_them_or_refused(tmp_path, monkeypatch, syntax):
    path = written(tmp_path, syntax)
    content = np.frombuffer(path.read_bytes(), np.uint8)
    offset = plain_header(content.tobytes()).offset_bytes
    rng = np.random.default_rng(0)
    walked = 0
    for _ in range(300):
        damaged = content.copy()
        places = rng.integers(132, offset, rng.integers(1, 4))
        damaged[places] = rng.integers(0, 256, len(places))
        path.write_bytes(damaged.tobytes())
        walked += plain_header(damaged.tobytes()) is not None
        assert quiet_header(path) == general_header(path, monkeypatch), places.tolist()
    assert walked > 100


BUNDLED = sorted(path for path in (Path(pydicom.__file__).parent / "data" / "test_files").rglob("*") if path.is_file())


def test_the_files_that_pydicom_tests_itself_with_are_read_alike(monkeypatch):
    walked = 0
    for path in BUNDLED:
        walked += plain_header(path.read_bytes()[: dicom_file_header.HEADER_BYTES[1]]) is not None
        assert quiet_header(path) == general_header(path, monkeypatch), path.name
    assert walked >= 40
    assert len(BUNDLED) - walked >= 20
