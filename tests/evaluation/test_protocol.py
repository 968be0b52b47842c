"""A protocol: what may stand in a plan, what freezing adds, and what a result says of it."""

import json
from dataclasses import replace

import pytest

from radiogene.errors import SettingsError
from radiogene.evaluation.ledger import LedgerEntry
from radiogene.evaluation.protocol import (
    FrozenModel,
    Look,
    frozen,
    read_plan,
    read_protocol,
    refuse_changed,
    statement,
    write_protocol,
)

PLAN = """
question = "Better than chance?"
systems = ["mmdl", "clinical"]
[primary]
gene = "EGFR"
figure = "auc"
system = "mmdl"
against = "clinical"
[sample]
patients = 2
[thresholds]
EGFR = 0.4
"""
SCANS = ("a" * 16, "b" * 16)
MODEL = FrozenModel("mmdl", "c" * 64, {"EGFR": 0.4, "KRAS": 0.2})
FIGURES = {"EGFR": ("auc", "sensitivity"), "KRAS": ("auc",)}
MMDL = Look("mmdl", "c" * 64, {"EGFR": 0.4, "KRAS": 0.2}, FIGURES, 2, SCANS)
CLINICAL = Look("clinical", "d" * 64, {"EGFR": 0.7}, {"EGFR": ("auc",)}, 2, SCANS)


def plan_in(folder, text=PLAN):
    (folder / "plan.toml").write_text(text)
    return read_plan(folder / "plan.toml")


def look(time_utc, scans=SCANS, protocol=""):
    return LedgerEntry(time_utc, "MMDL", "c" * 64, "e" * 64, "f" * 64, (), False, "0", scans, protocol)


@pytest.fixture
def protocol(tmp_path):
    return frozen(plan_in(tmp_path), scans=SCANS, patients=2, models=(MODEL,), ledger=())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[sample]", "[sampel]", "found this key, wanted no key of that name|sample: found no such key"),
        ("patients = 2", 'patients = "2"', 'sample.patients: found "2", wanted a whole number'),
        ("patients = 2", "patients = 0", "a sample of 0 patients"),
        ('figure = "auc"', 'figure = "luck"', "the figure 'luck' is none of auc"),
        ('against = "clinical"', 'against = "radiomics"', "names 'radiomics', which is not among the systems"),
        ("EGFR = 0.4", "EGFR = inf", "finite numbers|finite number"),
        ('question = "Better than chance?"', 'question = " "', "the question is empty"),
        ("[primary]", "[primary", "is no TOML file"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(old, new, message, tmp_path):
    with pytest.raises(SettingsError, match=message):
        plan_in(tmp_path, PLAN.replace(old, new))


def test_a_frozen_file_comes_back_and_an_edited_one_is_refused(protocol, tmp_path):
    file = tmp_path / "protocol.json"
    write_protocol(file, protocol)
    assert read_protocol(file) == protocol
    with pytest.raises(SettingsError, match="is there already; a frozen protocol is not replaced"):
        write_protocol(file, protocol)
    content = json.loads(file.read_text())
    content["plan"]["primary"]["gene"] = "KRAS"
    file.write_text(json.dumps(content))
    with pytest.raises(SettingsError, match="was changed after it was frozen"):
        read_protocol(file)


def test_only_the_planned_sample_and_models_are_frozen(tmp_path):
    plan = plan_in(tmp_path)
    for more, message in (
        ({"patients": 3}, "The plan names 2 patients, and the store holds 3"),
        ({"models": (replace(MODEL, system="radiomics"),)}, "A model of radiomics was given"),
        ({"models": (replace(MODEL, thresholds={"EGFR": 0.5}),)}, "EGFR threshold 0.4, and the model has 0.5"),
    ):
        with pytest.raises(SettingsError, match=message):
            frozen(plan, **{"scans": SCANS, "patients": 2, "models": (MODEL,), "ledger": (), **more})


def test_a_look_as_planned_is_planned_and_the_rest_came_after(protocol):
    said = statement(protocol, (MMDL, CLINICAL))
    assert said.planned == ("EGFR auc of mmdl against clinical",)
    assert said.deviations == ()
    assert said.after == ("EGFR sensitivity of mmdl", "KRAS auc of mmdl", "EGFR auc of clinical")
    assert "before the first look. Planned: EGFR auc of mmdl against clinical." in said.sentence
    extra = statement(protocol, (MMDL, CLINICAL, replace(CLINICAL, system="radiomics")))
    assert extra.planned
    assert extra.after[0] == "radiomics (system not planned)"


@pytest.mark.parametrize(
    ("looks", "deviation"),
    [
        ((MMDL,), "clinical of the primary figure not evaluated"),
        ((replace(MMDL, thresholds={"EGFR": 0.3}), CLINICAL), "EGFR threshold of mmdl 0.3000 in place of 0.4000"),
        ((replace(MMDL, weights_sha256="9" * 64), CLINICAL), "another fitted model of mmdl"),
        ((replace(MMDL, scans=(SCANS[0], "9" * 16)), CLINICAL), "another sample (1 marks of scans missing, 1 added)"),
        ((replace(MMDL, figures={"KRAS": ("auc",)}), CLINICAL), "no figure auc of EGFR"),
    ],
)
def test_with_a_deviation_nothing_counts_as_planned(looks, deviation, protocol):
    said = statement(protocol, looks)
    assert said.deviations == (deviation,)
    assert said.planned == ()
    assert "Nothing shown is as it was planned. Deviations: " in said.sentence


def test_looks_before_the_freezing_are_counted_by_scans(tmp_path):
    earlier = (look("2020-01-01T00:00:00+00:00", (SCANS[0],)), look("2020-01-01T00:00:00+00:00", ("9" * 16,)))
    protocol = frozen(plan_in(tmp_path), scans=SCANS, patients=2, models=(), ledger=earlier)
    assert protocol.looks_before == 1
    assert "after 1 looks at the sample" in statement(protocol, (MMDL, CLINICAL)).sentence


def test_a_protocol_that_was_changed_after_the_first_look_is_refused(protocol):
    first, before = "8" * 64, "2020-01-01T00:00:00+00:00"
    with pytest.raises(SettingsError, match=r"under protocol 888888888888 .*not changed after the first look"):
        refuse_changed(protocol, (look(before, (SCANS[1],), first),), SCANS)
    # Frozen before that look, the same protocol, another cohort, or a look without one.
    refuse_changed(protocol, (look("2999-01-01T00:00:00+00:00", SCANS, first),), SCANS)
    refuse_changed(protocol, (look(before, SCANS, protocol.sha256),), SCANS)
    refuse_changed(protocol, (look(before, ("9" * 16,), first), look(before)), SCANS)
