"""Every table of the section "Models on real patients" of docs/real-data.md, in one go.

Runs the clinical model, the radiomics model and MMDL's loop on slices, and prints their tables; the folder gets them as
Markdown, and all figures behind them as JSON. About 27 minutes of one core.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/all_on_patients.py --data DATA --out DIR
"""

import argparse
from pathlib import Path

import clinical_on_patients
import mmdl_on_real_slices
import radiomics_on_patients


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the figures")
    options = parser.parse_args()
    for script in (clinical_on_patients, radiomics_on_patients, mmdl_on_real_slices):
        print(f"\n## {script.__name__}\n", flush=True)
        script.run(options.data, options.out)


if __name__ == "__main__":
    main()
