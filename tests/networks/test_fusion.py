"""Eq. 7 and 8: the fusion of all views, its start, and what a view weighs."""

import pytest
import torch

from radiogene.errors import TrainingError
from radiogene.networks.fusion import Fusion, view_weights
from radiogene.networks.gene_branch import MUTANT, WILD_TYPE

PATIENTS, VIEWS, GENES = 5, 9, 2


def test_equations_7_and_8_one_neuron_per_gene_over_nine_views_and_two_outputs():
    torch.manual_seed(0)
    fusion = Fusion(GENES, VIEWS)
    torch.nn.init.normal_(fusion.weights)
    logits = torch.randn(PATIENTS, VIEWS, GENES, 2)
    fused = fusion(logits)
    assert fused.shape == (PATIENTS, GENES)
    for patient in range(PATIENTS):
        for gene in range(GENES):
            by_hand = sum(
                fusion.weights[gene, view, neuron] / (1 + torch.exp(-logits[patient, view, gene, neuron]))
                for view in range(VIEWS)
                for neuron in range(2)
            )
            assert fused[patient, gene].item() == pytest.approx(by_hand.item(), abs=1e-5)


def test_a_gene_reads_its_own_branches_only():
    """Eq. 8 prints O_1 where O_2 is meant."""
    torch.manual_seed(0)
    fusion = Fusion(GENES, VIEWS)
    logits = torch.randn(1, VIEWS, GENES, 2)
    changed = logits.clone()
    changed[:, :, 1] += 1.0 * torch.randn(1, VIEWS, 2)
    before, after = fusion(logits), fusion(changed)
    assert before[0, 0] == after[0, 0]
    assert before[0, 1] != after[0, 1]


def test_there_is_no_bias():
    assert [name for name, _ in Fusion(GENES, VIEWS).named_parameters()] == ["weights"]


@pytest.mark.parametrize("views", [1, 3, 9])
def test_the_start_is_the_average_vote(views):
    torch.manual_seed(0)
    mutant = torch.randn(200, views, 1) * 0.3
    logits = torch.zeros(200, views, 1, 2)
    logits[..., MUTANT], logits[..., WILD_TYPE] = mutant, -mutant
    with torch.no_grad():
        fused = torch.sigmoid(Fusion(1, views)(logits))[:, 0]
    average = torch.sigmoid(mutant).mean(dim=1)[:, 0]
    assert torch.corrcoef(torch.stack([fused, average]))[0, 1] > 0.999
    torch.testing.assert_close(fused, average, atol=0.02, rtol=0)


def test_view_weights_by_hand():
    """View 0 swings by 0.2 with U = 2, view 1 by 0.1 with U = -4 (the sign says nothing), view 2 never moves."""
    outputs = torch.zeros(2, 3, 1, 2)
    outputs[0, 0, 0] = torch.tensor([0.3, 0.7])
    outputs[1, 0, 0] = torch.tensor([0.7, 0.3])
    outputs[0, 1, 0] = torch.tensor([0.5, 0.6])
    outputs[1, 1, 0] = torch.tensor([0.5, 0.4])
    outputs[:, 2, 0] = torch.tensor([0.9, 0.1])
    weights = torch.zeros(1, 3, 2)
    weights[0, :, WILD_TYPE] = torch.tensor([-2.0, 1.0, -50.0])
    weights[0, :, MUTANT] = torch.tensor([2.0, -4.0, 50.0])
    shares = view_weights(weights, outputs)
    assert shares.tolist()[0] == pytest.approx([0.8 / 1.2, 0.4 / 1.2, 0.0], abs=1e-6)


def test_view_weights_sum_to_1_per_gene():
    torch.manual_seed(0)
    shares = view_weights(torch.randn(GENES, VIEWS, 2), torch.rand(30, VIEWS, GENES, 2))
    assert shares.shape == (GENES, VIEWS)
    assert (shares > 0).all()
    assert shares.sum(dim=1).tolist() == pytest.approx([1.0, 1.0])


def test_view_weights_of_one_patient_are_refused():
    with pytest.raises(TrainingError, match=r"over 1 patient: for gene number 0 .* at least two training patients"):
        view_weights(torch.ones(1, VIEWS, 2), torch.rand(1, VIEWS, 1, 2))
