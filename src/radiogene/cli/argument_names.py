"""The words of the library in those of the command line: `allow_gaps` of a message becomes --allow-gaps."""

import re
from collections.abc import Iterable

QUOTED_NAME = re.compile(r"`([a-z][a-z_]*)`")
"""How messages of the library name an argument or a setting."""

OTHER_NAMES = {
    "all_layers": "--settings (all_layers)",
    "branches": "--settings (branches)",
    "fusion": "--settings (fusion)",
    "clinical_at": "--settings (clinical_at)",
    "validation_share": "--settings (validation_share)",
    "compiled": "--compile",
    "per_image_standardisation": "--per-image",
    "values": "--value",
    "view_sampling": "--isotropic",
    "rule": "--nodule-rule",
}
"""Names that the command line says in another way than with dashes."""


def in_options(message: str, options: Iterable[str]) -> str:
    """The message with arguments named as options.

    Args:
        message: of an error of the library.
        options: names of the parameters of the verb that was called.

    >>> in_options("Leave `allow_gaps` out, or choose `mean` by `radiogene check`.", ["allow_gaps"])
    'Leave --allow-gaps out, or choose `mean` by `radiogene check`.'
    """
    known = set(options)

    def option(quoted: re.Match[str]) -> str:
        name = quoted.group(1)
        if name in known:
            return OTHER_NAMES.get(name, f"--{name.replace('_', '-')}")
        return OTHER_NAMES.get(name, quoted.group(0)) if "settings" in known else quoted.group(0)

    return QUOTED_NAME.sub(option, message)
