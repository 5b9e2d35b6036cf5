"""Routes that show what is asked of the networks, and let a person confirm or cancel it."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from app.api import examples, schemas
from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.decisions import chosen_pages
from app.api.deps import Caller, Use
from app.api.fields import Cursor, IdIn, Limit, Moment, micros, read_cursor, write_cursor
from app.api.shapes import action_out
from app.domain.errors import NotFoundError
from app.domain.states import ActionState
from app.domain.words import ActionKind
from app.pipeline.manual_task import task_of
from app.pipeline.overrule import actions as orders
from app.pipeline.process import Services
from app.storage.actions import ActionFilter, list_actions, read_action
from app.storage.tables import Action

router = APIRouter(route_class=StrictRoute, tags=["actions"])

_SINCE = Query(description="Ordered then or later; RFC 3339.", examples=["2026-11-22T00:00:00Z"])
_UNTIL = Query(description="Ordered earlier; RFC 3339.", examples=["2026-11-23T00:00:00Z"])


@router.get(
    "/v1/actions",
    summary="List actions, newest first",
    responses={
        **errors(404),
        **example({"items": [examples.ACTION_EXAMPLE], "next_cursor": None}, "One page of the list."),
    },
)
def actions(  # noqa: PLR0917 - FastAPI passes everything by name
    who: Caller,
    use: Use,
    page_id: IdIn | None = None,
    state: ActionState | None = None,
    kind: ActionKind | None = None,
    since: Annotated[Moment | None, _SINCE] = None,
    until: Annotated[Moment | None, _UNTIL] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.ActionList:
    """Actions of the token's pages; as with decisions, go on until `next_cursor` is null."""
    wanted = ActionFilter(chosen_pages(who, page_id), state, kind, micros(since), micros(until))
    with use.house.database.read() as session:
        rows, before = list_actions(session, wanted, before=read_cursor(cursor), limit=limit)
        items = [_shown(session, use, row) for row in rows]
    return schemas.ActionList(items=items, next_cursor=write_cursor(before))


@router.get(
    "/v1/actions/{action_id}",
    summary="Show one action",
    responses={**errors(404), **example(examples.ACTION_EXAMPLE, "The action.")},
)
def action(action_id: IdIn, who: Caller, use: Use) -> schemas.ActionOut:
    """An action: how far it has got and who stands behind it."""
    with use.house.database.read() as session:
        row = read_action(session, action_id)
        if row is None or not who.may_touch(row.page_id):
            raise NotFoundError(f"действия {action_id} нет")
        return _shown(session, use, row)


def _shown(session: Session, use: Services, row: Action) -> schemas.ActionOut:
    """With the task, where it waits for somebody's hands."""
    return action_out(row, task_of(session, use.house, row) if row.state == ActionState.MANUAL else None)


@router.post(
    "/v1/actions/{action_id}/cancel",
    summary="Call an action back",
    responses={
        **errors(404, 409, body=True),
        **example({**examples.ACTION_EXAMPLE, "state": "cancelled", "ended_by": "person:anna"}, "It is cancelled."),
    },
)
def cancel(action_id: IdIn, body: schemas.CancelIn, who: Caller, use: Use) -> schemas.ActionOut:
    """Cancel an action that is proposed, pending or to be done by hand; what is being sent cannot be called back.

    A removal that a person has ordered or confirmed leaves its comment standing, and the question about it open again.
    """
    return action_out(orders.cancel(use.house, action_id, who=who, reason=body.reason))


@router.post(
    "/v1/actions/{action_id}/confirm",
    summary="Confirm a proposed action",
    responses={
        **errors(404, 409, body=True),
        **example(
            {
                "action": {**examples.ACTION_EXAMPLE, "state": "pending", "confirmed_by": "person:anna"},
                "second_needed": False,
            },
            "It goes out, or waits for a second person.",
        ),
    },
)
def confirm(action_id: IdIn, who: Caller, use: Use, body: schemas.ConfirmIn | None = None) -> schemas.Confirmed:
    """Let a proposed action go out on your word; for 15 seconds it can still be cancelled.

    A ban for ever needs the word of two different people, or a written reason where the policy has
    `second_person = "if_present"` and there is nobody else.
    """
    given = body or schemas.ConfirmIn()
    done = orders.confirm(
        use.house,
        action_id,
        who=who,
        ban_days=given.ban_days,
        second_reason=given.second_reason,
        configuration=use.configuration,
    )
    return schemas.Confirmed(action=action_out(done.action), second_needed=done.second_needed)


@router.post(
    "/v1/actions/{action_id}/done",
    summary="Say that an action was done by hand",
    responses={
        **errors(404, 409),
        **example(
            {**examples.ACTION_EXAMPLE, "state": "done", "outcome": "acted", "ended_by": "person:anna"},
            "It is done.",
        ),
    },
)
def done(action_id: IdIn, who: Caller, use: Use) -> schemas.ActionOut:
    """Note that you have done in the network what the program cannot do there; only what is `manual` waits for it."""
    return action_out(orders.done_by_hand(use.house, action_id, who=who))
