"""The demonstration tells its story as of today, so that the machine acts in it."""

from app.domain.clock import SECOND, SystemClock
from tests.simulators.demo import story

THREE_DAYS = 72 * 3600


def test_the_story_happens_today() -> None:
    """Its comments are written within the last three days, none in the future, in the order of the samples."""
    now = SystemClock().now() // SECOND
    written = [body["object"]["date"] for body in story()]

    assert now - THREE_DAYS < min(written) < max(written) <= now + 1
