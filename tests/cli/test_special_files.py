"""No verb opens a pipe, a socket or a link to a device, as a path of its own or within a folder that it reads."""

import inspect
import os
import shutil
import signal
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import get_type_hints

import pytest

from radiogene.cli.app import INPUT_OUTPUT_EXIT_CODE, app
from radiogene.errors import CasesFailedError, RadiogeneError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes among files are POSIX")

PATHS_AS_TEXT = {
    *("cohort", "second", "nodule", "store", "source", "train", "external", "init", "pretrained", "calibration", "out"),
    "path",
    *("table", "train_table", "external_table"),
}
"""Parameters of verbs that are text and may hold a path, beside all that are of the type Path."""

PLAIN_TEXT = {
    *("genes", "segment", "series", "scheduler", "columns", "views", "backbone", "log", "hub", "method", "clinical"),
    *("age", "sex", "smoking", "value", "prevalence", "operating_point", "name", "names"),
}

WHAT_ELSE = {
    "check": ["{table}"],
    "series": ["--ct", "{ct}"],
    "views": ["--ct", "{ct}", "--nodule", "{point}", "--out", "{new}"],
    "prepare": ["{table}", "--out", "{new}"],
    "radiomics": ["--store", "{store}", "--out", "{new}"],
    "pretrain": ["{images}", "--out", "{new}"],
    "imagenet": ["--out", "{new}"],
    "train": ["--store", "{store}", "--out", "{new}"],
    "calibrate": ["{model}"],
    "protocol": ["{plan}", "--out", "{new}"],
    "evaluate": ["--model", "{model}", "--store", "{store}"],
    "predict": ["--model", "{model}", "--ct", "{ct}", "--nodule", "{point}"],
    "prevalence": ["{predictions}", "--model", "{model}"],
    "stress": ["--store", "{store}", "--model", "{model}"],
    "outcomes": ["--model", "{model}"],
    "export": ["{model}", "--format", "onnx"],
    "experiment": ["table1", "--train", "{store}", "--external", "{store}", "--out", "{new}"],
    "nsclc_radiogenomics": ["--labels", "{table}", "--out", "{new}"],
    "from_folder": ["{ct}", "--table", "{table}", "--out", "{new}"],
    "table1": ["{table}"],
    "verify": ["{model}"],
    "demo": ["--out", "{new}"],
    "phantom": ["--out", "{new}"],
}
"""The words of each verb beside the path that is tried."""

SECONDS = 60


def verbs():
    groups = {group.typer_instance: [group.typer_instance.info.name] for group in app.registered_groups}
    for of, words in ({app: []} | groups).items():
        for command in of.registered_commands:
            yield [*words, command.name or command.callback.__name__], command.callback


def path_parameters():
    """(words, verb, parameter, option or None for an argument) of everything that may be a path."""
    for words, verb in verbs():
        hints = get_type_hints(verb, include_extras=True)
        for name in inspect.signature(verb).parameters:
            kind = str(get_type_hints(verb)[name])
            if "Path" in kind or (name in PATHS_AS_TEXT and "Literal" not in kind):
                declared = next(iter(hints[name].__metadata__))
                named = [declared.default, *(declared.param_decls or ())]
                options = [word for word in named if isinstance(word, str) and word.startswith("--")]
                yield words, verb, name, options[0] if options else None


CASES = {f"{' '.join(words)} {name}": (words, verb, name, option) for words, verb, name, option in path_parameters()}

opened: list[str] = []
watched: list[str] = []


def _watch(event, arguments):
    if watched and event == "open" and str(arguments[0]) in watched:
        opened.append(str(arguments[0]))


sys.addaudithook(_watch)


class WaitedForError(BaseException):
    """No error that a verb could turn into a refusal."""


@contextmanager
def nobody_opens(*paths):
    """Within it, opening one of these is noticed, and waiting for one ends."""

    def late(number, frame):
        raise WaitedForError

    watched[:] = [str(path) for path in paths]
    opened.clear()
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        watched.clear()
    assert not opened


def exit_codes():
    waiting, codes = [RadiogeneError], {INPUT_OUTPUT_EXIT_CODE}
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        codes.add(kind.exit_code)
    return codes


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "a-pipe"
    os.mkfifo(path)
    return path


@pytest.fixture
def ct_folder(synthetic_cohort, tmp_path) -> Path:
    """A copy of one synthetic scan."""
    first = next(path for path in sorted(synthetic_cohort.parent.iterdir()) if path.is_dir())
    return Path(shutil.copytree(next(iter(sorted(p.parent for p in first.rglob("*.dcm")))), tmp_path / "ct"))


def test_every_text_of_a_verb_is_known_to_be_a_path_or_not():
    texts = {
        name
        for _, verb in verbs()
        for name, kind in get_type_hints(verb).items()
        if name != "return" and "str" in str(kind) and "Literal" not in str(kind)
    }
    assert texts - PATHS_AS_TEXT <= PLAIN_TEXT
    assert {verb.__name__ for _, verb, _, _ in CASES.values()} == set(WHAT_ELSE)


@pytest.mark.parametrize("case", CASES)
def test_a_pipe_as_a_path_is_refused_and_not_opened(
    case, radiogene, pipe, tmp_path, synthetic_cohort, ct_folder, request
):
    words, verb, name, option = CASES[case]
    (tmp_path / "plan.toml").write_text('question = "which"\n')
    stands_for = {
        "table": synthetic_cohort,
        "ct": ct_folder,
        "point": "0 0 0",
        "new": tmp_path / "new",
        "images": tmp_path,
        "plan": tmp_path / "plan.toml",
        "predictions": synthetic_cohort,
    }
    # Made only where they are asked for.
    made = {"{store}": lambda: request.getfixturevalue("synthetic_store").path}
    made["{model}"] = lambda: request.getfixturevalue("trained_model")
    others = [str(made[word]() if word in made else word.format(**stands_for)) for word in WHAT_ELSE[verb.__name__]]
    given = [*words, *_with(others, option, pipe, verb, name)]
    with nobody_opens(pipe):
        done = radiogene(*given)
    assert done.returncode in exit_codes() - {CasesFailedError.exit_code}, (given, done.stdout, done.stderr)
    assert pipe.is_fifo()


def _with(others, option, pipe, verb, name):
    """The words of a verb with the pipe in place of, or beside, what its parameter had."""
    if option is None:
        arguments = [each for each, p in inspect.signature(verb).parameters.items() if not _option(verb, each)]
        given = [n for n, word in enumerate(others) if n == 0 or not others[n - 1].startswith("--")]
        given = [n for n in given if not others[n].startswith("--")]
        place = arguments.index(name)
        if place < len(given):
            return [*others[: given[place]], str(pipe), *others[given[place] + 1 :]]
        return [*others, str(pipe)]
    if option in others:
        place = others.index(option) + 1
        return [*others[:place], str(pipe), *others[place + 1 :]]
    if name == "cohort":
        return [*others[:2], option, str(pipe), "--out", str(pipe.with_name("new.csv"))]
    return [*others, option, str(pipe)]


def _option(verb, name):
    hint = get_type_hints(verb, include_extras=True)[name]
    declared = next(iter(getattr(hint, "__metadata__", ())), None)
    named = [getattr(declared, "default", None), *(getattr(declared, "param_decls", None) or ())]
    return any(isinstance(word, str) and word.startswith("--") for word in named)


def special_files(folder: Path) -> list[Path]:
    """A pipe, a socket and a link to a device, with names that readers look for."""
    pipe, end, link = folder / "IM0.dcm", folder / "s.dcm", folder / "IM2.nii.gz"
    os.mkfifo(pipe)
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket may have no more than some 100 characters
    try:
        listening.bind(end.name)
    finally:
        os.chdir(here)
        listening.close()
    link.symlink_to("/dev/zero")
    return [pipe, end, link]


def test_special_files_among_slices_are_passed_over(radiogene, ct_folder):
    alone = radiogene("series", "--ct", ct_folder)
    with nobody_opens(*special_files(ct_folder)):
        among = radiogene("series", "--ct", ct_folder)
    assert alone.returncode == among.returncode == 0
    assert alone.stdout == among.stdout


def test_special_files_in_a_folder_of_studies_are_passed_over(radiogene, ct_folder, tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("patient_id,EGFR,KRAS\nnobody,1,0\n")
    with nobody_opens(*special_files(ct_folder)):
        done = radiogene("cohort", "from-folder", ct_folder, "--table", table, "--out", tmp_path / "cohort.csv")
    assert done.returncode in exit_codes() | {0}, done.stderr


def test_special_files_in_a_folder_of_markings_are_passed_over(radiogene, ct_folder, tmp_path):
    folder = tmp_path / "markings"
    folder.mkdir()
    with nobody_opens(*special_files(folder)):
        done = radiogene("views", "--ct", ct_folder, "--nodule", folder, "--out", tmp_path / "views")
    assert done.returncode == 12
    assert "holds no DICOM SEG or RTSTRUCT" in done.stderr


@pytest.mark.parametrize("ending", [".mhd", ".nhdr"])
def test_a_header_whose_pixels_are_a_pipe_is_refused(radiogene, tmp_path, pipe, ending):
    header = tmp_path / f"scan{ending}"
    header.write_text(
        "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 4 4\nencoding: raw\n"
        f"space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nendian: little\ndata file: {pipe.name}\n"
        if ending == ".nhdr"
        else "ObjectType = Image\nNDims = 3\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n"
        "ElementSpacing = 1 1 1\nDimSize = 4 4 4\nElementType = MET_SHORT\n"
        f"ElementDataFile = {pipe.name}\n"
    )
    with nobody_opens(pipe):
        done = radiogene("series", "--ct", header)
    assert done.returncode == 10
    assert "pipe" in done.stderr


def test_no_file_of_a_model_folder_may_be_a_pipe(radiogene, trained_model, tmp_path, ct_folder):
    for file in sorted(path for path in trained_model.iterdir() if path.is_file() and path.name != "card.md"):
        model = Path(shutil.copytree(trained_model, tmp_path / f"model-{file.name}"))
        (model / file.name).unlink()
        os.mkfifo(model / file.name)
        with nobody_opens(model / file.name):
            done = radiogene("predict", "--model", model, "--ct", ct_folder, "--nodule", "0 0 0")
        assert done.returncode in exit_codes(), file.name


def test_no_file_of_a_store_may_be_a_pipe(radiogene, few_store, trained_model, tmp_path):
    files = [path for path in sorted(Path(few_store.path).rglob("*")) if path.is_file()]
    kinds = {path.relative_to(few_store.path).parts[0]: path for path in files if not path.name.startswith(".")}
    chunk = next(path for path in files if "c" in path.relative_to(few_store.path).parts)
    for number, file in enumerate({*kinds.values(), chunk}):
        store = Path(shutil.copytree(few_store.path, tmp_path / f"store-{number}"))
        there = store / file.relative_to(few_store.path)
        there.unlink()
        os.mkfifo(there)
        with nobody_opens(there):
            done = radiogene("evaluate", "--model", trained_model, "--store", store)
        assert done.returncode in exit_codes(), (there, done.stdout)
