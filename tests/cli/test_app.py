"""The command line as a user meets it: its own process, exit codes, and what lands on which stream."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model.held_out_files import folder_with_held_out, held_out_lines
from networks.backbone_names import needs_timm
from radiogene.cli.app import main
from radiogene.cli.nodule_argument import with_joined_nodule
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.evaluation.ledger import read_ledger


def run(*arguments, check=False):
    command = [str(Path(sys.executable).parent / "radiogene"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=check)


def test_help_and_checks_do_not_load_torch():
    code = (
        "import sys; from radiogene.cli.app import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_verbs_that_need_no_network_run_without_torch(synthetic_cohort, tmp_path):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    few = synthetic_cohort.with_name("six.csv")
    few.write_text("\n".join([*synthetic_cohort.read_text().splitlines()[:7], ""]))
    verbs = [
        ["methods"],
        ["series", "--ct", str(row.ct)],
        ["check", str(synthetic_cohort)],
        ["views", "--ct", str(row.ct), "--nodule", row.nodule, "--out", str(tmp_path / "views")],
        ["prepare", str(few), "--out", str(tmp_path / "store"), "--quiet"],
    ]
    code = (
        "import sys, json; sys.modules.update(torch=None, lightning=None, sklearn=None)\n"
        "from radiogene.cli.app import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    try: main(words)\n"
        "    except SystemExit as end: assert not end.code, (words, end.code)"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(verbs)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_prediction_loads_nothing_that_trains_draws_or_reads_stores(synthetic_cohort, trained_model):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    nodule = [
        "--ct",
        str(row.ct),
        "--nodule",
        row.nodule,
        "--age",
        "63",
        "--sex",
        "male",
        "--smoking",
        "never",
        "--json",
    ]
    code = (
        "import sys; sys.modules.update(dict.fromkeys("
        "('lightning', 'torchmetrics', 'torchvision', 'captum', 'matplotlib', 'zarr', 'scipy.stats', 'sklearn')))\n"
        "from radiogene.cli.app import main\n"
        "main(sys.argv[1:])"
    )
    words = ["predict", "--model", str(trained_model), *nodule]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 0 < json.loads(done.stdout)["EGFR"]["probability"] < 1


def test_three_numbers_after_nodule_are_one_value():
    words = ["views", "--nodule", "-21.9", "-120.5", "1e2", "--out", "x"]
    assert with_joined_nodule(words) == ["views", "--nodule=-21.9 -120.5 1e2", "--out", "x"]
    assert with_joined_nodule(["--nodule", "mask.nrrd", "--out", "x"]) == ["--nodule", "mask.nrrd", "--out", "x"]


def test_views_writes_the_stated_files(synthetic_cohort, tmp_path, radiogene):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    done = radiogene("views", "--ct", row.ct, "--nodule", row.nodule, "--out", tmp_path / "views")
    assert done.returncode == 0, done.stderr
    cube, views = (np.load(tmp_path / "views" / name, allow_pickle=False) for name in ("cube.npy", "views.npy"))
    assert (cube.dtype, cube.shape) == (np.float32, (64, 64, 64))
    assert (views.dtype, views.shape) == (np.float32, (9, 64, 64))
    assert not np.array_equal(cube, np.rint(cube))
    np.testing.assert_allclose(views[0], cube[31:33].mean(axis=0), atol=1e-3)
    for name in ("slice.png", "views.png"):
        assert (tmp_path / "views" / name).read_bytes().startswith(b"\x89PNG")
    geometry = json.loads((tmp_path / "views" / "geometry.json").read_text())
    assert {"centre_lps_mm", "centre_ijk", "spacing_mm", "share_outside", "decisions"} <= set(geometry)
    assert row.patient_id not in json.dumps(geometry)


def test_predict_prints_json_alone_on_standard_output(trained_model, synthetic_cohort, tmp_path):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    out = tmp_path / "case"
    values = ("--age", "67", "--sex", "female", "--smoking", "unknown")
    done = run(
        "predict", "--model", trained_model, "--ct", row.ct, "--nodule", row.nodule, *values, "--json", "--out", out
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"EGFR", "KRAS", "joint", "familiarity", "nodule", "warnings", "model"}
    page = (out / "report.html").read_text()
    assert "synthetic" in page.lower()
    assert row.patient_id not in page


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["predict", "--age", "670"], 13, "--age"),
        (["predict", "--sex", "robot"], 13, "--sex"),
        (["predict", "--nodule", "900", "0", "0"], 12, "outside the scan"),
        (["views", "--nodule", "900", "0", "0", "--out", "OUT"], 12, "outside the scan"),
    ],
)
def test_bad_input_has_one_message_an_exit_code_and_leaves_nothing(
    arguments, code, message, trained_model, synthetic_cohort, tmp_path, radiogene
):
    row = read_cohort(synthetic_cohort).rows[0]
    words = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    words += ["--ct", str(row.ct)]
    if "--nodule" not in words:
        words += ["--nodule", str(row.nodule)]
    if words[0] == "predict":
        words += ["--model", str(trained_model)]
    done = radiogene(*words)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


@needs_timm
def test_describe_prints_json_of_any_backbone(radiogene):
    done = radiogene("describe", "--preset", "small", "--backbone", "resnet50", "--batch", "4", "--json")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert (content["preset"], content["backbone"]) == ("small", "resnet50")
    assert content["parameters_by_part"]["layer4"] == 3_746_816
    step = content["training_step"]
    assert step["batch_patients"] == 4
    kinds = ("weight_bytes", "gradient_bytes", "optimiser_bytes", "activation_bytes")
    assert step["total_bytes"] == sum(step[kind] for kind in kinds)


def test_a_word_that_is_no_backbone_lists_all_names(radiogene):
    done = radiogene("describe", "--backbone", "vgg17")
    assert done.returncode == 3
    assert all(name in done.stderr for name in ("inception-attention-resnet", "vgg16", "densenet121"))


def test_check_names_every_problem_in_one_pass(tmp_path):
    table = tmp_path / "cohort.csv"
    table.write_text("patient_id,ct,nodule,age,sex,EGFR\np1,absent,1 2 3,670,hen,perhaps\n")
    done = run("check", table)
    assert done.returncode == 13
    for word in ("'670'", "'hen'", "'perhaps'", "absent"):
        assert word in done.stderr


def test_a_scan_that_is_not_there_fails_its_own_row_of_a_batch(trained_model, synthetic_cohort, tmp_path, radiogene):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    table = tmp_path / "cohort.csv"
    table.write_text(
        f"patient_id,ct,nodule\np1,{row.ct},{row.nodule}\np2,{tmp_path / 'gone'},1 2 3\np3,{row.ct},gone.dcm\n"
    )
    out = tmp_path / "results.csv"
    done = radiogene("predict", "--model", trained_model, "--cohort", table, "--out", out, "--quiet")
    assert done.returncode == 20, done.stderr
    with out.open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert 0 < float(lines[0]["EGFR_probability"]) < 1
    assert "no such file or folder" in lines[1]["error"]
    assert "neither a point of three numbers nor an existing file" in lines[2]["error"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "FILE"], "is a file where a folder"),
        (["--out", "NEW", "--cohort", "table.csv"], "leave --ct, --nodule, --segment, --json out"),
    ],
)
def test_places_and_options_are_checked_before_any_work(arguments, message, tmp_path, radiogene):
    (tmp_path / "file").write_text("mine")
    words = [str(tmp_path / w.lower()) if w in ("FILE", "NEW") else w for w in arguments]
    done = radiogene(
        "predict", "--model", "m", "--ct", "c", "--nodule", "1", "2", "3", "--segment", "1", "--json", *words
    )
    assert done.returncode == 3
    assert message in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_a_gpu_that_is_not_there_is_refused(tmp_path, radiogene):
    if torch_has_gpu():
        pytest.skip("this machine has a GPU")
    done = radiogene("train", "--store", tmp_path, "--out", tmp_path / "model", "--accelerator", "gpu")
    assert done.returncode == 3
    assert "--accelerator auto or cpu" in done.stderr


def torch_has_gpu():
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def test_evaluate_writes_figures_and_predictions_by_the_rule_of_the_training(
    trained_model, synthetic_store, tmp_path, radiogene, own_state
):
    out = tmp_path / "evaluation"
    words = (
        "--model",
        trained_model,
        "--store",
        synthetic_store.path,
        "--out",
        out,
        "--include-training-cases",
        "--json",
    )
    done = radiogene("evaluate", *words)
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    assert content == json.loads((out / "evaluation.json").read_text())
    assert content["nodule_rule"] == "largest"
    assert content["synthetic"]
    assert content["includes_training_cases"]
    assert (out / "predictions.csv").read_text().startswith("patient_id,EGFR_label,EGFR_probability")
    assert content["evaluated_before"]["evaluations"] == 0
    refused = radiogene("evaluate", "--model", trained_model, "--store", synthetic_store.path)
    assert refused.returncode == 13
    assert len(read_ledger(own_state / "ledger.jsonl")) == 1
    assert "--include-training-cases" in refused.stderr


def test_evaluate_counts_each_look_in_the_ledger_that_is_named_or_in_that_of_the_user(
    trained_model, synthetic_store, tmp_path, capsys, own_state
):
    words = ["evaluate", "--model", str(trained_model), "--store", str(synthetic_store.path)]
    ledger = tmp_path / "looks.jsonl"

    def evaluated(*more):
        with pytest.raises(SystemExit) as end:
            main([*words, "--include-training-cases", *map(str, more)])
        return end.value.code, *capsys.readouterr()

    code, printed, _ = evaluated("--ledger", ledger)
    assert code == 0
    assert "before" not in printed
    assert "evaluated 1 times before, with 1 fitted systems (1 times with this one)" in evaluated("--ledger", ledger)[1]
    assert not (own_state / "ledger.jsonl").exists()
    assert evaluated()[0] == 0
    assert len(read_ledger(own_state / "ledger.jsonl")) == 1
    entries = read_ledger(ledger)
    assert len(entries) == 2
    assert entries[0].includes_training_cases
    assert len({entry.cohort for entry in entries}) == len({entry.choices_sha256 for entry in entries}) == 1
    ledger.write_text("not a ledger\n")
    assert evaluated("--ledger", ledger)[:2] == (3, "")


def test_calibrate_changes_what_predict_says_and_refuses_in_one_line(trained_model, tmp_path, capsys):
    folder = folder_with_held_out(trained_model, tmp_path / "model", held_out_lines())

    def calibrated(*words):
        with pytest.raises(SystemExit) as end:
            main(["calibrate", *map(str, words)])
        return end.value.code, *capsys.readouterr()

    code, printed, _ = calibrated(folder, "--kind", "isotonic", "--json")
    assert code == 0
    assert json.loads(printed) == json.loads((folder / "calibration.json").read_text())
    assert json.loads((folder / "decision.json").read_text())["genes"]["EGFR"]["calibration"]["kind"] == "isotonic"
    code, printed, _ = calibrated(folder)
    assert (code, printed.splitlines()[0].startswith("ensemble model, calibration temperature")) == (0, True)
    code, printed, message = calibrated(trained_model)
    assert (code, printed) == (15, "")
    assert "radiogene train --store STORE --out MODEL --folds 5" in message
    assert calibrated(tmp_path / "absent")[0] == 15


def test_an_exported_engine_predicts_and_is_named_in_the_result(trained_model, synthetic_cohort, tmp_path, capsys):
    row = next(r for r in read_cohort(synthetic_cohort).rows if r.nodule.endswith("seg.dcm"))
    place = tmp_path / "onnx"
    main_ends_well("export", trained_model, "--format", "onnx", "--out", place, "--quiet")
    assert capsys.readouterr().out.split() == [str(place)]
    case = ("predict", "--model", trained_model, "--ct", row.ct, "--nodule", row.nodule, "--json")
    results = []
    for engine in ((), ("--engine", "onnx", "--export", place)):
        main_ends_well(*case, *engine)
        results.append(json.loads(capsys.readouterr().out))
    plain, fast = results
    assert (plain["model"]["engine"]["name"], fast["model"]["engine"]["name"]) == ("pytorch", "onnx")
    assert fast["EGFR"]["probability"] == pytest.approx(plain["EGFR"]["probability"], abs=1e-5)
    assert plain["nodule"] == fast["nodule"]


def main_ends_well(*words):
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    assert not end.value.code
