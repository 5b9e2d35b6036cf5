"""Carries out the house's orders on OK as far as it lets anybody, and hands the rest to people."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import httpx

from app.calling.http import TIMEOUT, Unreachable
from app.calling.pace import Pace
from app.domain.json_fields import object_of, objects_of, text_of
from app.domain.ports import (
    Credential,
    Delivery,
    Done,
    Failed,
    Lesson,
    Manual,
    Order,
    Retry,
    Right,
    Sight,
    Slot,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind
from app.networks.ok.calls import DELETE, NOT_OFFERED, Plan, is_done, plan, sight
from app.networks.ok.failures import PASSING, WAITING, Move, handling, label
from app.networks.ok.fields import count_of, number_of
from app.networks.ok.transport import Answered, Application, Ask, GraphAsk, Refused, Transport

MEMBERS: Final = "group.getMembers"
CALLS_LEFT: Final = "users.getCallsLeft"
#: A group's managers are asked for in lists of this size, at most so many of them.
_PAGE: Final = 100
_PAGES: Final = 20
_MESSAGES_ONLY: Final = "messages_only"
_RUNNING: Final = frozenset({"ADMIN", "MODERATOR"})


class OkClient:
    """A `NetworkClient` for OK; not for several threads at once, because a connection has one worker."""

    def __init__(
        self,
        app: Application,
        *,
        http: httpx.Client,
        deletes: bool,
        pace: Pace | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """`deletes`: this installation may call the methods that delete; the client closes `http`."""
        self._transport = Transport(app, http, pace or Pace(), timeout)
        self._deletes = deletes

    def carry_out(self, order: Order, credentials: Sequence[Credential]) -> Delivery:
        """Delete where that is allowed; what only people can do is looked at first, for they may have done it."""
        planned = plan(order, deletes=self._deletes)
        if not isinstance(planned, Plan):
            return planned
        if not credentials:
            return Retry("no_token", waiting=WaitingFor.TOKEN)
        method = planned.act.method if planned.act is not None else ""
        able = [one for one in _persons(credentials) if method not in one.blocked_methods]
        if not able:
            return Manual("no_capable_token")
        if planned.act is None:
            return self._left_to_people(order, planned, able)
        return self._act(order, planned.act, planned, able)

    def look(self, order: Order, credentials: Sequence[Credential]) -> Sight:
        """See `NetworkClient`."""
        planned = plan(order, deletes=False)
        return self._look(order, planned, _persons(credentials)) if isinstance(planned, Plan) else Sight.UNKNOWN

    def managers(self, page: str, credentials: Sequence[Credential]) -> frozenset[str] | Untold:
        """Administrators and moderators of the group, as far as one of the tokens may see them."""
        found: frozenset[str] | Untold = Untold(_MESSAGES_ONLY if credentials else "no_capable_token")
        for credential in _persons(credentials):
            if MEMBERS not in credential.blocked_methods:
                found = self._managers(page, credential)
            if not isinstance(found, Untold):
                break
        return found

    def examine(self, page: str, credential: Credential) -> tuple[Right, ...] | Untold:
        """Whether OK would let this token delete; a ban goes with a deletion, and the rest nobody can do by calls."""
        if credential.slot is not Slot.USER:
            return self._hears(credential)
        managers = self.managers(page, [credential])
        if isinstance(managers, Untold) and (managers.transient or self._is_dead(managers)):
            return managers
        return self._may_delete(credential) if self._deletes else _rights(can=False, code=NOT_OFFERED)

    def close(self) -> None:
        """Give connections back."""
        self._transport.close()

    def _hears(self, credential: Credential) -> tuple[Right, ...] | Untold:
        """The group's own token opens its messages: it may do nothing else, and is asked whether it lives."""
        answer = self._transport.call(GraphAsk("GET", "me/subscriptions"), credential)
        if isinstance(answer, Unreachable):
            return Untold(answer.code, transient=True)
        if isinstance(answer, Refused):
            return Untold(label(answer.code), transient=handling(answer.code).move in PASSING)
        return _rights(can=False, code=_MESSAGES_ONLY)

    def _may_delete(self, credential: Credential) -> tuple[Right, ...] | Untold:
        answer = self._transport.call(Ask(CALLS_LEFT, {"methods": DELETE}), credential)
        if isinstance(answer, Unreachable):
            return Untold(answer.code, transient=True)
        if isinstance(answer, Refused):
            move = handling(answer.code).move
            if move in (Move.LESSON, Move.NEVER):
                return _rights(can=False, code=label(answer.code))
            return Untold(label(answer.code), transient=move in PASSING)
        return _available(answer.response)

    # --- acting ------------------------------------------------------------------------------------------------------

    def _act(self, order: Order, act: Ask, planned: Plan, able: Sequence[Credential]) -> Delivery:
        lessons: list[Lesson] = []
        code = ""
        for number, credential in enumerate(able):
            answer = self._transport.call(act, credential)
            if isinstance(answer, Unreachable):
                return Retry(answer.code, after=answer.after, lessons=tuple(lessons))
            if isinstance(answer, Answered):
                return replace(self._ended(order, planned, answer.response, able), lessons=tuple(lessons))
            code = label(answer.code)
            move = handling(answer.code).move
            if move is Move.LESSON:
                lessons.append(Lesson(credential.id, act.method, code))
            elif move is Move.LOOK:
                if self._look(order, planned, able) is Sight.DONE:
                    return Done(Outcome.GONE, lessons=tuple(lessons))
            else:
                refused = _refused(answer.code, credential, others=number + 1 < len(able))
                return replace(refused, lessons=tuple(lessons))
        return Manual(code, lessons=tuple(lessons))

    def _ended(self, order: Order, planned: Plan, response: Any, able: Sequence[Credential]) -> Delivery:
        """What the answer to a deletion means; OK documents none, so what it does not say is looked at."""
        said = is_done(response)
        if said is None and self._look(order, planned, able) is Sight.DONE:
            said = True
        if said and order.with_ban:
            return Done(Outcome.ACTED, ban_unseen=not self._is_banned(order, able))
        return Done(Outcome.ACTED) if said else Manual("result_false" if said is False else "result_unclear")

    def _is_banned(self, order: Order, able: Sequence[Credential]) -> bool:
        """Which list a deletion puts the author on, OK does not say; only the group's own is meant."""
        ban = replace(order, kind=ActionKind.BAN_AUTHOR)
        planned = plan(ban, deletes=False)
        return isinstance(planned, Plan) and self._look(ban, planned, able) is Sight.DONE

    def _left_to_people(self, order: Order, planned: Plan, able: Sequence[Credential]) -> Delivery:
        # Whoever is to be let in again is handed to people in any case: OK names only those who are shut out.
        if order.kind is ActionKind.UNBAN_AUTHOR or self._look(order, planned, able) is not Sight.DONE:
            return Manual(NOT_OFFERED)
        return Done(Outcome.GONE if order.kind is ActionKind.DELETE_COMMENT else Outcome.ALREADY)

    def _look(self, order: Order, planned: Plan, able: Sequence[Credential]) -> Sight:
        if planned.look is None:
            return Sight.UNKNOWN
        seen = Sight.UNKNOWN
        for credential in able:
            if planned.look.method not in credential.blocked_methods:
                seen = sight(order, self._transport.call(planned.look, credential))
            if seen is not Sight.UNKNOWN:
                break
        return seen

    # --- asking ------------------------------------------------------------------------------------------------------

    def _managers(self, page: str, credential: Credential) -> frozenset[str] | Untold:
        found: set[str] = set()
        anchor = ""
        for _ in range(_PAGES):
            params = {"uid": page, "statuses": "ADMIN,MODERATOR", "count": str(_PAGE)}
            answer = self._transport.call(Ask(MEMBERS, params | ({"anchor": anchor} if anchor else {})), credential)
            if isinstance(answer, Unreachable):
                return Untold(answer.code, transient=True)
            if isinstance(answer, Refused):
                return Untold(label(answer.code), transient=handling(answer.code).move in PASSING)
            told = object_of(answer.response)
            members = objects_of(told.get("members"))
            found.update(number_of(one.get("userId")) for one in members if text_of(one, "status") in _RUNNING)
            anchor = text_of(told, "anchor")
            if told.get("has_more") is not True or not members or not anchor:
                found.discard("")
                return frozenset(found) if found else Untold("no_managers")
        # Whoever goes on naming managers for ever is not OK; a part of the list would let the others be banned.
        return Untold("garbage", transient=True)

    @staticmethod
    def _is_dead(untold: Untold) -> bool:
        number = untold.code.removeprefix("ok_")
        return number.isdigit() and handling(int(number)).move in (Move.DEAD, Move.PERSON)


def _persons(credentials: Sequence[Credential]) -> list[Credential]:
    """Tokens of people: a group's own token opens its messages and nothing else."""
    return [one for one in credentials if one.slot is Slot.USER]


def _refused(code: int, credential: Credential, *, others: bool) -> Delivery:
    """What an error that says nothing about the target means; `others` = there are tokens still to try."""
    found = handling(code)
    if found.move is Move.NEVER:
        return Failed(label(code))
    if found.move is Move.DEAD:
        # With another token at hand the action goes on at once, without the dead one.
        waiting, after = (WaitingFor.LIMIT, 0) if others else (WaitingFor.TOKEN, None)
        return Retry(label(code), after=after, waiting=waiting, dead=(credential.id,), alert=True)
    pause = found.move in (Move.REST, Move.PERSON)
    return Retry(
        label(code), after=found.after, waiting=WAITING.get(found.move), pause_connection=pause, alert=found.alert
    )


def _rights(*, can: bool | None, code: str) -> tuple[Right, ...]:
    """Deleting is all that calls can do; a ban goes with it, and everything else people do."""
    others = [what for what in ActionKind if what is not ActionKind.DELETE_COMMENT]
    return (Right(ActionKind.DELETE_COMMENT, can, code), *(Right(what, False, NOT_OFFERED) for what in others))


def _available(response: Any) -> tuple[Right, ...]:
    for one in objects_of(response):
        if text_of(one, "name") == DELETE:
            if one.get("available") is False:
                return _rights(can=False, code="method_unavailable")
            if count_of(one, "callsLeft") == 0:
                return _rights(can=None, code="no_calls_left")
            # Whether it may delete in this very group only a deletion tells.
            return _rights(can=None, code="")
    return _rights(can=None, code="untold")
