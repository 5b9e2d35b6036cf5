"""Reads from a page's list of callback servers how ours is doing; pure."""

from collections.abc import Sequence
from typing import Final

from app.domain.connecting import CallbackServer, ServerState

OK: Final = ServerState.OK.value
WAIT: Final = ServerState.WAIT.value
MISSING: Final = "missing"
#: Our tokens may not read the list.
NOT_ALLOWED: Final = "not_allowed"
#: Servers there are, but nobody has said which of them is ours.
FOREIGN: Final = "foreign"
NOT_POLLED: Final = "not_polled"
#: What a person must mend.
BAD: Final = frozenset({ServerState.FAILED.value, ServerState.UNCONFIGURED.value, MISSING})
_PATH: Final = "/callbacks/vk"
#: With two servers of ours the one that works counts.
_BEST_FIRST: Final = (OK, WAIT, ServerState.FAILED.value, ServerState.UNCONFIGURED.value)


def state_of(servers: Sequence[CallbackServer], ours: str, address: str) -> str:
    """How our server does; `ours` is its id in the network if we have set it up, `address` where it should be."""
    mine = [one for one in servers if one.id == ours]
    mine = mine or [one for one in servers if address and one.url.rstrip("/") == address]
    if not ours and not address:
        mine = [one for one in servers if one.url.rstrip("/").endswith(_PATH)]
        if servers and not mine:
            return FOREIGN
    states = {one.state for one in mine}
    return next((state for state in _BEST_FIRST if state in states), FOREIGN if mine else MISSING)
