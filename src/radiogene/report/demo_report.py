"""The page of the demonstration: what was asked of a synthetic cohort, and what came out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from radiogene import __version__
from radiogene.errors import SettingsError
from radiogene.evaluation.predictions import Predictions
from radiogene.report.case_section import case_section
from radiogene.report.demo_figures import auc_figure, calibration_figure, roc_figure, training_figure
from radiogene.report.embedded_image import png_data_uri
from radiogene.report.evaluation_text import measure_text
from radiogene.report.page import render_page
from radiogene.report.reported_case import ReportedCase
from radiogene.storage.atomic_files import write_text

SYSTEMS = ("both", "image only", "clinical only")
"""In the order of every table and legend."""

MAIN_SYSTEM = "both"

SITE_ROLES = {"A": "training", "B": "external evaluation"}

SHARES = (("accuracy", "ACC"), ("sensitivity", "SEN"), ("specificity", "SPE"), ("f1", "F1"))

CALIBRATION = (
    ("brier", "Brier score"),
    ("calibration_slope", "slope"),
    ("calibration_in_the_large", "in the large"),
    ("ece", "ECE"),
)


def write_demo_report(
    path: Path,
    metrics: Mapping[str, Any],
    predictions: Mapping[str, Predictions],
    example: ReportedCase,
    history: Sequence[Mapping[str, Any]],
) -> None:
    """Writes the demonstration's page as one HTML file that stands alone.

    Args:
        path: the file.
        metrics: what `metrics.json` holds.
        predictions: per system, for site B.
        example: one prediction of the system with image and clinical values.
        history: stages of that system's training with their losses, as in its `history.json`.

    Raises:
        SettingsError: figures that are not marked synthetic, or a system that is missing.
    """
    if metrics.get("synthetic") is not True:
        raise SettingsError("The demonstration's figures must be marked synthetic; found `synthetic` not true.")
    for name, systems in (("metrics['external']", metrics["external"]), ("predictions", predictions)):
        if set(systems) != set(SYSTEMS):
            raise SettingsError(f"{name} of {sorted(systems)}: expected {', '.join(SYSTEMS)}.")
    write_text(path, render_page("demo.html.j2", _values(metrics, predictions, example, history)))


def _values(
    metrics: Mapping[str, Any],
    predictions: Mapping[str, Predictions],
    example: ReportedCase,
    history: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the template `demo.html.j2` asks for."""
    external, ceiling = metrics["external"], metrics["ceiling"]
    ordered = {system: predictions[system] for system in SYSTEMS}
    main = external[MAIN_SYSTEM]["genes"]
    return {
        "version": __version__,
        "seed": metrics["seed"],
        "preset": metrics["preset"],
        "genes": list(ceiling),
        "answers": [_answer(gene, main[gene]["auc"], ceiling[gene][MAIN_SYSTEM]) for gene in ceiling],
        "sites": _sites(metrics["sites"]),
        "auc_rows": [
            _auc_rows(gene, external, ceiling[gene], metrics["ceiling_on_these_patients"][gene]) for gene in ceiling
        ],
        "share_rows": [_measure_rows(gene, external, SHARES) for gene in ceiling],
        "calibration_rows": [_measure_rows(gene, external, CALIBRATION) for gene in ceiling],
        "share_names": [name for _, name in SHARES],
        "calibration_names": [name for _, name in CALIBRATION],
        "methods": _interval_methods(external),
        "figures": {
            "auc": png_data_uri(auc_figure(external, ceiling, SYSTEMS)),
            "roc": png_data_uri(roc_figure(ordered)),
            "calibration": png_data_uri(calibration_figure(ordered)),
            "training": png_data_uri(training_figure(history)) if history else None,
        },
        "case": case_section(example),
        "stages": metrics["training"],
        "seconds": metrics["seconds"],
        "total_seconds": sum(metrics["seconds"].values()),
        "peak_memory_mb": metrics["peak_memory_mb"],
        "versions": metrics["versions"],
    }


def _answer(gene: str, auc: Mapping[str, Any], best: float) -> dict[str, Any]:
    """The figures of the sentence that answers for one gene."""
    interval = auc["interval"]
    above = None if interval is None else interval["low"] > 0.5
    return {"gene": gene, "auc": measure_text(dict(auc)), "above_chance": above, "ceiling": f"{best:.3f}"}


def _sites(sites: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "role": SITE_ROLES.get(name, ""), **content} for name, content in sites.items()]


def _auc_rows(
    gene: str, external: Mapping[str, Any], best: Mapping[str, float], of_these: Mapping[str, float]
) -> dict[str, Any]:
    """The rows of one gene in the table of AUC."""
    rows = []
    for system in SYSTEMS:
        found = external[system]["genes"][gene]
        rows.append(
            {
                "system": system,
                "auc": _cell(found["auc"]),
                "ceiling": f"{best[system]:.3f}",
                "of_these": f"{of_these[system]:.3f}",
            }
        )
    found = external[MAIN_SYSTEM]["genes"][gene]
    return {"gene": gene, "mutants": found["mutants"], "wild_types": found["wild_types"], "rows": rows}


def _measure_rows(gene: str, external: Mapping[str, Any], measures: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The rows of one gene in a table of several measures."""
    rows = []
    for system in SYSTEMS:
        found = external[system]["genes"][gene]
        expected = found["ece"].get("expected_if_calibrated")
        rows.append(
            {
                "system": system,
                "cells": [_cell(found[key]) for key, _ in measures],
                "threshold": f"{found['threshold']['value']:.3f}",
                "set_on": found["threshold"]["set_on"],
                "ece_if_calibrated": "–" if expected is None else f"{expected:.3f}",
            }
        )
    return {"gene": gene, "rows": rows}


def _cell(measure: Mapping[str, Any]) -> dict[str, str | None]:
    """A figure, its interval and what is missing of them, each as words."""
    value, interval = measure["value"], measure["interval"]
    return {
        "value": "–" if value is None else f"{value:.3f}",
        "interval": None if interval is None else f"{interval['low']:.3f} to {interval['high']:.3f}",
        "reason": measure["reason"],
    }


def _interval_methods(external: Mapping[str, Any]) -> dict[str, str]:
    """How the intervals of the AUC and of the other figures were made, as the figures themselves say."""
    auc: set[str] = set()
    others: set[str] = set()
    for report in external.values():
        for found in report["genes"].values():
            for key in ("auc", "accuracy", "brier", "ece"):
                interval = found[key]["interval"]
                if interval is not None:
                    used = interval.get("resamples_used")
                    words = interval["method"] + (f" ({used} resamples)" if used else "")
                    (auc if key == "auc" else others).add(words)
    return {"auc": "; ".join(sorted(auc)) or "none", "others": "; ".join(sorted(others)) or "none"}
