"""Every compared system by name: the files of `methods/systems` that hold an entry."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from radiogene.errors import SettingsError
from radiogene.methods import systems
from radiogene.methods.method import MethodEntry


@cache
def all_methods() -> dict[str, MethodEntry]:
    """The entries by name, in the order of their names' files."""
    entries: dict[str, MethodEntry] = {}
    for module in sorted(iter_modules(systems.__path__), key=lambda module: module.name):
        entry: MethodEntry = import_module(f"{systems.__name__}.{module.name}").METHOD
        entries[entry.name] = entry
    return entries


def method_named(name: str) -> MethodEntry:
    """The entry of that name.

    Raises:
        SettingsError: no system has that name.
    """
    if name not in all_methods():
        raise SettingsError(f"No method {name!r}: expected one of {', '.join(all_methods())} (`radiogene methods`).")
    return all_methods()[name]
