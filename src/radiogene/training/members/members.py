"""Which networks a training needs: one, or one per fold and seed."""

from dataclasses import dataclass

from radiogene.cohort.splits import Labels, inner_validation_split, stratified_folds
from radiogene.training.settings import KeptModel, TrainingSettings


@dataclass(frozen=True)
class Member:
    """One network to train.

    Attributes:
        name: of its folder.
        seed: of everything that chance does to it.
        fold: number of the fold that is held out; None where no fold is.
        fitting_ids: patients that weights and scaling are fitted on.
        validation_ids: patients that stop its stages.
        held_out_ids: patients that nothing of it has seen; none without folds.
        kept: False where it only sets thresholds.
    """

    name: str
    seed: int
    fold: int | None
    fitting_ids: tuple[str, ...]
    validation_ids: tuple[str, ...]
    held_out_ids: tuple[str, ...]
    kept: bool


def members_of(settings: TrainingSettings, labels: Labels) -> list[Member]:
    """The networks of a training, in order.

    Args:
        settings: folds, seeds, what is kept.
        labels: per patient, per gene.

    Raises:
        CohortError: a gene with fewer mutants or wild types than folds.
    """
    seeds = range(settings.seed, settings.seed + settings.seeds)
    share = settings.schedule.validation_share
    members = []
    if settings.folds:
        kept = settings.keep is KeptModel.ENSEMBLE
        for seed in seeds:
            for number, fold in enumerate(stratified_folds(labels, settings.folds, seed)):
                inner = inner_validation_split(fold.train_ids, labels, share, seed)
                name = f"seed-{seed}-fold-{number}"
                members.append(Member(name, seed, number, inner.train_ids, inner.test_ids, fold.test_ids, kept))
    if not settings.folds or settings.keep is KeptModel.REFIT:
        for seed in seeds:
            inner = inner_validation_split(tuple(labels), labels, share, seed)
            members.append(Member(f"seed-{seed}", seed, None, inner.train_ids, inner.test_ids, (), True))
    return members
