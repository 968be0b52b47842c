"""`radiogene verify` names what is not as it was written: each kind of folder, each kind of change."""

import json
import shutil
from pathlib import Path

import pytest

from radiogene.storage.atomic_files import write_json, write_text
from radiogene.storage.hashed_folder import HASHES_FILE, hashes_under


def written(folder: Path) -> Path:
    """A folder with a manifest, as models have one."""
    folder.mkdir()
    for name in ("settings.json", "decision.json", "history.json"):
        write_json(folder / name, {"name": name})
    write_json(folder / "manifest.json", {"versions": {"radiogene": "0.2.0"}, "sha256": hashes_under(folder)})
    return folder


def edit(folder):
    write_json(folder / "decision.json", {"threshold": 0.5})


def remove(folder):
    (folder / "history.json").unlink()


def add(folder):
    (folder / "other.bin").write_bytes(b"1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit, "decision.json was changed"),
        (remove, "history.json is missing"),
        (add, "other.bin was not there"),
    ],
)
def test_a_changed_model_is_named_by_its_file(radiogene, tmp_path, change, words):
    model = written(tmp_path / "model")
    whole = radiogene("verify", model)
    assert whole.returncode == 0, whole.stderr
    assert "made by radiogene 0.2.0: 3 files by SHA-256" in whole.stdout
    change(model)
    changed = radiogene("verify", model, "--json")
    assert changed.returncode == 21
    assert json.loads(changed.stdout)["problems"] == [words]


def test_a_changed_report_is_named(radiogene, tmp_path):
    for name in ("report.html", "prediction.json"):
        write_text(tmp_path / name, "{}")
    write_json(tmp_path / HASHES_FILE, hashes_under(tmp_path, ("report.html", "prediction.json")))
    assert radiogene("verify", tmp_path).returncode == 0
    write_text(tmp_path / "prediction.json", '{"probability": 0.9}')
    changed = radiogene("verify", tmp_path)
    assert changed.returncode == 21
    assert "prediction.json was changed" in changed.stdout


def test_a_damaged_cube_of_a_store_is_named(radiogene, few_store, tmp_path):
    store = Path(shutil.copytree(few_store.path, tmp_path / "store"))
    whole = radiogene("verify", store)
    assert whole.returncode == 0, whole.stdout
    assert f"{len(few_store)} records" in whole.stdout
    chunk = max((path for path in store.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 255
    chunk.write_bytes(content)
    damaged = radiogene("verify", store)
    assert damaged.returncode == 21
    assert f" of {len(few_store)}: " in damaged.stdout


def test_what_is_no_result_is_refused(radiogene, tmp_path):
    done = radiogene("verify", tmp_path)
    assert done.returncode == 3
    assert "no store, model, experiment or report" in done.stderr
