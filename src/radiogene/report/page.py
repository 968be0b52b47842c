"""Pages from templates; every value is escaped."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from radiogene.report.numbers import percent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def render_page(template: str, values: "Mapping[str, object] | DataclassInstance") -> str:
    """The page as HTML.

    Args:
        template: a file of `report/templates`.
        values: what the template asks for, or a dataclass with such fields; a name that is missing is an error.
    """
    named = (
        values if isinstance(values, Mapping) else {each.name: getattr(values, each.name) for each in fields(values)}
    )
    return _environment().get_template(template).render(named)


@cache
def _environment() -> Environment:
    # Autoescape by name: the default goes by file ending and would pass .j2 over.
    environment = Environment(
        loader=PackageLoader("radiogene.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    return environment
