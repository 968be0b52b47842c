"""The model folder of a fitted system, for tests that fit on labels of their own."""

from pathlib import Path

from radiogene.decision.decision import fit_decision
from radiogene.methods.method import Method
from radiogene.methods.trained_model import load_trained_model
from radiogene.model.model_folder import WrittenModel, write_model


def write_fitted(method: Method, path: Path) -> Path:
    """The folder, written as every fit's is."""
    held_out = method.held_out
    decision = fit_decision(held_out.predictions, held_out.set_on, method.model_kind)
    manifest = {**method.record, "description": list(method.description), "members_differ_in": method.members_differ_in}
    write_model(path, WrittenModel(method.facts, method.save, decision, manifest, (), method.history, held_out))
    return path


def loaded(path: Path) -> Method:
    """The system in a model folder."""
    return load_trained_model(path).method
