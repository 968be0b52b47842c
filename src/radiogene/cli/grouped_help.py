"""Help in which the options that most need stand first, and the others below, by group."""

from typing import Any

from typer.core import TyperCommand

FIRST = "Options"


class GroupedCommand(TyperCommand):
    """A verb whose options are listed by the group that each names as its panel."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, the ungrouped first."""
        groups: dict[str, list[tuple[str, str]]] = {FIRST: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                group = getattr(parameter, "rich_help_panel", None) or FIRST
                groups.setdefault(group, []).append(record)
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)
