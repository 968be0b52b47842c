"""The generating model of the synthetic cohort: genes from sex and smoking, image factors from genes, and Bayes back.

A patient's gene class is drawn given sex and smoking; the image factors are drawn given the class, independent of
each other and of everything else; emphysema is drawn given smoking alone. Every density is known, so P(gene | factors)
is exact, and so is the best that any model can reach (`ceiling.py`). Age, stage and lobe say nothing about the genes.

Directions and rough sizes follow the literature; the strength is ours and is stated in one place, `Strength`:

* EGFR goes with never smoking and women. Shi Y, et al. PIONEER, J Thorac Oncol 9:154 (2014), doi
  10.1097/JTO.0000000000000033: 61.1% of women, 44.0% of men, 60.7% of never-smokers, of 1,450 Asian adenocarcinomas.
* EGFR in 43% of never-smokers and 11% of smokers, KRAS in 6% and 34%. Dogan S, et al., Clin Cancer Res 18:6169
  (2012), doi 10.1158/1078-0432.CCR-11-3265, of 3,026 adenocarcinomas.
* EGFR goes with ground-glass opacity and pleural retraction. Han X, et al., Sci Rep 11:5679 (2021), doi
  10.1038/s41598-021-83646-7.
* Size and spiculation: reports differ; that EGFR nodules are smaller and KRAS nodules more spiculated is our choice.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, ndtr, ndtri

SMALLEST_DIAMETER_MM = 8.0
LARGEST_DIAMETER_MM = 30.0
"""A nodule is at most 30 mm wide (`method.md` section 1); below 8 mm nobody takes a biopsy."""

SHARE_EDGE = 1e-4
"""Shares are kept this far from 0 and 1, where a Beta density may be infinite."""


class Sex(IntEnum):
    """Sex as it stands in the cohort table."""

    FEMALE = 0
    MALE = 1


class Smoking(IntEnum):
    """Smoking status as it stands in the cohort table."""

    NEVER = 0
    FORMER = 1
    CURRENT = 2


class GeneClass(IntEnum):
    """Which of the two genes is mutated."""

    NEITHER = 0
    EGFR = 1
    KRAS = 2
    BOTH = 3


class Known(StrEnum):
    """What a model is told."""

    BOTH = "both"
    IMAGE = "image"
    CLINICAL = "clinical"


@dataclass(frozen=True)
class Strength:
    """How strongly sex, smoking and the image go with the genes. Tuples by gene class: neither, EGFR, KRAS, both.

    Attributes:
        egfr_only, kras_only: P(class | sex, smoking), rows female, male; columns never, former, current.
        both_mutated: P(both | sex, smoking), the same for all: the two genes all but exclude each other.
        ground_glass_beta: Beta parameters of the ground-glass share of the longest diameter, that is 1 minus the
            consolidation-to-tumour ratio.
        diameter_median_mm, diameter_log_sd: of the lognormal longest diameter, cut to 8 to 30 mm.
        spiculation_beta: Beta parameters of the margin's spiculation, 0 smooth to 1 spiked all round.
        retraction: P(strands to a retracted pleura).
        emphysema: P(emphysema | smoking), never, former, current; it tells of a gene only through smoking.
    """

    egfr_only: tuple[tuple[float, float, float], ...] = ((0.65, 0.42, 0.30), (0.54, 0.30, 0.21))
    kras_only: tuple[tuple[float, float, float], ...] = ((0.10, 0.22, 0.30), (0.13, 0.27, 0.30))
    both_mutated: float = 0.006
    ground_glass_beta: tuple[tuple[float, float], ...] = ((1.0, 2.3), (2.2, 1.6), (1.0, 2.6), (1.4, 2.0))
    diameter_median_mm: tuple[float, ...] = (18.5, 14.0, 20.0, 17.0)
    diameter_log_sd: float = 0.36
    spiculation_beta: tuple[tuple[float, float], ...] = ((1.7, 2.1), (1.6, 2.6), (2.3, 2.0), (2.0, 2.2))
    retraction: tuple[float, ...] = (0.30, 0.42, 0.27, 0.33)
    emphysema: tuple[float, float, float] = (0.05, 0.30, 0.42)

    def class_probability(self) -> NDArray[np.float64]:
        """P(gene class | sex, smoking) as (2 sexes, 3 smoking states, 4 classes)."""
        table = np.empty((len(Sex), len(Smoking), len(GeneClass)))
        table[..., GeneClass.EGFR] = self.egfr_only
        table[..., GeneClass.KRAS] = self.kras_only
        table[..., GeneClass.BOTH] = self.both_mutated
        table[..., GeneClass.NEITHER] = 1 - table[..., 1:].sum(axis=-1)
        return table


@dataclass(frozen=True)
class CaseMix:
    """Who comes to a site: P(sex, smoking), rows female, male; columns never, former, current."""

    share: tuple[tuple[float, float, float], ...]


CASE_MIX = {
    "A": CaseMix(((0.33, 0.11, 0.10), (0.10, 0.16, 0.20))),
    "B": CaseMix(((0.25, 0.13, 0.10), (0.10, 0.24, 0.18))),
}
"""Site B sees more men and smokers, as a Western cohort does."""


@dataclass(frozen=True, eq=False)
class Factors:
    """What generated n patients; every array has shape (n,).

    Attributes:
        sex, smoking, gene_class: integer codes of `Sex`, `Smoking`, `GeneClass`.
        ground_glass: share of the longest diameter that is ground-glass, 0 to 1: 1 minus the consolidation-to-tumour
            ratio.
        diameter_mm: longest diameter.
        spiculation: 0 smooth to 1 spiked all round.
        retraction, emphysema: whether the image shows them.
    """

    sex: NDArray[np.int64]
    smoking: NDArray[np.int64]
    gene_class: NDArray[np.int64]
    ground_glass: NDArray[np.float64]
    diameter_mm: NDArray[np.float64]
    spiculation: NDArray[np.float64]
    retraction: NDArray[np.bool_]
    emphysema: NDArray[np.bool_]

    @property
    def egfr(self) -> NDArray[np.bool_]:
        """(n,) whether EGFR is mutated."""
        return (self.gene_class == GeneClass.EGFR) | (self.gene_class == GeneClass.BOTH)

    @property
    def kras(self) -> NDArray[np.bool_]:
        """(n,) whether KRAS is mutated."""
        return (self.gene_class == GeneClass.KRAS) | (self.gene_class == GeneClass.BOTH)


@dataclass(frozen=True, eq=False)
class GenePosterior:
    """P(gene mutated | what is known), each (n,) in 0 to 1."""

    egfr: NDArray[np.float64]
    kras: NDArray[np.float64]


@dataclass(frozen=True)
class GeneticModel:
    """The joint distribution of one site: who comes, and how genes shape the image."""

    mix: CaseMix
    strength: Strength = field(default_factory=Strength)

    def draw(self, count: int, rng: np.random.Generator) -> Factors:
        """`count` patients drawn from the model."""
        strength = self.strength
        cell = rng.choice(len(Sex) * len(Smoking), count, p=np.ravel(self.mix.share))
        sex, smoking = np.divmod(cell, len(Smoking))
        cumulative = strength.class_probability().cumsum(axis=-1)[sex, smoking, :-1]
        gene_class = (rng.random(count)[:, None] >= cumulative).sum(axis=1)
        ground_glass = np.asarray(strength.ground_glass_beta)[gene_class]
        spiculation = np.asarray(strength.spiculation_beta)[gene_class]
        return Factors(
            sex=sex,
            smoking=smoking,
            gene_class=gene_class,
            ground_glass=_share(rng.beta(ground_glass[:, 0], ground_glass[:, 1])),
            diameter_mm=self._draw_diameter_mm(gene_class, rng),
            spiculation=_share(rng.beta(spiculation[:, 0], spiculation[:, 1])),
            retraction=rng.random(count) < np.asarray(strength.retraction)[gene_class],
            emphysema=rng.random(count) < np.asarray(strength.emphysema)[smoking],
        )

    def posterior(self, factors: Factors, known: Known) -> GenePosterior:
        """The exact P(gene | what is known), by Bayes' rule.

        Args:
            factors: the generating factors; `gene_class` is not looked at.
            known: clinical values (sex and smoking), the image, or both. Emphysema belongs to the image: with sex
                and smoking known it adds nothing, without them it tells of smoking.
        """
        given_clinical = self.strength.class_probability()
        if known is Known.IMAGE:
            weight = self._emphysema_likelihood()[factors.emphysema.astype(int)] * np.asarray(self.mix.share)[None]
            joint = np.einsum("nsk,skc->nc", weight, given_clinical)
        else:
            joint = given_clinical[factors.sex, factors.smoking]
        if known is not Known.CLINICAL:
            log_likelihood = self.image_log_likelihood(factors)
            joint = joint * np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
        joint = joint / joint.sum(axis=1, keepdims=True)
        both = joint[:, GeneClass.BOTH]
        return GenePosterior(joint[:, GeneClass.EGFR] + both, joint[:, GeneClass.KRAS] + both)

    def image_log_likelihood(self, factors: Factors) -> NDArray[np.float64]:
        """The log likelihood (n, 4) of each gene class given the image, up to a term free of the class."""
        strength = self.strength
        _, width = self._diameter_window()
        log_ground_glass = np.log(factors.ground_glass), np.log1p(-factors.ground_glass)
        log_spiculation = np.log(factors.spiculation), np.log1p(-factors.spiculation)
        log_diameter = np.log(factors.diameter_mm)
        columns = []
        for gene_class in GeneClass:
            z = (log_diameter - np.log(strength.diameter_median_mm[gene_class])) / strength.diameter_log_sd
            retracted = strength.retraction[gene_class]
            columns.append(
                _beta_log_density(log_ground_glass, strength.ground_glass_beta[gene_class])
                + _beta_log_density(log_spiculation, strength.spiculation_beta[gene_class])
                - z**2 / 2
                - np.log(width[gene_class])
                + np.where(factors.retraction, np.log(retracted), np.log1p(-retracted))
            )
        return np.stack(columns, axis=1)

    def _diameter_window(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Per gene class, the normal probability below 8 mm and that between 8 and 30 mm, each (4,)."""
        median = np.log(self.strength.diameter_median_mm)
        low = ndtr((np.log(SMALLEST_DIAMETER_MM) - median) / self.strength.diameter_log_sd)
        high = ndtr((np.log(LARGEST_DIAMETER_MM) - median) / self.strength.diameter_log_sd)
        return low, high - low

    def _draw_diameter_mm(self, gene_class: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Longest diameters (n,) in mm by inversion of the truncated lognormal distribution."""
        low, width = self._diameter_window()
        z = ndtri(low[gene_class] + width[gene_class] * rng.random(len(gene_class)))
        return np.asarray(self.strength.diameter_median_mm)[gene_class] * np.exp(self.strength.diameter_log_sd * z)

    def _emphysema_likelihood(self) -> NDArray[np.float64]:
        """P(emphysema absent or present | sex, smoking) as (2, 2 sexes, 3 smoking states)."""
        present = np.broadcast_to(np.asarray(self.strength.emphysema), (len(Sex), len(Smoking)))
        return np.stack([1 - present, present])


def site_model(site: str, strength: Strength | None = None) -> GeneticModel:
    """The generating model of site `A` or `B`."""
    return GeneticModel(CASE_MIX[site], strength or Strength())


def _share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shares kept off 0 and 1."""
    return np.clip(values, SHARE_EDGE, 1 - SHARE_EDGE)


def _beta_log_density(
    log_share_and_rest: tuple[NDArray[np.float64], NDArray[np.float64]], parameters: tuple[float, float]
) -> NDArray[np.float64]:
    """The log density (n,) of Beta(a, b) at shares given by log x and log(1 - x)."""
    log_share, log_rest = log_share_and_rest
    a, b = parameters
    return (a - 1) * log_share + (b - 1) * log_rest - betaln(a, b)
