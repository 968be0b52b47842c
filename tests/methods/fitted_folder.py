"""The model folder of a fitted system, for tests that fit on labels of their own."""

from pathlib import Path

from radiogene.decision.calibration import IdentityCalibration
from radiogene.decision.decision import Decision, GeneDecision
from radiogene.methods.method import Method
from radiogene.methods.trained_model import load_trained_model
from radiogene.model.model_folder import WrittenModel, write_model


def write_fitted(method: Method, path: Path) -> Path:
    """The folder, written as every fit's is, with thresholds of one half.

    A fit of one epoch ranks its few held-out patients the wrong way round as often as not, and a threshold that is set
    on them would be refused.
    """
    held_out = method.held_out
    rules = {}
    for gene in held_out.predictions.genes:
        labels = held_out.predictions.gene(gene).labels
        rules[gene] = GeneDecision(0.5, IdentityCalibration(), held_out.set_on, labels.size, int(labels.sum()))
    decision = Decision(method.model_kind, rules)
    manifest = {**method.record, "description": list(method.description), "members_differ_in": method.members_differ_in}
    write_model(path, WrittenModel(method.facts, method.save, decision, manifest, (), method.history, held_out))
    return path


def loaded(path: Path) -> Method:
    """The system in a model folder."""
    return load_trained_model(path).method
