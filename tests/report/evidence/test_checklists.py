import csv
import io
from collections import Counter
from dataclasses import replace

import pytest

from radiogene.report.evidence.checklists.checklist import Status
from radiogene.report.evidence.checklists.claim import CLAIM
from radiogene.report.evidence.checklists.probast_ai import DEVELOPMENT, EVALUATION, PROBAST_AI
from radiogene.report.evidence.checklists.stard_ai import STARD_AI
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


STARD_LETTERS = {15: "abcd", 16: "abc", 17: "ab", 26: "ab", 40: "ab"}

ALL = (TRIPOD_AI, STARD_AI, CLAIM, PROBAST_AI)


def answered(checklist, report):
    """Answers by the item's number, or by section and topic where items have none."""
    return {item.number or f"{item.section}, {item.topic}": item.fill(report) for item in checklist.items}


def test_tripod_ai_has_its_27_items_in_52_parts():
    expected = [f"{n}{letter}" for n in range(1, 28) for letter in TRIPOD_LETTERS.get(n, " ")]
    assert [item.number for item in TRIPOD_AI.items] == [number.strip() for number in expected]
    assert len(TRIPOD_AI.items) == 52
    assert "10.1136/bmj-2023-078378" in TRIPOD_AI.source


def test_claim_has_its_44_items():
    assert [item.number for item in CLAIM.items] == [str(n) for n in range(1, 45)]
    assert "10.1148/ryai.240300" in CLAIM.source


def test_stard_ai_has_its_40_items_in_48_parts():
    expected = [f"{n}{letter}" for n in range(1, 41) for letter in STARD_LETTERS.get(n, " ")]
    assert [item.number for item in STARD_AI.items] == [number.strip() for number in expected]
    assert len(STARD_AI.items) == 48
    assert "10.1038/s41591-025-03953-8" in STARD_AI.source


def test_probast_ai_names_its_domains_and_invents_no_number():
    assert not any(item.number for item in PROBAST_AI.items)
    domains = ("participants and data", "predictors", "outcome", "analysis")
    sections = list(dict.fromkeys(item.section for item in PROBAST_AI.items))
    assert sections == [f"{part}: {domain}" for part in (DEVELOPMENT, EVALUATION) for domain in domains] + ["Judgement"]
    topics = [(item.section, item.topic) for item in PROBAST_AI.items]
    assert len(set(topics)) == len(topics)
    (source, note) = PROBAST_AI.filled(example_report()).notes
    assert "10.1136/bmj-2024-082505" in source
    assert "not its numbered questions" in note
    judged = answered(PROBAST_AI, example_report())["Judgement, Quality, risk of bias and applicability by domain"]
    assert judged.status is Status.AUTHORS


@pytest.mark.parametrize("checklist", ALL, ids=lambda checklist: checklist.name)
@pytest.mark.parametrize("report", [example_report(), empty_report()], ids=["example", "empty"])
def test_every_item_is_answered_or_left_open_by_name(checklist, report):
    for number, found in answered(checklist, report).items():
        assert found.words.strip(), number
        assert found.status is not Status.RUN or found.where, number
        if found.status is Status.AUTHORS:
            assert found.printed.startswith("for the authors: ")
        if found.status is Status.NOT_APPLICABLE:
            assert found.printed.startswith("not applicable: ")


@pytest.mark.parametrize("checklist", ALL, ids=lambda checklist: checklist.name)
def test_a_run_that_knows_nothing_answers_nothing(checklist):
    counted = Counter(found.status for found in answered(checklist, empty_report()).values())
    assert counted[Status.RUN] == counted[Status.PARTLY] == 0


def test_what_only_authors_know_is_never_filled():
    for report in (example_report(), replace(example_report(), synthetic=False)):
        tripod, claim = answered(TRIPOD_AI, report), answered(CLAIM, report)
        for number in ("3c", "18a", "18b", "18d", "19", "26"):
            assert tripod[number].status is Status.AUTHORS
        stard = answered(STARD_AI, report)
        for number in ("2", "3", "15d", "22", "33", "34", "35", "38", "39"):
            assert stard[number].status is Status.AUTHORS
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


def with_subgroups(*levels):
    table = PlainTable(("gene", "subgroup"), tuple(("EGFR", level) for level in levels))
    others = tuple(entry for entry in example_report().supplement if entry.name != "subgroups")
    return replace(example_report(), supplement=(*others, SupplementEntry("subgroups", "Subgroups", table=table)))


def test_sites_are_claimed_only_where_several_were_compared():
    assert answered(TRIPOD_AI, example_report())["23b"].status is Status.AUTHORS  # one site
    assert answered(TRIPOD_AI, with_subgroups("site: A", "site: unknown"))["23b"].status is Status.AUTHORS
    assert answered(TRIPOD_AI, with_subgroups("site: A", "site: B"))["23b"].words == "Subgroups by site."


def test_fairness_names_the_groups_that_were_looked_at():
    assert "by sex and smoking:" in answered(TRIPOD_AI, example_report())["14"].words
    assert (
        "by sex, age and smoking:"
        in answered(STARD_AI, with_subgroups("sex: male", "age: under 65 years", "smoking: ever"))["23"].words
    )
    assert answered(STARD_AI, with_subgroups("site: A"))["23"].status is Status.AUTHORS


def test_missing_predictors_are_counted_beside_missing_labels():
    rows = (
        ("training", "EGFR", "smoking", "9 of 9", "9 of 9", "9 of 9"),
        ("external", "EGFR", "age", "0 of 24", "0 of 55", "0 of 11"),
        ("external", "EGFR", "smoking", "1 of 24", "4 of 55", "2 of 11"),
        ("external", "KRAS", "smoking", "3 of 20", "4 of 60", "0 of 10"),
    )
    entry = SupplementEntry("missing-values", "Missing", ("They count as the mean.",), PlainTable(("",) * 6, rows))
    report = replace(example_report(), supplement=(*example_report().supplement, entry))
    for checklist, number in ((TRIPOD_AI, "11"), (STARD_AI, "20"), (CLAIM, "12")):
        words = answered(checklist, report)[number].words
        assert "EGFR 11 of 90 (external)" in words
        assert "Predictors missing (external): age 0 of 90, smoking 7 of 90. They count as the mean." in words


def test_maps_that_were_not_drawn_are_not_claimed():
    assert "Figure 7" in answered(CLAIM, example_report())["31"].words
    undrawn = tuple(replace(figure, content=b"", reason="no cubes") for figure in example_report().figures)
    assert answered(CLAIM, replace(example_report(), figures=undrawn))["31"].status is Status.AUTHORS


def test_csv_has_a_line_per_item():
    lines = list(csv.reader(io.StringIO(plain_table_csv(CLAIM.filled(example_report())))))
    assert len(lines) == 45
    assert lines[0] == ["item", "section", "topic", "answered", "answer", "where in the report"]
