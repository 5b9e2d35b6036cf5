"""The shapes of what can be done on a page, and of the self-test of its tokens, in JSON."""

from typing import Any

from pydantic import ConfigDict

from app.api.examples import PAGE_ID
from app.api.fields import Id, Instant, Model
from app.api.page_schemas import PAGE_EXAMPLE, PageOut
from app.domain.abilities import Abilities
from app.domain.wording import right_told
from app.domain.words import ActionKind, Kind
from app.pipeline.administration.page_abilities import PageAbilities
from app.pipeline.administration.page_check import PageChecked
from app.pipeline.administration.page_overview import PageShown

_SECOND = 1_000_000
_KINDS = ["discussion", "market", "photo", "post", "video", "wall"]
ABILITIES_EXAMPLE: dict[str, Any] = {
    "can_push": [*_KINDS[:1], "market", "message", *_KINDS[2:]],
    "can_delete": [*_KINDS[:1], "market", "message", *_KINDS[2:]],
    "can_hide": [],
    "can_restore": _KINDS,
    "can_ban": True,
    "can_unban": True,
    "ban_deletes_messages": False,
    "term_only_mutes": False,
    "bans_by_deleting": False,
    "ban_terms": {"dated": True, "least": 0, "most": 31536000},
    "delete_within": None,
    "learned": [
        {"slot": "community", "what": "ban_author", "code": "vk_27", "until": "2026-11-23T17:31:00.123456Z"},
    ],
}
PAGE_SHOWN_EXAMPLE: dict[str, Any] = {**PAGE_EXAMPLE, "abilities": ABILITIES_EXAMPLE}
CHECKED_EXAMPLE: dict[str, Any] = {
    "page_id": PAGE_ID,
    "works": True,
    "tokens": [
        {
            "slot": "user",
            "works": True,
            "refused": False,
            "code": "",
            "rights": [
                {
                    "what": "delete_comment",
                    "can": None,
                    "code": "",
                    "text": "удалить комментарий: покажет первая попытка",
                }
            ],
        }
    ],
    "lacks": [],
}


class TermsOut(Model):
    """For how many seconds the network bans, both ends included; `most` null = no limit."""

    dated: bool
    least: int
    most: int | None


class UnableOut(Model):
    """A token that was seen unable to do something: a kind of action on this page, or a method of the network's."""

    model_config = ConfigDict(from_attributes=True)
    slot: str
    what: str
    code: str
    until: Instant


class AbilitiesOut(Model):
    """What the network offers, by kind of comment; `learned` is what the page's tokens cannot do of it at present."""

    model_config = ConfigDict(json_schema_extra={"examples": [ABILITIES_EXAMPLE]})
    can_push: list[str]
    can_delete: list[str]
    can_hide: list[str]
    can_restore: list[str]
    can_ban: bool
    can_unban: bool
    ban_deletes_messages: bool
    term_only_mutes: bool
    bans_by_deleting: bool
    ban_terms: TermsOut
    delete_within: int | None
    learned: list[UnableOut]


class PageShownOut(PageOut):
    """A page, how it is doing, and what can be done on it."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [PAGE_SHOWN_EXAMPLE]})
    abilities: AbilitiesOut


class RightOut(Model):
    """Whether a token may do something; `can` null = only trying would tell. `text` says it in Russian."""

    what: str
    can: bool | None
    code: str
    text: str


class TokenCheckedOut(Model):
    """Whether the network knows a token, and what it may do on the page."""

    slot: str
    works: bool
    refused: bool
    code: str
    rights: list[RightOut]


class CheckedOut(Model):
    """What came of the self-test; `lacks` says what the rules order that only a person can do there."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHECKED_EXAMPLE]})
    page_id: Id
    works: bool
    tokens: list[TokenCheckedOut]
    lacks: list[str]


def shown_out(page: PageShown, known: PageAbilities) -> PageShownOut:
    """A page with what can be done on it."""
    # Its fields were checked a moment ago.
    return PageShownOut.model_construct(**dict(PageOut.model_validate(page)), abilities=_abilities(known))


def _abilities(known: PageAbilities) -> AbilitiesOut:
    offers: Abilities = known.network
    terms = offers.ban_terms
    within = offers.delete_within
    return AbilitiesOut(
        can_push=_names(offers.can_push),
        can_delete=_names(offers.can_delete),
        can_hide=_names(offers.can_hide),
        can_restore=_names(offers.can_restore | offers.can_hide),
        can_ban=offers.can(ActionKind.BAN_AUTHOR, Kind.WALL),
        can_unban=offers.can_unban,
        ban_deletes_messages=offers.ban_deletes_messages,
        term_only_mutes=offers.term_only_mutes,
        bans_by_deleting=offers.bans_by_deleting,
        ban_terms=TermsOut(dated=terms.dated, least=terms.least, most=terms.most),
        delete_within=None if within is None else within // _SECOND,
        learned=[UnableOut.model_validate(one) for one in known.learned],
    )


def _names(kinds: frozenset[Kind]) -> list[str]:
    return sorted(kind.value for kind in kinds)


def checked_out(page_id: int, checked: PageChecked) -> CheckedOut:
    """What a self-test has shown."""
    tokens = [
        TokenCheckedOut(
            slot=token.slot,
            works=token.works,
            refused=token.refused,
            code=token.code,
            rights=[
                RightOut(what=right.what, can=right.can, code=right.code, text=right_told(right))
                for right in token.rights
            ],
        )
        for token in checked.tokens
    ]
    return CheckedOut(page_id=page_id, works=checked.works, tokens=tokens, lacks=list(checked.lacks))
