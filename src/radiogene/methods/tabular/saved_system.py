"""A fitted tabular system in a folder: estimators in a checked file, everything else as JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.pipeline import Pipeline

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.errors import WeightsError
from radiogene.methods.estimator_file import read_estimators, write_estimators
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.tabular.plan import TabularPlan
from radiogene.methods.tabular.tabular_method import FittedSystem, TabularMethod
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import read_json_object, sha256_of

FORMAT = 1
SYSTEM_FILE = "system.json"
ESTIMATORS_FILE = "estimators.skops"
KEYS = ("format", "reads", "settings", "radiomic_names", "encoder", "notes", "estimators_sha256")


def write_system(folder: Path, plan: TabularPlan, settings: MethodSettings, system: FittedSystem) -> None:
    """Write the system into the folder.

    Args:
        folder: exists and is empty.
        plan: what it reads and what learns from it.
        settings: of the fit.
        system: what predicts.
    """
    write_estimators(folder / ESTIMATORS_FILE, [pipeline for gene in system.pipelines for pipeline in gene])
    write_json(
        folder / SYSTEM_FILE,
        {
            "format": FORMAT,
            "reads": _reads(plan),
            "settings": settings.to_json(),
            "radiomic_names": list(system.radiomic_names),
            "encoder": system.encoder.to_json(),
            "notes": list(system.notes),
            "estimators_sha256": sha256_of(folder / ESTIMATORS_FILE),
        },
    )


def read_system(plan: TabularPlan, folder: Path) -> TabularMethod:
    """The system that `write_system` wrote.

    Args:
        plan: of the system that is expected.
        folder: where it was written.

    Raises:
        WeightsError: a file is missing or damaged, or of another system.
    """
    content = read_json_object(folder / SYSTEM_FILE)
    if set(content) != set(KEYS) or content["format"] != FORMAT:
        raise WeightsError(
            f"{folder / SYSTEM_FILE} has the keys {sorted(content)}; expected {sorted(KEYS)} of format {FORMAT}."
        )
    if content["reads"] != _reads(plan):
        raise WeightsError(f"{folder} holds another system: {content['reads']}; expected {_reads(plan)}.")
    estimators_file = folder / ESTIMATORS_FILE
    if not estimators_file.is_file() or sha256_of(estimators_file) != content["estimators_sha256"]:
        raise WeightsError(
            f"{estimators_file} is missing or not the file that the fit wrote (its SHA-256 differs from "
            f"{SYSTEM_FILE}). Copy the whole folder again."
        )
    settings = MethodSettings.from_json(content["settings"])
    names, encoder = tuple(content["radiomic_names"]), ClinicalEncoder.from_json(content["encoder"])
    pipelines = _by_gene(read_estimators(estimators_file), settings, len(names) + encoder.width, estimators_file)
    return TabularMethod(plan, settings, None, FittedSystem(names, encoder, pipelines, tuple(content["notes"])))


def _by_gene(
    estimators: Sequence[Any], settings: MethodSettings, width: int, file: Path
) -> tuple[tuple[Pipeline, ...], ...]:
    """The pipelines per gene, one per seed."""
    found = [of.n_features_in_ if isinstance(of, Pipeline) else None for of in estimators]
    if found != [width] * (len(settings.genes) * settings.seeds):
        raise WeightsError(
            f"{file} holds estimators of {found} features; expected {len(settings.genes)} genes x {settings.seeds} "
            f"seeds of {width}. Copy the whole folder again."
        )
    return tuple(
        tuple(estimators[start : start + settings.seeds]) for start in range(0, len(estimators), settings.seeds)
    )


def _reads(plan: TabularPlan) -> dict[str, Any]:
    """What the folder says of the plan."""
    return {
        "learner": plan.learner.name.lower(),
        "radiomics": plan.radiomics,
        "clinical": list(plan.clinical),
        "semantic": list(plan.semantic),
        "suv": plan.suv,
    }
