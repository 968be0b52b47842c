"""Single values of an experiment's manifest, and what they are called in it.

The manifest is plain JSON. Every key may be absent: the report then says nothing of it.

* `synthetic`: true where any patient does not exist. `genes`: names. `finished`: date and time, ISO 8601.
* `preset`, `image_size_px`, `init` (by system's title, the starts of its networks: `random`, or in words), `epochs` of
  a network's main stage, `class_weighting`, `augmentation` (list of words; empty for none); absent where none ran.
* `preparation`: `spacing_mm`, `cube_mm`, `interpolation`. `standardisation`: in words. `views`: names. `view_sampling`:
  in words. `nodule_rule`: `largest`, `mean` or `max`.
* `systems`: list of `name`, `title`, `learner`, `needs`, `notes`. `clinical_columns` given to MMDL.
  `elimination_step`: share of features dropped in a round.
* `splits`: `by`, `stratified_by` (list), and for `networks` and `classical` one of
  `{"kind": "single", "validation_share"}`, `{"kind": "folds", "folds"}`,
  `{"kind": "nested", "outer_folds", "inner_folds"}`. `seeds`: by system's title, those that it was fitted with;
  `repeats`: by title, those of its cross-validations where there was more than one.
  `seeds_averaged`: fits whose probabilities are averaged in one prediction.
* `decision`: `threshold_rule`, `calibration` (`identity`, `temperature`, `isotonic`), `set_on` (list of words),
  `cross_fitted` (true where a table calls training patients by what other folds set). `bootstrap`: `resamples`, `seed`.
* `frozen_before_external`: true where every choice was frozen before external patients were predicted.
* `versions` by name; `device`, `precision`, `cores`, `peak_memory_mb`; `fingerprints`: SHA-256 of the stores by role.
* `protocol`: `sha256`, `question`, `frozen_utc`, `looks_before`, `planned`, `after`, `deviations` (lists of words) and
  a `sentence`; absent without a protocol.
* `duplicates`: `allowed`, `inside`, `between` (pairs of patients who are one), and a `sentence`, empty without pairs.
"""

from collections.abc import Mapping
from typing import Any


def fact(manifest: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None where the manifest does not hold it.

    >>> fact({"splits": {"by": "patient"}}, "splits.by"), fact({}, "splits.by")
    ('patient', None)
    """
    value: Any = manifest
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def words_of(value: Any) -> str:
    """A list as words: "EGFR, KRAS and ALK"; anything else as it is printed.

    >>> words_of(["EGFR", "KRAS"]), words_of(3)
    ('EGFR and KRAS', '3')
    """
    if not isinstance(value, list | tuple):
        return str(value)
    *first, last = map(str, value)
    return f"{', '.join(first)} and {last}" if first else last
