"""A report of another patient's nodule is not overwritten."""

import json
from types import SimpleNamespace

import pytest

from radiogene.cli.predict import _refuse_other_report
from radiogene.errors import SettingsError

HERE = SimpleNamespace(series_uid="1.2.3", centre_lps_mm=(1.0, 2.0, 3.5))


@pytest.mark.parametrize(
    "content", ['{"nodule": {"series_uid": "1.2.4", "centre_lps_mm": [1.0, 2.0, 3.5]}}', "{}", "["]
)
def test_the_report_of_another_scan_is_kept(tmp_path, content):
    (tmp_path / "prediction.json").write_text(content)
    with pytest.raises(SettingsError, match="holds the report of another scan or nodule"):
        _refuse_other_report(tmp_path, HERE)


def test_the_report_of_the_same_nodule_and_an_empty_folder_are_written(tmp_path):
    _refuse_other_report(tmp_path, HERE)
    nodule = {"series_uid": HERE.series_uid, "centre_lps_mm": HERE.centre_lps_mm}
    (tmp_path / "prediction.json").write_text(json.dumps({"nodule": nodule}))
    _refuse_other_report(tmp_path, HERE)
