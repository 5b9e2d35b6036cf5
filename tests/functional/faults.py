"""What a test plants in a service's process: faults that come and go with a file, and waits made short."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from app import working
from app.domain.clock import SECOND, SystemClock
from app.networks.vk import failures, reading
from app.outbox import backoff
from app.pipeline import breaker
from app.pipeline.duties.walk import Round
from model.scorer import Look, Scorer

#: While a file of this name lies in the data folder, the model fails.
BROKEN_MODEL: Final = "broken-model"
#: Holds by how many seconds the clock is wrong.
CLOCK_OFF: Final = "clock-off"


def breakable_model() -> None:
    """The model works or fails as the test says, and is tried again soon."""
    switch = Path(os.environ["DVORNIK_DATA_DIR"], BROKEN_MODEL)
    look, look_many = Scorer.look, Scorer.look_many

    def breakable_look(self: Scorer, text: str) -> Look:
        _break_if(switch)
        return look(self, text)

    def breakable_look_many(self: Scorer, texts: Sequence[str]) -> list[Look]:
        _break_if(switch)
        return look_many(self, texts)

    Scorer.look, Scorer.look_many = breakable_look, breakable_look_many  # type: ignore[method-assign]
    breaker.PROBE_EVERY = SECOND // 5  # type: ignore[misc]
    working.JUDGE_WAITING_EVERY = SECOND // 5  # type: ignore[misc, attr-defined]


def _break_if(switch: Path) -> None:
    if switch.exists():
        raise MemoryError("planted by a test")


def unhurried_network() -> None:
    """Lists are read without a pause, and what a dead process was doing is taken up soon.

    The simulated network must be told not to count calls.
    """
    working.READ_AGAIN_EVERY = SECOND // 5  # type: ignore[misc, attr-defined]
    reading.HalfPace.turn = lambda *_: 0.0  # type: ignore[method-assign]
    Round.__init__.__kwdefaults__["turn_seconds"] = 2


def impatient() -> None:
    """What the house waits for minutes and hours is tried again at once; so is what VK has put off."""
    backoff.BASE, backoff.CAP = SECOND // 20, SECOND // 2  # type: ignore[misc]
    table = cast("dict[int, failures.Handling]", failures.HANDLINGS)
    for code, known in table.items():
        table[code] = replace(known, after=known.after and SECOND // 5)


def adjustable_clock() -> None:
    """The machine's clock is wrong by as many seconds as a file says."""
    says = Path(os.environ["DVORNIK_DATA_DIR"], CLOCK_OFF)
    right = SystemClock.now

    def now(self: SystemClock) -> int:
        return right(self) + (int(says.read_text(encoding="utf-8")) * SECOND if says.exists() else 0)

    SystemClock.now = now  # type: ignore[method-assign]
    working.JUDGE_WAITING_EVERY = SECOND  # type: ignore[misc, attr-defined]
