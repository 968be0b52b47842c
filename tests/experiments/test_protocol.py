"""`radiogene experiment --protocol`, and with tables in place of stores, by the command line from end to end."""

import json
import shutil

from radiogene.evaluation.ledger import read_ledger

PLAN = """
question = "Is MMDL right about EGFR at the other site?"
systems = ["mmdl", "clinical", "clinical-logistic", "radiomics"]
[primary]
gene = "EGFR"
figure = "auc"
system = "{system}"
[sample]
patients = 8
"""

SHORT = ("--preset", "tiny", "--epochs", "1", "--workers", "1", "--quiet")


def frozen(radiogene, place, name, system, *sample):
    plan, out = place / f"{name}.toml", place / f"{name}.json"
    plan.write_text(PLAN.format(system=system))
    done = radiogene("protocol", plan, *sample, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def test_an_experiment_follows_its_protocol_and_refuses_one_that_came_later(radiogene, two_places, tmp_path, own_state):
    training, external = (place.stores[0] for place in two_places)
    first = frozen(radiogene, tmp_path, "first", "mmdl", "--store", external)
    asked = ("experiment", "subgroups", "--train", training, "--external", external, *SHORT)
    done = radiogene(*asked, "--out", tmp_path / "out", "--protocol", first)
    assert done.returncode == 0, done.stderr

    said = json.loads((tmp_path / "out" / "manifest.json").read_text())["protocol"]
    assert said["planned"] == ["EGFR auc of mmdl"]
    assert said["deviations"] == []
    assert any(words.startswith("EGFR accuracy") for words in said["after"])
    assert said["sentence"] in (tmp_path / "out" / "report.html").read_text()
    looks = read_ledger(own_state / "ledger.jsonl")
    assert {look.protocol for look in looks} == {said["sha256"]}

    later = frozen(radiogene, tmp_path, "later", "mmdl", "--store", external)
    refused = radiogene(*asked, "--out", tmp_path / "other", "--protocol", later)
    assert refused.returncode == 3
    assert "a protocol is not changed after the first look" in refused.stderr
    assert not (tmp_path / "other" / "fits").exists()


def test_what_differs_from_the_protocol_is_a_deviation(radiogene, two_places, tmp_path, own_state):
    training, external = (place.stores[0] for place in two_places)
    plan = frozen(radiogene, tmp_path, "plan", "clinical")
    asked = ("experiment", "subgroups", "--train", training, "--external", external, *SHORT)
    done = radiogene(*asked, "--out", tmp_path / "out", "--protocol", plan)
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "out" / "manifest.json").read_text())["protocol"]
    assert said["planned"] == []
    assert said["deviations"] == ["clinical of the primary figure not evaluated"]


def test_tables_in_place_of_stores_fill_the_rows_of_systems_that_read_columns(
    radiogene, synthetic_cohort, two_places, tmp_path, own_state
):
    del two_places  # it writes the two tables beside that of the synthetic cohort
    training, external = (
        shutil.copy(synthetic_cohort.with_name(f"{name}.csv"), tmp_path) for name in ("training", "external")
    )
    plan = frozen(radiogene, tmp_path, "plan", "clinical", "--table", external)
    words = ("--train-table", training, "--external-table", external, "--out", tmp_path / "out", "--protocol", plan)
    done = radiogene("experiment", "table3", *words, *SHORT)
    assert done.returncode == 20, done.stderr
    assert "2 fits failed" in done.stderr
    page = (tmp_path / "out" / "report.html").read_text()
    assert "MMDL reads CT images, and a table without images was given" in page
    assert "a table without images. Patients without scans are known again by their ids alone" in page
    said = json.loads((tmp_path / "out" / "manifest.json").read_text())["protocol"]
    assert said["planned"] == ["EGFR auc of clinical"]
    assert len(read_ledger(own_state / "ledger.jsonl")) == 2


def test_what_an_experiment_costs_is_said_before_it(radiogene, two_places, tmp_path):
    training, external = (place.stores[0] for place in two_places)
    words = ("--train", training, "--external", external, "--preset", "small", "--folds", "5")
    done = radiogene("experiment", "table3", *words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "20 training patients, preset small, 5 folds" in done.stdout
    assert "GB of memory" in done.stdout
    assert "table2" not in done.stdout
    assert radiogene("experiment", "table99", *words, "--dry-run").returncode == 3
