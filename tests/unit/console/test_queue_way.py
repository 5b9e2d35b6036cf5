"""What a question tells of the queue around it."""

import pytest

from app.console.queue_way import Surroundings


@pytest.mark.parametrize(
    ("waiting", "told"), [(0, "0"), (1, "0"), (2, "1"), (1000, "999"), (1001, "1000"), (1002, "больше 1000")]
)
def test_a_question_tells_how_many_wait_beside_it(waiting: int, told: str) -> None:
    """Up to a thousand others are told by their number, and only more than a thousand as such."""
    assert Surroundings(None, None, waiting).further == told
