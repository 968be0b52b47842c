"""Clinical values: scaled by the training patients, unknown is their mean, nothing else slips through."""

import json

import numpy as np
import pytest

from radiogene.cohort.clinical_values import ClinicalEncoder
from radiogene.cohort.row import PatientRow
from radiogene.errors import CohortError, WeightsError


def patient(name: str, **values) -> PatientRow:
    return PatientRow(patient_id=name, row_number=2, **values)


TRAINING = [
    patient("a", age_years=50.0, sex="female", smoking=False),
    patient("b", age_years=70.0, sex="male", smoking=True),
    patient("b", age_years=70.0, sex="male", smoking=True),
    patient("c", age_years=None, sex="male", smoking=True),
    patient("d", age_years=60.0, sex="male", smoking=None),
]


def test_values_are_standardised_by_patient_and_unknown_is_zero():
    encoder = ClinicalEncoder.fit(TRAINING)
    encoded = encoder.encode(TRAINING)
    assert encoded.dtype == np.float32
    sd_age, sd_sex, sd_smoking = np.std([50, 70, 60]), np.std([1, 0, 0, 0]), np.std([0, 1, 1])
    want = [
        [-10 / sd_age, 0.75 / sd_sex, -2 / 3 / sd_smoking],
        [10 / sd_age, -0.25 / sd_sex, 1 / 3 / sd_smoking],
        [10 / sd_age, -0.25 / sd_sex, 1 / 3 / sd_smoking],
        [0, -0.25 / sd_sex, 1 / 3 / sd_smoking],
        [0, -0.25 / sd_sex, 0],
    ]
    np.testing.assert_allclose(encoded, want, rtol=1e-6, atol=1e-6)
    assert not encoder.encode([patient("new")]).any()


def test_each_column_alone_and_no_column():
    rows = TRAINING[:2]
    both = ClinicalEncoder.fit(TRAINING).encode(rows)
    for k, column in enumerate(("age", "sex", "smoking")):
        np.testing.assert_array_equal(ClinicalEncoder.fit(TRAINING, (column,)).encode(rows)[:, 0], both[:, k])
    none = ClinicalEncoder.fit(TRAINING, ())
    assert none.encode(rows).shape == (2, 0)
    assert ClinicalEncoder.from_json(none.to_json()) == none


def test_a_constant_or_unknown_column_counts_as_nothing_and_says_so():
    rows = [patient(name, age_years=0.1 + 60, sex=None, smoking=True) for name in "abc"]
    encoder = ClinicalEncoder.fit(rows)
    assert not encoder.encode([patient("x", age_years=90.0, sex="female", smoking=False)]).any()
    notes = " ".join(encoder.notes)
    assert "age: the same in all" in notes
    assert "sex: unknown for all" in notes


def test_further_columns_by_name():
    rows = [
        patient("a", extra={"stage": "IB", "pack_years": "10"}),
        patient("b", extra={"stage": "IIA", "pack_years": "30"}),
        patient("c", extra={"stage": "Unknown", "pack_years": "N/A"}),
    ]
    encoder = ClinicalEncoder.fit(rows, ("pack_years", "stage"))
    assert [i.name for i in encoder.inputs] == ["pack_years", "stage=IB", "stage=IIA"]
    np.testing.assert_allclose(encoder.encode(rows), [[-1, 1, -1], [1, -1, 1], [0, 0, 0]])
    rare = patient("d", extra={"stage": "IV", "pack_years": "20"})
    np.testing.assert_allclose(encoder.encode([rare]), [[0, 0, 0]])
    assert encoder.unknown_words_of([rare]) == ("stage 'IV' was seen in no training patient and counts as unknown.",)
    assert encoder.unknown_words_of(rows) == ()


@pytest.mark.parametrize(
    ("columns", "extra", "message"),
    [
        (("stage",), [{}, {}], "no column 'stage'"),
        (("age", "age"), [{}, {}], "each once"),
        (("suv",), [{"suv": "12.5"}, {"suv": "high"}], r"mixes numbers \(such as '12.5'\) with words"),
        (("date",), [{"date": f"day {n}"} for n in range(21)], "21 different words"),
    ],
)
def test_columns_that_cannot_be_used_are_refused(columns, extra, message):
    with pytest.raises(CohortError, match=message):
        ClinicalEncoder.fit([patient(str(n), extra=e) for n, e in enumerate(extra)], columns)


def test_a_single_digit_among_words_is_a_word_such_as_stage_0():
    encoder = ClinicalEncoder.fit(
        [patient(str(n), extra={"stage": s}) for n, s in enumerate(("0", "IA1", "IB"))], ("stage",)
    )
    assert [i.category for i in encoder.inputs] == ["0", "IA1", "IB"]


def test_a_word_where_training_had_numbers_is_refused_with_its_place():
    encoder = ClinicalEncoder.fit([patient(str(n), extra={"suv": str(n)}) for n in range(3)], ("suv",))
    with pytest.raises(CohortError, match="Line 2, column suv: found 'high'"):
        encoder.encode([patient("x", extra={"suv": "high"})])


def test_json_restores_the_same_encoder():
    rows = [*TRAINING, patient("e", extra={"stage": "IB"}), patient("f", extra={"stage": "IV"})]
    encoder = ClinicalEncoder.fit(rows, ("age", "sex", "smoking", "stage"))
    restored = ClinicalEncoder.from_json(json.loads(json.dumps(encoder.to_json(), allow_nan=False)))
    assert restored == encoder
    assert restored.encode(rows).tobytes() == encoder.encode(rows).tobytes()


def _without_unknown(content):
    del content["unknown"]


def _with_extra_key(content):
    content["inputs"][0]["median"] = 3


def _with_nan(content):
    content["inputs"][0]["mean"] = float("nan")


def _with_negative_sd(content):
    content["inputs"][0]["sd"] = -1.0


def _with_other_columns(content):
    content["columns"] = ["age", "smoking", "sex"]


@pytest.mark.parametrize(
    "damage", [_without_unknown, _with_extra_key, _with_nan, _with_negative_sd, _with_other_columns]
)
def test_damaged_json_is_refused(damage):
    content = json.loads(json.dumps(ClinicalEncoder.fit(TRAINING).to_json()))
    damage(content)
    with pytest.raises(WeightsError, match="Clinical scaling"):
        ClinicalEncoder.from_json(content)


@pytest.mark.parametrize("texts", [["7,5", "8", "9,25"], ["0,125", "2,5"]])
def test_a_column_with_decimal_commas_is_of_numbers(texts):
    rows = [PatientRow(patient_id=f"p{n}", extra={"SUVmax": text}) for n, text in enumerate(texts)]
    encoder = ClinicalEncoder.fit(rows, ["SUVmax"])
    assert [scaling.category for scaling in encoder.inputs] == [None]
    assert encoder.inputs[0].mean == pytest.approx(np.mean([float(text.replace(",", ".")) for text in texts]))


@pytest.mark.parametrize("text", ["1,234", "1.234,5", "12 %", "< 3", "5 mm", "31.03.2019", "1'000"])
def test_numbers_in_another_notation_are_never_words(text):
    rows = [PatientRow(patient_id=f"p{n}", extra={"SUVmax": word}) for n, word in enumerate([text, "7.5"])]
    with pytest.raises(CohortError, match="a number in another notation"):
        ClinicalEncoder.fit(rows, ["SUVmax"])


def test_stages_stay_words():
    rows = [PatientRow(patient_id=f"p{n}", extra={"stage": word}) for n, word in enumerate(["1A", "3b", "0", "IA1"])]
    assert [scaling.category for scaling in ClinicalEncoder.fit(rows, ["stage"]).inputs] == ["0", "1A", "3b", "IA1"]
