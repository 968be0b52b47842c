"""A nine-view network as a compared system: MMDL, or MMDL with another network in place of its own."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.store.cube_blocks import cube_blocks
from radiogene.cohort.store.cube_store import CubeStore
from radiogene.ct.preparation import PreparationSettings
from radiogene.decision.decision import ModelKind
from radiogene.errors import SettingsError
from radiogene.evaluation.cohort_nodules import nodule_predictions
from radiogene.evaluation.patient_level import patient_level
from radiogene.methods.method import FitFolders, Method, Unseen
from radiogene.methods.method_settings import MethodSettings
from radiogene.methods.nine_view.size_notes import size_notes
from radiogene.methods.nine_view.training_settings import training_settings
from radiogene.model.model_folder import TrainedModel, read_model
from radiogene.model.raw_predictor import RawPredictor
from radiogene.storage.atomic_files import write_json
from radiogene.storage.checked_files import read_json_object
from radiogene.training.fitting.run_options import RunOptions, require_machine, training_device
from radiogene.training.initial_weights import initial_weights
from radiogene.training.train import train

if TYPE_CHECKING:
    from radiogene.cohort.prepared_cohort import PreparedCohort

MODEL_FOLDER = "model"
METHOD_FILE = "method.json"


class NineViewMethod(Method):
    """One network of this kind.

    Args:
        backbone: the network that looks at a view.
        settings: of the fit.
        folders: where it is fitted; None for one that was loaded.

    Source: Figure 2; Table 4.
    """

    def __init__(self, backbone: str, settings: MethodSettings, folders: FitFolders | None = None) -> None:
        self.backbone = backbone
        self.settings = settings
        self._folders = folders
        self._fitted: _Fitted | None = None
        self._unseen: Unseen | None = None

    @classmethod
    def load(cls, folder: Path) -> "NineViewMethod":
        """The fitted system that `save` wrote; it predicts, and is fitted no more.

        Raises:
            WeightsError: a file is missing, damaged or changed.
        """
        settings = MethodSettings.from_json(read_json_object(folder / METHOD_FILE))
        fitted = _Fitted.read(folder, _options(settings))
        loaded = cls(fitted.model.settings.preset.backbone, settings)
        loaded._fitted = fitted
        return loaded

    def fit(self, cohort: "PreparedCohort", labels: NDArray[np.int8]) -> Self:
        """The fitted system; an interrupted fit goes on from the folders's state. See `Method.fit`.

        Raises:
            SettingsError: a loaded system, an accelerator that is not here, or an unfinished fit with other settings.
            WeightsError: initial weights of another network.
        """
        if self._folders is None:
            raise SettingsError("This system was loaded from its folder: make a new one to fit it.")
        options = _options(self.settings, progress=self._folders.progress)
        require_machine(options)
        wanted = training_settings(self.backbone, self.settings)
        initial = initial_weights(self.settings.init, wanted.sizes)
        folder = self._folders.state / MODEL_FOLDER
        finished = train(cohort, wanted, folder, options, initial, labels=labels)
        if finished is None:
            raise SettingsError("A compared system is fitted by one process: start it without torchrun.")
        found = finished.unseen
        self._unseen = Unseen(found.predictions, found.set_on, found.folds)
        self._fitted = _Fitted.read(folder, options)
        return self

    def predict_proba(self, cohort: "PreparedCohort") -> NDArray[np.float64]:
        """P(mutant) (N, G), not calibrated; of a patient with several nodules, the largest one's.

        Args:
            cohort: N patients.

        Raises:
            WeightsError: cubes that were prepared otherwise than those of the training.
            CohortError: a patient with several nodules, one of them without a size.
        """
        predictor = self._required().predictor
        predictor.require_preparation(_preparation_hash(cohort))
        genes = predictor.model.settings.genes
        blocks = [predictor.raw_probabilities(block.cubes_zyx, block.rows) for block in cube_blocks(cohort)]
        nodules = nodule_predictions(cohort, genes, np.concatenate([np.empty((0, len(genes))), *blocks]))
        return patient_level(nodules, predictor.model.settings.nodule_rule).probabilities

    @property
    def unseen(self) -> Unseen:
        """Out-of-fold predictions, or without folds those of the inner validation patients; the fit's own only.

        With several seeds a patient's prediction is the mean over their cross-validations, and `folds` are those of the
        first.

        Raises:
            SettingsError: not fitted here: a saved system keeps no predictions with patients' identifiers.
        """
        if self._unseen is None:
            raise SettingsError("Predictions for training patients are known right after the fit only: fit the system.")
        return self._unseen

    @property
    def model_kind(self) -> ModelKind:
        """What answers for a new patient: a refit after a cross-validation, one network, or those of several seeds."""
        return self._required().model.decision.model_kind

    @property
    def notes(self) -> tuple[str, ...]:
        """How the network differs in size from the published one, where it started, and how many predict."""
        if self._fitted is None:
            return ()
        model = self._fitted.model
        notes = list(size_notes(model.settings, model.networks[0].view_networks[0]))  # type: ignore[arg-type]
        start = model.manifest["initial_weights"]["kind"]
        if start != "random":
            notes.append(f"starts from a network trained before ({start})")
        if len(model.networks) > 1:
            notes.append(f"mean of {len(model.networks)} networks")
        return tuple(notes)

    def save(self, folder: Path) -> None:
        """Save the model folder, which `radiogene predict` reads too; see `Method.save`."""
        fitted = self._required()
        shutil.copytree(fitted.folder, folder, dirs_exist_ok=True)
        # A result names no path of the machine that made it.
        start = str(fitted.model.manifest["initial_weights"]["kind"])
        write_json(folder / METHOD_FILE, replace(self.settings, init=start).to_json())

    def _required(self) -> "_Fitted":
        if self._fitted is None:
            raise SettingsError("This system is not fitted: call `fit` first.")
        return self._fitted


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A fitted network, and the folder that it lies in."""

    folder: Path
    predictor: RawPredictor

    @classmethod
    def read(cls, folder: Path, options: RunOptions) -> "_Fitted":
        """The network in a model folder, on the device of the options."""
        return cls(folder, RawPredictor(read_model(folder), str(training_device(options))))

    @property
    def model(self) -> TrainedModel:
        """As read from its folder."""
        return self.predictor.model


def _options(settings: MethodSettings, progress: bool = False) -> RunOptions:
    return RunOptions(accelerator=settings.accelerator, precision=settings.precision, progress=progress)


def _preparation_hash(cohort: "PreparedCohort") -> str:
    """How the cubes were prepared: as the store says, or, where they are of no store, as this version prepares them."""
    if isinstance(cohort.source, CubeStore):
        return cohort.source.preparation_hash
    return PreparationSettings().fingerprint()
