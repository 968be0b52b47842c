"""`radiogene protocol` and what `radiogene evaluate --protocol` makes of it."""

import json

import pytest

import radiogene as rg
from radiogene.evaluation.ledger import read_ledger

PLAN = """
question = "Are training patients remembered?"
systems = ["clinical"]
[primary]
gene = "EGFR"
figure = "auc"
system = "clinical"
[sample]
patients = 28
"""


@pytest.fixture(scope="module")
def clinical_model(synthetic_store, made_once):
    settings = {"folds": 2}
    return made_once(
        "clinical-of-28", lambda path: rg.train(synthetic_store.path, path, method="clinical", settings=settings)
    )


def test_a_frozen_protocol_is_followed_and_a_changed_one_is_refused(
    radiogene, clinical_model, synthetic_store, tmp_path, own_state
):
    plan, first, second = (tmp_path / name for name in ("plan.toml", "first.json", "second.json"))
    plan.write_text(PLAN)
    freeze = ("protocol", plan, "--store", synthetic_store.path, "--model", clinical_model, "--out")
    done = radiogene(*freeze, first)
    assert done.returncode == 0, done.stderr
    assert json.loads(first.read_text())["sha256"] in done.stdout
    evaluate = ("evaluate", "--model", clinical_model, "--store", synthetic_store.path, "--include-training-cases")
    followed = radiogene(*evaluate, "--protocol", first, "--json")
    assert followed.returncode == 0, followed.stderr
    said = json.loads(followed.stdout)["protocol"]
    assert said["planned"] == ["EGFR auc of clinical"]
    assert any("sensitivity" in words for words in said["after"])
    assert said["deviations"] == []
    assert [entry.protocol for entry in read_ledger(own_state / "ledger.jsonl")] == [said["sha256"]]

    plan.write_text(PLAN.replace('"auc"', '"sensitivity"'))
    changed = radiogene(*freeze, second)
    assert "looked at before (1 time)" in changed.stderr
    refused = radiogene(*evaluate, "--protocol", second)
    assert refused.returncode == 3
    assert "a protocol is not changed after the first look" in refused.stderr
    second.write_text(first.read_text().replace("remembered", "forgotten"))
    edited = radiogene(*evaluate, "--protocol", second)
    assert edited.returncode == 3
    assert "was changed after it was frozen" in edited.stderr


def test_a_plan_with_an_unknown_key_or_system_is_refused(radiogene, tmp_path):
    plan = tmp_path / "plan.toml"
    for text, message in (
        ("answer = 42\n" + PLAN, "answer"),
        (PLAN.replace("clinical", "clinicle"), "clinicle"),
    ):
        plan.write_text(text)
        refused = radiogene("protocol", plan, "--out", tmp_path / "protocol.json")
        assert refused.returncode == 3
        assert message in refused.stderr
        assert not (tmp_path / "protocol.json").exists()
