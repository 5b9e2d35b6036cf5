"""The house stays readable: short files, empty package files, names that say something, claims over tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ORDER

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "model", "training")
LONGEST = 300
#: Words under which anything may hide. (`managers` are people: those who run a page.)
EMPTY_WORDS = re.compile(r"(^|_)(utils?|helpers?|common|manager|services?)(_|$)")
#: Alembic writes revisions; a schema is as long as it is.
NOT_OURS = "app/storage/migrations/versions"


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(NOT_OURS):
                yield path


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_a_file_can_be_read_in_one_sitting() -> None:
    """A source file has fewer than 300 lines."""
    lengths = {_named(path): len(_text(path).splitlines()) for path in _sources(*PACKAGES)}

    assert {name: lines for name, lines in lengths.items() if lines >= LONGEST} == {}


def test_a_package_file_is_empty() -> None:
    """`__init__.py` holds nothing, so that an import of a leaf brings in the leaf alone."""
    packages = [path for path in _sources(*PACKAGES) if path.name == "__init__.py"]

    assert len(packages) >= len(PACKAGES)
    assert [_named(path) for path in packages if _text(path).strip()] == []


def test_every_folder_of_code_is_a_package() -> None:
    """A folder with code has an `__init__.py`: without one it is left out of types, contracts and the wheel."""
    bare = {_named(path.parent) for path in _sources(*PACKAGES) if not (path.parent / "__init__.py").exists()}

    # Alembic finds the folder of migrations as a path.
    assert bare - {"app/storage/migrations"} == set()


def test_names_say_what_is_inside() -> None:
    """No module or package is called after nothing in particular."""
    names = [(path, part) for path in _sources(*PACKAGES, "tests") for part in _parts(path)]

    assert [_named(path) for path, part in names if EMPTY_WORDS.search(part)] == []


def test_a_module_says_what_it_is_for() -> None:
    """Every module begins with a docstring."""
    modules = [path for path in _sources(*PACKAGES) if path.name != "__init__.py"]

    assert [_named(path) for path in modules if not ast.get_docstring(ast.parse(_text(path)))] == []


def test_a_test_is_a_claim() -> None:
    """Every test function has a docstring that says what is true."""
    silent = [
        f"{_named(path)}::{node.name}"
        for path in _tests()
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]

    assert silent == []


def test_every_test_has_a_place_in_the_order() -> None:
    """A test lies in one of the folders that the session runs one after another, the quick ones first."""
    assert {path.relative_to(ROOT).parts[1] for path in _tests()} <= set(ORDER)


def _tests() -> list[Path]:
    return [path for path in _sources("tests") if path.name.startswith("test_")]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _parts(path: Path) -> list[str]:
    return [*path.relative_to(ROOT).parent.parts, path.stem]
