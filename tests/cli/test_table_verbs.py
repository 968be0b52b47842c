"""`train`, `evaluate`, `protocol` and `predict` with a table in place of a store."""

import csv
import json

import numpy as np
import pytest

import radiogene as rg
from radiogene.evaluation.ledger import read_ledger

HEADER = "patient_id,age,sex,smoking,stage,EGFR,KRAS"


def table_of(place, prefix, count, seed):
    """A table in which never smoking goes with EGFR and smoking with KRAS, of patients who are not marked synthetic."""
    rng = np.random.default_rng(seed)
    lines = [HEADER]
    for number in range(count):
        smokes = bool(rng.random() < 0.5)
        egfr, kras = (int(rng.random() < share) for share in ((0.2, 0.6) if smokes else (0.7, 0.2)))
        sex = ("female", "male")[int(rng.integers(2))]
        smoking = "yes" if smokes else "no"
        lines.append(f"{prefix}{number:03},{int(rng.integers(40, 85))},{sex},{smoking},IB,{egfr},{kras}")
    place.write_text("\n".join([*lines, ""]))
    return place


def lines_of(table):
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    place = tmp_path_factory.mktemp("tables")
    return table_of(place / "training.csv", "T", 90, 0), table_of(place / "external.csv", "E", 60, 1)


@pytest.fixture(scope="module")
def model(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "clinical"
    settings = {"folds": 3, "clinical": ["age", "sex", "smoking"]}
    rg.train(rg.patient_table(tables[0]), folder, method="clinical-logistic", settings=settings)
    return folder


def test_the_verbs_take_a_table(tables, model, tmp_path, radiogene, own_state):
    training, external = tables
    words = ("--method", "clinical-logistic", "--folds", "3", "--clinical", "age,sex,smoking")
    trained = radiogene("train", "--table", training, *words, "--out", tmp_path / "model", "--quiet")
    assert trained.returncode == 0, trained.stderr
    for name in ("settings.json", "decision.json", "out_of_fold.csv"):
        assert (model / name).read_bytes() == (tmp_path / "model" / name).read_bytes()

    found = radiogene("evaluate", "--model", tmp_path / "model", "--table", external, "--json")
    assert found.returncode == 0, found.stderr
    evaluation = json.loads(found.stdout)
    assert evaluation["patients_without_scan"] == 60
    assert evaluation["genes"]["EGFR"]["auc"]["value"] > 0.6
    (entry,) = read_ledger(own_state / "ledger.jsonl")
    assert len(entry.scans) == 60
    again = radiogene("evaluate", "--model", tmp_path / "model", "--table", external)
    assert "60 patients without a scan. Patients without scans are known again by their ids alone" in again.stdout
    assert "This cohort was evaluated 1 times before" in again.stdout

    refused = radiogene("evaluate", "--model", tmp_path / "model", "--table", training)
    assert refused.returncode == 13
    assert "90 of 90 patients were among the model's training cases" in refused.stderr
    assert "(one patient id)" in refused.stderr


def test_one_patient_and_a_table_are_predicted_without_scans(tables, model, tmp_path, radiogene):
    values = ("--age", "63", "--sex", "female", "--smoking", "never")
    one = radiogene("predict", "--model", model, *values, "--json", "--out", tmp_path / "report")
    assert one.returncode == 0, one.stderr
    answer = json.loads(one.stdout)
    assert answer["nodule"] is None
    page = (tmp_path / "report" / "report.html").read_text()
    assert "from clinical values, without a scan" in page
    assert "Views of the nodule" not in page
    assert "no scan: from columns of the table alone" in radiogene("predict", "--model", model, *values).stdout
    alone = rg.load_model(model).predict(age=63, sex="female", smoking="never")
    assert alone["EGFR"].probability == answer["EGFR"]["probability"]

    (tmp_path / "one.csv").write_text("patient_id,age,sex,smoking\nX,63,female,never\n")
    batch = radiogene("predict", "--model", model, "--cohort", tmp_path / "one.csv", "--out", tmp_path / "answers.csv")
    assert batch.returncode == 0, batch.stderr
    (line,) = lines_of(tmp_path / "answers.csv")
    assert float(line["EGFR_probability"]) == answer["EGFR"]["probability"]
    assert line["share_outside"] == ""
    known = radiogene("predict", "--model", model, "--cohort", tables[0], "--out", tmp_path / "known.csv")
    assert known.returncode == 0, known.stderr
    warnings = [line["warnings"] for line in lines_of(tmp_path / "known.csv")]
    assert all("This patient was among the training cases" in words for words in warnings)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("train", "--out", "{out}"), 3, "Found neither --store nor --table"),
        (("train", "--store", "s", "--table", "{table}", "--out", "{out}"), 3, "Found both --store and --table"),
        (
            ("train", "--table", "{table}", "--out", "{out}"),
            13,
            "MMDL reads CT images, and a table without images was given",
        ),
        (("evaluate", "--model", "{model}"), 3, "Found neither --store nor --table"),
        (("predict", "--model", "{model}", "--nodule", "1 2 3"), 3, "without the scan that it is in: give its --ct"),
    ],
)
def test_what_cannot_be_meant_is_refused(words, code, message, tables, model, tmp_path, radiogene):
    given = [word.format(table=tables[0], model=model, out=tmp_path / "m") for word in words]
    done = radiogene(*given)
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split())


def test_a_trained_network_wants_a_scan(trained_model, radiogene):
    done = radiogene("predict", "--model", trained_model, "--age", "63")
    assert done.returncode == 13
    assert "reads CT images" in done.stderr


def test_a_protocol_freezes_the_patients_of_a_table(tables, model, tmp_path, radiogene, own_state):
    plan, frozen = tmp_path / "plan.toml", tmp_path / "frozen.json"
    plan.write_text(
        'question = "Do columns tell EGFR?"\nsystems = ["clinical-logistic"]\n'
        '[primary]\ngene = "EGFR"\nfigure = "auc"\nsystem = "clinical-logistic"\n[sample]\npatients = 60\n'
    )
    done = radiogene("protocol", plan, "--table", tables[1], "--model", model, "--out", frozen)
    assert done.returncode == 0, done.stderr
    followed = radiogene("evaluate", "--model", model, "--table", tables[1], "--protocol", frozen, "--json")
    said = json.loads(followed.stdout)["protocol"]
    assert said["planned"] == ["EGFR auc of clinical-logistic"]
    assert said["deviations"] == []
