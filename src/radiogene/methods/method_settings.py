"""What a user decides about the fit of a system; each kind of system declares what it takes, and takes nothing else."""

from dataclasses import dataclass, field
from typing import Literal

GENES = ("EGFR", "KRAS")

PresetName = Literal["paper", "small", "tiny"]
OptimiserName = Literal["sgd", "adamw"]


@dataclass(frozen=True, kw_only=True)
class MethodSettings:
    """One fit of one system.

    Attributes:
        genes: columns of the table to predict, the order of every gene axis.
        clinical: clinical columns that it is given; the system's own where not set, an empty list for images only.
        folds: of a cross-validation by patient, stratified over the genes, which sets the thresholds.
        seed: of everything random.
        seeds: repeats with seeds that follow each other; their predictions are averaged.
    """

    genes: tuple[str, ...] = GENES
    clinical: tuple[str, ...] | None = None
    folds: int = 5
    seed: int = 0
    seeds: int = 1


@dataclass(frozen=True, kw_only=True)
class EliminationSettings(MethodSettings):
    """A fit that selects features by recursive elimination.

    Attributes:
        elimination_step: share of the features that recursive elimination drops in each round.
    """

    elimination_step: float = 0.1


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """One stage of a network's training; what is not set is the preset's.

    Attributes:
        epochs: at most this many; 0 leaves the stage out.
        learning_rate: of the optimiser, at the start.
        patience: epochs without a lower validation loss after which the stage stops.
        optimiser: "sgd" with momentum 0.9, or "adamw" with weight decay.
        weight_decay: of "adamw".
        kept_epoch: "best", the one with the lowest validation loss, or "last".
    """

    epochs: int | None = None
    learning_rate: float | None = None
    patience: int | None = None
    optimiser: OptimiserName | None = None
    weight_decay: float | None = None
    kept_epoch: Literal["best", "last"] | None = None


@dataclass(frozen=True, kw_only=True)
class NetworkTraining:
    """How any network is trained.

    Attributes:
        batch: patients per step; the preset's where not set.
        all_layers: the stage that trains every layer.
    """

    batch: int | None = None
    all_layers: StageSettings = field(default_factory=StageSettings)


@dataclass(frozen=True, kw_only=True)
class NineViewTraining(NetworkTraining):
    """How a network on nine views is trained.

    Attributes:
        branches: the stage that trains the branches alone, over frozen features of a pretrained network.
        fusion: the stage that trains every layer and the fusion weights by the fused probability.
        trunk_share: of the epochs of `all_layers`, those that a network with random weights first spends without its
            masks; the preset's where not set.
        fusion_start: where the weights of the views start: "stacked", fitted on the validation patients, "equal", or
            "best view", all weight on the one that predicts best for them; they stay there without epochs of `fusion`.
        joint: train all layers and the fusion in one stage, by the sum of their losses.
        validation_share: share of the patients that sets early stopping; the preset's where not set.
        class_weighting: let a gene's wild types and mutants count alike, by factors whose mean over patients is 1.
        augmentation: flips, turns and shifts of training views.
        acquisition_augmentation: thickness, kernel, noise and HU of training cubes as of other scanners; not in the
            stage `branches`, which looks at frozen features.
        dropout: of the features in training.
        freeze_normalisation: keep the running statistics of normalisation as the initial weights bring them.
        view_sampling: how diagonals fill an image: "stretched", or "isotropic" with one scale on both axes.
        fields_mm: sides of the parts of the cube, about its centre, that each plane is shown in; the preset's where not
            set.
        window_hu: lowest and highest Hounsfield units that the network is to tell apart; the preset's where not set.
        depth_shift_mm: largest move of a training view's plane along the line that it stands on.
        per_image_standardisation: standardise each view by itself, which loses absolute Hounsfield units.
        clinical_at: where clinical values join a branch: beside the outputs of FC256 ("fc256_output") or its inputs.
    """

    branches: StageSettings = field(default_factory=StageSettings)
    fusion: StageSettings = field(default_factory=StageSettings)
    trunk_share: float | None = None
    fusion_start: Literal["stacked", "equal", "best view"] = "stacked"
    joint: bool = False
    validation_share: float | None = None
    class_weighting: bool = False
    augmentation: bool = True
    acquisition_augmentation: bool = False
    dropout: bool = True
    freeze_normalisation: bool = False
    view_sampling: Literal["stretched", "isotropic"] = "stretched"
    fields_mm: tuple[float, ...] | None = None
    window_hu: tuple[float, float] | None = None
    depth_shift_mm: float = 0.0
    per_image_standardisation: bool = False
    clinical_at: Literal["fc256_output", "fc256_input"] = "fc256_output"


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(MethodSettings, NetworkTraining):
    """A fit of a network.

    Attributes:
        folds: of a cross-validation by patient, stratified over the genes; 0 holds out one part instead.
        preset: sizes and schedule of the network.
    """

    folds: int = 0
    preset: PresetName = "small"


@dataclass(frozen=True, kw_only=True)
class NineViewSettings(NetworkSettings, NineViewTraining):
    """A fit of MMDL, or of another network in its place.

    Attributes:
        keep: of a cross-validation: "ensemble", the folds' models together, or "refit", one trained on everybody.
        init: where the network starts: "random", a folder that `radiogene pretrain` wrote, or "imagenet:FILE".
        views: which of the nine planes, each in every field; all where empty.
        attention: false switches the masks off.
        nodule_rule: whose probability a patient with several nodules gets.
    """

    keep: Literal["ensemble", "refit"] = "ensemble"
    init: str = "random"
    views: tuple[str, ...] = ()
    attention: bool = True
    nodule_rule: Literal["largest", "mean", "max"] = "largest"
