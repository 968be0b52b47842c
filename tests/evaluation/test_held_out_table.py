"""Reading out-of-fold predictions back: the mean over seeds, and every way in which the table can be wrong."""

from types import SimpleNamespace

import numpy as np
import pytest

from model.held_out_files import HEADER, held_out_lines
from radiogene.errors import WeightsError
from radiogene.evaluation.held_out import CrossValidation, HeldOutPredictions
from radiogene.evaluation.held_out_table import CASE, held_out_table, read_held_out_table
from radiogene.evaluation.predictions import Predictions

GENES = ("EGFR", "KRAS")


def written(path, lines, header=HEADER):
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_what_training_writes_is_read_back_as_the_mean_that_set_its_thresholds(tmp_path):
    generator = np.random.default_rng(1)
    patients = tuple(f"Smith-{n}" for n in range(30))
    labels = generator.choice([0, 1, -1], (30, 2)).astype(np.int8)
    runs = []
    for seed in (7, 8, 9):
        order = generator.permutation(30)
        names = tuple(patients[n] for n in order)
        table = Predictions(names, GENES, generator.random((30, 2)), labels[order])
        runs.append(CrossValidation(seed, table, np.sort(np.arange(30) % 3)))
    of_seed = [dict(zip(run.predictions.patient_ids, run.predictions.probabilities, strict=True)) for run in runs]
    held_out = HeldOutPredictions(runs[0].predictions, "out-of-fold", tuple(runs))
    text = held_out_table(held_out.nameless, CASE)
    assert held_out_table(held_out).startswith("patient_id,seed,fold,EGFR_label")
    (tmp_path / "out_of_fold.csv").write_text(text)
    found = read_held_out_table(tmp_path / "out_of_fold.csv", GENES)
    assert "Smith" not in text
    assert tuple(run.seed for run in found.runs) == (7, 8, 9)
    assert np.bincount(found.folds).tolist() == [10, 10, 10]
    # The same patients, although their order is another one.
    means = {
        tuple(np.mean([each[p] for each in of_seed], axis=0)): tuple(labels[n].tolist()) for n, p in enumerate(patients)
    }
    rows = zip(map(tuple, found.predictions.probabilities), found.predictions.labels.tolist(), strict=True)
    assert {row: tuple(known) for row, known in rows} == means


def test_unknown_labels_stay_unknown_and_folds_are_those_of_the_first_seed(tmp_path):
    found = read_held_out_table(written(tmp_path / "t.csv", held_out_lines(seeds=(4, 5))), GENES)
    alone = read_held_out_table(written(tmp_path / "u.csv", held_out_lines(seeds=(4, 5))[:80]), GENES)
    assert (found.predictions.labels[:3, 1] == -1).all()
    assert (found.predictions.labels[:, 0] >= 0).all()
    assert found.folds.tolist() == alone.folds.tolist()
    assert (found.predictions.probabilities != alone.predictions.probabilities).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [], "0 cases of less than two folds"),
        (lambda lines: lines[:-1], "seed 5 has 79 cases"),
        (lambda lines: [*lines[:-1], lines[-1] + ",1"], "line 161: found 8 values; wanted 7"),
        (lambda lines: [lines[0].replace(",0.", ",zero.", 1), *lines[1:]], "line 2: .*zero"),
        (lambda lines: [lines[0].replace(",0.", ",1.", 1), *lines[1:]], "line 2: found probabilities"),
        (lambda lines: [lines[0].replace(",0.", ",-0.", 1), *lines[1:]], "line 2: found probabilities"),
        (lambda lines: ["1,4,0,1,nan,0,0.5", *lines[1:]], "line 2: found probabilities"),
        (lambda lines: ["1,4,0,2,0.5,0,0.5", *lines[1:]], "line 2: '2' is no number or label"),
        (lambda lines: ["1,4,x,1,0.5,0,0.5", *lines[1:]], "line 2: .*is no number or label"),
        (lambda lines: [lines[1], *lines[1:]], "line 3: case 2 stands twice under seed 4"),
        (lambda lines: [*lines[:-1], lines[-1].replace("80,", "81,", 1)], "seed 5 has 80 cases and others"),
        (lambda lines: ["\x00" + lines[0], *lines[1:]], "seed 5 has 80 cases and others|not readable"),
        (lambda lines: ['"' + lines[0], *lines[1:]], "not readable as CSV"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(change, message, tmp_path):
    path = written(tmp_path / "out_of_fold.csv", change(held_out_lines(seeds=(4, 5))))
    with pytest.raises(WeightsError, match=message):
        read_held_out_table(path, GENES)


def test_cases_whose_numbers_do_not_belong_together_are_refused(tmp_path):
    lines = held_out_lines(seeds=(4, 5))
    turned = lines[-1].split(",")
    turned[3] = str(1 - int(turned[3]))
    with pytest.raises(WeightsError, match="case 80 has other labels under seed 5"):
        read_held_out_table(written(tmp_path / "t.csv", [*lines[:-1], ",".join(turned)]), GENES)


def test_other_genes_and_other_bytes_are_refused(tmp_path):
    path = written(tmp_path / "t.csv", held_out_lines())
    with pytest.raises(WeightsError, match=r"found the columns .*KRAS.*wanted"):
        read_held_out_table(path, ("EGFR",))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WeightsError, match="not readable as CSV"):
        read_held_out_table(path, GENES)
    path.write_bytes(b"")
    with pytest.raises(WeightsError, match=r"found the columns \[\]"):
        read_held_out_table(path, GENES)


def test_a_file_that_is_far_too_large_is_not_read():
    huge = SimpleNamespace(st_size=2**40)
    path = type("Huge", (), {"stat": lambda self: huge, "name": "out_of_fold.csv"})()
    with pytest.raises(WeightsError, match="1099511627776 bytes"):
        read_held_out_table(path, GENES)
