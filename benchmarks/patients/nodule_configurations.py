"""What is tried on real nodules, and one fit of it: trained on some patients, asked about others, kept on disk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import radiogene as rg
from patients.lidc_nodules import RATINGS, RatedNodule, crops, prepared
from radiogene.cohort.prepared_cohort import PreparedCohort
from radiogene.cohort.splits import stratified_folds
from radiogene.evaluation.repeated_fits import fold_areas
from radiogene.methods.method import FitContext
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.registry import method_named
from radiogene.methods.settings_file import typed_settings
from radiogene.methods.trained_model import fit_model
from radiogene.parallel.workers import in_parallel
from radiogene.training.fitting.run_options import RunOptions
from radiogene.training.pretraining.nodules.rated_nodules import RatedNodules
from radiogene.training.pretraining.pretrain import pretrain
from radiogene.training.pretraining.requested import RequestedPretraining


@dataclass(frozen=True)
class Configuration:
    """One way to train.

    Attributes:
        name: of its folder.
        words: what it is.
        settings: of the fit, by name.
        pretraining: settings of a pretraining on crops; none where it starts from random weights.
        is_mmdl: True for nine planes, attention and fusion.
    """

    name: str
    words: str
    settings: dict[str, object]
    pretraining: dict[str, object] = field(default_factory=dict)
    is_mmdl: bool = True

    @property
    def on_crops(self) -> bool:
        """True where it is pretrained on crops."""
        return bool(self.pretraining)


IMAGE_ONLY: dict[str, object] = {"preset": "tiny", "clinical": (), "genes": RATINGS}
FINE_TUNING: dict[str, object] = {
    "branches": {"epochs": 20, "patience": 20, "learning_rate": 0.003},
    "all_layers": {"epochs": 15, "learning_rate": 0.001},
}
AXIAL_CROPS: dict[str, object] = {"views": ("axial",), "epochs": 40, "failures": 40}

CONFIGURATIONS = (
    Configuration("paper-field", "views of 64 mm alone, as in the paper", {"fields_mm": (64.0,)}),
    Configuration(
        "paper-field-best-epoch",
        "the same, and of all layers the epoch with the lowest validation loss is kept",
        {"fields_mm": (64.0,), "all_layers": {"kept_epoch": "best"}},
    ),
    Configuration("two-fields", "views of 64 and of 32 mm, the preset's", {}),
    Configuration("near-field", "views of 32 mm alone", {"fields_mm": (32.0,)}),
    Configuration(
        "near-no-attention", "views of 32 mm alone, no masks", {"fields_mm": (32.0,), "attention": False}, is_mmdl=False
    ),
    Configuration(
        "near-pretrained",
        "views of 32 mm alone; view network pretrained on the ratings of crops of other patients",
        {"fields_mm": (32.0,), **FINE_TUNING},
        {**AXIAL_CROPS, "fields_mm": (32.0,)},
    ),
    Configuration(
        "closer-pretrained",
        "views of 24 mm alone; view network pretrained on the ratings of crops of other patients",
        {"fields_mm": (24.0,), **FINE_TUNING},
        {**AXIAL_CROPS, "fields_mm": (24.0,)},
    ),
)


@dataclass(frozen=True, eq=False)
class NoduleCohort:
    """Rated nodules as the program reads them.

    Attributes:
        nodules: N nodules.
        store: of their cubes.
    """

    nodules: tuple[RatedNodule, ...]
    store: Path

    @classmethod
    def prepared(cls, nodules: Sequence[RatedNodule], work: Path) -> "NoduleCohort":
        """The nodules with their store, which is made where it is not there yet; but for those it could not prepare."""
        store = prepared(nodules, work)
        there = set(PreparedCohort.of(rg.open_store(store)).patient_ids)
        return cls(tuple(nodule for nodule in nodules if nodule.name in there), store)

    def __len__(self) -> int:
        return len(self.nodules)

    @property
    def labels(self) -> NDArray[np.int8]:
        """(N, ratings) 1 where a rating holds."""
        return np.array([nodule.rated for nodule in self.nodules], dtype=np.int8)

    def opened(self) -> PreparedCohort:
        """The patients, in the nodules' order."""
        cohort = PreparedCohort.of(rg.open_store(self.store))
        order = {patient: position for position, patient in enumerate(cohort.patient_ids)}
        return cohort.at([order[nodule.name] for nodule in self.nodules])


@dataclass(frozen=True, eq=False)
class Fit:
    """One fit: who was held out, and what it says of them and of the test cubes.

    Attributes:
        held_out: positions among the training cubes.
        probabilities: (held out, ratings).
        test: (test cubes, ratings); no row where there are none.
    """

    held_out: NDArray[np.int_]
    probabilities: NDArray[np.float64]
    test: NDArray[np.float64]


def folds_of(labels: NDArray[np.int8], folds: int, seed: int) -> list[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    """Training and held-out positions of every fold, as the program's own cross-validation draws them.

    Args:
        labels: (N, ratings).
        folds: how many.
        seed: of the draw.
    """
    by_position = {
        str(position): {rating: int(label) for rating, label in zip(RATINGS, of_one, strict=True)}
        for position, of_one in enumerate(labels.tolist())
    }
    return [
        (np.array(sorted(map(int, fold.train_ids))), np.array(sorted(map(int, fold.test_ids))))
        for fold in stratified_folds(by_position, folds, seed)
    ]


def fitted(
    configuration: Configuration,
    train: NoduleCohort,
    test: NoduleCohort | None,
    crop_folder: Path | None,
    place: Path,
    fold: tuple[NDArray[np.int_], NDArray[np.int_]],
    seed: int,
) -> Fit:
    """One fit of a configuration; what is there already is read.

    Args:
        configuration: what to train.
        train: the training cubes.
        test: cubes of other patients, which are only asked about.
        crop_folder: crops for the pretraining.
        place: folder of this fit.
        fold: positions of the fitting and of the held-out cubes.
        seed: of everything random.
    """
    file = place / "fit.json"
    if file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Fit(*(np.array(kept[name]) for name in ("held_out", "probabilities", "test")))
    place.mkdir(parents=True, exist_ok=True)
    options = RunOptions(accelerator="cpu", progress=False)
    settings = {**IMAGE_ONLY, **configuration.settings, "seed": seed}
    if configuration.on_crops and crop_folder is not None:
        settings["init"] = str(_pretrained(configuration, train, test, crop_folder, place, fold[1], seed, options))
    entry = method_named("mmdl")
    wanted = typed_settings(NineViewSettings, settings, "settings")
    context = FitContext(place / "unfinished", place / "features", options, 1)
    finished = fit_model(entry, wanted, train.opened().at(fold[0]), context)
    if finished is None:
        raise RuntimeError("one process trains here")
    method = finished.model.method
    held_out = method.predict_proba(train.opened().at(fold[1]))
    of_test = np.empty((0, len(RATINGS))) if test is None else method.predict_proba(test.opened())
    content = {"held_out": fold[1].tolist(), "probabilities": held_out.tolist(), "test": of_test.tolist()}
    file.write_text(json.dumps(content), encoding="utf-8")
    return Fit(fold[1], held_out, of_test)


def _pretrained(
    configuration: Configuration,
    train: NoduleCohort,
    test: NoduleCohort | None,
    crop_folder: Path,
    place: Path,
    held_out: NDArray[np.int_],
    seed: int,
    options: RunOptions,
) -> Path:
    """The view network pretrained on crops of patients who are neither held out nor among the test cubes."""
    folder = place / "pretrained"
    if folder.exists():
        return folder
    everything = NoduleCohort.prepared(crops(crop_folder, ()), place.parent.parent / "crops")
    unseen = [train.nodules[position].numbers for position in held_out]
    unseen += [] if test is None else [nodule.numbers for nodule in test.nodules]
    allowed = {nodule.name for nodule in crops(crop_folder, unseen)}
    chosen = [position for position, nodule in enumerate(everything.nodules) if nodule.name in allowed]
    given = {**configuration.pretraining, "preset": "tiny", "columns": RATINGS, "seed": seed}
    asked = typed_settings(RequestedPretraining, given, "settings of pretrain")
    task = RatedNodules(everything.opened().at(chosen), RATINGS)
    pretrain(task, asked.settings, folder, options, tell=lambda line: None)
    return folder


def all_fits(
    configurations: Sequence[Configuration],
    train: NoduleCohort,
    test: NoduleCohort | None,
    crop_folder: Path | None,
    work: Path,
    folds: int,
    repeats: int,
) -> dict[str, list[list[Fit]]]:
    """Every fit of some configurations, (repeats, folds) of each, two at a time.

    Args:
        configurations: to train.
        train: the training cubes.
        test: cubes of other patients, or None.
        crop_folder: crops for the pretraining, or None.
        work: folder of all fits.
        folds: of the training cubes.
        repeats: of the folds.
    """
    if any(one.on_crops for one in configurations) and crop_folder is not None:
        NoduleCohort.prepared(crops(crop_folder, ()), work / "crops")
    tasks = [
        (one, train, test, crop_folder, work / one.name / f"{seed}-{number}", fold, seed)
        for one in configurations
        for seed in range(repeats)
        for number, fold in enumerate(folds_of(train.labels, folds, seed))
    ]
    done = list(in_parallel(fitted, iter(tasks), workers=2))
    by_name: dict[str, list[list[Fit]]] = {}
    for number, one in enumerate(configurations):
        own = done[number * folds * repeats : (number + 1) * folds * repeats]
        by_name[one.name] = [own[seed * folds : (seed + 1) * folds] for seed in range(repeats)]
    return by_name


def areas(fits: list[list[Fit]], labels: NDArray[np.int8]) -> NDArray[np.float64]:
    """The AUC (ratings, repeats, folds) of the held-out cubes.

    Args:
        fits: repeats of folds.
        labels: (N, ratings) of the training cubes.
    """
    found = np.empty((labels.shape[1], len(fits), len(fits[0])))
    for repeat, of_repeat in enumerate(fits):
        for fold, fit in enumerate(of_repeat):
            for rating in range(labels.shape[1]):
                own = labels[fit.held_out, rating]
                found[rating, repeat, fold] = fold_areas(own, fit.probabilities[:, rating], np.zeros(len(own), int))[0]
    return found
