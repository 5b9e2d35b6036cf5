"""What an act asks of the office beside removal: answers to residents in time, and a norm of publications; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.domain.decisions import Clause
from app.domain.words import Office
from app.policy.reading import Table

LONGEST_TERM_HOURS: Final = 200
MOST_POSTS: Final = 100


class Force(StrEnum):
    """How an act words its norm: «не менее … размещается» binds, «рекомендуется» advises."""

    NORM = "norm"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """How soon a resident gets an answer, in working hours, and how long before that people are warned.

    `order` names the office's own paper with the term; '' = the term is the product's advice.
    """

    hours: int = 9
    warn_hours: int = 2
    order: str = ""


@dataclass(frozen=True, slots=True)
class NormRules:
    """How many posts a week each kind of page publishes; `media` = only posts with a photo or video count.

    `clause` is None where the office has not said which place of its act holds the norm.
    """

    force: Force
    clause: Clause | None = None
    media: bool = False
    weekly: Mapping[Office, int] = field(default_factory=dict)


def read_answers(table: Table) -> AnswerRules:
    """Read `[answers]`.

    Raises:
        PolicyError: a key is unknown, a number is out of its bounds, or the warning comes before the term begins.
    """
    rules = AnswerRules()
    hours = table.whole("hours", 1, LONGEST_TERM_HOURS)
    warn = table.whole("warn_hours", 1, LONGEST_TERM_HOURS) if table.has("warn_hours") else min(rules.warn_hours, hours)
    if warn > hours:
        raise table.refuse("warn_hours", f"число не больше hours ({hours})", warn)
    order = table.text("order", "название, дата и номер документа учреждения со сроком") if table.has("order") else ""
    table.close()
    return AnswerRules(hours, warn, order)


def read_norm(table: Table, cited: str) -> NormRules:
    """Read `[norm]`; `cited` is how the act is cited.

    Raises:
        PolicyError: a key is unknown, a number is out of its bounds, or no kind of page has one.
    """
    force = table.choice("force", Force)
    clause = Clause(cited, table.text("clause")) if table.has("clause") else None
    media = table.flag("media") if table.has("media") else False
    weekly = {office: table.whole(office, 1, MOST_POSTS) for office in Office if table.has(office)}
    if not weekly:
        raise table.refuse_all(f"число публикаций в неделю хотя бы для одного вида страниц ({', '.join(Office)})")
    table.close()
    return NormRules(force, clause, media, weekly)
