"""The fits behind the rows of tables: one place says with which settings a system stands in any of them."""

from dataclasses import asdict, fields, replace
from typing import Literal

from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.methods.method_settings import (
    EliminationSettings,
    MethodSettings,
    NetworkSettings,
    NineViewSettings,
    NineViewTraining,
)
from radiogene.methods.registry import method_named

MMDL = "mmdl"
PAPERS_OWN = "inception-attention-resnet"

BACKBONES = ("vgg16", "resnet50", "densenet121", "inception-v3", "inception-resnet-v2")
"""Networks that Table 4 puts in place of the inception-attention-resnet, in its order."""


def mmdl(
    settings: ExperimentSettings,
    *,
    genes: tuple[str, ...] = GENES,
    clinical: tuple[str, ...] | None = None,
    views: tuple[str, ...] = (),
    attention: bool = True,
    pretrained: bool = True,
    fusion: Literal["stacked", "equal", "best view"] | None = None,
    repeat: int = 0,
) -> PlannedFit:
    """MMDL, as the paper has it unless something is changed.

    Args:
        settings: of the experiment.
        genes: one for the single-task network.
        clinical: columns; none for images only, None for age, sex and smoking.
        views: a part of the nine planes, each in every field of the preset; all where empty.
        attention: False for a network without masks.
        pretrained: False starts from random weights although a pretrained network is given.
        fusion: the views' weights stay where this start puts them; None trains them.
        repeat: added to the seed.
    """
    init = settings.pretrained.get(PAPERS_OWN, "random") if pretrained else "random"
    own = replace(
        _nine_view(settings, genes, init),
        clinical=clinical,
        seed=settings.seed + repeat,
        views=views,
        attention=attention,
    )
    if fusion is not None:
        own = replace(own, fusion_start=fusion, fusion=replace(own.fusion, epochs=0), joint=False)
    return PlannedFit(MMDL, own)


def system(settings: ExperimentSettings, name: str, genes: tuple[str, ...] = GENES) -> PlannedFit:
    """Any compared system with its own columns.

    Args:
        settings: of the experiment.
        name: of the system.
        genes: one for a single-task network.
    """
    own = method_named(name).settings
    if own is NineViewSettings:
        return PlannedFit(name, _nine_view(settings, genes, settings.pretrained.get(name, "random")))
    if own is NetworkSettings:
        return PlannedFit(
            name,
            NetworkSettings(
                genes=genes,
                seed=settings.seed,
                folds=settings.network_folds,
                preset=settings.preset,
                batch=settings.batch,
                all_layers=settings.all_layers,
            ),
        )
    tabular = MethodSettings(genes=genes, seed=settings.seed, folds=settings.nested_folds)
    if own is EliminationSettings:
        tabular = EliminationSettings(**asdict(tabular), elimination_step=settings.elimination_step)
    return PlannedFit(name, tabular)


def repeats_of(fit: PlannedFit, repeats: int) -> tuple[PlannedFit, ...]:
    """The further cross-validations of a fit's system, with the seeds after its own; none where it has no folds.

    Args:
        fit: of a row of a table of the training cohort.
        repeats: how many cross-validations there are, that of the fit itself included.
    """
    own = fit.settings
    if not own.folds:
        return ()
    # A repeat needs the models of the folds alone.
    own = replace(own, keep="ensemble") if isinstance(own, NineViewSettings) else own
    return tuple(
        PlannedFit(fit.method, replace(own, seed=own.seed + number), held_out_only=True) for number in range(1, repeats)
    )


def _nine_view(settings: ExperimentSettings, genes: tuple[str, ...], init: str) -> NineViewSettings:
    """The settings of a network on nine views; with folds, a network refitted on all patients predicts.

    So a row is one network per seed with folds and without, as the paper's is, and is fitted on as many patients as the
    refitted forests that it is compared with.
    """
    training = settings.training
    return NineViewSettings(
        **{part.name: getattr(training, part.name) for part in fields(NineViewTraining)},
        genes=genes,
        seed=settings.seed,
        folds=settings.network_folds,
        preset=settings.preset,
        keep="refit" if settings.network_folds else "ensemble",
        init=init,
    )
