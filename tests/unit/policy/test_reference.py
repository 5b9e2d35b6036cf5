"""The reference of the file format names every key that a file may hold."""

import re
from pathlib import Path

from app.policy.rules import load_preset, preset_names

REFERENCE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_reference_explains_every_key_of_the_presets():
    """No preset uses a key or table that docs/policies.md does not name, and each preset is named there."""
    for name in preset_names():
        source = load_preset(name).source
        keys = set(re.findall(r"^(\w+) =", source, re.MULTILINE)) | set(re.findall(r"^(\[.+\])$", source, re.MULTILINE))
        assert len(keys) > 10
        assert [key for key in sorted({*keys, name}) if f"`{key}`" not in REFERENCE] == []
