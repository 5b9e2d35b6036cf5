"""One verdict about many cases: first a list of what would happen, then exactly that; ten minutes to take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.domain.clock import HOUR
from app.domain.errors import ConfigurationError, ConflictError, DvornikError, InvalidInputError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.states import CaseState, CommentState
from app.domain.words import ActionKind, Verdict
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.grounds import check_keep, check_not_private, check_remove
from app.pipeline.overrule.verdicts import rule
from app.pipeline.overrule.wishes import BULK_UNDO_WINDOW, PersonVerdict, Ruled
from app.storage.accounts import is_id
from app.storage.tables import Comment, ReviewCase, Revision

LARGEST: Final = 200
#: Whoever looked at the list longer ago looks again.
PLAN_LIFE: Final = HOUR
_encode: Final = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class BulkItem:
    """What would happen to one case: the orders, or `why_not` in words. `revision` is the text that is meant."""

    case_id: int
    comment_id: int | None
    revision: int | None
    actions: tuple[ActionKind, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The list, and the token that carries out exactly this list with exactly this verdict."""

    items: tuple[BulkItem, ...]
    token: str


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What became of one case: `ruled`, or `why_not` in words."""

    case_id: int
    ruled: Ruled | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of all, in the order of the plan."""

    items: tuple[BulkDone, ...]


class _Promise(msgspec.Struct):
    """What a plan's token holds: for whom, which verdict, and the text of each case that was listed."""

    account: int
    verdict: str
    at: int
    cases: dict[int, int]


def plan(
    house: House, configuration: Configuration, case_ids: Sequence[int], verdict: PersonVerdict, *, who: Principal
) -> BulkPlan:
    """Say what the verdict would do to each case; nothing is changed. `verdict.revision` does not count here.

    Raises:
        InvalidInputError: there are no cases or too many, or the verdict cannot be given to many at once.
    """
    wanted = tuple(dict.fromkeys(case_ids))
    if not 1 <= len(wanted) <= LARGEST:
        raise InvalidInputError("case_ids", f"ожидается от 1 до {LARGEST} вопросов")
    _check_verdict(verdict)
    at = house.clock.now()
    with house.database.read() as session:
        pages = configuration.current(session).by_id
        rows = _read(session, wanted)
    items = tuple(_item(case_id, rows.get(case_id), verdict, pages, who=who, at=at) for case_id in wanted)
    cases = {one.case_id: one.revision for one in items if one.revision is not None and not one.why_not}
    promise = _Promise(who.account_id, _digest(verdict), at, cases)
    return BulkPlan(items, house.vault.seal(msgspec.json.encode(promise).decode()))


def carry(
    house: House,
    configuration: Configuration,
    token: str,
    verdict: PersonVerdict,
    *,
    who: Principal,
    abilities: Mapping[str, Abilities],
) -> BulkResult:
    """Carry a plan out, each case in a transaction of its own; what has changed since is left as it is, and told.

    Raises:
        InvalidInputError: the token is none, is another person's, is older than an hour, or the verdict is another one.
    """
    _check_verdict(verdict)
    promise = _promise(house, token)
    old = house.clock.now() - promise.at > PLAN_LIFE
    if promise.account != who.account_id or promise.verdict != _digest(verdict) or old:
        raise InvalidInputError(
            "token", "ожидается ответ на предварительный просмотр этого же решения за последний час"
        )
    done = []
    for case_id, revision in promise.cases.items():
        meant = replace(verdict, revision=revision)
        try:
            ruled = rule(house, configuration, case_id, meant, who=who, abilities=abilities, window=BULK_UNDO_WINDOW)
            done.append(BulkDone(case_id, ruled))
        except DvornikError as error:
            done.append(BulkDone(case_id, why_not=_words(error)))
    return BulkResult(tuple(done))


def _words(error: DvornikError) -> str:
    """Why not, without the name of a field that nobody has filled in by case."""
    return error.expected if isinstance(error, InvalidInputError) else str(error)


def _promise(house: House, token: str) -> _Promise:
    try:
        return msgspec.json.decode(house.vault.open(token), type=_Promise)
    except (ConfigurationError, msgspec.DecodeError):
        raise InvalidInputError("token", "ожидается ключ, который дал предварительный просмотр") from None


def _digest(verdict: PersonVerdict) -> str:
    """The same for the same verdict; the text that it is about is pinned by case."""
    return sha256(_encode(replace(verdict, revision=0))).hexdigest()


def _check_verdict(verdict: PersonVerdict) -> None:
    if verdict.verdict is Verdict.REVIEW:
        raise InvalidInputError("verdict", "ожидается keep или remove")
    if verdict.ban is not None and verdict.ban.seconds is None:
        raise InvalidInputError("ban.seconds", "навсегда блокируют по одному, а не списком: ожидается срок")


_Row = tuple[ReviewCase, Comment, int]


def _read(session: Session, wanted: Sequence[int]) -> dict[int, _Row]:
    query = (
        select(ReviewCase, Comment, col(Revision.number))
        .join(Comment, col(Comment.id) == col(ReviewCase.comment_id))
        .join(Revision, col(Revision.id) == col(Comment.revision_id))
        .where(col(ReviewCase.id).in_([one for one in wanted if is_id(one)]))
    )
    return {case.id: (case, comment, number) for case, comment, number in session.exec(query)}


def _item(
    case_id: int,
    found: _Row | None,
    verdict: PersonVerdict,
    pages: Mapping[int, PageConfig],
    *,
    who: Principal,
    at: int,
) -> BulkItem:
    if found is None or not who.may_touch(found[0].page_id):
        return BulkItem(case_id, None, None, why_not=f"вопроса {case_id} нет")
    case, comment, revision = found
    item = BulkItem(case_id, comment.id, revision)
    try:
        _check_case(case, comment, who, at)
        return replace(item, actions=_orders(verdict, comment, pages.get(case.page_id)))
    except DvornikError as error:
        return replace(item, why_not=_words(error))


def _check_case(case: ReviewCase, comment: Comment, who: Principal, at: int) -> None:
    if case.state == CaseState.CLOSED:
        raise ConflictError(told.closed(case))
    if is_held_by_other(case, who, at):
        raise ConflictError(told.claimed(case))
    if case.revision_id != comment.revision_id:
        raise ConflictError("автор изменил комментарий")


def _orders(verdict: PersonVerdict, comment: Comment, page: PageConfig | None) -> tuple[ActionKind, ...]:
    if page is None:
        raise ConflictError("страница снята с модерации: решать по ней больше нечего")
    removed = comment.state == CommentState.REMOVED
    if verdict.verdict is Verdict.KEEP:
        check_keep(verdict)
        return (ActionKind.RESTORE_COMMENT,) if removed else ()
    check_not_private(private=comment.private)
    grounds = check_remove(verdict, page.policy.policy)
    bans = (ActionKind.BAN_AUTHOR,) if verdict.ban else ()
    return bans if removed else (grounds.how, *bans)
