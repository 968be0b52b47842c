"""The words of the library in those of the command line: `allow_gaps` of a message becomes --allow-gaps."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_type_hints

QUOTED_NAME = re.compile(r"`([a-z][a-z_]*)`")
"""How messages of the library name an argument or a setting."""

SETTINGS_ONLY = ("branches", "fusion", "clinical_at", "validation_share", "patience")
"""Settings of a fit that have no option of their own."""

SAID_OTHERWISE = {
    "values": "--value",
    "per_image_standardisation": "--per-image",
    "view_sampling": "--isotropic",
    "rule": "--nodule-rule",
    "threshold_probabilities": "--threshold-probability",
}
"""Names of the library whose option has another name."""


def in_options(message: str, verbs: Iterable[Callable[..., Any]]) -> str:
    """The message with arguments named as options.

    Args:
        message: of an error of the library.
        verbs: that were called.
    """
    options = {name: option for verb in verbs for name, option in _options(verb).items()}

    def option(quoted: re.Match[str]) -> str:
        return options.get(quoted.group(1), quoted.group(0))

    return QUOTED_NAME.sub(option, message)


def _options(verb: Callable[..., Any]) -> Mapping[str, str]:
    """The option of each argument of the library that a verb has one for."""
    hints = get_type_hints(verb, include_extras=True)
    options = {}
    for name in inspect.signature(verb).parameters:
        declared = next(iter(getattr(hints[name], "__metadata__", ())), None)
        words = [word for word in (getattr(declared, "param_decls", None) or ()) if word.startswith("--")]
        default = getattr(declared, "default", None)
        words = [default, *words] if isinstance(default, str) and default.startswith("--") else words
        options[name.rstrip("_")] = words[0].split("/")[0] if words else name.upper()
    known = set(options.values())
    options |= {name: word for name, word in SAID_OTHERWISE.items() if word in known}
    if "--epochs" in known:
        options["all_layers"] = "--epochs and --learning-rate"
    if "--settings" in known:
        options |= {name: f"--settings ({name})" for name in SETTINGS_ONLY}
    return options
