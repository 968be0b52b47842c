"""Eq. 9 as it is read here: masked cross-entropy from logits, gene by gene."""

import math

import pytest
import torch

from radiogene.networks.losses import branch_loss, fused_loss

NAN = float("nan")


def cross_entropy(logit, label):
    probability = 1 / (1 + math.exp(-logit))
    return -math.log(probability if label else 1 - probability)


FUSED = torch.tensor([[0.3, -1.2], [2.0, 0.4], [-0.7, 0.9]])
LABELS = torch.tensor([[1.0, 0.0], [0.0, NAN], [NAN, 1.0]])
KNOWN = torch.tensor([[True, True], [True, False], [False, True]])
"""Two of three patients are known for each gene, not the same two."""


def test_equation_9_fused_loss_by_hand():
    first = (cross_entropy(0.3, 1) + cross_entropy(2.0, 0)) / 2
    second = (cross_entropy(-1.2, 0) + cross_entropy(0.9, 1)) / 2
    assert fused_loss(FUSED, LABELS, KNOWN).item() == pytest.approx(first + second, rel=1e-6)


def test_equation_9_branch_loss_by_hand_on_both_neurons():
    torch.manual_seed(0)
    logits = torch.randn(3, 4, 2, 2)
    by_hand = 0.0
    for gene, patients in ((0, (0, 1)), (1, (0, 2))):
        for patient in patients:
            mutant = bool(LABELS[patient, gene] == 1)
            for view in range(4):
                wild_logit, mutant_logit = logits[patient, view, gene].tolist()
                both = cross_entropy(wild_logit, not mutant) + cross_entropy(mutant_logit, mutant)
                by_hand += both / 2 / len(patients)
    assert branch_loss(logits, LABELS, KNOWN).item() == pytest.approx(by_hand, rel=1e-6)


def test_equation_9_is_not_minimised_by_saturating_both_neurons():
    labels, known = torch.tensor([[1.0], [0.0]]), torch.ones(2, 1, dtype=torch.bool)
    saturated = torch.full((2, 1, 1, 2), 10.0)
    undecided = torch.zeros(2, 1, 1, 2)
    assert branch_loss(saturated, labels, known) > branch_loss(undecided, labels, known)


@pytest.mark.parametrize("unknown_label", [NAN, -1.0, 1.0])
def test_an_unknown_label_changes_neither_loss_nor_gradient(unknown_label):
    labels = torch.where(KNOWN, LABELS, torch.tensor(unknown_label))
    logits = FUSED.clone().requires_grad_()
    fused_loss(logits, labels, KNOWN).backward()
    assert (logits.grad[~KNOWN] == 0).all()
    assert (logits.grad[KNOWN] != 0).all()


def test_a_batch_with_no_known_label_gives_exactly_0_with_a_graph():
    for loss, shape in ((fused_loss, (3, 2)), (branch_loss, (3, 9, 2, 2))):
        logits = torch.randn(shape, requires_grad=True)
        value = loss(logits, torch.full((3, 2), NAN), torch.zeros(3, 2, dtype=torch.bool))
        assert value.item() == 0.0
        value.backward()
        assert (logits.grad == 0).all()


def test_a_gene_with_none_known_leaves_the_other_as_it_is():
    known = KNOWN.clone()
    known[:, 1] = False
    first = (cross_entropy(0.3, 1) + cross_entropy(2.0, 0)) / 2
    assert fused_loss(FUSED, LABELS, known).item() == pytest.approx(first, rel=1e-6)


def test_huge_logits_make_no_infinity():
    logits = torch.tensor([[1e4, -1e4]], requires_grad=True)
    value = fused_loss(logits, torch.tensor([[0.0, 1.0]]), torch.ones(1, 2, dtype=torch.bool))
    value.backward()
    assert value.item() == pytest.approx(2e4)
    assert torch.isfinite(logits.grad).all()


def test_class_weights_multiply_the_losses_of_wild_types_and_mutants():
    weighted = fused_loss(FUSED, LABELS, KNOWN, class_weights=torch.tensor([[0.5, 3.0], [1.0, 5.0]]))
    first = (3 * cross_entropy(0.3, 1) + 0.5 * cross_entropy(2.0, 0)) / 2
    second = (cross_entropy(-1.2, 0) + 5 * cross_entropy(0.9, 1)) / 2
    assert weighted.item() == pytest.approx(first + second, rel=1e-6)


def test_views_that_share_nothing_learn_at_the_full_rate_whatever_their_number():
    torch.manual_seed(0)
    logits = torch.randn(3, 9, 2, 2, requires_grad=True)
    branch_loss(logits, LABELS, KNOWN).backward()
    one = logits.detach()[:, 4:5].requires_grad_()
    branch_loss(one, LABELS, KNOWN).backward()
    torch.testing.assert_close(logits.grad[:, 4:5], one.grad)


def test_parts_of_a_batch_add_up_with_the_count_of_the_whole():
    torch.manual_seed(0)
    logits = torch.randn(8, 9, 2, 2)
    labels, known = torch.randint(0, 2, (8, 2)), torch.rand(8, 2) > 0.3
    whole = branch_loss(logits, labels, known)
    total = known.sum(dim=0)
    parts = [branch_loss(logits[i : i + 3], labels[i : i + 3], known[i : i + 3], None, total) for i in (0, 3, 6)]
    torch.testing.assert_close(sum(parts), whole)
