"""What people ask for at the desk and what they get back."""

from dataclasses import dataclass
from typing import Final

from app.domain.clock import MINUTE, SECOND
from app.domain.decisions import LawViolation
from app.domain.words import Category, Verdict
from app.storage.tables import Action

#: A person's order waits this long before it is sent, so that it can be called back.
UNDO_WINDOW: Final = 15 * SECOND
BULK_UNDO_WINDOW: Final = 10 * MINUTE
#: Written reasons that stand in for a second person are not shorter.
SHORTEST_REASON: Final = 20
LONGEST_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class BanWish:
    """Ban the author for so many seconds; None = for ever."""

    seconds: int | None


@dataclass(frozen=True, slots=True)
class PersonVerdict:
    """A person's answer to a case.

    `revision` is the number of the text that the person has seen. A removal names categories that the act knows and
    one of their clauses, or a violation of law. `note` stays inside. `second_reason` stands in for a second person
    where the policy allows that. `personal_data`: the text shows somebody else's data; our own copy of it is covered
    once the verdict can no longer be undone.
    """

    verdict: Verdict
    revision: int
    categories: tuple[Category, ...] = ()
    clause: str = ""
    law: LawViolation | None = None
    ban: BanWish | None = None
    note: str = ""
    second_reason: str = ""
    personal_data: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """What became of a person's decision.

    `case_id` is the case that was answered, or that asks anew; None where there is none. Until `undo_until`
    (microseconds) it can be undone. `cannot` says in words what can no longer be taken back.
    """

    decision_id: int
    case_id: int | None
    actions: tuple[Action, ...] = ()
    undo_until: int | None = None
    second_needed: bool = False
    cannot: tuple[str, ...] = ()
