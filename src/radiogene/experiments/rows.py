"""The fits behind the rows of tables: one place says with which settings a system stands in any of them."""

from radiogene.experiments.experiment_settings import GENES, ExperimentSettings
from radiogene.experiments.planned_fit import PlannedFit
from radiogene.methods.method_settings import MethodSettings
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
    repeat: int = 0,
) -> PlannedFit:
    """MMDL, as the paper has it unless something is changed.

    Args:
        settings: of the experiment.
        genes: one for the single-task network.
        clinical: columns; none for images only, None for age, sex and smoking.
        views: a part of the nine; all where empty.
        attention: False for a network without masks.
        pretrained: False starts from random weights although a pretrained network is given.
        repeat: added to the seed.
    """
    init = settings.pretrained.get(PAPERS_OWN, "random") if pretrained else "random"
    return PlannedFit(
        MMDL,
        MethodSettings(
            genes=genes,
            clinical=clinical,
            seed=settings.seed + repeat,
            folds=settings.folds,
            preset=settings.preset,
            epochs=settings.epochs,
            views=views,
            attention=attention,
            init=init,
            accelerator=settings.accelerator,
            precision=settings.precision,
        ),
    )


def system(settings: ExperimentSettings, name: str, genes: tuple[str, ...] = GENES) -> PlannedFit:
    """Any compared system with its own columns.

    Args:
        settings: of the experiment.
        name: of the system.
        genes: one for a single-task network.
    """
    if method_named(name).network:
        own = MethodSettings(
            genes=genes,
            seed=settings.seed,
            folds=settings.folds,
            preset=settings.preset,
            epochs=settings.epochs,
            init=settings.pretrained.get(name, "random"),
            accelerator=settings.accelerator,
            precision=settings.precision,
        )
    else:
        own = MethodSettings(
            genes=genes,
            seed=settings.seed,
            folds=settings.nested_folds,
            elimination_step=settings.elimination_step,
        )
    return PlannedFit(name, own)
