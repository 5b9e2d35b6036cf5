"""The simulated VK's messages of a community: only to users who have allowed it, a repeated number once."""

from typing import Any

from tests.simulators.vk_methods import ApiError, Caller, Method

LONGEST = 4096


def send(caller: Caller) -> Any:
    """`messages.send` to one user, with the community's key."""
    rights = caller.token.rights
    if rights is not None and "messages" not in rights:
        raise ApiError(15)
    community = caller.community(-caller.token.group_id)
    user, number = caller.number("user_id"), caller.number("random_id")
    words = caller.params.get("message", "")
    if not 0 < len(words) <= LONGEST:
        raise ApiError(914 if words else 100)
    if user not in community.allowed:
        raise ApiError(901)
    known = community.sent.get((user, number)) if number else None
    if known is None:
        known = (len(community.sent) + 1, words)
        community.sent[user, number or -known[0]] = known
    return known[0]


METHODS: dict[str, tuple[frozenset[str], Method]] = {"messages.send": (frozenset({"community"}), send)}
