"""Contracts of every table, figure and part of the supplement: whole outcomes, failed ones, and their report."""

import json
import re
from dataclasses import replace

import pytest

from radiogene.experiments.assembly import write_evidence
from radiogene.experiments.cohorts import ExperimentPlaces
from radiogene.experiments.experiment import Evidence
from radiogene.experiments.experiment_settings import ExperimentSettings
from radiogene.experiments.planned_fit import FitFailure, PlannedFit
from radiogene.experiments.registry import ALL, all_experiments, experiments_named
from radiogene.experiments.rows import PAPERS_OWN
from radiogene.experiments.run import ExperimentRun
from radiogene.methods.registry import all_methods

PAPERS = [f"table{n}" for n in range(1, 9)] + [f"figure{n}" for n in (1, 6, 7, 8, 9, 10, 11, 12)]
NEED_A_FITTED_NETWORK = {"figure7", "figure8", "figure11", "figure12", "view-weights"}

SETTINGS = ExperimentSettings(preset="tiny", folds=4, nested_folds=4, seeds=2, pretrained={PAPERS_OWN: "a-folder"})


@pytest.fixture(scope="module")
def cohorts(two_places):
    return [place.opened() for place in two_places]


def all_fits(experiment) -> list[PlannedFit]:
    return list(dict.fromkeys(experiment.fits(SETTINGS, {})))


def with_own_patients(result, external):
    """A made result whose external patients are those of the store, so that subgroups find them."""
    count = len(external)
    labels = result.external.labels[:count].copy()
    predictions = replace(
        result.external,
        patient_ids=external.patient_ids,
        probabilities=result.external.probabilities[:count],
        labels=labels,
    )
    return replace(result, external=predictions)


def evidence_of(experiments, cohorts, outcome_of, tmp_path) -> Evidence:
    outcomes = {}
    for experiment in experiments:
        outcomes |= {fit: outcome_of(fit) for fit in experiment.fits(SETTINGS, {})}
    for experiment in experiments:
        outcomes |= {fit: outcome_of(fit) for fit in experiment.fits(SETTINGS, outcomes) if fit not in outcomes}
    return Evidence(SETTINGS, *cohorts, outcomes, tmp_path)


def test_every_table_and_figure_of_the_paper_is_there():
    assert [name for name in all_experiments() if name.startswith(("table", "figure"))] == PAPERS
    assert experiments_named(ALL) == tuple(all_experiments().values())


@pytest.mark.parametrize("experiment", all_experiments().values(), ids=lambda found: found.name)
def test_its_fits_name_systems_that_exist(experiment):
    assert all(fit.method in all_methods() for fit in all_fits(experiment))


@pytest.mark.parametrize("experiment", all_experiments().values(), ids=lambda found: found.name)
def test_when_every_fit_failed_it_shows_why(experiment, cohorts, tmp_path):
    evidence = evidence_of([experiment], cohorts, lambda fit: FitFailure(fit, "a stated reason", 0.0), tmp_path)
    shown = experiment.show(evidence)
    reasons = [row.reason for table in shown.tables for block in table.blocks for row in block.rows]
    reasons += [figure.reason for figure in shown.figures]
    reasons += [line.reason for line in shown.permutations] + list(shown.missing)
    reasons += [note for entry in shown.supplement if entry.table is not None for note in entry.table.notes]
    if all_fits(experiment):
        assert any("a stated reason" in reason or "no system has a result" in reason for reason in reasons)
    else:
        assert shown.table_one is not None or shown.figures


@pytest.mark.parametrize(
    "experiment",
    [found for name, found in all_experiments().items() if name not in NEED_A_FITTED_NETWORK],
    ids=lambda found: found.name,
)
def test_with_whole_outcomes_it_shows_figures_of_every_row(experiment, cohorts, made_result, tmp_path):
    evidence = evidence_of(
        [experiment], cohorts, lambda fit: with_own_patients(made_result(fit, 1.0), cohorts[1]), tmp_path
    )
    shown = experiment.show(evidence)
    for table in shown.tables:
        for block in table.blocks:
            assert all(row.measures or "no key" in row.reason for row in block.rows), block.heading
    assert all(figure.content for figure in shown.figures)
    assert not shown.missing


def test_the_report_of_all_names_no_patient_and_says_what_failed(cohorts, made_result, tmp_path):
    experiments = [found for name, found in all_experiments().items() if name not in NEED_A_FITTED_NETWORK]

    def outcome_of(fit):
        if fit.method == "vgg16":
            return FitFailure(fit, "the extra is not installed", 0.1)
        return with_own_patients(made_result(fit, 1.0), cohorts[1])

    evidence = evidence_of(experiments, cohorts, outcome_of, tmp_path)
    shown = {experiment.name: experiment.show(evidence) for experiment in experiments}
    failures = tuple(outcome for outcome in evidence.outcomes.values() if isinstance(outcome, FitFailure))
    run = ExperimentRun(tuple(experiments), evidence, shown, failures, {"training": "0" * 64, "external": "1" * 64})
    written = write_evidence(run, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "the extra is not installed" in page
    assert "SYNTHETIC" in page
    assert len(written.answers) == 4
    for cohort in cohorts:
        for patient in cohort.patient_ids:
            for file in tmp_path.rglob("*"):
                if file.is_file():
                    assert patient.encode() not in file.read_bytes(), file
    assert not re.search(r'(src|href)="https?://(?!doi\.org)', page)


def test_the_command_writes_a_table_that_needs_no_fit(two_places, tmp_path, capsys):
    from radiogene.cli.app import main

    training, external = two_places
    places = ExperimentPlaces(training, external, tmp_path / "out")
    arguments = ["experiment", "table1", "--train", str(training.stores[0]), "--external", str(external.stores[0])]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(places.out), "--preset", "tiny", "--workers", "1", "--quiet"])
    assert not ended.value.code
    assert "report.html" in capsys.readouterr().out
    assert "Training (n=20)" in (places.out / "tables" / "table1.csv").read_text(encoding="utf-8")
    # What is asked later stands beside what was asked before: one report of both.
    arguments[1] = "figure1"
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(places.out), "--preset", "tiny", "--workers", "1", "--quiet"])
    assert not ended.value.code
    page = (places.out / "report.html").read_text(encoding="utf-8")
    assert "EGFR and KRAS from CT: table1, figure1" in page
    assert "Training (n=20)" in page.replace("&nbsp;", " ").replace("<br>", " ") or "n=20" in page
    manifest = json.loads((places.out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["experiments"] == ["table1", "figure1"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["experiment", "table9", "--train", "a", "--external", "b", "--out", "c"], 14, "no store"),
        (["experiment", "table2"], 3, "needs --train STORE"),
    ],
)
def test_what_the_command_refuses(arguments, code, words, capsys):
    from radiogene.cli.app import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code in (code, 3)
    assert words in capsys.readouterr().err or ended.value.code == 3


def test_methods_are_listed_for_programs(capsys):
    import json

    from radiogene.cli.app import main

    with pytest.raises(SystemExit):
        main(["methods", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == list(all_methods())
    assert all(entry["needs"] and entry["learner"] and entry["source"] for entry in listed)


def test_on_a_gpu_one_fit_runs_at_a_time_unless_more_are_asked_for():
    from radiogene.cli.experiment import _processes

    assert _processes(-1, "gpu") == 1
    assert _processes(3, "gpu") == 3
    assert _processes(-1, "cpu") >= 1
