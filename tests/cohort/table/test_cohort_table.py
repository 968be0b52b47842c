"""The cohort table: what is read, and everything that is refused, in one pass and with its place."""

from pathlib import Path

import pytest

from radiogene.cohort.table.cohort_table import check_cohort, read_cohort
from radiogene.cohort.table.problem import CohortTableError
from radiogene.cohort.table.summary import AgeSummary, GeneCount, summarise
from radiogene.cohort.table.training_readiness import training_problems
from radiogene.ct.geometry import Frame
from radiogene.errors import CohortError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ct1", "ct2", "ct3"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1").write_bytes(b"x")
    (tmp_path / "mask.nrrd").write_bytes(b"x")
    return tmp_path


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "cohort.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def places(path: Path, **options) -> list[tuple[int | None, str | None]]:
    return [(problem.row, problem.column) for problem in check_cohort(path, **options)]


GOOD = """patient_id,ct,nodule,age,sex,smoking,EGFR,KRAS,site,segment,frame,series,stage
007,ct1,1 -2.5 3e1,67,F,former,1,wild type,A,,RAS,1.2.3,IB
7,ct2,mask.nrrd,,male,Nonsmoker,Wild-Type,Mutant,B,2,,,
NA,ct3,10 20 30,70.5,unknown,N/A,not collected,,,,voxel,,IIA
"""


def test_good_table_is_read_as_written(folder):
    cohort = read_cohort(table(folder, GOOD))
    first, second, third = cohort.rows
    assert [row.patient_id for row in cohort.rows] == ["007", "7", "NA"]
    assert [row.row_number for row in cohort.rows] == [2, 3, 4]
    assert first.ct == folder / "ct1"
    assert (first.nodule, first.frame, first.series_uid, first.segment) == ("1 -2.5 3e1", Frame.RAS, "1.2.3", None)
    assert (first.age_years, first.sex, first.smoking, first.smoking_status) == (67.0, "female", True, "former")
    assert first.labels == {"EGFR": 1, "KRAS": 0}
    assert (second.nodule, second.segment, second.frame) == (str(folder / "mask.nrrd"), "2", Frame.LPS)
    assert (second.age_years, second.sex, second.smoking, second.smoking_status) == (None, "male", False, "never")
    assert second.labels == {"EGFR": 0, "KRAS": 1}
    assert (third.sex, third.smoking, third.labels, third.site) == (None, None, {"EGFR": None, "KRAS": None}, None)
    assert cohort.extra_columns == ("stage",)
    assert third.extra == {"stage": "IIA"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\n\n").replace("\n\n", "\n,,,,,,,,,,,,\n"),
        lambda text: text.replace("007,ct1,1 -2.5 3e1", '"007","ct1"," 1 -2.5 3e1 "'),
    ],
    ids=["byte order mark", "semicolons", "tabs", "CRLF", "CR", "blank lines", "quotes"],
)
def test_other_spellings_of_a_csv_file_read_the_same(folder, change):
    want = [row.patient_values() | {"row_number": 0} for row in read_cohort(table(folder, GOOD)).rows]
    got = [row.patient_values() | {"row_number": 0} for row in read_cohort(table(folder, change(GOOD))).rows]
    assert got == want


@pytest.mark.parametrize(
    ("series", "is_read"),
    [
        ("1.2.3#2", True),
        ("1.2.3#12", True),
        ("1.2.3#0", False),
        ("1.2.3#", False),
        ("#1", False),
        ("1." * 32 + "1", False),
    ],
)
def test_a_stack_of_a_series_is_named_as_on_the_command_line(folder, series, is_read):
    path = table(folder, f"patient_id,ct,nodule,series\np1,ct1,1 2 3,{series}\n")
    assert places(path) == ([] if is_read else [(2, "series")])
    if is_read:
        assert read_cohort(path).rows[0].series_uid == series


def test_line_number_counts_lines_of_a_quoted_cell(folder):
    text = 'patient_id,ct,nodule,note,age\na,ct1,1 2 3,"two\nlines",60\nb,ct2,1 2 3,,670\n'
    assert places(table(folder, text)) == [(4, "age")]


def test_every_problem_is_named_in_one_pass(folder):
    text = (
        "patient_id,ct,nodule,age,sex,smoking,EGFR,KRAS,frame,series\n"
        "p1,ct1,1 2 3,670,x,sometimes,perhaps,2,itk,1.2.\n"
        ",nowhere,1 2,sixty,1,4,none,1,lps,\n"
        "p2,,lost.nrrd,17,F,yes,1,1,,,\n"
        "p3,ct2,nan 2 3,-60,F,yes,1,1,,\n"
    )
    path = table(folder, text)
    assert sorted(places(path), key=str) == sorted(
        [
            *((2, column) for column in ("age", "sex", "smoking", "EGFR", "KRAS", "frame", "series")),
            *((3, column) for column in ("patient_id", "ct", "nodule", "age", "sex", "smoking", "EGFR")),
            (4, None),
            *((5, column) for column in ("nodule", "age")),
        ],
        key=str,
    )
    with pytest.raises(CohortTableError) as refusal:
        read_cohort(path)
    assert isinstance(refusal.value, CohortError)
    assert list(refusal.value.problems) == check_cohort(path)
    message = str(refusal.value)
    assert message.startswith("17 problems")
    assert all(str(problem) in message for problem in refusal.value.problems)
    assert (
        f"{path}, line 2, column age: found '670'; "
        "wanted the age as a plain number of years from 18 to 110, or nothing." in message
    )


@pytest.mark.parametrize(
    "age", ["670", "17.9", "110.5", "067Y", "67 years", "1e2", "67,5", "٦٧", "0x43", "-67", "inf", "6 7", "67."]
)
def test_an_age_that_is_no_plain_number_of_years_is_refused(folder, age):
    assert places(table(folder, f'patient_id,ct,nodule,age\np,ct1,1 2 3,"{age}"\n')) == [(2, "age")]


@pytest.mark.parametrize(
    ("word", "ever", "status"),
    [
        ("Never", False, "never"),
        ("non-smoker", False, "never"),
        ("Lifelong Non-smoker", False, "never"),
        ("no", False, None),
        ("EVER", True, None),
        ("smoker", True, None),
        ("Current", True, "current"),
        ("Current reformed smoker for > 15 years", True, "former"),
        ("not collected", None, None),
    ],
)
def test_smoking_words_give_the_papers_two_groups(folder, word, ever, status):
    row = read_cohort(table(folder, f"patient_id,ct,nodule,smoking\np,ct1,1 2 3,{word}\n")).rows[0]
    assert (row.smoking, row.smoking_status) == (ever, status)


def test_smoking_coded_1_without_any_0_may_be_tcgas_non_smoker(folder):
    head = "patient_id,ct,nodule,smoking\n"
    assert places(table(folder, head + "p,ct1,1 2 3,1\nq,ct2,1 2 3,1\n")) == [(2, "smoking")]
    cohort = read_cohort(table(folder, head + "p,ct1,1 2 3,1\nq,ct2,1 2 3,0\n"))
    assert [row.smoking for row in cohort.rows] == [True, False]


@pytest.mark.parametrize("word", ["none", "p.G12C", "-", "yes", "2", "0.5"])
def test_a_gene_word_that_may_mean_two_things_is_refused(folder, word):
    assert places(table(folder, f"patient_id,ct,nodule,KRAS\np,ct1,1 2 3,{word}\n")) == [(2, "KRAS")]


@pytest.mark.parametrize(
    ("nodule", "fits"),
    [
        ("1 2 3", True),
        ("  -1.5   2e1 3 ", True),
        ("mask.nrrd", True),
        ("1 2", False),
        ("1 2 3 4", False),
        ("1 2 inf", False),
        ("1 2 1e9", False),
        ("1,5 2 3", False),
        ("1, 2, 3", False),
        ("1_0 2 3", False),
        ("x y z", False),
        ("", False),
        ("n" * 5000, False),
    ],
)
def test_a_nodule_is_three_finite_numbers_or_a_file(folder, nodule, fits):
    path = table(folder, f'patient_id,ct,nodule\np,ct1,"{nodule}"\n')
    assert places(path) == ([] if fits else [(2, "nodule")])


def test_absent_files_are_left_to_the_reader_of_the_scan_on_request(folder):
    path = table(folder, "patient_id,ct,nodule\np,lost,lost.nrrd\n")
    assert places(path) == [(2, "ct"), (2, "nodule")]
    assert read_cohort(path, check_files=False).rows[0].nodule == str(folder / "lost.nrrd")


def test_an_empty_folder_is_no_scan(folder):
    (folder / "hollow").mkdir()
    assert places(table(folder, "patient_id,ct,nodule\np,hollow,1 2 3\n")) == [(2, "ct")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Age ", "age"),
        ("AGE", "age"),
        ("gender", "sex"),
        ("smoker", "smoking"),
        ("Smoking status", "smoking"),
        ("smokng", "smoking"),
        ("Egfr", "EGFR"),
        ("EGRF", "EGFR"),
        ("KRAS mutation status", "KRAS"),
        ("SeriesInstanceUID", "series"),
    ],
)
def test_a_column_named_nearly_right_is_a_problem_with_the_name_that_is_meant(folder, written, meant):
    problems = check_cohort(table(folder, f"patient_id,ct,nodule,{written}\np,ct1,1 2 3,\n"))
    assert len(problems) == 1
    assert repr(written) == problems[0].column
    assert repr(meant) in problems[0].wanted


@pytest.mark.parametrize("name", ["stage", "NRAS", "ALK", "pack_years", "nodule_type", "SUVmax", "size", "pages"])
def test_other_columns_are_not_taken_for_slips(folder, name):
    assert read_cohort(table(folder, f"patient_id,ct,nodule,{name}\np,ct1,1 2 3,5\n")).rows[0].extra == {name: "5"}


def test_missing_misnamed_and_repeated_columns(folder):
    problems = check_cohort(table(folder, "Patient ID,ct,age,age\np,ct1,60,60\n"))
    assert {p.column for p in problems} == {"'Patient ID'", "nodule", "age"}


def test_rows_of_another_length_and_cells_without_a_header(folder):
    text = "patient_id,ct,nodule,\np,ct1\nq,ct1,1 2 3,x\nr,ct2,1 2 3,\ns,ct2,1 2 3,,\n"
    assert places(table(folder, text)) == [(2, None), (3, None), (5, None)]


def test_contradictions_within_a_patient(folder):
    text = (
        "patient_id,ct,nodule,age,sex,smoking,EGFR,KRAS\n"
        "p,ct1,1 2 3,60,F,never,1,\n"
        "p,ct1,4 5 6,61,M,former,0,0\n"
        "p,ct1,7 8 9,60,,,,1\n"
        "q,ct2,1 2 3,60,F,former,,\n"
        "q,ct2,4 5 6,60,F,current,,\n"
    )
    want = {(3, "age"), (3, "sex"), (3, "smoking"), (3, "EGFR"), (4, "KRAS"), (6, "smoking")}
    found = places(table(folder, text))
    assert set(found) == want
    assert len(found) == len(want)


def test_a_value_known_in_one_row_holds_for_the_patient(folder):
    text = "patient_id,ct,nodule,age,EGFR,stage\np,ct1,1 2 3,,1,IB\np,ct1,4 5 6,60,,\n"
    cohort = read_cohort(table(folder, text))
    assert [(row.age_years, row.labels["EGFR"]) for row in cohort.rows] == [(60.0, 1), (60.0, 1)]
    assert [row.extra["stage"] for row in cohort.rows] == ["IB", ""]
    assert cohort.patient_labels == {"p": {"EGFR": 1, "KRAS": None}}


def test_a_nodule_twice_is_refused_however_it_is_written(folder):
    text = "patient_id,ct,nodule,segment\np,ct1,1 2 3,\np,./ct1/,1.0 2 3e0,\np,ct1,mask.nrrd,1\np,ct1,mask.nrrd,2\n"
    assert places(table(folder, text)) == [(3, "nodule")]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty file"),
        (b"\xef\xbb\xbf\r\n \r\n", "empty file"),
        (b"patient_id,ct,nodule\n", "no row"),
        (b"patient_id,ct,nodule\np,ct1,1 2 3\nM\xfcller,ct2,1 2 3\n", "byte 0xFC"),
        ("patient_id,ct,nodule\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\0\0", "a zip file that cannot be read"),
        (b"\xd0\xcf\x11\xe0\0\0", "an old spreadsheet"),
        (b'patient_id,ct,nodule\np,"ct1,1 2 3\nq,ct2,1 2 3\n', "ends the table"),
        (b"patient_id,ct,nodule\np,ct1," + b"x" * 200_000 + b"\n", "ends the table"),
    ],
    ids=["empty", "blank", "header only", "latin-1", "utf-16", "no xlsx", "xls", "open quote", "huge cell"],
)
def test_a_file_that_is_no_table_is_named(folder, content, found):
    problems = check_cohort(table(folder, content))
    assert len(problems) == 1
    assert found in problems[0].found
    if content.count(b"\xfc"):
        assert problems[0].row == 3


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(folder):
    for path in (folder / "absent.csv", folder / "ct1"):
        with pytest.raises(CohortError, match=r"wanted the path of a CSV or \.xlsx file"):
            read_cohort(path)
    huge = folder / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    with pytest.raises(CohortError, match="found 101 MB"):
        read_cohort(huge)


def test_further_genes_are_read_when_asked_for(folder):
    path = table(folder, "patient_id,ct,nodule,ALK\np,ct1,1 2 3,mutant\n")
    assert read_cohort(path, genes=("EGFR", "ALK")).rows[0].labels == {"EGFR": None, "ALK": 1}
    with pytest.raises(CohortError, match="genes"):
        read_cohort(path, genes=("age",))


def test_odd_patient_ids_stay_as_they_are(folder):
    ids = ["../p", "a/b", "ünï", "p 1", "0", "-", "x" * 300]
    body = "".join(f"{name},ct1,1 2 3\n" for name in ids)
    assert [row.patient_id for row in read_cohort(table(folder, "patient_id,ct,nodule\n" + body)).rows] == ids


def test_summary_counts_patients_once(folder):
    text = (
        "patient_id,ct,nodule,age,sex,smoking,EGFR,KRAS,site\n"
        "a,ct1,1 2 3,40,F,never,1,0,A\n"
        "a,ct1,4 5 6,40,F,never,1,0,A\n"
        "b,ct2,1 2 3,60,M,former,0,,A\n"
        "c,ct3,1 2 3,70,,,,1,B\n"
        "d,ct3,4 5 6,,,,,,\n"
    )
    summary = summarise(read_cohort(table(folder, text)))
    overall = summary.overall
    assert (overall.patients, overall.nodules) == (4, 5)
    assert overall.genes == {"EGFR": GeneCount(2, 1), "KRAS": GeneCount(2, 1)}
    assert overall.sex == {"female": 1, "male": 1, "unknown": 2}
    assert overall.smoking == {"yes": 1, "no": 1, "unknown": 2}
    assert overall.age == AgeSummary(3, 60.0, 40.0, 70.0)
    assert {site: counts.patients for site, counts in summary.sites.items()} == {"A": 2, "B": 1}
    assert summary.sites["B"].genes["EGFR"] == GeneCount(0, 0)
    assert summary.scans_of_several_patients == 1
    assert summary.synthetic is False


def test_a_table_that_cannot_be_trained_on_can_still_be_read(folder):
    text = "patient_id,ct,nodule,EGFR\np,ct1,1 2 3,1\nq,ct1,4 5 6,0\n"
    cohort = read_cohort(table(folder, text))
    assert [(p.row, p.column) for p in training_problems(cohort)] == [(None, "KRAS"), (3, "ct")]
    assert [(p.row, p.column) for p in training_problems(cohort, ["EGFR"])] == [(3, "ct")]
    assert training_problems(read_cohort(table(folder, text.replace("q,ct1", "q,ct2"))), ["EGFR"]) == []


def test_a_synthetic_cohort_says_so(folder):
    head = "patient_id,ct,nodule,synthetic\n"
    assert summarise(read_cohort(table(folder, head + "p,ct1,1 2 3,yes\nq,ct2,1 2 3,no\n"))).synthetic is True
    assert places(table(folder, head + "p,ct1,1 2 3,perhaps\n")) == [(2, "synthetic")]
