"""What a model that is passed on says of itself: its data, their licence, and what it must not be taken for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """The content of `about.json`; only a released model has one.

    Attributes:
        name: of the model.
        title: what it does, in a line.
        warning: the first of every answer's warnings: what the answer is not.
        data: what it was trained on, with the citation that its use asks for.
        licence: of the data.
        limits: what is known against it, a sentence each.
        made_by: the command that made it.
    """

    name: str
    title: str
    warning: str
    data: tuple[str, ...]
    licence: str
    limits: tuple[str, ...]
    made_by: str
