"""What any event may be asked: can it be stored."""

from typing import Any


def storable(value: Any) -> None:
    """Every string in an event can be written as UTF-8 and holds no NUL."""
    if isinstance(value, str):
        assert "\x00" not in value
        value.encode("utf-8")
    elif isinstance(value, tuple):
        for item in value:
            storable(item)
    elif hasattr(value, "__slots__"):
        for name in value.__slots__:
            storable(getattr(value, name))
