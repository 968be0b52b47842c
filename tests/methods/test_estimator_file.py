"""Estimators in a file: the same probabilities back, and nothing that a damaged or made-up file could do."""

import io
import json
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from radiogene.errors import WeightsError
from radiogene.methods.estimator_file import read_estimators, write_estimators

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=(40, 6))
LABELS = (VALUES[:, 1] > 0).astype(int)


@pytest.fixture
def forest():
    return RandomForestClassifier(5, random_state=0).fit(VALUES, LABELS)


def changed(tmp_path, forest, field, node, value):
    """The file of a forest whose last tree has one number of one node changed."""
    path = tmp_path / "changed.skops"
    write_estimators(path, [Pipeline([("forest", forest)])])
    with zipfile.ZipFile(path) as file:
        content = {name: file.read(name) for name in file.namelist()}
    done = False
    for name in sorted(content, reverse=True):
        array = np.load(io.BytesIO(content[name])) if name.endswith(".npy") else None
        if not done and array is not None and array.dtype.names and field in array.dtype.names:
            array[field][node] = value
            buffer = io.BytesIO()
            np.save(buffer, array)
            content[name], done = buffer.getvalue(), True
    assert done
    with zipfile.ZipFile(path, "w") as file:
        for name, stored in content.items():
            file.writestr(name, stored)
    return path


def test_what_comes_back_predicts_the_same(tmp_path, forest):
    write_estimators(tmp_path / "a.skops", [forest])
    (again,) = read_estimators(tmp_path / "a.skops")
    np.testing.assert_array_equal(again.predict_proba(VALUES), forest.predict_proba(VALUES))


@pytest.mark.parametrize(
    ("field", "node", "value", "found"),
    [
        ("left_child", 0, 10**6, "leads to node 1000000"),
        ("right_child", 0, 0, "leads to node 0"),
        ("left_child", 0, -7, "leads to node -7"),
        ("right_child", 0, -1, "leads to node -1"),
        ("left_child", 0, 2, "reached twice or never|leads to node"),
        ("feature", 0, 10**6, "asks for feature 1000000 of 6"),
        ("feature", 0, -2, "asks for feature -2 of 6"),
    ],
)
def test_a_node_that_leads_outside_its_tree_or_in_circles_is_refused(tmp_path, forest, field, node, value, found):
    with pytest.raises(WeightsError, match=found):
        read_estimators(changed(tmp_path, forest, field, node, value))


def test_a_tree_of_more_features_than_its_forest_checks_for_is_refused(tmp_path, forest):
    """A forest checks the width of its input and lets its trees trust it."""
    forest.estimators_[3] = DecisionTreeClassifier().fit(RNG.normal(size=(40, 600)), LABELS)
    write_estimators(tmp_path / "a.skops", [forest])
    with pytest.raises(WeightsError, match="a tree of 600 features in an estimator of 6"):
        read_estimators(tmp_path / "a.skops")


def test_a_type_that_is_not_expected_is_refused_before_it_is_made(tmp_path, forest):
    forest.extra = np.random.default_rng
    skops.io.dump([forest], tmp_path / "a.skops")
    with pytest.raises(WeightsError, match="Untrusted types found"):
        read_estimators(tmp_path / "a.skops")


def test_an_estimator_that_no_system_uses_is_refused(tmp_path):
    write_estimators(tmp_path / "a.skops", [SVC().fit(VALUES, LABELS)])
    with pytest.raises(WeightsError, match="an estimator of the kind SVC"):
        read_estimators(tmp_path / "a.skops")


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2], Pipeline([])])
def test_something_else_than_estimators_in_a_list_is_refused(tmp_path, value):
    skops.io.dump(value, tmp_path / "a.skops")
    with pytest.raises(WeightsError, match="something else than a list of estimators"):
        read_estimators(tmp_path / "a.skops")


def test_a_damaged_file_is_refused_in_one_line(tmp_path, forest):
    path = tmp_path / "a.skops"
    write_estimators(path, [forest])
    whole = path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match="damaged or not a file of fitted estimators"):
            read_estimators(path)


def test_a_file_whose_schema_names_what_is_not_there_is_refused(tmp_path, forest):
    path = tmp_path / "a.skops"
    write_estimators(path, [forest])
    with zipfile.ZipFile(path) as file:
        content = {name: file.read(name) for name in file.namelist()}
    schema = json.loads(content["schema.json"])
    for text in (b"{}", b"[", json.dumps({**schema, "__loader__": "NoSuchNode"}).encode()):
        with zipfile.ZipFile(path, "w") as file:
            for name, stored in {**content, "schema.json": text}.items():
                file.writestr(name, stored)
        with pytest.raises(WeightsError, match="damaged or not a file"):
            read_estimators(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"none\.skops"):
        read_estimators(tmp_path / "none.skops")
