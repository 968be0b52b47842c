import copy

import pytest

from radiogene.report.evidence.methods_text import methods_paragraphs, methods_text
from report.evidence.evidence_inputs import manifest, tables


def changed(path, value):
    content = copy.deepcopy(manifest())
    place = content
    *keys, last = path.split(".")
    for key in keys:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("preset", "paper", "preset tiny, smaller than the published network.", "preset paper."),
        ("image_size_px", 299, "at 64 x 64 pixels", "at 299 x 299 pixels"),
        (
            "init",
            {"MMDL": ["a pretrained network"]},
            "They started from random weights.",
            "They started from a pretrained network.",
        ),
        (
            "init",
            {"MMDL": ["a pretrained network", "random"], "VGG16": ["random"]},
            "They started from random weights.",
            "They started as follows: MMDL from a pretrained network; MMDL and VGG16 from random weights.",
        ),
        (
            "seeds",
            {"Clinical model": [0], "MMDL": [0, 1, 2]},
            "Systems were fitted with the seed 0.",
            "Systems were fitted with the seed 0 (Clinical model); the 3 seeds 0, 1 and 2 (MMDL).",
        ),
        ("seeds", {"MMDL": [4]}, "the seed 0", "Systems were fitted with the seed 4."),
        (
            "repeats",
            {"Clinical model": [0, 1], "MMDL": [0, 1]},
            "repeated with the 3 seeds 0, 1 and 2.",
            "The cross-validation was repeated with the 2 seeds 0 and 1.",
        ),
        ("decision.calibration", "identity", "one temperature per gene", "Probabilities were not recalibrated."),
        ("decision.set_on", ["out-of-fold"], "out-of-fold and inner validation", "on out-of-fold predictions"),
        ("bootstrap.resamples", 500, "2,000 resamples", "500 resamples"),
        ("splits.classical", {"kind": "folds", "folds": 10}, "nested", "a cross-validation of 10 folds"),
        (
            "splits.networks",
            {"kind": "folds", "folds": 5},
            "trained once",
            "Networks were evaluated in a cross-validation",
        ),
        ("augmentation", [], "varied by flips", "Training views were not varied."),
        ("class_weighting", True, "did not weigh", "weighed mutants by wild types"),
        ("nodule_rule", "max", "of the largest nodule", "the highest probability of the nodules"),
        ("clinical_columns", [], "given age, sex and smoking", "MMDL was given images alone."),
        ("versions", {"radiogene": "9.9.9"}, "torch 2.13.0", "radiogene 9.9.9."),
        ("elimination_step", 0.05, "dropped 10%", "dropped 5%"),
        ("seeds_averaged", 3, "Networks were", "A prediction is the mean probability of 3 seeds."),
    ],
)
def test_the_text_follows_the_manifest(path, value, before, after):
    assert before in methods_text(manifest())
    assert after not in methods_text(manifest())
    found = methods_text(changed(path, value))
    assert after in found
    assert before not in found or path == "seeds_averaged"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("preset", "preset"),
        ("decision.threshold_rule", "Youden"),
        ("decision.calibration", "recalibrated"),
        ("decision.cross_fitted", "called by what the other folds set"),
        ("standardisation", "Standardisation"),
        ("splits.classical", "nested"),
        ("splits.by", "by patient"),
        ("frozen_before_external", "frozen"),
        ("augmentation", "varied"),
        ("bootstrap", "resamples"),
        ("device", "ran on"),
        ("versions", "Computed with"),
        ("preparation", "a cube of 64 mm"),
        ("epochs", "epochs"),
    ],
)
def test_nothing_is_claimed_that_the_manifest_does_not_say(path, words):
    assert words in methods_text(manifest())
    assert words not in methods_text(changed(path, None))


def test_an_empty_manifest_says_nothing():
    assert methods_paragraphs({}) == ()


def test_tests_and_intervals_are_those_of_the_tables():
    words = methods_text({}, tables())
    assert "DeLong" in words
    assert "paired DeLong" in words
    assert "McNemar" in words
    assert "Holm" in words
    assert "Statistics" not in methods_text(manifest() | {"bootstrap": {}})
