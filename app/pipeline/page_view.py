"""Gathers what the keeper of a page works with: how it does, and what waits there for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from app.domain.errors import NotFoundError
from app.domain.principals import Principal
from app.domain.states import ActionState
from app.pipeline.administration.page_overview import PageShown, list_pages, missing, show_page
from app.pipeline.administration.policies import policy_in_force
from app.pipeline.house import House
from app.pipeline.manual_task import ManualTask, task_of
from app.pipeline.page_alerts import PageAlert, alerts
from app.pipeline.watching.shown import IncidentFilter, IncidentShown, incidents_in, open_by_page
from app.policy.rules import Policy, parse
from app.storage.actions import ActionFilter, list_actions
from app.storage.cases import asked_about
from app.storage.decisions import DecisionRecord, read_decisions
from app.storage.tables import Action, Control

#: Actions of each sort that are named at once; the page's numbers count them all.
_NAMED: Final = 50
#: Incidents that a page's screen tells of.
_INCIDENTS: Final = 10
#: What waits for a person, in the order of `PageView`.
WAITING: Final = (ActionState.PROPOSED, ActionState.MANUAL, ActionState.FAILED)


@dataclass(frozen=True, slots=True)
class Overview:
    """A page with its policy and what is amiss."""

    page: PageShown
    policy: Policy
    version: int
    alerts: tuple[PageAlert, ...]


@dataclass(frozen=True, slots=True)
class WaitingAction:
    """An action that waits for a person, with the decision that it follows from."""

    action: Action
    record: DecisionRecord
    #: The open question about the same comment: its answer settles a ban too.
    case_id: int | None
    #: What a person has to do in the network, where it waits for their hands.
    task: ManualTask | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """At most `_NAMED` actions, newest first, and the id before which the next ones begin (None at the end)."""

    actions: tuple[WaitingAction, ...]
    following: int | None


@dataclass(frozen=True, slots=True)
class PageView:
    """One page and a stretch of what waits there, by sort."""

    overview: Overview
    #: The page's newest incidents.
    incidents: tuple[IncidentShown, ...]
    proposed: Stretch
    manual: Stretch
    failed: Stretch


@dataclass(frozen=True, slots=True)
class WholeHouse:
    """Every page that the reader may touch; `paused_at` (microseconds) if all sending is stopped, and by whom."""

    pages: tuple[Overview, ...]
    paused_at: int | None
    paused_by: str


def whole_house(house: House, who: Principal) -> WholeHouse:
    """All pages, those that something is amiss with first."""
    shown = list_pages(house, who.pages)
    with house.database.read() as session:
        control = session.get(Control, 1)
        pages = _with_policies(session, shown, house.clock.now())
    pages.sort(key=lambda one: not one.alerts)
    return WholeHouse(tuple(pages), control.paused_at if control else None, control.paused_by if control else "")


def page_view(
    house: House, page_id: int, who: Principal, *, before: Mapping[ActionState, int] | None = None
) -> PageView:
    """One page and what waits there: the newest of each sort, or those with ids under `before`.

    Raises:
        NotFoundError: there is no such page, or not for this person.
    """
    if not who.may_touch(page_id):
        raise missing(page_id)
    shown = show_page(house, page_id)
    with house.database.read() as session:
        [overview] = _with_policies(session, [shown], house.clock.now())
        waiting = [_waiting(session, house, page_id, state, (before or {}).get(state)) for state in WAITING]
        incidents, _ = incidents_in(session, IncidentFilter(pages=(page_id,)), limit=_INCIDENTS)
    return PageView(overview, tuple(incidents), *waiting)


def page_of_action(house: House, action_id: int, who: Principal) -> int:
    """The page that an action is on.

    Raises:
        NotFoundError: there is no such action, or not for this person.
    """
    with house.database.read() as session:
        action = session.get(Action, action_id)
    if action is None or not who.may_touch(action.page_id):
        raise NotFoundError(f"действия {action_id} нет")
    return action.page_id


def _with_policies(session: Session, pages: Sequence[PageShown], now: int) -> list[Overview]:
    versions = {name: policy_in_force(session, name) for name in {page.policy for page in pages}}
    policies = {name: parse(row.source, file=name) for name, row in versions.items()}
    going_on = open_by_page(session, [page.id for page in pages])
    return [
        Overview(
            page,
            policies[page.policy],
            versions[page.policy].version,
            alerts(page, policies[page.policy], now, going_on.get(page.id, ())),
        )
        for page in pages
    ]


def _waiting(session: Session, house: House, page_id: int, state: ActionState, before: int | None) -> Stretch:
    wanted = ActionFilter(pages=(page_id,), state=state)
    actions, following = list_actions(session, wanted, before=before, limit=_NAMED)
    records = {record.decision.id: record for record in read_decisions(session, [one.decision_id for one in actions])}
    cases = asked_about(session, [one.comment_id for one in actions])
    known = (
        WaitingAction(
            one,
            records[one.decision_id],
            cases.get(one.comment_id),
            task_of(session, house, one) if state is ActionState.MANUAL else None,
        )
        for one in actions
        if one.decision_id in records
    )
    return Stretch(tuple(known), following)
