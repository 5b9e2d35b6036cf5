"""A knob that nobody can read about is no knob."""

import re
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
NAMES = sorted(f"DVORNIK_{name.upper()}" for name in Settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    """Each field of Settings has its row in docs/settings.md."""
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8"), f"docs/settings.md does not tell about {name}"


def test_no_setting_is_invented() -> None:
    """Whatever docs/settings.md calls a setting is a field of Settings."""
    told = set(re.findall(r"`(DVORNIK_[A-Z_]+)`", PAGE.read_text(encoding="utf-8")))

    assert told - set(NAMES) == set()
