"""Every error of OK has one meaning, for actions, questions and people."""

import pytest

from app.domain.connecting import Why
from app.networks.ok.failures import HANDLINGS, NOT_THERE, Move, handling, label, why


@pytest.mark.parametrize(
    ("move", "codes"),
    [
        (Move.AGAIN, {1, 2}),
        (Move.REST, {7, 8, 11, 26}),
        (Move.PERSON, {9, 101, 104, 105}),
        (Move.DEAD, {102, 103}),
        (Move.LESSON, {3, 10}),
        (Move.LOOK, {24, 50, 106, 140, 141}),
        (Move.NEVER, {4, 100, 110}),
    ],
)
def test_what_each_code_means(move: Move, codes: set[int]) -> None:
    """The whole table, by meaning."""
    assert {code for code, found in HANDLINGS.items() if found.move is move} == codes


def test_an_unknown_code_passes() -> None:
    """It is tried again, as OK's own trouble is."""
    assert handling(9999).move is Move.AGAIN
    assert label(9999) == "ok_9999"


def test_only_limits_and_people_rest_for_a_named_time() -> None:
    """Whatever pauses a connection says for how long; whoever must act hears of it."""
    for found in HANDLINGS.values():
        assert (found.after is not None) == (found.move in (Move.REST, Move.PERSON))
        assert found.alert or found.move not in (Move.PERSON, Move.DEAD)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, Why.GONE) for code in NOT_THERE),
        *((code, Why.NOT_ALLOWED) for code in (3, 10, 24, 50)),
        *((code, Why.LATER) for code in (7, 8, 11, 26)),
        *((code, Why.PERSON) for code in (9, 101, 104)),
        (102, Why.DEAD),
        (2, Why.AWAY),
        (100, Why.OTHER),
    ],
)
def test_what_a_person_can_do(code: int, expected: Why) -> None:
    """As the setting up says it."""
    assert why(code) is expected
