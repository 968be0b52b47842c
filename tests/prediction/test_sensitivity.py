"""How much one answer depends on how the scan was made."""

from dataclasses import replace

import numpy as np
import pytest

from radiogene.cohort.identity.cube_fingerprint import cube_fingerprint
from radiogene.cohort.table.cohort_table import read_cohort
from radiogene.ct.acquisition_changes import changed_cube
from radiogene.ct.preparation import prepare_nodule, stored_cube
from radiogene.prediction.predictor import Predictor
from radiogene.prediction.sensitivity_answer import TRIED, with_sensitivity


def test_the_ranges_are_those_of_the_changed_cubes(trained_model, synthetic_cohort):
    row = next(row for row in read_cohort(synthetic_cohort).rows if row.nodule.endswith("seg.dcm"))
    prepared, predictor = prepare_nodule(row.ct, row.nodule), Predictor.from_folder(trained_model)
    first = predictor.predict(prepared, row)
    found = with_sensitivity(predictor, first, prepared, row)
    assert found.warnings == first.warnings
    cube = stored_cube(prepared.cube_hu)
    for name, changes in TRIED.items():
        each = [first]
        for change, amount in changes:
            rng = np.random.default_rng(int(cube_fingerprint(cube)[:16], 16))
            each.append(predictor.predict(replace(prepared, cube_hu=changed_cube(cube, change, amount, rng)), row))
        for gene, own in found.genes.items():
            expected = [result.genes[gene].probability for result in each]
            assert own.sensitivity[name].low == pytest.approx(min(expected), abs=1e-6)
            assert own.sensitivity[name].high == pytest.approx(max(expected), abs=1e-6)
