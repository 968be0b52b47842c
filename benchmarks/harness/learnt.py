"""One fit on planted causes or on phantom patients, and what it learnt, as a row of plain numbers."""

import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from harness.measure_rows import auc_row
from harness.phantom_cubes import phantom_store
from harness.planted_places import GENE, planted_masks, planted_store
from harness.planted_views import PlantedViews, phantom_donors, planted_views, views_to_plant
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.cohort.store.joined_stores import open_stores
from radiogene.evaluation.cohort_tables import patient_label_table
from radiogene.evaluation.comparison import auc_difference
from radiogene.evaluation.intervals import auc_with_interval
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.nine_view.nine_view_method import NineViewMethod
from radiogene.methods.registry import method_named
from radiogene.methods.settings_file import typed_settings
from radiogene.methods.trained_model import fit_model
from radiogene.model.inference import sampler_of
from radiogene.networks.attention_module import AttentionModule
from radiogene.networks.gene_branch import MUTANT
from radiogene.networks.standardisation import standardised
from radiogene.phantom.genetics import Known, site_model
from radiogene.phantom.patient import draw_patient
from radiogene.training.fitting.run_options import RunOptions

Row = dict[str, object]

GENES = ("EGFR", "KRAS")
VIEW_PATIENTS, PLACE_PATIENTS, EXTERNAL = 200, 240, 200
LARGEST_CURVE = 400
PAPERS_FIELD: dict[str, object] = {"fields_mm": (64.0,)}


def views_row(work: Path, own: int, seed: int) -> Row:
    """Planted views: what the fusion gives them, and what it brings.

    Args:
        work: folder of the cubes.
        own: how many views are the patient's own.
        seed: of the training; it chooses the views, too.
    """
    names = views_to_plant(own, seed)
    train = _cohort(phantom_store(work / "phantom-A", LARGEST_CURVE, "A", 11), VIEW_PATIENTS)
    test = _cohort(phantom_store(work / "phantom-B", EXTERNAL, "B", 12))
    with planted_views(PlantedViews(names, phantom_donors())):
        method = _fitted(train, {**PAPERS_FIELD, "preset": "tiny", "seed": seed, "genes": GENES}, work)
        cubes = np.stack([test.cube(position) for position in range(len(test))])
        outputs = method.networks.member_outputs(cubes, test.patients)[0]
    labels = patient_label_table(test, GENES)
    row: Row = {"section": "views", "own": list(names), "seed": seed}
    for gene, name in enumerate(GENES):
        votes = outputs.neurons[:, :, gene, MUTANT]
        at = [method.facts.view_names.index(view) for view in names]
        single = [_auc(labels[:, gene], votes[:, view]) for view in at]
        row[name] = {
            "share of the planted views": sum(method.facts.view_weights[name][view] for view in names),
            "fused": _auc(labels[:, gene], outputs.probabilities[:, gene]),
            "plain average": _auc(labels[:, gene], votes.mean(axis=1)),
            "best planted view": max(single),
        }
    return row


def places_row(work: Path, seed: int) -> Row:
    """Planted places: where the masks lie high, and what they bring.

    Args:
        work: folder of the cubes.
        seed: of the training.
    """
    train = _cohort(planted_store(work / "places-train", PLACE_PATIENTS, 0))
    test = _cohort(planted_store(work / "places-test", EXTERNAL, 1))
    settings: dict[str, object] = {**PAPERS_FIELD, "preset": "tiny", "genes": (GENE,), "clinical": (), "seed": seed}
    method = _fitted(train, settings, work)
    without = _fitted(train, {**settings, "attention": False}, work)
    labels = patient_label_table(test, (GENE,))[:, 0]
    scores = {"masks": method.predict_proba(test)[:, 0], "never any masks": without.predict_proba(test)[:, 0]}
    modules = [m for m in method.networks.networks[0].modules() if isinstance(m, AttentionModule)]
    for name, change in (("masks off", _switched_off), ("masks flat", _flattened)):
        undo = [change(module) for module in modules]
        scores[name] = method.predict_proba(test)[:, 0]
        for handle in undo:
            handle()
    row: Row = {"section": "places", "seed": seed, "masks seen": _masks_seen(method, modules, test)}
    for name, values in scores.items():
        row[name] = _auc(labels, values)
    for name in ("masks off", "masks flat", "never any masks"):
        row[f"masks less {name}"] = auc_row(auc_difference(labels, scores["masks"], scores[name]).difference)
    return row


def curve_row(work: Path, preset: str, patients: int, name: str, mechanism: Mapping[str, object], seed: int) -> Row:
    """One fit on so many phantom patients, image alone, beside the exact probability on the same external patients.

    Args:
        work: folder of the cubes.
        preset: of the network.
        patients: to train on.
        name: of what is left out.
        mechanism: settings that leave it out.
        seed: of the training.
    """
    train = _cohort(phantom_store(work / "phantom-A", LARGEST_CURVE, "A", 11), patients)
    test = _cohort(phantom_store(work / "phantom-B", EXTERNAL, "B", 12))
    settings: dict[str, object] = {"preset": preset, "genes": GENES, "clinical": (), "seed": seed, **mechanism}
    probabilities = _fitted(train, settings, work).predict_proba(test)
    labels = patient_label_table(test, GENES)
    row: Row = {"section": "curve", "preset": preset, "patients": patients, "left out": name, "seed": seed}
    exact = np.array([_exact("B", 12, number) for number in range(EXTERNAL)])
    for gene, title in enumerate(GENES):
        row[title] = auc_row(auc_with_interval(labels[:, gene], probabilities[:, gene]))
        row[f"{title} ceiling"] = _auc(labels[:, gene], exact[:, gene])
    return row


def _cohort(store: CubeStore, patients: int | None = None) -> PreparedCohort:
    cohort = PreparedCohort.of(open_stores(store.places))
    return cohort if patients is None else cohort.at(range(patients))


def _fitted(cohort: PreparedCohort, settings: Mapping[str, object], work: Path) -> NineViewMethod:
    """The network fitted on a cohort, in this process."""
    state = work / "unfinished"
    shutil.rmtree(state, ignore_errors=True)
    wanted = typed_settings(NineViewSettings, dict(settings), "settings")
    context = FitContext(state, work / "features", RunOptions(accelerator="cpu", progress=False), 1)
    finished = fit_model(method_named("mmdl"), wanted, cohort, context)
    if finished is None or not isinstance(finished.model.method, NineViewMethod):
        raise RuntimeError("one process trains here")
    return finished.model.method


def _exact(site: str, seed: int, number: int) -> tuple[float, float]:
    """The exact probabilities of both genes for who is told the image alone."""
    model = site_model(site)
    found = model.posterior(draw_patient(model, site, seed, number).factors, Known.IMAGE)
    return float(found.egfr[0]), float(found.kras[0])


def _masks_seen(method: NineViewMethod, modules: list[AttentionModule], test: PreparedCohort) -> list[Row]:
    """Per module: the mask's spread over places, and how much higher it is on the cause than on the distractors."""
    network, facts = method.networks.networks[0], method.facts
    sampler, scaling = sampler_of(facts), facts.members[0].standardisation
    seen: list[list[tuple[float, float, float]]] = [[] for _ in modules]
    for position in range(len(test)):
        masks = planted_masks(1, position)
        if not masks.mutant:
            continue
        maps: list[Tensor] = []
        hooks = [module.mask.register_forward_hook(partial(_keep, maps)) for module in modules if module.mask]
        with torch.inference_mode():
            network.view_features(standardised(sampler(torch.from_numpy(test.cube(position))[None]), scaling))
            shares = [
                sampler(torch.from_numpy(part.astype(np.float32))[None])[0].clamp(min=0)
                for part in (masks.cause_zyx, masks.distractors_zyx)
            ]
        for hook in hooks:
            hook.remove()
        for number, found in enumerate(maps):
            mean = found.mean(dim=1)
            cause, others = (functional.adaptive_avg_pool2d(s[:, None], mean.shape[-2:])[:, 0] for s in shares)
            on_cause = float((mean * cause).sum() / cause.sum())
            on_others = float((mean * others).sum() / others.sum())
            seen[number].append((float(found.flatten(2).std(dim=2).mean()), on_cause, on_others))
    return [
        {
            "spread": float(s),
            "on the cause": float(c),
            "on the distractors": float(d),
            "patients with more on the cause": float(np.mean([one[1] > one[2] for one in rows])),
        }
        for rows in seen
        for s, c, d in [np.mean(rows, axis=0)]
    ]


def _keep(maps: list[Tensor], mask: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
    maps.append(output)


def _switched_off(module: AttentionModule) -> Callable[[], None]:
    module.mask_enabled = False
    return partial(setattr, module, "mask_enabled", True)


def _flattened(module: AttentionModule) -> Callable[[], None]:
    """Each channel's mask becomes its mean over places: what is lost then is what the places brought."""
    if module.mask is None:
        raise RuntimeError("the network was built without masks")
    return module.mask.register_forward_hook(_mean_over_places).remove


def _mean_over_places(mask: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
    return output.mean(dim=(-2, -1), keepdim=True).expand_as(output)


def _auc(labels: NDArray[np.int8], scores: NDArray[np.float64]) -> float:
    return float(auc_with_interval(labels, scores).value or np.nan)
