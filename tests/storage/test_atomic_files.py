import json
import os
import stat

import pytest

from radiogene.storage.atomic_files import atomic_folder, atomic_path, write_json, write_text


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "result.txt"
    write_text(target, "first")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "first"
    assert [file.name for file in target.parent.iterdir()] == ["result.txt"]


def test_results_have_the_permissions_of_any_new_file(tmp_path):
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "result.txt", "")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "result.txt").stat().st_mode) == 0o640


def test_a_folder_takes_its_place_whole_or_not_at_all(tmp_path):
    target = tmp_path / "model"
    with atomic_folder(target) as folder:
        (folder / "a").write_text("1")
    with pytest.raises(RuntimeError), atomic_folder(target) as folder:
        (folder / "a").write_text("2")
        raise RuntimeError
    assert (target / "a").read_text() == "1"
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_json_holds_no_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "x.json", {"auc": float("nan")})
    write_json(tmp_path / "x.json", {"auc": 0.5})
    assert json.loads((tmp_path / "x.json").read_text()) == {"auc": 0.5}


def test_a_failure_leaves_no_folder_that_it_made(tmp_path):
    (tmp_path / "there").mkdir()
    for place in ("new/newer/file.txt", "there/file.txt"):
        with pytest.raises(OSError, match="full"), atomic_path(tmp_path / place):
            raise OSError(28, "the disk is full")
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
