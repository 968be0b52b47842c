"""How typical a case is of the training patients, and the sentences that go with it."""

from radiogene.decision.familiarity import Familiarity, Typicality
from radiogene.prediction.result import FamiliarityAnswer


def familiarity_answer(typicality: Typicality | None) -> FamiliarityAnswer | None:
    """What a result says of it; None where the model keeps nothing to compare with."""
    if typicality is None:
        return None
    return FamiliarityAnswer(typicality.share_less_typical, typicality.false_alarm_rate)


def familiarity_warnings(familiarity: Familiarity, typicality: Typicality | None) -> list[str]:
    """A sentence on a case unlike the training patients, or on why it cannot be compared.

    Args:
        familiarity: of the model.
        typicality: of the case.
    """
    if typicality is None:
        return [f"`familiarity` is not given: {familiarity.reason}."]
    if not typicality.unlike:
        return []
    return [
        f"The case is unlike the training patients: {typicality.share_less_typical:.1%} of {familiarity.patients} are "
        "less typical, by what the model sees of it. Its answers may mean nothing here. Is it this nodule, in HU? Of "
        f"patients like those of the training, {typicality.false_alarm_rate:.0%} are called so by chance."
    ]
