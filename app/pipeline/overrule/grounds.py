"""Checks a person's verdict against the page's act: what allows the removal, and whether the author may be banned."""

from dataclasses import dataclass
from typing import Final

from app.domain.decisions import LawViolation
from app.domain.errors import InvalidInputError
from app.domain.wording import CATEGORIES
from app.domain.words import OWN, ActionKind, Category, Verdict
from app.pipeline.configuration import PageConfig
from app.pipeline.overrule.wishes import BanWish, PersonVerdict
from app.pipeline.record.ledger import CommentRow
from app.policy.clauses import clauses_of, find_clause
from app.policy.rules import BanRules, Policy
from app.policy.terms import LONGEST_BAN

SHORTEST_BAN: Final = 3_600
_LONGEST_NAME: Final = 300


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a removal rests on: clauses as they are cited, and how the text goes."""

    clauses: tuple[str, ...]
    how: ActionKind


def check_keep(verdict: PersonVerdict) -> None:
    """A text that stays breaks nothing, and nobody is banned for it.

    Raises:
        InvalidInputError: the verdict names what belongs to a removal.
    """
    for where, given in (
        ("categories", verdict.categories),
        ("clause", verdict.clause),
        ("law", verdict.law),
        ("ban", verdict.ban),
        ("personal_data", verdict.personal_data),
    ):
        if given:
            raise InvalidInputError(where, "это нужно только для удаления, а вы оставляете комментарий")


def check_not_private(*, private: bool) -> None:
    """A private message is never removed, and nobody is banned for one.

    Raises:
        InvalidInputError: it is one.
    """
    if private:
        raise InvalidInputError("verdict", "личные сообщения не удаляют и за них не блокируют: ожидается keep")


def check_remove(verdict: PersonVerdict, policy: Policy) -> Grounds:
    """What allows the removal.

    Raises:
        InvalidInputError: neither a category with its clause nor a law is named, or the act does not know them.
    """
    if verdict.verdict is not Verdict.REMOVE:
        raise InvalidInputError("verdict", "ожидается keep или remove")
    law = _law(verdict.law)
    named = [category for category in verdict.categories if policy.categories.get(category)]
    unnamed = [category for category in verdict.categories if category not in named]
    if not law and (unnamed or not named):
        raise InvalidInputError("categories", _expected(policy, unnamed))
    found = find_clause(policy, verdict.clause) if verdict.clause else None
    fits = found is not None and (not named or any(category in found.categories for category in named))
    if not fits and (verdict.clause or not law):
        raise InvalidInputError("clause", _clauses_expected(policy, named))
    rights = [right for category in named if (right := policy.categories[category])]
    cited = [str(found.clause)] if found else []
    cited += [str(right.clause) for right in rights]
    cited += [str(law)] if law else []
    how = rights[0].how if rights else ActionKind.DELETE_COMMENT
    return Grounds(tuple(dict.fromkeys(cited)), how)


def _law(law: LawViolation | None) -> LawViolation | None:
    if law is None:
        return None
    parts = {"law.act": law.act, "law.article": law.article}
    for where, text in parts.items():
        if not text.strip() or len(text) > _LONGEST_NAME or "\0" in text:
            raise InvalidInputError(where, f"ожидается название, от 1 до {_LONGEST_NAME} знаков")
    return LawViolation(law.level, law.act.strip(), law.article.strip())


def _expected(policy: Policy, unnamed: list[Category]) -> str:
    known = [CATEGORIES[category] for category, right in policy.categories.items() if right]
    listed = ", ".join(known) or "ни одной"
    if not unnamed:
        return f"ожидается категория, которую называет акт ({listed}), или нарушение закона"
    wrong = ", ".join(CATEGORIES[category] for category in unnamed)
    return f"акт называет: {listed}; чтобы удалить за другое ({wrong}), укажите нарушенный закон"


def _clauses_expected(policy: Policy, named: list[Category]) -> str:
    fitting = [one for one in clauses_of(policy) if not named or set(named) & set(one.categories)]
    return "ожидается пункт акта: " + "; ".join(str(one.clause) for one in fitting)


def check_ban(wish: BanWish, page: PageConfig, comment: CommentRow) -> BanRules:
    """The rules that the ban rests on.

    Raises:
        InvalidInputError: the act allows none, the term is out of its range, or the author may not be banned.
    """
    rules = page.policy.policy.bans
    if rules is None:
        raise InvalidInputError("ban", "правила этой страницы не дают права блокировать")
    if wish.seconds is not None and not SHORTEST_BAN <= wish.seconds <= LONGEST_BAN:
        raise InvalidInputError(
            "ban.seconds", f"ожидается от {SHORTEST_BAN} до {LONGEST_BAN} секунд или null: навсегда"
        )
    if comment.author_id is None or not comment.author:
        raise InvalidInputError("ban", "автор неизвестен или стёрт: блокировать некого")
    names = {comment.author, comment.author.removeprefix("-")}
    if comment.written_by in OWN or names & (page.managers | page.trusted | {page.external_id}):
        raise InvalidInputError("ban", "это сама страница, её руководитель или тот, кому она доверяет")
    return rules
