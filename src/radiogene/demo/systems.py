"""The three systems of the demonstration, trained on site A and asked about site B."""

from pathlib import Path
from typing import Any

from radiogene.api.training import train
from radiogene.cohort.clinical_values import DEFAULT_COLUMNS
from radiogene.cohort.store.cube_store import CubeStore

BOTH = "both"
IMAGE_ONLY = "image only"
CLINICAL_ONLY = "clinical only"

GENES = ("EGFR", "KRAS")


def train_network(
    store: CubeStore, out: Path, *, with_clinical: bool, seed: int, epochs: int | None, progress: bool
) -> None:
    """Train MMDL (`tiny`) on site A and write its model folder."""
    settings: dict[str, Any] = {"preset": "tiny", "genes": list(GENES), "seed": seed}
    if not with_clinical:
        settings["clinical"] = []
    if epochs is not None:
        settings["all_layers"] = {"epochs": epochs}
    train(store, out, settings=settings, run={"accelerator": "cpu"}, progress=progress)


def train_clinical(store: CubeStore, out: Path, seed: int) -> None:
    """Train logistic regression on the clinical values of site A; its thresholds are set out of fold.

    It gets what MMDL gets: age, sex, smoking. Stage would tell it the nodule's size, which is the image's to tell.
    """
    settings = {"genes": list(GENES), "clinical": list(DEFAULT_COLUMNS), "seed": seed}
    train(store, out, method="clinical-logistic", settings=settings)
