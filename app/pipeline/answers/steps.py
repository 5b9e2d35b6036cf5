"""The steps of an office's answer, each with its journal entry."""

from typing import Final

from app.domain.answers import ANSWER_MOVES, AnswerState
from app.domain.clock import rfc3339
from app.domain.errors import ConflictError
from app.domain.states import check_move
from app.journal.chain import Entry
from app.storage.accounts import PERSON
from app.storage.tables import Answer

#: Who published an answer that was found in the thread.
NETWORK: Final = "network:page"
_STANDS: Final = {
    AnswerState.DRAFT: "пока черновик",
    AnswerState.AGREED: "уже согласован",
    AnswerState.PUBLISHED: "уже опубликован",
    AnswerState.CLOSED: "уже закрыт",
}


def move(answer: Answer, state: AnswerState, at: int, *, signed: str, **body: object) -> Entry:
    """Bring the answer to its next state.

    Raises:
        ForbiddenTransitionError: there is no such step.
    """
    check_move(ANSWER_MOVES, AnswerState(answer.state), state)
    answer.state, answer.changed_at = state.value, at
    return entry(f"answer_{state.value}", answer, signed, **body)


def entry(kind: str, answer: Answer, signed: str, **body: object) -> Entry:
    """What the journal keeps of a step: ids and numbers."""
    named = {"answer": answer.id, "version": answer.version, "page": answer.page_id, "by": signed}
    return Entry(kind, answer.comment_id, {**named, **body})


def publish_found(answer: Answer, at: int, *, comment_id: int) -> Entry:
    """The agreed words stand in the thread: somebody has copied them there."""
    answer.published_by, answer.published_at = NETWORK, at
    return move(answer, AnswerState.PUBLISHED, at, signed=NETWORK, comment=comment_id)


def check_state(answer: Answer, *wanted: AnswerState) -> None:
    """Refuse a step that the answer's state does not allow, with who did what and when.

    Raises:
        ConflictError: the answer is in another state.
    """
    if AnswerState(answer.state) not in wanted:
        raise ConflictError(f"ответ {answer.id} {_STANDS[AnswerState(answer.state)]}{_by_whom(answer)}")


def check_version(answer: Answer, version: int) -> None:
    """Refuse a step that was meant for another text.

    Raises:
        ConflictError: the text was changed meanwhile.
    """
    if answer.version != version:
        by, when = answer.drafted_by.removeprefix(PERSON), rfc3339(answer.changed_at)
        raise ConflictError(
            f"текст ответа {answer.id} изменён ({by}, {when}): действует версия "
            f"{answer.version}, а не {version}, прочитайте её заново"
        )


def _by_whom(answer: Answer) -> str:
    steps = {
        AnswerState.DRAFT: (answer.drafted_by, answer.changed_at),
        AnswerState.AGREED: (answer.agreed_by, answer.agreed_at),
        AnswerState.PUBLISHED: (answer.published_by, answer.published_at),
        AnswerState.CLOSED: (answer.closed_by, answer.closed_at),
    }
    by, at = steps[AnswerState(answer.state)]
    return f": {by.removeprefix(PERSON)} ({rfc3339(at)})" if by and at is not None else ""
