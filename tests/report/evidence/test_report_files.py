import json
import re
from dataclasses import replace

import pytest

from radiogene.errors import SettingsError
from radiogene.evaluation.measure import Measure
from radiogene.report.evidence.cautions import cautions
from radiogene.report.evidence.evidence_report import (
    CohortDescription,
    EvidenceFigure,
    FailedFit,
    GeneAnswer,
    GeneCounts,
    LedgerLine,
    PermutationLine,
    PlainTable,
    SupplementEntry,
)
from radiogene.report.evidence.evidence_table import EvidenceTable, TableBlock, TableRow
from radiogene.report.evidence.report_files import write_report
from radiogene.report.evidence.report_page import report_page
from report.evidence.evidence_inputs import empty_report, example_report
from report.report_inputs import parsed

NASTY = '"><script>alert(1)</script><img src=https://example.org/x onerror=alert(1)>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("evidence")
    write_report(example_report(), out)
    return out


@pytest.fixture(scope="module")
def html(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_opens_with_what_was_asked_on_whom_and_the_answer(html):
    text = parsed(html).text
    places = [
        text.index(w) for w in ("SYNTHETIC.", "What was asked", "On whom", "The answer", "Read with care", "Contents")
    ]
    assert places == sorted(places)
    assert "Does MMDL, which sees CT and clinical values, tell EGFR and KRAS mutants" in text
    assert "Site A training 60 63 EGFR 11 49 0 KRAS 16 44 0" in text
    assert "Site B external 90 93 EGFR 24 55 11 KRAS 35 50 5" in text
    comparison = example_report().answers[0].comparison
    assert f"{100 * comparison.difference.value:+.1f}" in text
    assert "above that of the clinical model alone" in text
    assert "It cannot be told whether MMDL is better or worse" in text


def test_parts_stand_in_order(html):
    ids = [attributes["id"] for _, attributes in parsed(html).elements if "id" in attributes]
    expected = [
        "question",
        "whom",
        "answer",
        "care",
        "tables",
        *(f"table{n}" for n in range(1, 9)),
        "figures",
        "figure6",
    ]
    expected += ["figure7", "figure10", "supplement", "s-calibration", "s-subgroups", "s-seeds", "ledger", "shuffled"]
    expected += ["failures", "methods", "checklists", "tripod_ai", "claim", "software"]
    assert [name for name in ids if name in expected] == expected
    assert len(set(ids)) == len(ids)
    links = [attributes["href"] for tag, attributes in parsed(html).elements if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_stands_alone(html):
    page = parsed(html)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "form"}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    sources = [attributes["src"] for _, attributes in page.elements if "src" in attributes]
    assert len(sources) == 3
    assert all(source.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,")) for source in sources)
    outside = re.sub(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+", "", html)
    assert not re.search(r"https?:|@import|url\(", outside)
    assert "default-src 'none'" in html


def test_names_no_patient(html, folder):
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".csv", ".tex", ".json")]
    for text in (html, *texts, (folder / "methods.txt").read_text(encoding="utf-8")):
        assert "SYN-" not in text


def test_is_made_to_be_printed(html):
    for rule in ("size: A4", "table-header-group", "break-inside: avoid", "break-before: page", "counter(page)"):
        assert rule in html
    assert 'content: "SYNTHETIC patients"' in html
    assert "SYNTHETIC patients" not in report_page(replace(example_report(), synthetic=False))


def test_shows_ledger_permutations_failures_methods_and_versions(html):
    text = parsed(html).text
    assert "3 2026-11-24T12:12:00+00:00 MMDL Site B 90 Table 3 12ab34cd56ef" in text
    assert "Clinical model EGFR 20 0.507 0.5 ± 0.05 yes" in text
    assert "Radiomics model KRAS 0 – 0.5 ± 0.05 fewer than five mutants in a fold" in text
    assert "J: SUVmax seed 0 Table 6 no column SUVmax in the training table" in text
    assert "No image: no pretrained network was given" in text
    assert "Thresholds were set by Youden's rule" in text
    assert "torch 2.13.0" in text
    assert "all 2,066.7" in text


def test_files_are_those_of_the_report(folder):
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = {f"tables/table{n}.{end}" for n in range(1, 9) for end in ("csv", "tex", "json")}
    tables |= {"tables/calibration.csv", "tables/subgroups.csv"}
    figures = {"figures/figure6.svg", "figures/figure7.png", "figures/calibration-curves.svg"}
    checklists = {f"{name}.csv" for name in ("tripod_ai", "stard_ai", "claim", "probast_ai")}
    assert written == tables | figures | {"report.html", "methods.txt"} | checklists
    content = json.loads((folder / "tables" / "table3.json").read_text(encoding="utf-8"))
    assert content == {"synthetic": True, **json.loads(json.dumps(example_report().tables[1].to_json()))}
    assert (folder / "figures" / "figure7.png").read_bytes() == example_report().figures[1].content


def test_the_same_report_gives_the_same_bytes(html):
    assert report_page(example_report()) == html


def test_a_report_of_nothing_is_a_page_that_says_so(tmp_path):
    write_report(empty_report(), tmp_path)
    text = parsed((tmp_path / "report.html").read_text(encoding="utf-8")).text
    for words in (
        "No question was put",
        "No table was made",
        "No figure was made",
        "External patients were not evaluated",
    ):
        assert words in text
    assert "The check was not run" in text
    assert "The manifest of this experiment says nothing of how it was made" in text
    assert not (tmp_path / "figures").exists()


def test_works_without_figures(tmp_path):
    write_report(replace(example_report(), figures=(), supplement=()), tmp_path)
    page = parsed((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not [tag for tag, _ in page.elements if tag == "img"]


def test_no_word_of_a_report_can_act():
    row = TableRow(NASTY, {"auc": Measure(0.5, reason=NASTY)}, rests_on=NASTY, notes=(NASTY,))
    report = replace(
        empty_report(),
        title=NASTY,
        question=NASTY,
        cohorts=(CohortDescription("external", NASTY, 1, 1, (GeneCounts(NASTY, 1, 0, 0),), {NASTY: NASTY}, (NASTY,)),),
        answers=(GeneAnswer(NASTY, NASTY, NASTY, reason=NASTY),),
        tables=(EvidenceTable("table3", NASTY, ("auc",), (TableBlock(NASTY, NASTY, (row,)),), (NASTY,)),),
        figures=(EvidenceFigure("figure1", NASTY, NASTY, b"", NASTY, NASTY),),
        supplement=(SupplementEntry("seeds", NASTY, (NASTY,), PlainTable((NASTY,), ((NASTY,),), (NASTY,))),),
        ledger=(LedgerLine(NASTY, NASTY, NASTY, 1, NASTY, NASTY),),
        permutations=(PermutationLine(NASTY, NASTY, 1, None, reason=NASTY),),
        failures=(FailedFit(NASTY, NASTY, NASTY, (NASTY,)),),
        manifest={"preset": NASTY, "versions": {NASTY: NASTY}, "device": NASTY},
        seconds={NASTY: 1.0},
    )
    html = report_page(report)
    assert "<script" not in html
    assert "<img" not in html
    assert parsed(html).text.count("<script>alert(1)</script>") > 30


def test_a_manifest_is_not_poured_out():
    report = replace(empty_report(), manifest={"train": "/home/someone/store", "preset": "tiny"})
    assert "/home/someone" not in report_page(report)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tables": (replace(example_report().tables[0], name="../x"),)}, "The name '../x' of a table"),
        ({"tables": example_report().tables[:1] * 2}, "2 tables are named 'table2'"),
        ({"tables": (replace(example_report().tables[0], name="table1"),)}, "2 tables are named 'table1'"),
        ({"figures": example_report().figures[:1] * 2}, "2 figures are named 'figure6'"),
        ({"figures": (EvidenceFigure("figure1", "t", "c", b"GIF89a", "a"),)}, "neither a PNG nor an SVG"),
    ],
)
def test_names_and_images_that_cannot_be_files_are_refused_before_anything_is_written(tmp_path, changes, words):
    with pytest.raises(SettingsError, match=re.escape(words)):
        write_report(replace(example_report(), **changes), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_cautions_are_those_that_hold():
    words = " ".join(cautions(example_report()))
    assert "no result for Radiomics model, KRAS" in words
    assert "EGFR 24 mutants and 55 wild types" in words
    assert "2 fits failed" in words
    assert "1 row of the tables has no result" in words
    assert "preset tiny" in words
    assert "evaluated 3 times (3 systems)" in words
    leaking = replace(example_report(), permutations=(PermutationLine("MMDL", "EGFR", 20, 0.61),))
    assert cautions(leaking)[0].startswith("Shuffled labels were told apart beyond what is accepted (MMDL, EGFR)")
    large = (GeneCounts("EGFR", 120, 180, 0),)
    cohort = CohortDescription("external", "B", 300, 300, large)
    holds = (PermutationLine("MMDL", "EGFR", 20, 0.5),)
    assert cautions(replace(empty_report(), cohorts=(cohort,), permutations=holds)) == ()


def test_without_an_external_cohort_it_says_so():
    assert "There is no external cohort" in " ".join(cautions(empty_report()))
