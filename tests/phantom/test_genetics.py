import numpy as np
import pytest
from scipy import stats

from radiogene.phantom.genetics import GeneClass, Known, Strength, site_model

DRAWS = 400_000


@pytest.fixture(scope="module", params=["A", "B"])
def drawn(request):
    model = site_model(request.param)
    return model, model.draw(DRAWS, np.random.default_rng(11))


@pytest.mark.parametrize("known", list(Known))
@pytest.mark.parametrize("gene", ["egfr", "kras"])
def test_posterior_is_the_frequency_of_mutation_among_patients_like_this(drawn, known, gene):
    model, factors = drawn
    probability = getattr(model.posterior(factors, known), gene)
    mutated = getattr(factors, gene)
    # Among patients of like probability, split by what a wrong formula would leave out, the frequency must be the mean
    # probability.
    split = factors.emphysema if known is not Known.CLINICAL else factors.sex == 1
    bins = np.searchsorted(np.quantile(probability, np.linspace(0, 1, 11)[1:-1]), probability) * 2 + split
    for one in np.unique(bins):
        inside = bins == one
        expected = probability[inside]
        error = np.sqrt((expected * (1 - expected)).sum()) / len(expected)
        assert abs(mutated[inside].mean() - expected.mean()) < 4.5 * error


def test_posterior_given_everything_holds_in_a_small_cell_of_factors(drawn):
    model, factors = drawn
    cell = (
        (factors.sex == 0)
        & (factors.smoking == 0)
        & ~factors.retraction
        & (np.abs(factors.ground_glass - 0.6) < 0.15)
        & (np.abs(factors.diameter_mm - 14) < 2.5)
        & (np.abs(factors.spiculation - 0.35) < 0.15)
    )
    probability = model.posterior(factors, Known.BOTH).egfr[cell]
    assert cell.sum() > 500
    assert factors.egfr[cell].mean() == pytest.approx(probability.mean(), abs=4 * np.sqrt(0.25 / cell.sum()))
    assert probability.mean() > 0.8


def test_likelihood_is_that_of_the_distributions_it_is_drawn_from():
    model = site_model("A")
    factors = model.draw(50, np.random.default_rng(0))
    strength = Strength()
    expected = []
    for c in GeneClass:
        sd, median = strength.diameter_log_sd, np.log(strength.diameter_median_mm[c])
        window = (np.log([8, 30]) - median) / sd
        expected.append(
            stats.beta.logpdf(factors.ground_glass, *strength.ground_glass_beta[c])
            + stats.beta.logpdf(factors.spiculation, *strength.spiculation_beta[c])
            + stats.truncnorm.logpdf(np.log(factors.diameter_mm), *window, loc=median, scale=sd)
            + stats.bernoulli.logpmf(factors.retraction, strength.retraction[c])
        )
    difference = model.image_log_likelihood(factors) - np.stack(expected, axis=1)
    # Up to a constant that is the same for all classes.
    np.testing.assert_allclose(difference, difference[:, :1].repeat(4, axis=1), atol=1e-9)
    np.testing.assert_allclose(difference, difference[0, 0], atol=1e-9)


def test_image_factors_follow_their_distributions():
    factors = site_model("A").draw(60_000, np.random.default_rng(5))
    strength = Strength()
    egfr = factors.gene_class == GeneClass.EGFR
    assert stats.kstest(factors.ground_glass[egfr], stats.beta(*strength.ground_glass_beta[1]).cdf).pvalue > 1e-3
    assert factors.diameter_mm.min() >= 8
    assert factors.diameter_mm.max() <= 30


def test_directions_are_those_of_the_literature():
    factors = site_model("A").draw(DRAWS, np.random.default_rng(2))
    egfr, kras, never, women = factors.egfr, factors.kras, factors.smoking == 0, factors.sex == 0
    assert 0.40 < egfr.mean() < 0.46
    assert 0.18 < kras.mean() < 0.25
    assert (egfr & kras).mean() < 0.01
    assert egfr[never].mean() > egfr[~never].mean() + 0.2
    assert egfr[women].mean() > egfr[~women].mean() + 0.1
    assert kras[~never].mean() > kras[never].mean() + 0.1
    assert factors.ground_glass[egfr].mean() > factors.ground_glass[~egfr].mean() + 0.2
    assert factors.diameter_mm[egfr].mean() < factors.diameter_mm[kras].mean() - 2


def test_sites_differ_in_who_comes():
    a, b = (site_model(site).draw(DRAWS, np.random.default_rng(3)) for site in "AB")
    assert (a.smoking == 0).mean() > (b.smoking == 0).mean() + 0.05
