"""Long walks give way: whoever delivers or asks meanwhile must not wait for a duty."""

import threading
from collections.abc import Callable
from time import perf_counter
from typing import Final

#: After each step a walk rests so many times as long as the step took: it takes a tenth of one core at most.
REST: Final = 9.0
#: Even a step that had to wait for the database is not followed by a longer rest, seconds.
LONGEST_REST: Final = 2.0


def walk(step: Callable[[], bool], stop: threading.Event) -> None:
    """Repeat a step while it says that there is more; ends early once `stop` is set."""
    while not stop.is_set():
        began = perf_counter()
        if not step():
            return
        stop.wait(min(LONGEST_REST, REST * (perf_counter() - began)))
