"""Where a list goes on is read from an address that anybody can write."""

import pytest

from app.console.shell import place


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("17-23", (17, 23)),
        (f"0-{2**63 - 1}", (0, 2**63 - 1)),
        ("", None),
        ("17", None),
        ("17-", None),
        ("-1-23", None),
        ("1-2-3", None),
        ("٣-4", None),
        (f"1-{2**63}", None),
        ("1-" + "9" * 5000, None),
    ],
)
def test_what_is_no_place_is_the_beginning(typed: str, meant: tuple[int, int] | None) -> None:
    """Two numbers that a database can hold are a place; whatever else stands there begins the list anew."""
    assert place(typed) == meant
