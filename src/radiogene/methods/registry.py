"""Every compared system by name: the system `cnn-3d` is the entry in `methods/systems/cnn_3d.py`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from radiogene.errors import SettingsError
from radiogene.methods import systems
from radiogene.methods.method import MethodEntry


@cache
def all_methods() -> dict[str, MethodEntry]:
    """The entries by name, in the order of their names' files."""
    return {name: method_named(name) for name in _names()}


def method_named(name: str) -> MethodEntry:
    """The entry of that name; no other system's file is read.

    Raises:
        SettingsError: no system has that name.
    """
    if name not in _names():
        raise SettingsError(f"No method {name!r}: expected one of {', '.join(_names())} (`radiogene methods`).")
    entry: MethodEntry = import_module(f"{systems.__name__}.{name.replace('-', '_')}").METHOD
    return entry


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(module.name.replace("_", "-") for module in iter_modules(systems.__path__)))
