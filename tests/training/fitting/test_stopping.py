import pytest

from radiogene.training.fitting.stopping import epochs_without_gain, falling_training_loss, patience


def history(training, validation):
    return [{"loss": a, "validation_loss": b} for a, b in zip(training, validation, strict=True)]


def test_patience_counts_epochs_since_the_lowest_loss():
    rule = patience(2)
    assert rule(history([3, 2], [1.0, 0.9])) is None
    assert rule(history([3, 2, 1], [1.0, 0.9, 0.9])) is None
    assert rule(history([3, 2, 1, 1], [1.0, 0.9, 0.9, 0.95])) == "no lower validation loss for 2 epochs"
    assert rule(history([3, 2, 1, 1, 1], [1.0, 0.9, 0.9, 0.95, 0.8])) is None


def test_the_papers_rule_wants_a_falling_training_error_and_more_than_five_failures():
    """Paper, "Deep learning model": the validation error stopped dropping more than 5 times."""
    rule = falling_training_loss(5)
    falling = [1 / (n + 1) for n in range(8)]
    assert rule(history(falling[:6], [0.5, *[0.6] * 5])) is None
    assert "failed to fall for 6 epochs" in rule(history(falling[:7], [0.5, *[0.6] * 6]))
    rising_at_the_end = [*falling[:6], 2.0]
    assert rule(history(rising_at_the_end, [0.5, *[0.6] * 6])) is None


@pytest.mark.parametrize(("values", "expected"), [([], 0), ([1.0], 0), ([1.0, 1.0], 1), ([3.0, 1.0, 2.0, 1.5], 2)])
def test_epochs_without_gain(values, expected):
    assert epochs_without_gain([{"loss": value} for value in values], "loss") == expected
