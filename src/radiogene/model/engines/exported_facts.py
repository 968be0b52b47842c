"""What an export depends on besides the weights: the network's sizes, and how its images are made."""

from typing import Any

from radiogene.model.nine_view_facts import NineViewFacts


def exported_facts(facts: NineViewFacts) -> dict[str, Any]:
    """Plain JSON values that must be the model's own where an export of it is used.

    Genes, clinical values, thresholds and calibration are not among them: they belong to what PyTorch computes.
    """
    content = facts.to_json()
    kept = ("preset", "attention", "view_names", "view_sampling", "preparation_hash")
    return {
        **{name: content[name] for name in kept},
        "standardisation": [member["standardisation"] for member in content["members"]],
    }
