"""A long walk gives way to others."""

import threading

from app.pipeline.gently import walk


def test_a_walk_ends_with_its_work() -> None:
    """A step is repeated as long as it says that there is more."""
    left = [3]

    def step() -> bool:
        left[0] -= 1
        return left[0] > 0

    walk(step, threading.Event())

    assert left == [0]


def test_a_walk_rests_longer_than_it_works() -> None:
    """Between two steps it waits a multiple of the time that the step took, on the event that stops it."""
    rests: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            rests.append(timeout)
            return False

    stop, steps = Stop(), iter([True, True, False])

    def step() -> bool:
        end = threading.Event()
        end.wait(0.01)
        return next(steps)

    walk(step, stop)

    assert len(rests) == 2
    assert all(rest >= 0.03 for rest in rests)


def test_a_walk_that_is_stopped_takes_no_further_step() -> None:
    """A process that stops does not wait for the end of a long walk."""
    stop, taken = threading.Event(), []

    def step() -> bool:
        taken.append(1)
        stop.set()
        return True

    walk(step, stop)

    assert taken == [1]
