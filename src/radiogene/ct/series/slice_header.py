"""The header of one CT image: what is known about a slice before its pixels are read."""

from dataclasses import dataclass
from pathlib import Path

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class StoredPixels:
    """How the pixels of an image are stored (DICOM PS3.3 C.7.6.3).

    Attributes:
        transfer_syntax_uid: how the file is encoded.
        offset_bytes: where the value of PixelData begins in the file; None where the file is deflated.
        little_endian: byte order of uncompressed pixels.
        padding_value, padding_limit: PixelPaddingValue and PixelPaddingRangeLimit as the 16-bit word in the file.
        lossy: True where the pixels were once compressed with loss.
    """

    transfer_syntax_uid: str
    offset_bytes: int | None
    little_endian: bool
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    samples_per_pixel: int
    photometric: str
    padding_value: int | None
    padding_limit: int | None
    lossy: bool


@dataclass(frozen=True, slots=True)
class Rescale:
    """The line from stored values to output units: output = slope x stored + intercept (PS3.3 C.11.1.1.2)."""

    slope: float | None
    intercept: float | None
    kind: str


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """What the manifest says about the making of an image; nothing in it identifies a patient."""

    manufacturer: str | None
    model: str | None
    kernel: str | None
    kvp: float | None
    slice_thickness_mm: float | None
    unreadable: str = ""
    """Names of recorded numbers that hold something else, separated by commas."""


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """The study that an object belongs to, as text; empty where not stated. It sorts a tree of many studies.

    Attributes:
        uid: StudyInstanceUID.
        date: as written.
        description: as written.
        person: 16 bits each of a hash of name, birth date, sex and issuer of the identifier, separated by blanks, `-`
            where not stated: enough to tell that two objects are not of one person, too little to tell who it is.
    """

    uid: str = ""
    date: str = ""
    description: str = ""
    person: str = ""


NO_STUDY = StudyFacts()


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """One CT image, a file or a frame of a file, with its place in the patient.

    Attributes:
        frame: 0-based number of the frame in its file; 0 for a single-frame file.
        image_type: the values of ImageType (or FrameType), in capitals.
        stack, acquisition, phase: StackID, AcquisitionNumber and temporal position as text; empty where absent.
        pixel_spacing_mm: distance between rows, then between columns (the order of PixelSpacing, PS3.3 10.7.1.3).
        position_lps_mm: centre of the first pixel (ImagePositionPatient).
        row_direction_lps, column_direction_lps: unit vectors along growing column index and growing row index
            (the two halves of ImageOrientationPatient, PS3.3 C.7.6.2.1.1), made exactly orthogonal.
    """

    path: Path
    frame: int
    frames_in_file: int
    series_uid: str
    sop_uid: str
    patient_id: str
    frame_of_reference_uid: str
    description: str
    image_type: tuple[str, ...]
    stack: str
    acquisition: str
    phase: str
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float]
    position_lps_mm: Triple
    row_direction_lps: Triple
    column_direction_lps: Triple
    pixels: StoredPixels
    rescale: Rescale
    facts: AcquisitionFacts
    study: StudyFacts = NO_STUDY

    @property
    def place(self) -> str:
        """The file, and the frame where it has several, for messages."""
        return f"{self.path}" if self.frames_in_file == 1 else f"{self.path} frame {self.frame + 1}"

    @property
    def point_text(self) -> str:
        """The position in LPS mm, for messages."""
        return "(" + ", ".join(f"{coordinate:.2f}" for coordinate in self.position_lps_mm) + ")"


@dataclass(frozen=True, slots=True)
class OtherObject:
    """A DICOM object that is not a CT slice, and why it is not.

    Attributes:
        reason: in words for the user ("modality PT", "localiser").
        modality: as stated, in capitals.
    """

    path: Path
    series_uid: str
    description: str
    reason: str
    patient_id: str = ""
    modality: str = ""
    sop_uid: str = ""
    study: StudyFacts = NO_STUDY


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A file that should hold a CT slice and cannot be used.

    Attributes:
        series_uid: the series it belongs to; None where even that could not be read.
        reason: what is wrong with it, in words that follow the file's name.
    """

    path: Path
    series_uid: str | None
    reason: str
