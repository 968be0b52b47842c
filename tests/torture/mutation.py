"""Seeded mutation of files: bytes anywhere, bytes of the header, cuts, repetitions, values of DICOM elements."""

import random
from pathlib import Path

from pydicom import Dataset, dcmread

HEADER_BYTES = 600

WORDS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"nan ", b"1e99", b"-1\0\0", b"....")
"""What readers of numbers trip over."""

VALUES = ("", "x", "-1", "0", "1e308", "nan", "99999999", "1\\2\\3\\4\\5\\6\\7", "\0")


def mutated(content: bytes, draws: random.Random) -> bytes:
    """The content with one to four changes."""
    changed = bytearray(content)
    for _ in range(draws.randint(1, 4)):
        at = draws.randrange(max(1, min(len(changed), HEADER_BYTES if draws.random() < 0.6 else len(changed))))
        kind = draws.randrange(5)
        if kind == 0:
            changed[at : at + 1] = bytes([draws.randrange(256)])
        elif kind == 1:
            changed[at : at + 4] = draws.choice(WORDS)
        elif kind == 2:
            del changed[at : at + draws.randint(1, 64)]
        elif kind == 3:
            changed[at:at] = changed[at : at + draws.randint(1, 64)]
        else:
            del changed[max(at, 1) : None if draws.random() < 0.2 else at + 1]
    return bytes(changed)


def mutate_element(path: Path, draws: random.Random) -> None:
    """Give one element of a DICOM file a value that it should not have; a file that cannot be written stays."""
    dataset = dcmread(path)
    places = list(_elements(dataset))
    holder, tag = draws.choice(places)
    try:
        if draws.random() < 0.3:
            del holder[tag]
        else:
            holder[tag]._value = draws.choice(VALUES)
        dataset.save_as(path)
    except Exception:  # noqa: BLE001 - a value that its kind cannot be written with is no file
        return


def _elements(dataset: Dataset):
    """Every element of a data set, at any depth, with the data set that holds it."""
    for element in dataset:
        yield dataset, element.tag
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)
