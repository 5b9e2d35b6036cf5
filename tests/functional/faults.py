"""What a test plants in a service's process: faults that come and go with a file, and waits made short."""

import os
from pathlib import Path
from typing import Final

from app import working
from app.domain.clock import SECOND
from app.networks.vk import reading
from app.pipeline import breaker
from app.pipeline.duties.walk import Round
from model.scorer import Scorer, Scores

#: While a file of this name lies in the data folder, the model fails.
BROKEN_MODEL: Final = "broken-model"


def breakable_model() -> None:
    """The model works or fails as the test says, and is tried again soon."""
    switch = Path(os.environ["DVORNIK_DATA_DIR"], BROKEN_MODEL)
    works = Scorer.score

    def score(self: Scorer, text: str) -> Scores:
        if switch.exists():
            raise MemoryError("planted by a test")
        return works(self, text)

    Scorer.score = score  # type: ignore[method-assign]
    breaker.PROBE_EVERY = SECOND // 5  # type: ignore[misc]
    working.JUDGE_WAITING_EVERY = SECOND // 5  # type: ignore[misc, attr-defined]


def unhurried_network() -> None:
    """Lists are read without a pause, and what a dead process was doing is taken up soon.

    The simulated network must be told not to count calls.
    """
    working.READ_AGAIN_EVERY = SECOND // 5  # type: ignore[misc, attr-defined]
    reading.HalfPace.turn = lambda *_: 0.0  # type: ignore[method-assign]
    Round.__init__.__kwdefaults__["turn_seconds"] = 2
