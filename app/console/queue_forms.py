"""Reads a person's verdict from a form."""

from enum import StrEnum
from typing import Final, TypeVar

from starlette.datastructures import FormData

from app.console.case_page import Typed
from app.console.errors import said_of
from app.console.shell import text, texts
from app.domain.decisions import LawViolation
from app.domain.errors import ConflictError, InvalidInputError
from app.domain.words import Category, LawLevel, Verdict
from app.pipeline.case_view import Choice
from app.pipeline.overrule.wishes import BanWish, PersonVerdict

_LAW: Final = ("law_level", "law_act", "law_article")
_FIELDS: Final = (
    "note",
    *_LAW,
    "ban",
    "ban_term",
    "second_reason",
    "personal_data",
    "to",
)
_FOR_EVER: Final = "ever"
_Word = TypeVar("_Word", bound=StrEnum)


def read_revision(sent: FormData) -> int:
    """The number of the text that the person has read.

    Raises:
        InvalidInputError: the form does not say.
    """
    revision = text(sent, "revision")
    if not revision.isascii() or not revision.isdecimal() or len(revision) > 9:
        raise InvalidInputError("revision", "ожидается номер текста, который вы прочли: обновите страницу")
    return int(revision)


def read_verdict(sent: FormData, choices: tuple[Choice, ...] = (), *, revision: int = 0) -> PersonVerdict:
    """What the person wants; the clause is the one that was chosen, else the act's for the first category.

    Raises:
        InvalidInputError: a field holds what no form of ours sends.
    """
    verdict = _one_of(Verdict, text(sent, "verdict"), "verdict", "ожидается «Оставить» или «Удалить»")
    note, reason = text(sent, "note"), text(sent, "second_reason")
    if verdict is Verdict.KEEP:
        _check_kept(sent)
        return PersonVerdict(verdict, revision, note=note, second_reason=reason)
    wanted = texts(sent, "category")
    categories = tuple(_one_of(Category, one, "categories", "ожидается нарушение из списка") for one in wanted)
    law = _law(sent)
    if not categories and law is None:
        raise InvalidInputError("categories", "отметьте, за что удалить: нарушение из списка или нарушение закона")
    clause = next((choice.clause for choice in choices if choice.category in categories), "")
    if categories:
        clause = text(sent, "clause") or clause
    return PersonVerdict(
        verdict,
        revision,
        categories=categories,
        clause=clause,
        law=law,
        ban=_ban(sent),
        note=note,
        second_reason=reason,
        personal_data=bool(text(sent, "personal_data")),
    )


def _check_kept(sent: FormData) -> None:
    """What only a removal can carry is not dropped without a word; the categories are the machine's own proposal."""
    if text(sent, "ban"):
        raise InvalidInputError("ban", "за комментарий, который остаётся, не блокируют: снимите отметку или удалите")
    if any(text(sent, name) for name in _LAW):
        raise InvalidInputError("law.article", "комментарий с нарушением закона не остаётся: очистите поля или удалите")
    if text(sent, "personal_data"):
        raise InvalidInputError(
            "personal_data", "личные данные закрываются вместе с удалением: снимите отметку или удалите комментарий"
        )


def _law(sent: FormData) -> LawViolation | None:
    level, act, article = (text(sent, name) for name in _LAW)
    if not (level or act or article):
        return None
    if article[:1].isdigit():
        # The field is called «Статья», so people type the number alone; notices and orders cite it with the word.
        article = f"ст. {article}"
    return LawViolation(_one_of(LawLevel, level, "law.level", "ожидается, чей это закон"), act, article)


def _ban(sent: FormData) -> BanWish | None:
    if not text(sent, "ban"):
        return None
    wish = text(sent, "ban_term")
    if wish == _FOR_EVER:
        return BanWish(None)
    if not wish.isdecimal() or len(wish) > 9:
        raise InvalidInputError("ban", "ожидается срок блокировки из списка")
    return BanWish(int(wish))


def _one_of(kind: type[_Word], value: str, where: str, expected: str) -> _Word:
    try:
        return kind(value)
    except ValueError:
        raise InvalidInputError(where, expected) from None


def typed(sent: FormData, error: InvalidInputError | ConflictError) -> Typed:
    """The form as it was sent, and why it was refused."""
    where = error.where if isinstance(error, InvalidInputError) else ""
    return Typed(
        problem=said_of(error),
        where=where,
        sent=True,
        categories=texts(sent, "category"),
        fields={name: text(sent, name) for name in _FIELDS},
    )
