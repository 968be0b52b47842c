"""Out-of-fold tables and model folders that hold them, without a cross-validation."""

import json
import shutil

import numpy as np
from scipy.special import expit

from radiogene.storage.checked_files import sha256_of

HEADER = "case,seed,fold,EGFR_label,EGFR_probability,KRAS_label,KRAS_probability"


def held_out_lines(cases=80, seeds=(4,), folds=4, seed=1):
    """Lines of a table of overconfident predictions: labels drawn from log odds, which are then multiplied by 2."""
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.3, 1.2, (cases, 2))
    labels = np.where(generator.random((cases, 2)) < expit(log_odds), "1", "0")
    labels[:3, 1] = ""
    lines = []
    for run in seeds:
        held_out = generator.permutation(cases) % folds
        said = expit(2 * log_odds + generator.normal(0, 0.2, log_odds.shape))
        for n in range(cases):
            values = [f"{labels[n, g]},{float(said[n, g])!r}" for g in range(2)]
            lines.append(f"{n + 1},{run},{held_out[n]},{','.join(values)}")
    return lines


def sign(folder):
    """Brings the manifest's hashes up to the files."""
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [file for file in sorted(folder.iterdir()) if file.name != "manifest.json"]
    manifest["sha256"] = {file.name: sha256_of(file) for file in files}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def folder_with_held_out(model, folder, lines, model_kind="ensemble"):
    """A copy of a model folder that keeps these out-of-fold predictions."""
    shutil.copytree(model, folder)
    decision = json.loads((folder / "decision.json").read_text()) | {"model_kind": model_kind}
    (folder / "decision.json").write_text(json.dumps(decision))
    (folder / "out_of_fold.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    sign(folder)
    return folder
