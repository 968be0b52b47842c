"""Lets torchvision be imported beside a torch that it was not built for, such as the CPU build.

torchvision's compiled operators do not load there, and its import ends with "operator torchvision::nms does not exist";
timm, torchmetrics and lightning, which import it where it is installed, end with it. Declaring the two operators that
the import looks up is enough: they still cannot be called, and nothing here calls them.
"""

import importlib.util
import sys
from pathlib import Path

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
"""What torchvision's import looks up, as torchvision declares it."""

_DECLARATIONS = torch.library.Library("torchvision", "FRAGMENT")
"""The declarations last as long as this object."""


def declare_torchvision_operators() -> None:
    """Make `import torchvision` work wherever it is installed; call it before lightning or timm is imported.

    Where torchvision is absent, or its own operators load, nothing is declared.
    """
    if "torchvision" in sys.modules or hasattr(torch.ops.torchvision, "nms"):
        return
    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None or _compiled_operators_load(Path(package.origin).parent):
        return
    for schema in SCHEMAS:
        _DECLARATIONS.define(schema)


def _compiled_operators_load(package: Path) -> bool:
    """True where torchvision's compiled library fits this torch; it is then loaded."""
    for library in package.glob("_C.*"):
        try:
            torch.ops.load_library(library)
        except OSError:
            continue
        return True
    return False
