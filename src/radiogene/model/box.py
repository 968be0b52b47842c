"""The models that travel with the package, by name."""

from pathlib import Path

BOX = Path(__file__).parents[1] / "box"
"""Folder of the package with a model folder for each name."""


def boxed_models() -> tuple[str, ...]:
    """The names of the models in the box."""
    return tuple(sorted(folder.name for folder in BOX.iterdir() if folder.is_dir()))


def model_place(path: str | Path) -> Path:
    """The model folder that is meant: one's own, or, where there is none of that name, one of the box.

    Args:
        path: of a folder, or the name of a model in the box.
    """
    own = Path(path)
    return BOX / own.name if str(own) in boxed_models() and not own.exists() else own
