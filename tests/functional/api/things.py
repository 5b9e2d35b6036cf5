"""One real thing of each kind on a page, for walking every route: whoever adds a route names its things here."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.domain.principals import Principal
from app.domain.words import Role, Verdict
from app.pipeline.administration import alert_channels
from app.pipeline.administration.accounts import set_post
from app.pipeline.answers import drafts, waiting
from app.pipeline.jobs import orders
from app.pipeline.objections import opening
from app.pipeline.overrule.verdicts import rule
from app.pipeline.overrule.wishes import PersonVerdict
from app.pipeline.persons import holds
from app.pipeline.registry import keeping
from app.pipeline.registry.keeping import EntryChanges
from app.storage.tables import Action, ApiToken, Decision, Objection, RegistryEntry, ReviewCase
from tests.fakes.yard import Yard

#: A rude appeal: the machine asks a person about it, in every live mode.
ASKED: Final = "Когда почините дорогу, дебил?"


#: Each thing has an author of its own: nobody is banned twice at a time.
_authors = itertools.count(20_000)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of somebody's."""

    yard: Yard
    page: int
    external_id: str


def _decision(place: Place) -> int:
    return place.yard.comment("Ты дебил", page=place.external_id, author=str(next(_authors)))


def _proposed_ban(place: Place) -> int:
    return int(place.yard.action_of(_decision(place), "ban_author").id)


def _manual(place: Place) -> int:
    """A removal that waits for somebody's hands."""
    action = int(place.yard.action_of(_decision(place), "delete_comment").id)
    place.yard.change(Action, action, state="manual")
    return action


def _job(place: Place) -> int:
    """Long work about a page that somebody else has asked for."""
    somebody = place.yard.person(f"asker {len(place.yard.rows(ApiToken))}")
    return orders.start(place.yard.house, "preview", {"pages": [place.page]}, who=somebody, page_id=place.page)


def open_case(place: Place) -> int:
    """A question that waits for a person."""
    decision = place.yard.comment(ASKED, page=place.external_id, author=str(next(_authors)))
    return next(int(case.id) for case in place.yard.rows(ReviewCase) if case.decision_id == decision)


def _objection(place: Place) -> int:
    """An objection to a removal that waits for a person."""
    somebody = place.yard.person(f"writer {len(place.yard.rows(ApiToken))}")
    return opening.typed_in(place.yard.house, _decision(place), text="Верните", who=somebody).objection_id


def _decided_objection(place: Place) -> int:
    """An objection whose question a person has answered."""
    objection = _objection(place)
    [case] = [one for one in place.yard.rows(Objection) if one.id == objection]
    place.yard.change(
        ReviewCase, case.case_id, state="closed", ended="removed", ended_by="person:somebody", closed_at=1
    )
    return objection


def _handed_over(place: Place) -> int:
    """A case that can be left to Olga."""
    place.yard.person("olga")
    return open_case(place)


def _own_verdict(place: Place) -> int:
    """A decision of the moderator who walks, not sent yet."""
    yard = place.yard
    who = yard.person(f"moderator {_UNDO}")
    kept = PersonVerdict(Verdict.KEEP, 1)
    abilities = yard.services.abilities
    return rule(yard.house, yard.configuration, open_case(place), kept, who=who, abilities=abilities).decision_id


def _hold(place: Place) -> int:
    """A hold on a comment."""
    decision = _decision(place)
    [comment] = [int(one.comment_id) for one in place.yard.rows(Decision) if one.id == decision]
    hold = holds.set_hold(
        place.yard.house, holds.Subject("comment", id=comment), ground="дело № 5", who=holds.Who("cli")
    )
    return int(hold.id)


def _message(place: Place) -> int:
    """A resident's message."""
    decision = place.yard.comment("Спасибо за горку", page=place.external_id, author=str(next(_authors)))
    return next(int(one.comment_id) for one in place.yard.rows(Decision) if one.id == decision)


def _waiting(place: Place) -> int:
    """A resident's message that waits for an answer."""
    message, yard = _message(place), place.yard
    waiting.wait(yard.house, yard.configuration, message, who=_clerk(yard))
    return message


def _draft(place: Place) -> int:
    """An answer in the making."""
    return drafts.draft(place.yard.house, _waiting(place), "Спасибо и вам", who=_clerk(place.yard))


def _agreed(place: Place) -> int:
    """An answer that may be published."""
    answer, yard = _draft(place), place.yard
    clerk = _clerk(yard)
    set_post(yard.house, clerk.name, "глава", by="cli")
    drafts.agree(yard.house, answer, version=1, who=clerk)
    return answer


def _to_agree(place: Place) -> int:
    """An answer to which everybody who walks may agree: each holds a post."""
    for role in Role:
        place.yard.token(role, f"{role} {_AGREE}")
        set_post(place.yard.house, f"{role} {_AGREE}", "глава", by="cli")
    return _draft(place)


def _clerk(yard: Yard) -> Principal:
    return yard.person(f"clerk {len(yard.rows(ApiToken))}", Role.RESPONDER)


def _channel(place: Place) -> int:
    """Somebody who is told of the page's incidents."""
    new = alert_channels.NewChannel("email", "press@adm.example", pages=[place.page])
    return alert_channels.add_channel(place.yard.house, new, by="cli").id


def _entry(place: Place) -> int:
    """The page's line in the register."""
    return next(int(one.id) for one in place.yard.rows(RegistryEntry) if one.page_id == place.page)


def _body(place: Place) -> int:
    """A body that needs no page."""
    exempt = EntryChanges(organisation="Дом культуры", exempt_act=f"постановление № {next(_authors)}")
    return keeping.add_body(place.yard.house, exempt, by="cli").id


#: Whoever walks must have heard of this person before.
PERSON: Final = {"network": "vk", "id": "15170"}
_AGREE: Final = "POST /v1/answers/{answer_id}/agree"
_UNDO: Final = "POST /v1/decisions/{decision_id}/undo"
_HAND_OVER: Final = "POST /v1/review/{case_id}/hand_over"
#: The parameter of a path → a thing that it may name. A parameter that is in neither table fails the walk.
THINGS: Final[dict[str, Callable[[Place], int]]] = {
    "page_id": lambda place: place.page,
    "decision_id": _decision,
    "action_id": _proposed_ban,
    "job_id": _job,
    "case_id": open_case,
    "objection_id": _objection,
    "comment_id": _waiting,
    "answer_id": _draft,
    "hold_id": _hold,
    "channel_id": _channel,
    "entry_id": _entry,
}
#: Parameters of paths that name nothing of ours, with a value.
PLAIN: Final[dict[str, str]] = {"period": "2026-11"}
#: Routes that need their thing in another state than the others.
PREPARED: Final[dict[str, Callable[[Place], int]]] = {
    _UNDO: _own_verdict,
    "DELETE /v1/registry/{entry_id}": _body,
    "POST /v1/comments/{comment_id}/appeal": _message,
    "POST /v1/comments/{comment_id}/answers": _message,
    "POST /v1/actions/{action_id}/done": _manual,
    _AGREE: _to_agree,
    "POST /v1/answers/{answer_id}/publish": _agreed,
    _HAND_OVER: _handed_over,
    "POST /v1/objections/{objection_id}/answer": _decided_objection,
}
_LETTERS: Final[dict[str, Any]] = {"kind": "email", "address": "press@adm.example"}
_BULK: Final[dict[str, Any]] = {"verdict": "remove", "law": {"level": "federal", "act": "УК РФ", "article": "ст. 119"}}
#: Route and field of its body that takes an id of ours → the thing that it names, and a body about it.
SUBJECTS: Final[dict[tuple[str, str], tuple[str, Callable[[str], Any]]]] = {
    ("POST /v1/moderate", "page_id"): ("page_id", lambda one: {"text": "а", "page_id": one}),
    ("POST /v1/moderate/batch", "items"): ("page_id", lambda one: {"items": [{"text": "а", "page_id": one}]}),
    ("POST /v1/review/bulk", "case_ids"): ("case_id", lambda one: {**_BULK, "case_ids": [one]}),
    ("POST /v1/review/bulk", "campaign_of"): ("case_id", lambda one: {**_BULK, "campaign_of": one}),
    ("POST /v1/alert-channels", "page"): ("page_id", lambda one: {"kind": "vk", "address": "7", "page": one}),
    ("POST /v1/alert-channels", "pages"): ("page_id", lambda one: {**_LETTERS, "pages": [one]}),
    ("POST /v1/registry/review", "ids"): ("entry_id", lambda one: {"ids": [one]}),
    ("POST /v1/previews", "page_id"): ("page_id", lambda one: {"page_id": one}),
    ("POST /v1/holds", "subject_id"): (
        "comment_id",
        lambda one: {"scope": "comment", "subject_id": one, "ground": "дело № 5"},
    ),
}
#: What routes are sent.
BODIES: Final[dict[str, Any]] = {
    "POST /v1/moderate": {"text": "Спасибо"},
    "POST /v1/moderate/batch": {"items": [{"text": "Спасибо"}]},
    "POST /v1/actions/{action_id}/cancel": {"reason": "Ошибка"},
    "POST /v1/actions/{action_id}/confirm": {},
    "POST /v1/previews": {"policy": "novokuznetsk-59", "level": "careful"},
    "POST /v1/objections": {"number": "00000-00000-00000", "text": "Верните"},
    "POST /v1/objections/{objection_id}/answer": {},
    "POST /v1/decisions/{decision_id}/objections": {"text": "Верните"},
    "POST /v1/decisions/{decision_id}/reverse": {"reason": "Это цитата"},
    "POST /v1/review/bulk": {"case_ids": ["1"], "verdict": "keep"},
    _HAND_OVER: {"to": "olga"},
    "POST /v1/review/{case_id}/verdict": {"verdict": "keep", "revision": 1},
    "POST /v1/comments/{comment_id}/answers": {"text": "Спасибо и вам"},
    "PATCH /v1/answers/{answer_id}": {"text": "И вам спасибо", "version": 1},
    _AGREE: {"version": 1},
    "POST /v1/answers/{answer_id}/publish": {"version": 1},
    "POST /v1/persons/export": PERSON,
    "POST /v1/persons/erase": PERSON,
    "POST /v1/alert-channels": _LETTERS,
    "POST /v1/registry": {"organisation": "Дом культуры", "exempt_act": "постановление № 12"},
    "PATCH /v1/registry/{entry_id}": {"organisation": "Администрация"},
    "POST /v1/registry/review": {},
    "POST /v1/holds": {"scope": "author", **PERSON, "ground": "дело № 5"},
    "POST /v1/pages": {"network": "vk", "external_id": "229000009", "title": "Новая"},
    "PATCH /v1/pages/{page_id}": {"title": "Другая"},
}
