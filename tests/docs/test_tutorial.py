"""The tutorial's commands run as they are printed, and print what the tutorial shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.documentation_pages import DOCS, blocks


@pytest.mark.long
def test_the_first_model_is_made_as_the_tutorial_says(tmp_path):
    tutorial = blocks(DOCS / "tutorial" / "first-model.md")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for (language, text), (following, shown) in zip(tutorial, [*tutorial[1:], ("", "")], strict=True):
        if language != "sh":
            continue
        done = subprocess.run(
            ["bash", "-euc", text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stderr[-2000:]}"
        if following == "text":
            assert done.stdout == shown
        ran += 1
    assert ran == 8
    for name in ("views/views.png", "model/card.md", "evaluation/evaluation.json", "case/report.html"):
        assert (tmp_path / name).stat().st_size > 0
