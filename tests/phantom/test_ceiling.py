import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radiogene.phantom import ceiling, ceiling_range
from radiogene.phantom.genetics import Known, Strength, site_model


@pytest.mark.parametrize("site", ["A", "B"])
def test_more_knowledge_is_never_worse(site):
    limits = ceiling(site)
    assert limits.draws >= 1_000_000
    for gene in (limits.egfr, limits.kras):
        assert gene.both > gene.image > gene.clinical > 0.55
    assert 0.86 < limits.egfr.both < 0.92
    assert 0.75 < limits.kras.both < 0.83
    assert 0.65 < limits.egfr.clinical < 0.73


def test_ceiling_is_the_auc_of_the_exact_probability():
    model = site_model("B")
    factors = model.draw(20_000, np.random.default_rng(4))
    limits = ceiling("B", draws=20_000, seed=4)
    for known in Known:
        posterior = model.posterior(factors, known)
        assert getattr(limits.egfr, known.value) == pytest.approx(
            roc_auc_score(factors.egfr, posterior.egfr), abs=1e-12
        )
        assert getattr(limits.kras, known.value) == pytest.approx(
            roc_auc_score(factors.kras, posterior.kras), abs=1e-12
        )


def test_no_strength_leaves_nothing_to_find():
    flat = ((0.4, 0.4, 0.4), (0.4, 0.4, 0.4))
    beta = ((1.0, 2.0),) * 4
    none = Strength(
        egfr_only=flat,
        kras_only=((0.2, 0.2, 0.2), (0.2, 0.2, 0.2)),
        ground_glass_beta=beta,
        spiculation_beta=beta,
        diameter_median_mm=(16.0,) * 4,
        retraction=(0.3,) * 4,
    )
    limits = ceiling("A", draws=100_000, strength=none)
    for gene in (limits.egfr, limits.kras):
        assert gene.both == pytest.approx(0.5, abs=0.01)
        assert gene.image == pytest.approx(0.5, abs=0.01)


def test_the_range_holds_the_ceiling_and_narrows_with_patients():
    limits, few, many = ceiling("B"), ceiling_range("B", "EGFR", 10, 20), ceiling_range("B", "EGFR", 200, 400)
    for known in Known:
        best = getattr(limits.egfr, known.value)
        for low, high in (getattr(few, known.value), getattr(many, known.value)):
            assert low < best < high
        narrow, wide = (np.ptp(getattr(found, known.value)) for found in (many, few))
        # Twenty times the patients.
        assert wide / narrow == pytest.approx(np.sqrt(20), rel=0.25)
    assert ceiling_range("B", "KRAS", 0, 20) is None
