"""What the folder of a nine-view network says of it beyond the facts of every model: sizes, views, scaling."""

from dataclasses import dataclass, field

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.ct.nine_views import ViewSampling
from radiogene.model.facts import ModelFacts
from radiogene.networks.gene_branch import ClinicalEntry
from radiogene.networks.mask_statistics import MaskStatistics
from radiogene.networks.presets import Preset
from radiogene.networks.standardisation import Standardisation


@dataclass(frozen=True)
class MemberSettings:
    """What was fitted on one member's own training patients, besides its weights.

    Attributes:
        standardisation: of Hounsfield units.
        clinical: coding of age, sex, smoking and any further column; no columns for an image-only model.
    """

    standardisation: Standardisation
    clinical: ClinicalEncoder


@dataclass(frozen=True, kw_only=True)
class NineViewFacts(ModelFacts):
    """Everything needed to build the network and to prepare its input.

    Attributes:
        preset: all sizes of the network.
        attention: False where the masks are switched off (Figures 11 and 12).
        view_names: the views in the network's order.
        view_sampling: how diagonals fill an image.
        clinical_at: where clinical values join a branch.
        members: one for a single model, several for an ensemble.
        view_weights: per gene, the share of each view in the decision; sums to 1 (`method.md` section 4).
        view_weights_of_fits: per gene, the same of every network that was fitted, those of the folds too; views in
            their order. Empty in older folders.
        masks_of_fits: of the same networks, the masks of each attention module over their training patients; none
            without masks and in older folders.
    """

    preset: Preset
    attention: bool
    view_names: tuple[str, ...]
    view_sampling: ViewSampling
    clinical_at: ClinicalEntry
    members: tuple[MemberSettings, ...]
    view_weights: dict[str, dict[str, float]]
    view_weights_of_fits: dict[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    masks_of_fits: tuple[tuple[MaskStatistics, ...], ...] = ()

    @property
    def has_masks(self) -> bool:
        """True where attention masks take part."""
        return self.attention and self.preset.has_masks
