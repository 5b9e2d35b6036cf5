"""What is installed to serve can be looked up: one component a locked package, with digests, licence and no host."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As `make sbom` writes it; CycloneDX's own validator has accepted it."""
    file = tmp_path_factory.mktemp("sbom") / "dvornik.cdx.json"
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "sbom.py", file], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(file.read_text(encoding="utf-8"))


def test_the_bill_names_every_locked_package(bill: dict[str, Any]) -> None:
    """Each line of requirements/run.txt is a component with its version and exactly its digests."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    expected = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            asked = Requirement(line.partition("--hash=")[0].strip())
            version = str(asked.specifier).removeprefix("==")
            expected[asked.name, version] = set(re.findall("sha256:([0-9a-f]{64})", line))
    packages = [one for one in bill["components"] if one["type"] == "library"]
    found = {(one["name"], one["version"]): {it["content"] for it in one["hashes"]} for one in packages}

    assert len(found) == len(packages)
    assert found == expected


def test_a_package_that_is_installed_has_its_licence(bill: dict[str, Any]) -> None:
    """Only what another system or Python needs may stand in it without one; the weights name theirs."""
    silent = [one["name"] for one in bill["components"] if not one.get("licenses") and "properties" not in one]
    weights = [one for one in bill["components"] if one["type"] == "machine-learning-model"]

    assert silent == []
    assert [one["licenses"] for one in weights] == [[{"license": {"id": "CC-BY-NC-SA-4.0"}}]]
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "MIT AND CC-BY-NC-SA-4.0"}]


def test_the_bill_names_no_host(bill: dict[str, Any]) -> None:
    """No index and no address but that of the schema: whoever installs uses the index of their own machine."""
    assert re.findall(r"\w+://[^\s\"]+", json.dumps(bill)) == [bill["$schema"]]


def test_whoever_needs_somebody_is_in_the_bill(bill: dict[str, Any]) -> None:
    """The graph begins at the program, ends in components, and every component can be reached."""
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    known = {one["bom-ref"] for one in bill["components"]}
    reached, waiting = set(), ["dvornik"]
    while waiting:
        for ref in needs.get(waiting.pop(), []):
            if ref not in reached:
                reached.add(ref)
                waiting.append(ref)

    assert reached <= known
    # What another Python needs is not installed here, so nobody tells who wants it.
    assert {ref for ref in known - reached if not ref.startswith(("pkg:pypi/colorama", "pkg:pypi/setuptools"))} == set()
