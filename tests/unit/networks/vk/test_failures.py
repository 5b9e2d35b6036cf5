"""The table of VK's errors, and results that say neither yes nor no."""

from typing import Any

import pytest

from app.domain.clock import HOUR, MINUTE, SECOND
from app.networks.vk.calls import result
from app.networks.vk.failures import HANDLINGS, UNKNOWN, Move, handling, label
from app.networks.vk.transport import Answered, Refused


def codes(move: Move) -> set[int]:
    return {code for code, found in HANDLINGS.items() if found.move is move}


def test_few_errors_teach() -> None:
    """Only five statements about the token itself block it for a method; a bare refusal never does."""
    assert codes(Move.LESSON) == {20, 27, 28, 1051}
    assert {subcode for subcode in range(3000) if handling(15, subcode).move is Move.LESSON} == {1133, 1134}
    assert handling(15, None).move is Move.LOOK
    assert handling(7, 1133).move is Move.LOOK


def test_each_group_of_errors_is_complete() -> None:
    """Retries, dead tokens, calls for a person and ambiguous answers are the codes that VK documents."""
    assert codes(Move.AGAIN) == {1, 10, 13, 36}
    assert codes(Move.DEAD) == {5, 1117, 3609, 3610}
    assert codes(Move.PERSON) == {14, 17, 24, 25, 703, *range(3300, 3305), 11500}
    assert {0, 7, 15, 100, 104, 183, 200, 203, 211, 212} <= codes(Move.LOOK)


def test_waits_fit_their_limits() -> None:
    """A second for the rate, minutes for flood control, hours for a method's quota."""
    assert (HANDLINGS[6].after or 0) <= SECOND
    assert MINUTE <= (HANDLINGS[9].after or 0) < HOUR <= (HANDLINGS[29].after or 0)
    assert all(HANDLINGS[code].alert for code in codes(Move.PERSON) | codes(Move.DEAD) | {29})


def test_an_unknown_error_is_worth_another_try() -> None:
    """A code that nobody has described is neither success nor the end."""
    assert handling(987_654, None) is UNKNOWN
    assert UNKNOWN.move is Move.AGAIN
    assert label(987_654) == "vk_987654"
    assert label(15, 1133) == "vk_15_1133"


def test_an_absent_account_matters_for_bans_alone() -> None:
    """A deleted or blocked account needs no ban; elsewhere the same code says nothing."""
    for code in (18, 37):
        assert handling(code, None, banning=True).move is Move.ALREADY
        assert handling(code, None) is UNKNOWN


@pytest.mark.parametrize(
    ("response", "meaning"),
    [
        (1, Answered(1)),
        (True, Answered(response=True)),
        ({"985": 1}, Answered(response=True)),
        ({"985": 1, "986": 0}, Refused(0)),
        ([{"peer_id": 5, "conversation_message_id": 7, "response": 1}], Answered(response=True)),
        ([{"peer_id": 5, "error": {"code": 924, "description": "x"}}], Refused(924)),
        ([{"response": 1}, {}], Refused(0)),
        (["x"], Refused(0)),
        (0, Refused(0)),
        (None, Refused(0)),
        ([], Refused(0)),
        ({}, Refused(0)),
        ("1", Refused(0)),
        (2, Refused(0)),
    ],
)
def test_a_result_is_read_closely(response: Any, meaning: Answered | Refused) -> None:
    """Only a clear yes counts as done; every item of a list has its own answer."""
    assert result(response) == meaning
