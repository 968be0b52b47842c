"""The site's key: made once, private, and what it hashes cannot be compared by another."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from radiogene.cohort.identity.site_key import KEY_FILE, SiteKey, _key_in, site_key, site_key_if_there
from radiogene.errors import SettingsError
from radiogene.storage.state_folder import STATE_VARIABLE, XDG_VARIABLE, state_folder


def test_a_key_is_made_once_and_is_private(own_state):
    assert site_key_if_there() is None
    key = site_key()
    _key_in.cache_clear()
    assert site_key() == key == site_key_if_there()
    assert len(key.secret) == 32
    assert key.secret.hex() not in repr(key)
    assert sorted(file.name for file in own_state.iterdir()) == [KEY_FILE]
    if sys.platform != "win32":
        assert stat.S_IMODE((own_state / KEY_FILE).stat().st_mode) == 0o600


def test_threads_that_make_it_at_once_have_one_key(own_state):
    with ThreadPoolExecutor(8) as pool:
        assert len({key.secret for key in pool.map(lambda _: site_key(), range(32))}) == 1


def test_hashes_differ_by_key_and_kind_and_not_by_spaces():
    one, other = SiteKey(bytes(32)), SiteKey(bytes(31) + b"1")
    assert one.hashed("patient", "R01-001") == one.hashed("patient", " R01-001 ")
    hashes = {one.hashed("patient", "1.2"), one.hashed("series", "1.2"), other.hashed("patient", "1.2")}
    assert len(hashes) == 3
    assert one.name != other.name
    assert one.of_dicom_patient("  ") is None
    assert one.of_dicom_patient(None) is None
    assert one.of_dicom_patient("R01-001").key == one.name


def test_a_file_that_is_no_key_is_refused_with_the_way_out(own_state):
    own_state.mkdir()
    (own_state / KEY_FILE).write_text("secret\n")
    _key_in.cache_clear()
    with pytest.raises(SettingsError, match=r"is no key of 64 hexadecimal digits.*delete it"):
        site_key()
    assert site_key_if_there() is None


def test_a_state_folder_that_cannot_be_written_names_the_variable(own_state):
    own_state.write_text("a file in the way")
    _key_in.cache_clear()
    with pytest.raises(SettingsError, match=f"cannot be used.*{STATE_VARIABLE}"):
        site_key()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a folder of its own for state")
def test_the_state_folder_is_that_of_the_variable_or_of_the_xdg_specification(monkeypatch, tmp_path):
    monkeypatch.delenv(STATE_VARIABLE)
    monkeypatch.setenv(XDG_VARIABLE, str(tmp_path))
    assert state_folder() == tmp_path / "radiogene"
    monkeypatch.setenv(XDG_VARIABLE, "relative")
    assert state_folder() == state_folder().home() / ".local" / "state" / "radiogene"
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "own"))
    assert state_folder() == tmp_path / "own"
    assert not list(tmp_path.iterdir())
