"""What is installed is what is written down: locked, hashed, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Each file of locked versions and the extras of pyproject.toml that it serves.
EXTRAS = {
    "run": ("build",),
    "train": ("build", "train"),
    "test": ("build", "train", "test"),
    "bench": ("build", "bench"),
}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
#: One range of a version that a marker may split: `numpy==2.2 ; python_version < '3.12'`.
Locked = dict[str, list[tuple[Requirement, str]]]


def _lines(name: str) -> list[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _locked(name: str) -> Locked:
    found: Locked = {}
    for line in _lines(name):
        requirement = Requirement(line.partition("--hash=")[0].strip())
        version = str(requirement.specifier).removeprefix("==")
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, version))
    return found


@pytest.mark.parametrize("name", EXTRAS)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    """Each line names one exact version and at least one SHA-256."""
    loose = [line[:60] for line in _lines(name) if "==" not in line or not HASH.search(line)]

    assert loose == []


@pytest.mark.parametrize("name", EXTRAS)
def test_no_file_names_a_host(name: str) -> None:
    """No index, link or address: whoever installs uses the index of their own machine."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")

    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|\s@\s", text)


@pytest.mark.parametrize("name", EXTRAS)
def test_what_the_project_asks_for_is_locked(name: str) -> None:
    """Every dependency of pyproject.toml is in the file, in a version that satisfies it."""
    asked = list(PROJECT["dependencies"])
    for extra in EXTRAS[name]:
        asked += PROJECT["optional-dependencies"][extra]
    locked = _locked(name)
    missing = [text for text in asked if not _satisfied(Requirement(text), locked)]

    assert missing == [], f"requirements/{name}.txt is behind pyproject.toml: make lock"


def _satisfied(asked: Requirement, locked: Locked) -> bool:
    versions = [version for _, version in locked.get(canonicalize_name(asked.name), [])]
    return bool(versions) and all(asked.specifier.contains(version) for version in versions)


def test_the_files_agree_with_each_other() -> None:
    """A package has the same version in every file, so that sets can be installed one over another."""
    everywhere: dict[str, set[str]] = {}
    for name in EXTRAS:
        for package, entries in _locked(name).items():
            for requirement, version in entries:
                everywhere.setdefault(f"{package} ; {requirement.marker or ''}", set()).add(version)
    torn = {package: versions for package, versions in everywhere.items() if len(versions) > 1}

    assert torn == {}


def test_serving_installs_nothing_for_training() -> None:
    """The set that serves has no training, test or measuring package in it."""
    only_elsewhere = {"scikit-learn", "scipy", "matplotlib", "pytest", "hypothesis", "mypy", "ruff", "py-spy"}

    assert only_elsewhere & _locked("run").keys() == set()


def test_the_fast_dictionary_is_locked() -> None:
    """pymorphy3 comes with its C++ dictionary: without it lemmas are six times slower."""
    assert Version(_locked("run")["dawg2"][0][1]) >= Version("0.13")
