"""Results are typed: no public function, field or constant is a JSON object with values of any kind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import radiogene

SOURCE = Path(radiogene.__file__).parent

UNTYPED = ("dict[str, Any]", "Mapping[str, Any]")

UNTYPED_YET = {
    "report/evidence/evidence_report.py",
    "report/evidence/manifest_facts.py",
    "report/evidence/methods_text.py",
    "storage/checked_files.py",
}
"""Files that still do, to become fewer: manifests, settings of methods, and what Lightning and JSON files hand over."""


def annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """What public functions take and return, and the types of the names of modules and classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.strip("_") in (node.name, "init"):
            of = node.args
            named = [*of.posonlyargs, *of.args, *of.kwonlyargs, *(a for a in (of.vararg, of.kwarg) if a is not None)]
            yield from (argument.annotation for argument in named if argument.annotation is not None)
            if node.returns is not None:
                yield node.returns
        if isinstance(node, ast.Module | ast.ClassDef):
            yield from (each.annotation for each in node.body if isinstance(each, ast.AnnAssign))
            # A name for such a type would hide it.
            yield from (each.value for each in node.body if isinstance(each, ast.Assign))


def untyped(path: Path) -> bool:
    """Whether a file passes such objects on."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(word in ast.unparse(annotation) for annotation in annotations(tree) for word in UNTYPED)


def test_nothing_passes_between_rooms_by_keys_of_text() -> None:
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if untyped(path)}
    assert sorted(found - UNTYPED_YET) == []


def test_such_an_object_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    for code in (
        "def f(a: dict[str, Any]): ...",
        "def f() -> tuple[int, dict[str, Any]]: ...",
        "class A:\n    b: Mapping[str, Any] | None",
        "class A:\n    def b(self, *, c: list[dict[str, Any]]) -> None: ...",
        "Content = dict[str, Any]",
    ):
        path.write_text(code)
        assert untyped(path)
    path.write_text("def _f(a: dict[str, Any]) -> dict[str, int]: ...")
    assert not untyped(path)
