"""Curves and medians of the stages are those of the history that a model folder keeps."""

import sys

import pytest
from matplotlib.image import imread

import stage_curves
from radiogene.errors import WeightsError
from radiogene.model.model_folder import HISTORY_FILE
from radiogene.storage.atomic_files import write_json
from radiogene.storage.typed_json import to_json
from radiogene.training.fitting.fit import FitOutcome, MemberHistory


def outcome(name, losses, kept):
    history = tuple({"epoch": n, "loss": v - 0.1, "validation_loss": v} for n, v in enumerate(losses))
    best = losses[kept] if kept >= 0 else 0.9
    return FitOutcome(name, len(losses), kept, best, "all epochs ran", history, 0.9)


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    members = [
        MemberHistory("fold-0", (outcome("trunk", [0.7, 0.5], 1), outcome("all", [0.45, 0.4, 0.6], 1))),
        MemberHistory("fold-1", (outcome("trunk", [0.8, 0.7], -1), outcome("all", [0.55, 0.5, 0.3], 2))),
    ]
    write_json(folder / HISTORY_FILE, to_json(members))
    return folder


def test_the_table_has_medians_over_members_and_the_figure_a_panel_a_stage(model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage_curves.py", f"phantom={model}", "--out", str(tmp_path / "curves.png")])
    stage_curves.main()
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| phantom | trunk | 2 | 2 | 1 | 0.900 | 0.700 | 0.500 |",
        "| phantom | all | 2 | 3 | 2.5 | 0.900 | 0.350 | 0.350 |",
    ]
    assert imread(tmp_path / "curves.png").std() > 0.05


def test_a_model_without_a_name_and_a_folder_without_a_history_are_refused(tmp_path, monkeypatch):
    for words, error, said in (
        ("demo/model", SystemExit, "expected NAME=MODEL"),
        (f"x={tmp_path}", WeightsError, HISTORY_FILE),
    ):
        monkeypatch.setattr(sys, "argv", ["stage_curves.py", words, "--out", str(tmp_path / "curves.png")])
        with pytest.raises(error, match=said):
            stage_curves.main()
