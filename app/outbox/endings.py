"""What a network's answer does to the action, its comment, its connection and the tokens that were used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import or_, update
from sqlmodel import Session, col

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.ids import IdSource
from app.domain.ports import Delivery, Done, Failed, Lesson, Manual, Retry
from app.domain.states import ActionState, CommentState, Outcome, WaitingFor
from app.domain.watching import Matter
from app.domain.words import ActionKind
from app.journal.chain import Entry
from app.outbox.backoff import Jitter, delay, is_spent
from app.outbox.moves import move, move_comment
from app.outbox.moving import move_page
from app.outbox.permission import REMOVALS
from app.outbox.trouble import notice
from app.storage import incidents
from app.storage.outbox import has_dead_credential
from app.storage.tables import Action, Capability, Comment, Connection, Credential, Evidence
from app.telemetry import ALERTS

#: How long a lesson about a token is believed.
LESSON_LIFE: Final = DAY
#: How long to wait when the network does not say.
WAIT: Final = 5 * MINUTE
#: The network lets nobody do it but by hand.
NOT_OFFERED: Final = "not_offered"
NO_TOKEN: Final = "no_token"  # noqa: S105 - a code, not a credential

_log = structlog.get_logger()
_json = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Ink:
    """What writing down an answer needs: ids, the present instant, chance."""

    ids: IdSource
    at: int
    jitter: Jitter


def alert(what: str, **about: object) -> None:
    """Tell people: counted for the monitoring, logged with our own ids and codes."""
    ALERTS.labels(what).inc()
    _log.error("alert", what=what, **about)


def end(session: Session, ink: Ink, action: Action, comment: Comment, delivery: Delivery) -> list[Entry]:
    """Write down what became of an action in `sending`; returns the journal's entries."""
    match delivery:
        case Done():
            return _done(session, ink, action, comment, delivery)
        case Retry():
            return _retry(session, ink, action, delivery)
        case Manual() if delivery.code != NOT_OFFERED and _may_be_renewed(session, action):
            # No token among those that live can do it; the dead one might, once a person has renewed it.
            return _retry(session, ink, action, Retry(delivery.code, after=HOUR, waiting=WaitingFor.TOKEN))
        case Manual():
            _keep_evidence(session, ink, action, "manual", delivery.code)
            alert("action_manual", action=action.id, code=delivery.code)
            return [move(action, ActionState.MANUAL, ink.at, code=delivery.code)]
        case Failed():
            return [_failed(session, ink, action, delivery.code)]


def _may_be_renewed(session: Session, action: Action) -> bool:
    return has_dead_credential(session, action.connection_id, action.page_id)


def _done(session: Session, ink: Ink, action: Action, comment: Comment, delivery: Done) -> list[Entry]:
    entries = [move(action, ActionState.DONE, ink.at, outcome=delivery.outcome)]
    _keep_evidence(session, ink, action, delivery.outcome.value, "")
    kind = ActionKind(action.kind)
    if kind in REMOVALS:
        return entries + move_comment(comment, CommentState.REMOVED, ink.at)
    if kind is ActionKind.RESTORE_COMMENT and delivery.outcome is not Outcome.GONE:
        return entries + move_comment(comment, CommentState.VISIBLE, ink.at)
    return entries


def _retry(session: Session, ink: Ink, action: Action, delivery: Retry) -> list[Entry]:
    news = delivery.alert and not delivery.pause_connection and not delivery.dead and action.last_error != delivery.code
    if news:
        alert("action_held_up", action=action.id, code=delivery.code)
    if delivery.waiting is not None:
        action.attempts -= 1
        action.due_at = ink.at + (WAIT if delivery.after is None else delivery.after)
        entry = move(action, ActionState.PENDING, ink.at, code=delivery.code)
        action.waiting_for = delivery.waiting.value
        return [entry]
    if is_spent(action.attempts):
        return [_failed(session, ink, action, delivery.code)]
    _keep_evidence(session, ink, action, "retry", delivery.code)
    if delivery.moved_to and (moved := move_page(session, ink.ids, action.page_id, delivery.moved_to, ink.at)):
        # Under its new id at once; the attempt counts, so that a page that moves for ever comes to an end.
        action.due_at, action.waiting_for = ink.at, None
        return [*moved, move(action, ActionState.PENDING, ink.at, code=delivery.code)]
    after = delay(action.attempts, ink.jitter)
    action.due_at = ink.at + (after if delivery.after is None else max(delivery.after, after))
    action.waiting_for = None
    return [move(action, ActionState.PENDING, ink.at, code=delivery.code)]


def _failed(session: Session, ink: Ink, action: Action, code: str) -> Entry:
    _keep_evidence(session, ink, action, "failed", code)
    alert("action_failed", action=action.id, code=code)
    return move(action, ActionState.FAILED, ink.at, code=code)


def _keep_evidence(session: Session, ink: Ink, action: Action, result: str, code: str) -> None:
    """An answer of the network as evidence: result and code only, its words may hold what is nobody's business."""
    body = _json.encode({"action": action.kind, "result": result, "code": code, "attempt": action.attempts})
    session.add(
        Evidence(
            id=ink.ids(),
            comment_id=action.comment_id,
            decision_id=action.decision_id,
            action_id=action.id,
            kind="api_reply",
            body=body,
            received_at=ink.at,
        )
    )


def about_connection(
    session: Session, ink: Ink, connection_id: int, delivery: Delivery, used: Mapping[int, str]
) -> list[Entry]:
    """What the answer says about the connection and its tokens, whoever holds the action by then.

    `used` maps a credential's id to its sealed token at the time of the call: one that was renewed since is not dead.
    """
    for lesson in delivery.lessons:
        learn(session, ink, lesson)
    notice(session, ink.ids, connection_id, delivery, ink.at)
    entries: list[Entry] = []
    if isinstance(delivery, Retry):
        for credential_id in delivery.dead:
            entries += bury(
                session, ink, connection_id, credential_id, sealed=used.get(credential_id, ""), code=delivery.code
            )
        if delivery.pause_connection:
            entries += _pause(session, ink, connection_id, delivery)
    else:
        _end_pause(session, ink, connection_id)
    return entries


def learn(session: Session, ink: Ink, lesson: Lesson) -> None:
    """Believe for a day that a token cannot do this."""
    until = ink.at + LESSON_LIFE
    known = session.get(Capability, (lesson.credential, lesson.method), with_for_update=True)
    if known is not None:
        known.code, known.until_at = lesson.code, until
    elif session.get(Credential, lesson.credential) is not None:
        row = Capability(credential_id=lesson.credential, method=lesson.method, code=lesson.code, until_at=until)
        session.add(row)


def bury(session: Session, ink: Ink, connection_id: int, credential_id: int, *, sealed: str, code: str) -> list[Entry]:
    """A token is dead until a person renews it, unless it was renewed since it was used; people are told once."""
    statement = (
        update(Credential)
        .where(
            col(Credential.id) == credential_id, col(Credential.dead_at).is_(None), col(Credential.token_enc) == sealed
        )
        .values(dead_at=ink.at, dead_code=code)
        .returning(col(Credential.page_id))
    )
    result: Any = session.execute(statement, execution_options={"synchronize_session": False})
    buried = result.first()
    if buried is None:
        return []
    alert("token_dead", connection=connection_id, credential=credential_id, code=code)
    about = {"page_id": int(buried[0]), "connection_id": connection_id}
    incidents.begin(session, ink.ids, ink.at, Matter.TOKEN_DEAD, code=code, **about)
    return [Entry("credential_dead", connection_id, {"credential": credential_id, "reason": code})]


def _pause(session: Session, ink: Ink, connection_id: int, delivery: Retry) -> list[Entry]:
    until = ink.at + (WAIT if delivery.after is None else delivery.after)
    connection = session.get(Connection, connection_id, with_for_update=True, populate_existing=True)
    if connection is None:
        return []
    same_incident = connection.pause_code == delivery.code
    connection.paused_until = max(until, connection.paused_until or 0)
    connection.pause_code = delivery.code
    if same_incident:
        return []
    if delivery.alert:
        alert("connection_paused", connection=connection_id, code=delivery.code)
        incidents.begin(session, ink.ids, ink.at, Matter.HELD_BACK, connection_id=connection_id, code=delivery.code)
    return [Entry("connection_paused", connection_id, {"reason": delivery.code, "until": connection.paused_until})]


def _end_pause(session: Session, ink: Ink, connection_id: int) -> None:
    """A call went through: the incident is over, the next one is worth an alert again."""
    ended: Any = session.execute(
        update(Connection)
        .where(
            col(Connection.id) == connection_id,
            or_(col(Connection.pause_code) != "", col(Connection.paused_until).is_not(None)),
        )
        .values(paused_until=None, pause_code="")
        .returning(col(Connection.id)),
        execution_options={"synchronize_session": False},
    )
    if ended.first() is not None:
        incidents.end(session, ink.ids, ink.at, Matter.HELD_BACK, connection_id=connection_id)
