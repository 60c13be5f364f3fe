"""Rules of the house that import-linter has no words for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kpix_tui"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """The parsed source."""
    return ast.parse(path.read_text(encoding="utf-8"))


def names(paths: list[Path]) -> list[str]:
    """Paths as a person reads them."""
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_file_is_over_400_lines() -> None:
    long = [path for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert names(long) == [], "make a package of it"


def test_importing_the_package_imports_nothing() -> None:
    found = [
        node for node in ast.walk(tree(PACKAGE / "__init__.py")) if isinstance(node, ast.Import)
    ]
    assert found == []


def test_only_the_unit_of_work_commits() -> None:
    allowed = {PACKAGE / "db" / "uow.py"}
    found = [
        path
        for path in SOURCES
        if path not in allowed and ".commit()" in path.read_text(encoding="utf-8")
    ]
    assert names(found) == []


def test_use_cases_never_read_the_clock_of_the_machine() -> None:
    found = [
        path
        for path in (PACKAGE / "domains").rglob("*.py")
        if any(
            isinstance(node, ast.Attribute)
            and node.attr in {"now", "utcnow", "today"}
            and isinstance(node.value, ast.Name)
            and node.value.id in {"datetime", "date"}
            for node in ast.walk(tree(path))
        )
    ]
    assert names(found) == []


@pytest.mark.parametrize("kind", ["views", "errors"])
def test_what_goes_in_and_out_is_frozen(kind: str) -> None:
    open_ones = [
        f"{path.parent.name}.{kind}.{node.name}"
        for path in (PACKAGE / "domains").rglob(f"{kind}.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert open_ones == []


def test_numbers_are_never_floats_in_the_domains() -> None:
    found = [
        path
        for path in (PACKAGE / "domains").rglob("*.py")
        if any(
            isinstance(node, ast.Name) and node.id == "float" and isinstance(node.ctx, ast.Load)
            for node in ast.walk(tree(path))
        )
    ]
    assert names(found) == []


def test_nothing_is_swallowed() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(inner, ast.Pass | ast.Continue) for inner in node.body)
    ]
    assert silent == []
