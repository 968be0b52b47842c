"""Typed values of DICOM elements, with the element named where its value cannot be read."""

import math
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from radiogene.ct.series.header_elements import HeaderElements
from radiogene.storage.plain_words import counted


class UnreadableValueError(Exception):
    """A DICOM element whose value cannot be what the standard says."""


def element_name(keyword: str) -> str:
    """The keyword with its tag, such as `PixelSpacing (0028,0030)`."""
    return f"{keyword} {Tag(tag_for_keyword(keyword) or 0)}"


def value_of(dataset: Dataset | HeaderElements, keyword: str) -> Any:
    """The value of an element, or None where it is absent or empty.

    Raises:
        UnreadableValueError: the bytes cannot be converted to the element's type.
    """
    try:
        value = dataset.get(keyword)
    except (ValueError, TypeError, OverflowError, LookupError, NotImplementedError, AttributeError) as error:
        raise UnreadableValueError(f"has an unreadable {element_name(keyword)}: {error}") from error
    return None if value is None or value == "" else value


def text_of(dataset: Dataset | HeaderElements, keyword: str) -> str:
    """The value as stripped text; several values joined by a backslash; empty where absent."""
    return "\\".join(texts_of(dataset, keyword))


def texts_of(dataset: Dataset | HeaderElements, keyword: str) -> tuple[str, ...]:
    """All values as stripped text; empty where absent."""
    value = value_of(dataset, keyword)
    if value is None:
        return ()
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return (str(value).strip(),)
    return tuple(str(part).strip() for part in value)


def numbers_of(dataset: Dataset | HeaderElements, keyword: str, count: int) -> tuple[float, ...] | None:
    """The `count` finite numbers of an element, or None where it is absent.

    Raises:
        UnreadableValueError: another count, or a value that is not a finite number.
    """
    value = value_of(dataset, keyword)
    if value is None:
        return None
    parts = list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else [value]
    try:
        numbers = tuple(float(part) for part in parts)
    except (ValueError, TypeError) as error:
        raise UnreadableValueError(f"has {element_name(keyword)} = {value!r}, which is not a number") from error
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise UnreadableValueError(
            f"has {element_name(keyword)} = {list(numbers)}; expected {counted(count, 'finite number')}"
        )
    return numbers


def number_of(dataset: Dataset | HeaderElements, keyword: str) -> float | None:
    """The one finite number of an element, or None where it is absent."""
    numbers = numbers_of(dataset, keyword, 1)
    return None if numbers is None else numbers[0]


def recorded_number(dataset: Dataset | HeaderElements, keyword: str) -> float | None:
    """The one number of an element that is only recorded, or None where it is absent or anything else."""
    try:
        return number_of(dataset, keyword)
    except UnreadableValueError:
        return None


def is_unreadable_number(dataset: Dataset | HeaderElements, keyword: str) -> bool:
    """True where an element has a value that is not one finite number."""
    try:
        number_of(dataset, keyword)
    except UnreadableValueError:
        return True
    return False


def recorded_text(dataset: Dataset | HeaderElements, keyword: str) -> str:
    """The value as text, whatever its representation demands; empty where it is absent or cannot even be shown."""
    try:
        return text_of(dataset, keyword)
    except UnreadableValueError:
        return "unreadable"


def whole_number_of(dataset: Dataset | HeaderElements, keyword: str) -> int | None:
    """The one whole number of an element, or None where it is absent."""
    number = number_of(dataset, keyword)
    return None if number is None else int(number)


def first_item(dataset: Dataset | HeaderElements | None, keyword: str) -> Dataset | None:
    """The first item of a sequence, or None where the sequence is absent or empty."""
    items = None if dataset is None else value_of(dataset, keyword)
    return items[0] if items else None
