"""What a piece of long work is: it is carried on step by step, each short, and may be taken up by another process."""

from collections.abc import Callable
from dataclasses import dataclass

from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.moderate import Moderator
from app.storage.tables import Job


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps work with."""

    house: House
    configuration: Configuration
    moderator: Moderator


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has got.

    `done` of `total` is for the bar, `position` is where the next step begins, `result` (JSON-able) what was found so
    far: ids, codes and numbers, never a text. `ended`: there is no next step.
    """

    done: int
    total: int
    position: int
    result: object
    ended: bool = False


#: Takes at most a second and holds no transaction for longer; raises a DvornikError whose words a person may read.
Step = Callable[[Tools, Job], Progress]
