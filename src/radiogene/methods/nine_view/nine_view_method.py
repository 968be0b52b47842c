"""A nine-view network as a system: MMDL, or MMDL with another network in place of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.store.cube_blocks import cube_blocks
from radiogene.decision.decision import ModelKind
from radiogene.decision.familiarity import Familiarity
from radiogene.errors import SettingsError
from radiogene.evaluation.held_out import HeldOutPredictions
from radiogene.methods.facts_of_fit import facts_of_fit
from radiogene.methods.method import FitContext, MemberOutputs, Method
from radiogene.methods.method_settings import NineViewSettings
from radiogene.methods.nine_view.size_notes import size_notes
from radiogene.model.card import part_of
from radiogene.model.engines.engine_choice import EngineChoice
from radiogene.model.engines.feature_engine import EngineIdentity
from radiogene.model.engines.open_engine import open_engine
from radiogene.model.inference import NetworkOutputs
from radiogene.model.model_folder import WEIGHTS_FILE, ModelFolder
from radiogene.model.nine_view_facts import NineViewFacts
from radiogene.model.nine_view_model import NineViewNetworks, built_networks, nine_view_model
from radiogene.storage.tensor_file import save_tensors
from radiogene.storage.typed_json import JsonObject

if TYPE_CHECKING:
    from radiogene.cohort.prepared_cohort import PreparedCohort
    from radiogene.training.fitting.fit import MemberHistory
    from radiogene.training.settings import TrainingSettings
    from radiogene.training.train import FittedNetworks


class NineViewMethod(Method):
    """One network of this kind.

    Args:
        name: of the system.
        backbone: the network that looks at a view.
        settings: of the fit; None for a system that was loaded.
        context: where and how it is fitted; None for a system that was loaded.

    Source: Figure 2; Table 4.
    """

    def __init__(
        self,
        name: str,
        backbone: str,
        settings: NineViewSettings | None,
        context: FitContext | None = None,
    ) -> None:
        self.name = name
        self.backbone = backbone
        self._settings = settings
        self._context = context
        self._fit: FittedNetworks | None = None
        self._loaded: ModelFolder | None = None
        self._networks: NineViewNetworks | None = None
        if settings is not None:
            self.genes = settings.genes

    @classmethod
    def load(cls, folder: ModelFolder, choice: EngineChoice = EngineChoice(), device: str = "cpu") -> "NineViewMethod":
        """The system in a model folder; it predicts, and is fitted no more.

        Args:
            folder: whose files were checked.
            choice: what computes the views' features, in which precision.
            device: PyTorch's name of a device.

        Raises:
            SettingsError: the engine is not installed.
            WeightsError: weights or an export that do not belong to the model.
        """
        model = nine_view_model(folder)
        method = cls(folder.method, model.facts.preset.backbone, None)
        method.genes = model.facts.genes
        method._loaded = folder
        engine = open_engine(choice, model, folder.path, device)
        method._networks = NineViewNetworks(model.facts, model.networks, device, engine)
        return method

    def fit(self, cohort: "PreparedCohort", labels: NDArray[np.int8]) -> Self:
        """The fitted system; an interrupted fit goes on from the context's state. See `Method.fit`.

        Raises:
            SettingsError: a loaded system, an accelerator that is not here, or an unfinished fit with other settings.
            WeightsError: initial weights of another network.
        """
        # A model that only predicts loads nothing that trains: Lightning alone takes seconds.
        from radiogene.methods.nine_view.training_settings import training_settings
        from radiogene.training.fitting.run_options import RunOptions, require_machine, training_device
        from radiogene.training.initial_weights import initial_weights
        from radiogene.training.train import train

        settings, context = self._settings, self._context
        if settings is None or context is None:
            raise SettingsError("This system was loaded from its folder: make a new one to fit it.")
        options = RunOptions(accelerator="cpu", progress=False) if context.run is None else context.run
        require_machine(options)
        wanted = training_settings(self.backbone, settings)
        initial = initial_weights(settings.init, wanted.sizes)
        fit = train(cohort, wanted, context.state, options, initial, labels=labels, workers=context.workers)
        if fit is None:
            return self
        facts = _facts(self.name, cohort, labels, wanted, fit)
        networks = built_networks(facts, [member.weights() for member in fit.kept], context.state)
        self._fit = fit
        self._networks = NineViewNetworks(facts, networks, str(training_device(options)))
        return self

    def member_outputs(self, cohort: "PreparedCohort") -> MemberOutputs:
        """See `Method`; features are mean and SD over the views."""
        networks = self.networks
        blocks = [networks.member_outputs(b.cubes_zyx, b.rows) for b in cube_blocks(cohort.of_largest_nodules)]
        if not blocks:
            return MemberOutputs(np.empty((len(networks.networks), 0, len(self.genes))))
        of_members = [NetworkOutputs.joined(of_member) for of_member in zip(*blocks, strict=True)]
        return MemberOutputs(
            np.stack([member.probabilities for member in of_members]),
            tuple(member.features for member in of_members),
        )

    @property
    def networks(self) -> NineViewNetworks:
        """The networks that answer, for activation maps.

        Raises:
            SettingsError: it is not fitted.
        """
        if self._networks is None:
            raise SettingsError("This system is not fitted: call `fit` first.")
        return self._networks

    @property
    def is_fitted(self) -> bool:
        """See `Method`."""
        return self._networks is not None

    @property
    def facts(self) -> NineViewFacts:
        """See `Method`."""
        return self.networks.facts

    @property
    def clinical(self) -> ClinicalEncoder:
        """See `Method`."""
        return self.facts.members[0].clinical

    @property
    def held_out(self) -> HeldOutPredictions:
        """Out-of-fold predictions, or without folds those of the inner validation patients; the fit's own only.

        With several seeds a patient's prediction is the mean over their cross-validations, and `folds` are those of the
        first.
        """
        return self._required_fit().held_out

    @property
    def model_kind(self) -> ModelKind:
        """What answers for a new patient: a refit after a cross-validation, one network, or those of several seeds."""
        return self._required_fit().model_kind

    @property
    def familiarity(self) -> Familiarity:
        """See `Method`."""
        return self._required_fit().familiarity

    @property
    def members_differ_in(self) -> str:
        """See `Method`."""
        if self._loaded is not None:
            return str(self._loaded.manifest.get("members_differ_in", "members"))
        return self._required_fit().members_differ_in

    @property
    def notes(self) -> tuple[str, ...]:
        """How the network differs in size from the published one, where it started, and how many predict."""
        from radiogene.training.initial_weights import RANDOM

        if self._networks is None:
            return ()
        facts = self.facts
        notes = list(size_notes(facts, self._networks.networks[0].view_networks[0]))  # type: ignore[arg-type]
        start = part_of(self.record, "initial_weights").get("kind")
        if start != RANDOM:
            notes.append(f"starts from a network trained before ({start})")
        if len(facts.members) > 1:
            notes.append(f"mean of {len(facts.members)} networks")
        return tuple(notes)

    @property
    def description(self) -> tuple[str, ...]:
        """See `Method`."""
        facts = self.facts
        return (
            f"Network: MMDL, preset `{facts.preset.name}`, backbone `{facts.preset.backbone}`, "
            f"{len(facts.view_names)} views, attention {'on' if facts.has_masks else 'off'}; "
            f"members: {len(facts.members)}.",
            *_view_weight_sentences(facts),
            *_mask_sentences(facts),
        )

    @property
    def history(self) -> "tuple[MemberHistory, ...]":
        """See `Method`."""
        return self._required_fit().history

    @property
    def record(self) -> JsonObject:
        """See `Method`: settings with nothing left to the preset, start, and members."""
        return self._loaded.manifest if self._loaded is not None else self._required_fit().record

    @property
    def seen_cubes(self) -> frozenset[str]:
        """See `Method`: those that the initial weights were pretrained on."""
        return self._required_fit().seen_cubes

    @property
    def engine(self) -> EngineIdentity:
        """See `Method`."""
        return self.networks.engine.identity

    def save(self, folder: Path) -> None:
        """Write the weights of the members; see `Method.save`."""
        tensors = {
            f"{member}.{name}": tensor
            for member, done in enumerate(self._required_fit().kept)
            for name, tensor in done.weights().items()
        }
        save_tensors(folder / WEIGHTS_FILE, tensors)

    def _required_fit(self) -> "FittedNetworks":
        if self._fit is None:
            raise SettingsError("Predictions for training patients are known right after the fit only: fit the system.")
        return self._fit


def _view_weight_sentences(facts: NineViewFacts) -> tuple[str, ...]:
    """Per gene, the views by weight, each with its range over the networks that were fitted."""
    sentences = []
    for gene, fits in facts.view_weights_of_fits.items():
        shares = np.array(fits)
        words = [
            f"{facts.view_names[view]} {shares[:, view].mean():.1%}"
            + (f" ({shares[:, view].min():.1%} to {shares[:, view].max():.1%})" if len(fits) > 1 else "")
            for view in np.argsort(-shares.mean(axis=0), kind="stable")
        ]
        over = f", mean and range over {len(fits)} fits" if len(fits) > 1 else ""
        sentences.append(f"View weights of {gene}{over}: {'; '.join(words)}.")
    return tuple(sentences)


def _mask_sentences(facts: NineViewFacts) -> tuple[str, ...]:
    """How much the masks differ from place to place, module by module."""
    if not facts.masks_of_fits or not facts.masks_of_fits[0]:
        return ()
    modules = [
        f"{letter} {np.mean([one.mean for one in fits]):.2f}, {np.mean([one.spread for one in fits]):.3f}"
        for letter, fits in zip("ABC", zip(*facts.masks_of_fits, strict=True), strict=True)
    ]
    return (
        f"Attention masks S of the modules, mean and standard deviation over places: {'; '.join(modules)}. A mask with "
        "a deviation near 0 scales its trunk alike everywhere.",
    )


def _facts(
    name: str, cohort: "PreparedCohort", labels: NDArray[np.int8], settings: "TrainingSettings", fit: "FittedNetworks"
) -> NineViewFacts:
    """What the folder of the fitted networks states; ranges are of the patients that took part."""
    taking_part = cohort.at(np.flatnonzero((labels >= 0).any(axis=1)))
    common = facts_of_fit(
        name,
        settings.genes,
        settings.clinical_columns,
        taking_part,
        looks_at_nodule=True,
        nodule_rule=settings.nodule_rule,
    )
    return NineViewFacts(
        **vars(common),
        preset=settings.sizes,
        attention=settings.attention,
        view_names=settings.view_names,
        view_sampling=settings.view_sampling,
        clinical_at=settings.clinical_at,
        members=fit.members,
        view_weights=fit.view_weights,
        view_weights_of_fits=fit.view_weights_of_fits,
        masks_of_fits=fit.masks_of_fits,
    )
