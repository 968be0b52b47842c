"""Whether the mechanisms of MMDL learn what was planted for them to learn, on synthetic patients.

    .venv/bin/python benchmarks/what_is_learnt.py --work runs/what-is-learnt --out what_is_learnt.json views places

* `views`: one view (or three) carries the patient's own image, all others those of another patient. The fusion should
  give those views the weight, beat the plain average of all views, and come close to the best of them.
* `places`: three rods in every cube, alike in size and mean; only grains inside one of them tell the label. The masks
  should lie higher there than elsewhere, and the network should need them.
* `curve`: EGFR and KRAS of phantom patients from the image alone, with each mechanism on and off, at several numbers of
  training patients, against the exact probability on the same external patients. `--patients 50 100 200 400`.

Each fit is a row of its own on disk; the same command goes on. Everything is synthetic, and nothing here is a result on
patients. `docs/explanation/what-is-learnt.md` says what was found.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.learnt import Row, curve_row, places_row, views_row
from radiogene.networks import attention_module

SEEDS = 2
SECTIONS = ("views", "places", "curve")
MECHANISMS: dict[str, dict[str, object]] = {
    "all": {},
    "no attention": {"attention": False},
    "equal start of the fusion": {"fusion_start": "equal"},
    "paper's field alone": {"fields_mm": (64.0,)},
}
"""What is left out, by the settings that leave it out."""


def main() -> None:
    """Computes the rows that are missing, and writes all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", default=list(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    parser.add_argument("--work", type=Path, required=True, help="folder of cubes and rows")
    parser.add_argument("--out", type=Path, required=True, help="JSON file of all rows")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--preset", default="tiny", help="of the curve")
    parser.add_argument("--patients", type=int, nargs="+", default=[50, 100, 200, 400], help="of the curve")
    parser.add_argument("--mechanisms", nargs="+", default=list(MECHANISMS), help="of the curve")
    parser.add_argument("--mask-bias", type=float, default=attention_module.MASK_START_BIAS, help="start of the masks")
    options = parser.parse_args()
    if not set(options.sections) <= set(SECTIONS):
        parser.error(f"sections are {', '.join(SECTIONS)}")
    start = ""
    if options.mask_bias != attention_module.MASK_START_BIAS:
        attention_module.MASK_START_BIAS = options.mask_bias
        start = f"-bias-{options.mask_bias:g}"
    rows: list[Row] = []
    for seed in range(options.seeds):
        if "views" in options.sections:
            rows += [
                kept(options.work, f"views{start}-{own}-{seed}", lambda o=own, s=seed: views_row(options.work, o, s))
                for own in (1, 3)
            ]
        if "places" in options.sections:
            rows.append(kept(options.work, f"places{start}-{seed}", lambda s=seed: places_row(options.work, s)))
        if "curve" in options.sections:
            for patients in options.patients:
                for name in options.mechanisms:
                    key = f"curve{start}-{options.preset}-{patients}-{name.replace(' ', '-')}-{seed}"
                    rows.append(
                        kept(
                            options.work,
                            key,
                            lambda p=patients, n=name, s=seed: curve_row(
                                options.work, options.preset, p, n, MECHANISMS[n], s
                            ),
                        )
                    )
    result = {"synthetic": True, "cores": os.cpu_count(), "rows": rows}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def kept(work: Path, key: str, compute: Callable[[], Row]) -> Row:
    """The row of that name: read where it is there, else computed, written and shown."""
    file = work / "rows" / f"{key}.json"
    if file.is_file():
        found: Mapping[str, object] = json.loads(file.read_text(encoding="utf-8"))
        return dict(found)
    started = time.monotonic()
    row = {**compute(), "seconds": round(time.monotonic() - started, 1)}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(row), encoding="utf-8")
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


if __name__ == "__main__":
    main()
