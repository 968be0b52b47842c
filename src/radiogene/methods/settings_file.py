"""Settings of a fit by name: read from a TOML file or a command line, refused where a system does not take them."""

import json
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from radiogene.errors import SettingsError
from radiogene.methods.method import MethodEntry, Need
from radiogene.methods.method_settings import MethodSettings
from radiogene.storage.regular_file import read_file
from radiogene.storage.typed_json import from_json

LARGEST_FILE_BYTES = 2**20
"""A longer file is no file of settings."""

LINE = 100

Settings = TypeVar("Settings")


def read_settings_file(path: Path) -> dict[str, object]:
    """The tables and values of a TOML file; nothing of them is checked yet.

    Raises:
        SettingsError: no plain file, too long, or no TOML.
    """
    if not path.is_file():
        raise SettingsError(f"{path} is no file. Write one by `radiogene settings METHOD`.")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise SettingsError(f"{path} is {path.stat().st_size} bytes long: that is no file of settings.")
    try:
        return tomllib.loads(read_file(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not readable as TOML: {error}.") from error


def merged(lower: Mapping[str, object], upper: Mapping[str, object]) -> dict[str, object]:
    """Settings by name, those of the second in the place of those of the first, table by table."""
    both = dict(lower)
    for name, value in upper.items():
        below = both.get(name)
        both[name] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return both


def taken_names(entry: MethodEntry) -> tuple[str, ...]:
    """The settings that a system takes, in order."""
    return tuple(
        part.name for part in fields(entry.settings) if part.name != "clinical" or Need.CLINICAL in entry.needs
    )


def method_settings(entry: MethodEntry, given: Mapping[str, object]) -> MethodSettings:
    """The settings of a fit.

    Args:
        entry: the system.
        given: what is decided, by name; what is not named has the system's default.

    Raises:
        SettingsError: a name that the system does not take, with the list of those it does, or a value that cannot be
            meant.
    """
    refuse_others(entry, given)
    settings = typed_settings(entry.settings, given, f"settings of {entry.name}")
    _refuse_impossible(entry, settings)
    return settings


def refuse_others(entry: MethodEntry, given: Mapping[str, object]) -> None:
    """Refuse settings that a system does not take.

    Raises:
        SettingsError: naming them, and those that it takes.
    """
    taken = taken_names(entry)
    others = [name for name in given if name not in taken]
    if others:
        raise SettingsError(
            f"{entry.title} does not take {', '.join(f'`{name}`' for name in others)}. It takes "
            f"{', '.join(f'`{name}`' for name in taken)} (`radiogene settings {entry.name}`)."
        )


def typed_settings(kind: type[Settings], given: Mapping[str, object], where: str) -> Settings:
    """Settings of a class, with its defaults for what is not given.

    Args:
        kind: a dataclass whose fields all have defaults.
        given: values by name; tables for fields that are dataclasses themselves.
        where: for messages.

    Raises:
        SettingsError: a name that the class does not have, or a value of another type.
    """
    return from_json(kind, _complete(kind, given), where=where, error=SettingsError, way_out="correct it")


def settings_text(kind: type, *, leave_out: tuple[str, ...] = ()) -> str:
    """Settings with their defaults and what they mean, as a TOML file that changes nothing.

    Args:
        kind: a dataclass whose fields all have defaults.
        leave_out: names of fields that are not written.
    """
    first = {part.name for part in fields(MethodSettings)}
    chosen = [part for part in fields(kind) if part.name not in leave_out]
    chosen.sort(key=lambda part: part.name not in first)
    tables = [part for part in chosen if is_dataclass(_default(part))]
    lines = [line for part in chosen if part not in tables for line in _value_lines(kind, part)]
    for part in tables:
        inner = type(_default(part))
        lines += ["", *_comment(_meanings(kind).get(part.name, "")), f"[{part.name}]"]
        lines += [line for each in fields(inner) for line in _value_lines(inner, each)]
    return "\n".join(lines).strip() + "\n"


def _complete(kind: type, given: Mapping[str, object]) -> dict[str, object]:
    """The values given, and the defaults of the others, as plain JSON values."""
    content: dict[str, object] = dict(given)
    for part in fields(kind):
        default = _default(part)
        if is_dataclass(default):
            inner = content.get(part.name, {})
            if isinstance(inner, Mapping):
                content[part.name] = _complete(type(default), inner)
        elif part.name not in content:
            content[part.name] = list(default) if isinstance(default, tuple) else default
    return content


def _default(part: "Field[Any]") -> Any:
    if part.default_factory is not MISSING:
        return part.default_factory()
    return part.default


def _refuse_impossible(entry: MethodEntry, settings: MethodSettings) -> None:
    """Refuses numbers that no fit can have."""
    if settings.folds == 1 or settings.folds < 0 or (settings.folds == 0 and not entry.network):
        least = "0 for one held-out part, or 2 or more" if entry.network else "2 or more"
        raise SettingsError(f"Found {settings.folds} `folds`; {entry.title} takes {least}.")
    if settings.seeds < 1 or settings.seed < 0:
        raise SettingsError(f"Found `seed` {settings.seed}, `seeds` {settings.seeds}; wanted 0 or more, and 1 or more.")
    if len(set(settings.genes)) != len(settings.genes) or not settings.genes:
        raise SettingsError(f"Found the `genes` {list(settings.genes)}; wanted one or more, each once.")


def _value_lines(kind: type, part: "Field[Any]") -> Iterator[str]:
    """A comment with the meaning, and the value; commented out where nothing is the default."""
    default = _default(part)
    yield ""
    yield from _comment(_meanings(kind).get(part.name, ""))
    if default is None:
        yield f"# {part.name} = {_example(get_type_hints(kind)[part.name])}"
    else:
        yield f"{part.name} = {json.dumps(list(default) if isinstance(default, tuple) else default)}"


def _example(hint: Any) -> str:
    """What a value of that type looks like."""
    words = str(hint)
    if "tuple" in words:
        return "[]"
    if "int" in words:
        return "1"
    return "0.001" if "float" in words else '"..."'


def _comment(text: str) -> list[str]:
    text = text[:1].upper() + text[1:]
    return textwrap.wrap(text, LINE, initial_indent="# ", subsequent_indent="# ")


def _meanings(kind: type) -> dict[str, str]:
    """What the docstrings of a class and its bases say of each attribute."""
    meanings: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        meanings |= _attributes(getdoc(base) or "") if "__doc__" in vars(base) else {}
    return meanings


def _attributes(text: str) -> dict[str, str]:
    _, _, section = text.partition("Attributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if line.startswith("    ") and not line.startswith("     ") and ": " in line:
            name, _, meaning = line.strip().partition(": ")
            meanings[name] = meaning
        elif line.startswith("     ") and name:
            meanings[name] += " " + line.strip()
        elif line.strip():
            break
    return meanings
