"""Where a process dies: `plant` puts a `kill -9` at each of the points, and a file in the data folder arms one."""

import functools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from app import main, working
from app.networks.vk import adapter as vk
from app.networks.vk.longpoll import VkLongPoll
from app.pipeline.carry_out.executor import Executor
from app.pipeline.polling.ears import Ears
from app.pipeline.polling.poller import Poller
from app.pipeline.polling.storing import Storing
from app.pipeline.record import budget, committing
from app.pipeline.record.committing import Committer

#: Points on the way of an event that VK brings.
RECEIVED: Final = "an event is received"
SCORED: Final = "its text is scored"
WRITTEN: Final = "its rows are written and not committed"
COMMITTED: Final = "they are committed and VK has not heard ok"
#: On the way of an action.
BEFORE_CALL: Final = "VK is about to be called"
AFTER_CALL: Final = "VK has done it and nothing is written down"
#: On the way of an event that is asked for.
ASKING: Final = "VK is about to be asked for events"
HEARD: Final = "VK has answered and nothing is stored"
POLL_WRITTEN: Final = "events and cursor are written and not committed"
POLL_COMMITTED: Final = "they are committed and the poller has not heard so"

CALLBACK: Final = (RECEIVED, SCORED, WRITTEN, COMMITTED)
SENDING: Final = (BEFORE_CALL, AFTER_CALL)
POLL: Final = (ASKING, HEARD, POLL_WRITTEN, POLL_COMMITTED)
#: The same of a network that only lists.
LISTED: Final = (HEARD, POLL_WRITTEN, POLL_COMMITTED)
_SWITCH: Final = "dies-when"
_NEVER: Final = object()
_passing: Final = threading.Lock()
_passed = 0


def arm(data_dir: Path, point: str, passes: int) -> None:
    """The process that passes the point for the `passes`-th time from here on dies there."""
    ready = data_dir / f"{_SWITCH}.part"
    ready.write_text(f"{passes} {point}", encoding="utf-8")
    ready.rename(data_dir / _SWITCH)


def is_armed(data_dir: Path) -> bool:
    """Whether nobody has died yet."""
    return (data_dir / _SWITCH).exists()


def plant() -> None:
    """In the process that is to die; the machine may remove as much as is needed to kill it often."""
    _around(vk, "parse", after=RECEIVED)
    _around(main, "judge_all", after=SCORED)
    _around(committing, "record", after=WRITTEN)
    _around(Committer, "commit_batch", after=COMMITTED)
    _around(Committer, "commit_now", after=COMMITTED, unless=None)
    _around(Executor, "_call", before=BEFORE_CALL, after=AFTER_CALL)
    _around(VkLongPoll, "listen", before=ASKING)
    _around(Ears, "store", before=HEARD)
    _around(Storing, "_move", after=POLL_WRITTEN)
    _around(Storing, "store", after=POLL_COMMITTED)
    # Whoever is woken in the database hears of it with the next look.
    Poller.__init__.__kwdefaults__["look_seconds"] = 0.3
    budget.PER_HOUR, budget.SHARE = 1_000_000, 1.0  # type: ignore[misc]
    # What waits for a working model is nobody's business here, and its batches are empty ones.
    working.JUDGE_WAITING_EVERY = 10**12  # type: ignore[misc, attr-defined]


def _around(owner: Any, name: str, *, before: str = "", after: str = "", unless: Any = _NEVER) -> None:
    """Pass one point before each call, another one after it; `unless` it answers with that."""
    works: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(works)
    def passes(*arguments: Any, **named: Any) -> Any:
        _pass(before)
        answer = works(*arguments, **named)
        if answer is not unless:
            _pass(after)
        return answer

    setattr(owner, name, passes)


def _pass(point: str) -> None:
    global _passed  # noqa: PLW0603 - a process dies once
    switch = Path(os.environ["DVORNIK_DATA_DIR"], _SWITCH)
    if not point or not switch.exists():
        return
    with _passing:
        passes, _, armed = switch.read_text(encoding="utf-8").partition(" ")
        _passed += armed == point
        if armed == point and _passed >= int(passes):
            switch.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
