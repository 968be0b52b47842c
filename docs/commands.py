"""Writes the verbs and options of the command line into docs/reference/commands.md.

Run it with `.venv/bin/python docs/commands.py`; a test fails while the page is stale.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer
from generated_block import rewrite

from radiogene.cli.app import app

PAGE = Path(__file__).parent / "reference" / "commands.md"
BLOCK = "commands"


@dataclass(frozen=True)
class Parameter:
    """One argument or option of a verb.

    Attributes:
        names: as typed; an argument has its name in capitals.
        default: as typed, empty where there is none, "required" where it must be given.
        meaning: the help text, with the words that may be given.
    """

    names: tuple[str, ...]
    default: str
    meaning: str


def verbs() -> dict[str, Callable[..., None]]:
    """The function behind each verb of the command line by the verb's name, of a group's verbs by both words."""
    found = dict(_named(app))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            name = group.typer_instance.info.name
            found |= {f"{name} {verb}": callback for verb, callback in _named(group.typer_instance)}
    return found


def _named(of: typer.Typer) -> list[tuple[str, Callable[..., None]]]:
    """The verbs of one level: name and function."""
    commands = [(command.name, command.callback) for command in of.registered_commands]
    return [(name or callback.__name__, callback) for name, callback in commands if callback is not None]


def parameters(verb: Callable[..., None]) -> list[Parameter]:
    """The arguments and options of a verb, in order."""
    hints = get_type_hints(verb, include_extras=True)
    return [_parameter(name, hints[name], given.default) for name, given in inspect.signature(verb).parameters.items()]


def reference() -> str:
    """One section per verb, one row per argument and option."""
    return "\n\n".join(_section(name, verb) for name, verb in verbs().items())


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    kind, information = get_args(hint)[:2]
    # In Annotated, the first name stands where a default would.
    declared = [information.default, *(information.param_decls or ())]
    names = tuple(part for words in declared if isinstance(words, str) for part in words.split("/"))
    words = " ".join((information.help or "").split())
    if get_origin(kind) is Literal:
        words += f" One of {', '.join(f'`{choice}`' for choice in get_args(kind))}."
    return Parameter(names or (name.upper(),), _default(default, names), words)


def _default(default: Any, names: tuple[str, ...]) -> str:
    if default is inspect.Parameter.empty:
        return "required"
    if default is None or default is False:
        return ""
    return f"`{names[0]}`" if default is True else f"`{default}`"


def _section(name: str, verb: Callable[..., None]) -> str:
    rows = [
        f"| `{'`, `'.join(found.names)}` | {found.default} | {found.meaning.replace('|', chr(92) + '|')} |"
        for found in parameters(verb)
    ]
    purpose = inspect.getdoc(verb) or ""
    return "\n".join([f"## {name}", "", purpose, "", "| option | default | meaning |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    rewrite(PAGE, BLOCK, reference())
