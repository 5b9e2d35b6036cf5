#!/usr/bin/env python3
"""Writes the bill of materials of what `requirements/run.txt` installs: `python deploy/sbom.py FILE.cdx.json`.

CycloneDX JSON, made without a network. Licences and who needs whom come from the packages that are installed here, so
packages of other systems and Pythons stand in it with version and digests only.
"""

import hashlib
import json
import sys
import tomllib
import warnings
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

from cyclonedx.schema import SchemaVersion
from cyclonedx.spdx import is_expression, is_supported_id
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
_PREFIX: Final = "License :: OSI Approved :: "


def main() -> int:
    """Write the file; 1 if CycloneDX's own schema refuses it."""
    bill = make_bill()
    text = json.dumps(bill, ensure_ascii=False, indent=2) + "\n"
    with warnings.catch_warnings():
        # The validator's own libraries are not ours to mend.
        warnings.simplefilter("ignore")
        refused = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if refused is not None:
        sys.stderr.write(f"dvornik: the bill of materials is not valid: {refused}\n")
        return 1
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    sys.stderr.write(f"dvornik: {target}: {len(bill['components'])} components\n")
    return 0


def make_bill() -> dict[str, Any]:
    """The document; the same for the same lock file and environment."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = list(_locked())
    refs: dict[str, list[str]] = {}
    for package, _ in locked:
        refs.setdefault(canonicalize_name(package.name), []).append(_ref(package))
    build = project["optional-dependencies"]["build"]
    asked = [Requirement(text) for text in (*project["dependencies"], *build)]
    extras = {one.name: one.extras for one in asked}
    needs = [{"ref": "dvornik", "dependsOn": ["dvornik-model", *_known(asked, refs)]}]
    for package, _ in locked:
        installed = _installed(package)
        wanted = map(Requirement, (installed.requires or []) if installed else [])
        needs.append({"ref": _ref(package), "dependsOn": _known(wanted, refs, extras.get(package.name, set()))})
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "dvornik",
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [_model(), *(_component(package, digests) for package, digests in locked)],
        "dependencies": needs,
    }


def _model() -> dict[str, Any]:
    """The weights, which come with the program under a licence of their own."""
    manifest = (ROOT / "model" / "default" / "manifest.json").read_bytes()
    return {
        "type": "machine-learning-model",
        "bom-ref": "dvornik-model",
        "name": "dvornik-model",
        "version": json.loads(manifest)["version"],
        "description": "model/default; the manifest that is hashed here holds the digests of all other files",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(manifest).hexdigest()}],
        "licenses": [{"license": {"id": "CC-BY-NC-SA-4.0"}}],
    }


def _locked() -> Iterator[tuple[Requirement, list[str]]]:
    """Each locked package with the SHA-256 of its files."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, *digests = line.split("--hash=sha256:")
            yield Requirement(name.strip()), sorted(digest.strip() for digest in digests)


def _version(package: Requirement) -> str:
    return str(package.specifier).removeprefix("==")


def _ref(package: Requirement) -> str:
    return f"pkg:pypi/{canonicalize_name(package.name)}@{_version(package)}"


def _component(package: Requirement, digests: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": _ref(package),
        "name": package.name,
        "version": _version(package),
        "purl": _ref(package),
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in digests],
    }
    if package.marker:
        made["properties"] = [{"name": "dvornik:only-where", "value": str(package.marker)}]
    installed = _installed(package)
    if installed and (licences := _licences(installed)):
        made["licenses"] = licences
    return made


def _installed(package: Requirement) -> Distribution | None:
    """The package here, if it is the very version that is locked."""
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        return None
    return found if found.version == _version(package) else None


def _licences(installed: Distribution) -> list[dict[str, Any]]:
    """What its metadata say: an SPDX expression, else the names of its classifiers, else its own words."""
    told = installed.metadata
    words = told["License-Expression"].strip() if "License-Expression" in told else ""
    if words and is_expression(words):
        return [{"license": {"id": words}} if is_supported_id(words) else {"expression": words}]
    kinds = [one.removeprefix(_PREFIX) for one in told.get_all("Classifier", []) if one.startswith(_PREFIX)]
    if kinds:
        return [{"license": {"name": kind}} for kind in sorted(set(kinds))]
    line = told["License"].strip().partition("\n")[0] if "License" in told else ""
    return [{"license": {"id": line} if is_supported_id(line) else {"name": line}}] if line else []


def _known(
    wanted: Iterable[Requirement], refs: dict[str, list[str]], extras: Collection[str] = frozenset()
) -> list[str]:
    """Which of these are in the bill; of what only an extra wants, that of the extras that were asked for."""
    names = {
        canonicalize_name(one.name)
        for one in wanted
        if "extra" not in str(one.marker or "")
        or any(one.marker and one.marker.evaluate({"extra": extra}) for extra in extras)
    }
    return sorted(ref for name in names for ref in refs.get(name, ()))


if __name__ == "__main__":
    sys.exit(main())
