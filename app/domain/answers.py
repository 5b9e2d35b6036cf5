"""The states of an office's answer and of the resident who waits for it, and the only moves between them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class AnswerState(StrEnum):
    """How far an answer has got on its way out of the office."""

    DRAFT = "draft"
    AGREED = "agreed"
    PUBLISHED = "published"
    CLOSED = "closed"


class AppealEnd(StrEnum):
    """Why nobody waits any more: answered, in need of no answer, or the message is gone."""

    ANSWERED = "answered"
    NOT_NEEDED = "not_needed"
    GONE = "gone"


_S = AnswerState
ANSWER_MOVES: Final[Mapping[AnswerState, frozenset[AnswerState]]] = {
    # draft → draft: another text. draft → closed: nobody needs it any more.
    _S.DRAFT: frozenset({_S.DRAFT, _S.AGREED, _S.CLOSED}),
    # agreed → draft: a text that is changed must be agreed anew.
    _S.AGREED: frozenset({_S.DRAFT, _S.PUBLISHED, _S.CLOSED}),
    _S.PUBLISHED: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset(),
}
