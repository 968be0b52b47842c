import csv
import io
from collections import Counter
from dataclasses import replace

import pytest

from radiogene.report.evidence.checklists.checklist import Status
from radiogene.report.evidence.checklists.claim import CLAIM
from radiogene.report.evidence.checklists.tripod_ai import TRIPOD_AI
from radiogene.report.evidence.evidence_report import PlainTable, SupplementEntry
from radiogene.report.evidence.table_csv import plain_table_csv
from report.evidence.evidence_inputs import empty_report, example_report

TRIPOD_LETTERS = {
    3: "abc",
    5: "ab",
    6: "abc",
    8: "abc",
    9: "abc",
    12: "abcdefg",
    18: "abcdef",
    20: "abc",
    23: "ab",
    27: "abc",
}


def answered(checklist, report):
    return {item.number: item.fill(report) for item in checklist.items}


def test_tripod_ai_has_its_27_items_in_52_parts():
    expected = [f"{n}{letter}" for n in range(1, 28) for letter in TRIPOD_LETTERS.get(n, " ")]
    assert [item.number for item in TRIPOD_AI.items] == [number.strip() for number in expected]
    assert len(TRIPOD_AI.items) == 52
    assert "10.1136/bmj-2023-078378" in TRIPOD_AI.source


def test_claim_has_its_44_items():
    assert [item.number for item in CLAIM.items] == [str(n) for n in range(1, 45)]
    assert "10.1148/ryai.240300" in CLAIM.source


@pytest.mark.parametrize("checklist", [TRIPOD_AI, CLAIM], ids=lambda checklist: checklist.name)
@pytest.mark.parametrize("report", [example_report(), empty_report()], ids=["example", "empty"])
def test_every_item_is_answered_or_left_open_by_name(checklist, report):
    for number, found in answered(checklist, report).items():
        assert found.words.strip(), number
        assert found.status is not Status.RUN or found.where, number
        if found.status is Status.AUTHORS:
            assert found.printed.startswith("for the authors: ")
        if found.status is Status.NOT_APPLICABLE:
            assert found.printed.startswith("not applicable: ")


@pytest.mark.parametrize("checklist", [TRIPOD_AI, CLAIM], ids=lambda checklist: checklist.name)
def test_a_run_that_knows_nothing_answers_nothing(checklist):
    counted = Counter(found.status for found in answered(checklist, empty_report()).values())
    assert counted[Status.RUN] == counted[Status.PARTLY] == 0


def test_what_only_authors_know_is_never_filled():
    for report in (example_report(), replace(example_report(), synthetic=False)):
        tripod, claim = answered(TRIPOD_AI, report), answered(CLAIM, report)
        for number in ("3c", "14", "18a", "18b", "18d", "19", "26"):
            assert tripod[number].status is Status.AUTHORS
        for number in ("1", "39", "40", "44"):
            assert claim[number].status is Status.AUTHORS


def test_ethics_do_not_apply_to_synthetic_patients_and_do_to_real_ones():
    assert answered(TRIPOD_AI, example_report())["17"].printed == "not applicable: the patients are synthetic"
    real = answered(TRIPOD_AI, replace(example_report(), synthetic=False))
    assert real["17"].status is Status.AUTHORS
    assert real["8a"].status is Status.PARTLY
    assert "for the authors to add: the assay" in real["8a"].printed


def test_answers_come_from_the_run():
    found = answered(TRIPOD_AI, example_report())
    assert "external: EGFR 24 mutants, 55 wild types, 11 unknown" in found["20a"].words
    assert "EGFR 11 of 90 (external)" in found["11"].words
    assert found["12f"].words == "None: every choice was frozen before external patients were predicted."
    thawed = {key: value for key, value in example_report().manifest.items() if key != "frozen_before_external"}
    assert answered(TRIPOD_AI, replace(example_report(), manifest=thawed))["12f"].status is Status.AUTHORS


def test_sites_are_claimed_only_where_they_were_compared():
    assert answered(TRIPOD_AI, example_report())["23b"].status is Status.AUTHORS
    by_site = SupplementEntry("subgroups", "Subgroups", table=PlainTable(("Subgroup",), (("site A",),)))
    assert answered(TRIPOD_AI, replace(example_report(), supplement=(by_site,)))["23b"].words == "Subgroups by site."


def test_maps_that_were_not_drawn_are_not_claimed():
    assert "Figure 7" in answered(CLAIM, example_report())["31"].words
    undrawn = tuple(replace(figure, content=b"", reason="no cubes") for figure in example_report().figures)
    assert answered(CLAIM, replace(example_report(), figures=undrawn))["31"].status is Status.AUTHORS


def test_csv_has_a_line_per_item():
    lines = list(csv.reader(io.StringIO(plain_table_csv(CLAIM.filled(example_report())))))
    assert len(lines) == 45
    assert lines[0] == ["item", "section", "topic", "answered", "answer", "where in the report"]
