"""Gathers the dossier of a decision: everything that an auditor, a prosecutor or a court may ask about it.

Opening one is an act of its own and is written into the journal before anything is shown.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlmodel import Session

from app.domain.errors import NotFoundError
from app.domain.notices import NoticeKind
from app.domain.principals import Principal
from app.domain.words import Role
from app.journal.chain import Entry, append
from app.journal.proof import Proven, entries_about
from app.pipeline.decision_number import number_of
from app.pipeline.decision_view import DecisionView, decision_view
from app.pipeline.notices import notices_of
from app.pipeline.objections.reading import reads_words
from app.pipeline.process import Services
from app.policy.rules import Act, parse
from app.storage import dossier as queries
from app.storage import objections as objection_queries
from app.storage.accounts import PERSON, is_id
from app.storage.dossier import TextState
from app.storage.tables import Decision, Evidence, Objection, ObjectionBody

#: Who may open a dossier, and who learns the names behind the posts.
MAY_OPEN: Final = frozenset({Role.MODERATOR, Role.AUDITOR, Role.ADMIN})
_SEES_NAMES: Final = frozenset({Role.AUDITOR, Role.ADMIN})


class Form(StrEnum):
    """As what a dossier is opened."""

    JSON = "json"
    PAGE = "page"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Someone:
    """Who acted: `machine`, `network`, `author` or `person` with a post; the name is '' for whoever may not know it."""

    kind: str
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A decision with all that led to it and all that followed; instants in microseconds, texts None where withheld.

    `act` is None where no act stands behind the policy. `basis` holds the thresholds and the author's history that the
    decision was taken with. `made_at` is when it was put together.
    """

    number: str
    made_at: int
    outside: bool
    view: DecisionView
    act: Act | None
    basis: dict[str, Any]
    texts: tuple[TextState, ...]
    notices: dict[NoticeKind, str]
    objections: tuple[tuple[Objection, ObjectionBody | None], ...]
    #: Ids of objections whose words are not for this reader.
    unread: frozenset[int]
    evidence: tuple[Evidence, ...]
    journal: tuple[Proven, ...]
    people: dict[str, Someone]

    def who(self, by: str) -> Someone:
        """Whoever a column like `decided_by` names."""
        return self.people.get(by, _machine_or_network(by))


def dossier(
    services: Services, decision_id: int, who: Principal, *, form: Form = Form.JSON, outside: bool = False
) -> Dossier:
    """Open the dossier; `outside` = for a reader outside the office: posts in place of names, no notes.

    Raises:
        NotFoundError: there is no such decision, or not for this person.
    """
    house = services.house
    at = house.clock.now()
    with house.database.write() as session:
        decision = session.get(Decision, decision_id) if is_id(decision_id) else None
        if decision is None or not who.may_touch(decision.page_id):
            raise NotFoundError(f"решения {decision_id} нет")
        body = {"decision": decision.id, "page": decision.page_id, "form": form.value, "outside": outside}
        entry = Entry("dossier_opened", decision.comment_id, {**body, "by": who.signed})
        append(session, house.journal_key, [entry], at)
    view = decision_view(services, decision_id, who)
    with house.database.read() as session:
        return _gather(session, services, view, who, at=at, outside=outside)


def _gather(
    session: Session, services: Services, view: DecisionView, who: Principal, *, at: int, outside: bool
) -> Dossier:
    house, record = services.house, view.record
    comment = record.comment
    texts = queries.all_texts(session, comment.id)
    source, name, version = queries.policy_source(session, record.decision.policy_version_id)
    evidence = queries.evidence_about(session, comment.id)
    found = tuple(objection_queries.objections_to(session, record.decision.id))
    unread = frozenset(one.id for one, _ in found if view.withheld or not reads_words(one, who))
    objections = tuple((one, None if one.id in unread else body) for one, body in found)
    if view.withheld:
        texts = tuple(replace(one, text=None, segments_json="[]", attachments=()) for one in texts)
        evidence = ()
    return Dossier(
        number=number_of(house, record.decision.id),
        made_at=at,
        outside=outside,
        view=replace(view, notes=()) if outside else view,
        act=parse(source, file=f"{name}, версия {version}").act,
        basis=msgspec.json.decode(record.decision.basis_json, type=dict[str, Any]),
        texts=texts,
        notices=notices_of(
            house,
            record,
            view.page,
            post_at=view.post.published_at if view.post else None,
            reversed_id=view.earlier_removal,
        ),
        objections=objections,
        unread=unread,
        evidence=evidence,
        journal=entries_about(session, house.journal_key, comment.id),
        people=_people(session, view, objections, names=who.role in _SEES_NAMES and not outside),
    )


def _people(
    session: Session,
    view: DecisionView,
    objections: tuple[tuple[Objection, ObjectionBody | None], ...],
    *,
    names: bool,
) -> dict[str, Someone]:
    """Everybody who is named anywhere in the dossier, by the column's own text."""
    signed = {decision.decided_by for decision in view.chain} | {view.record.decision.decided_by}
    for action in view.actions:
        signed |= {action.ordered_by, action.ended_by, *action.confirmed_by.split(", ")}
    signed |= {case.ended_by for case in view.cases}
    signed |= {objection.answered_by for objection, _ in objections}
    persons = sorted(one for one in signed if one.startswith(PERSON))
    posts = queries.posts_of(session, (one.removeprefix(PERSON) for one in persons))
    return {
        one: Someone("person", posts.get(one.removeprefix(PERSON), ""), one.removeprefix(PERSON) if names else "")
        for one in persons
    }


def _machine_or_network(by: str) -> Someone:
    kind = by.partition(":")[0]
    return Someone(kind if kind in {"machine", "network", "author"} else "")
