"""A model without what it remembers of single patients, with what a stranger must know of it: to be passed on."""

import shutil
from pathlib import Path

from radiogene.cohort.identity.known_scans import KnownScans
from radiogene.model.about import About
from radiogene.model.model_folder import (
    ABOUT_FILE,
    CARD_FILE,
    CLINICAL_ONLY_HELD_OUT_FILE,
    HELD_OUT_FILE,
    MANIFEST_FILE,
    SCANS_FILE,
    read_model_folder,
    require_model_place,
)
from radiogene.storage.atomic_files import atomic_folder, write_json, write_text
from radiogene.storage.checked_files import sha256_of
from radiogene.storage.typed_json import to_json

ROWS_OF_PATIENTS = (HELD_OUT_FILE, CLINICAL_ONLY_HELD_OUT_FILE)
"""Files with a line per training patient, which a released model lacks."""


def release_model(path: Path, out: Path, about: About, figures: str) -> None:
    """Write a model folder to be passed on.

    Tables with a line per patient are left out, and so are hashes of identifiers, which only the own site could
    compare. Fingerprints and outlines of training cubes stay: by them a training scan is known again anywhere. What
    stays of predictions are the sorted scores of each class, on which thresholds and conformal sets rest.

    Args:
        path: a model folder.
        out: the folder to write; an older model is replaced.
        about: what it says of itself.
        figures: Markdown for its card: how good it is, for whom.

    Raises:
        WeightsError: `path` is no whole model folder.
        SettingsError: `out` holds other files.
    """
    model = read_model_folder(path)
    require_model_place(out)
    with atomic_folder(out) as folder:
        for file in sorted(path.iterdir()):
            if file.name not in (*ROWS_OF_PATIENTS, MANIFEST_FILE):
                shutil.copyfile(file, folder / file.name)
        write_json(folder / SCANS_FILE, to_json(KnownScans(outlines=model.known_scans.outlines)))
        write_json(folder / ABOUT_FILE, to_json(about))
        card = (path / CARD_FILE).read_text(encoding="utf-8")
        write_text(folder / CARD_FILE, _card(card, about, figures))
        hashes = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
        write_json(folder / MANIFEST_FILE, {**model.manifest, "sha256": hashes})


def _card(card: str, about: About, figures: str) -> str:
    """The model's card behind what a stranger must know first."""
    lines = [
        f"# {about.name}: {about.title}",
        "",
        f"**{about.warning}**",
        "",
        "## Limits",
        "",
        *(f"* {sentence}" for sentence in about.limits),
        "",
        "## Data",
        "",
        *(f"* {sentence}" for sentence in about.data),
        "",
        f"Licence of the data: {about.licence}. Made by `{about.made_by}`.",
        "",
        "## Figures",
        "",
        figures.strip(),
        "",
        card.replace("# Model card", "## Model", 1),
    ]
    return "\n".join(lines)
