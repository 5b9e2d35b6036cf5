"""Tokens with which a network is called, and what is learned of them on the way."""

from dataclasses import dataclass, field
from enum import StrEnum


class Slot(StrEnum):
    """Whose key a token is."""

    USER = "user"
    COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Credential:
    """One usable token; `blocked_methods` are those it is known not to be able to call at present."""

    id: int
    slot: Slot
    token: str = field(repr=False)
    blocked_methods: frozenset[str] = frozenset()


def on_page(what: str, page_id: int) -> str:
    """The name under which it is kept that a token may not do this on one page; others may allow it."""
    return f"{what}@{page_id}"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A token has shown that it cannot call a method."""

    credential: int
    method: str
    code: str
