"""The Python tutorial runs as it is printed, and the notebook has its cells."""

import contextlib
import json
import shutil

import pytest

import radiogene as rg
from docs.documentation_pages import DOCS, script

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def tutorial():
    return script("notebook")


@pytest.fixture(scope="module")
def told(tutorial, synthetic_cohort, made_once, tmp_path_factory):
    """What every cell of the page printed or gave, run in a folder with the cohorts that its commands make."""
    from radiogene.phantom import write_cohort

    place = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(synthetic_cohort.parent, place / "site-a")
    other = made_once("tutorial-b", lambda path: write_cohort(path, patients=10, site="B", seed=4, workers=1))
    shutil.copytree(other, place / "site-b")
    names = {}
    with contextlib.chdir(place):
        shown = [tutorial.run_cell(cell.text, names) for cell in tutorial.cells() if cell.kind == "python"]
    return place, names, shown


def test_every_cell_runs_and_says_what_the_page_says(told):
    place, names, shown = told
    printed = [text for text, _ in shown]
    assert printed[3].startswith("0 ")
    assert "EGFR, KRAS trained on synthetic patients" in printed[-6]
    assert "does not take `preset`" in printed[-1]
    assert isinstance(names["prediction"], rg.Prediction)
    assert (place / "case" / "report.html").stat().st_size > 10_000
    assert (place / "evaluation" / "evaluation.json").is_file()


def test_a_prediction_shows_itself_with_images_and_warnings(told):
    _, names, shown = told
    prediction = names["prediction"]
    assert any(value is prediction for _, value in shown)
    page = prediction._repr_html_()
    assert page.count("data:image/png;base64,") == 4
    for warning in prediction.warnings:
        assert warning.split("'")[0][:30] in page
    assert "Research software, not a medical device" in page
    assert "SYNTHETIC" in page


def test_the_notebook_has_the_cells_of_the_page(tutorial):
    notebook = json.loads((DOCS / "tutorial" / "notebook.ipynb").read_text())
    code = {"python": lambda text: text, "sh": lambda text: "\n".join(f"!{line}" for line in text.splitlines())}
    wanted = [(cell.kind, code.get(cell.kind, str)(cell.text)) for cell in tutorial.cells()]
    kinds = {"markdown": "markdown", "python": "code", "sh": "code"}
    assert [(kinds[kind], text) for kind, text in wanted] == [
        (cell["cell_type"], cell["source"]) for cell in notebook["cells"]
    ]
    shown = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    assert any("text/html" in output.get("data", {}) for output in shown)
    assert not any("Traceback" in json.dumps(output) for output in shown)
