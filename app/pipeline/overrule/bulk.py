"""One verdict about many: first a list of what would happen, then exactly that; ten minutes to take it back.

Many are cases that somebody has marked, or all comments that say what one case asks about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlmodel import Session, col, select

from app.domain.errors import ConflictError, DvornikError, InvalidInputError
from app.domain.ports import Abilities
from app.domain.principals import Principal
from app.domain.states import CaseState, CommentState
from app.domain.words import ActionKind, Verdict
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.overrule import told
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.copies import (
    Question,
    Together,
    check_for_copies,
    done_before,
    remove_copy,
    together,
    why_not,
)
from app.pipeline.overrule.grounds import check_keep, check_not_private, check_remove
from app.pipeline.overrule.promises import promise, seal, unseal
from app.pipeline.overrule.verdicts import rule
from app.pipeline.overrule.wishes import BULK_UNDO_WINDOW, PersonVerdict, Ruled
from app.storage.accounts import is_id
from app.storage.campaigns import Copy, copies_of, count_copies
from app.storage.tables import Campaign, Comment, ReviewCase, Revision

LARGEST: Final = 200
#: Copies that one list looks at; what cannot go is told and not looked at twice.
_READ: Final = 2_000


@dataclass(frozen=True, slots=True)
class BulkItem:
    """What would happen to one case, or to a copy that has none: the orders, or `why_not` in words.

    `revision` is the text that is meant.
    """

    case_id: int | None
    comment_id: int | None
    revision: int | None
    actions: tuple[ActionKind, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """The list, and the token that carries out exactly this list with exactly this verdict."""

    items: tuple[BulkItem, ...]
    token: str
    #: Copies that are not in the list: it takes another one.
    left: int = 0


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What became of one case, or of a copy that has none: `ruled`, or `why_not` in words."""

    case_id: int | None
    ruled: Ruled | None = None
    why_not: str = ""
    #: Of a copy.
    comment_id: int | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of all, in the order of the plan."""

    items: tuple[BulkDone, ...]
    #: Copies that still stand, and the open case that asks about them.
    left: int = 0
    question: int | None = None


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
    cases = {one.case_id: one.revision for one in items if one.case_id and one.revision and not one.why_not}
    return BulkPlan(items, seal(house, promise(verdict, cases, who=who, at=at)))


def plan_copies(
    house: House, configuration: Configuration, case_id: int, verdict: PersonVerdict, *, who: Principal
) -> BulkPlan:
    """Say what a removal would do to all comments that say what the case asks about; nothing is changed.

    The case itself goes last, with the last copies, so that somebody is asked about whatever stays.

    Raises:
        NotFoundError: there is no such case, or not for this person.
        InvalidInputError: it has no copies, or the verdict cannot be given to many at once.
        ConflictError: it is closed, held by another person, or each copy needs a look of its own.
    """
    check_for_copies(verdict)
    at = house.clock.now()
    with house.database.read() as session:
        found = together(session, configuration, case_id, who=who, at=at)
        how = check_remove(verdict, found.page.policy.policy).how
        every = count_copies(session, found.campaign_id)
        read = [one for one in copies_of(session, found.campaign_id, limit=_READ) if one.comment.id != _head(found)]
    told_of = [(one, why_not(one, found.page, who=who, at=at)) for one in read]
    going = [one for one, refusal in told_of if not refusal]
    ends = len(going) < LARGEST and len(read) < _READ
    # The question that stands for all goes behind the others, or it would be handed on from copy to copy.
    going = sorted(going[: LARGEST - ends], key=lambda one: one.case is not None and one.case.id == found.for_all)
    staying = [(one, refusal) for one, refusal in told_of if refusal][:LARGEST]
    head = [(found.head, "")] if ends else []
    items = tuple(_copy_item(one, how, refusal) for one, refusal in (*head, *((one, "") for one in going), *staying))
    made = promise(verdict, {case_id: found.head.revision} if ends else {}, who=who, at=at)
    made.question, made.campaign = case_id, found.campaign_id
    made.copies = {one.comment.id: one.revision for one in going}
    return BulkPlan(items, seal(house, made), left=max(every - len(items), 0))


def carry(
    house: House,
    configuration: Configuration,
    token: str,
    verdict: PersonVerdict,
    *,
    who: Principal,
    abilities: Mapping[str, Abilities],
) -> BulkResult:
    """Carry a plan out, each comment in a transaction of its own; what has changed since is left as it is, and told.

    Raises:
        InvalidInputError: the token is none, is another person's, is older than an hour, or the verdict is another one.
    """
    _check_verdict(verdict)
    made = unseal(house, token, verdict, who=who)

    def copy(comment_id: int, meant: PersonVerdict) -> Ruled:
        question = Question(made.question, made.campaign)
        return remove_copy(house, configuration, question, comment_id, meant, who=who, abilities=abilities)

    def case(case_id: int, meant: PersonVerdict) -> Ruled:
        # Only copies may be sent twice: nobody sees from outside whether they went.
        before = done_before(house, configuration, case_id, who=who) if made.campaign else None
        return before or rule(
            house, configuration, case_id, meant, who=who, abilities=abilities, window=BULK_UNDO_WINDOW
        )

    done: list[BulkDone] = []
    for comment_id, revision in made.copies.items():
        ruled, refusal = _try(copy, comment_id, replace(verdict, revision=revision))
        done.append(BulkDone(ruled.case_id if ruled else None, ruled, refusal, comment_id))
    # Last done, first told: whoever takes all back begins with the question, so that it stands for all again.
    asked = [
        BulkDone(case_id, *_try(case, case_id, replace(verdict, revision=revision)))
        for case_id, revision in made.cases.items()
    ]
    return BulkResult((*asked, *done), *_rest(house, made.campaign))


def _try(act: Callable[[int, PersonVerdict], Ruled], number: int, verdict: PersonVerdict) -> tuple[Ruled | None, str]:
    """What an act did, or why not."""
    try:
        return act(number, verdict), ""
    except DvornikError as error:
        return None, _words(error)


def _rest(house: House, campaign_id: int) -> tuple[int, int | None]:
    """Copies that still stand, and a case that asks about them."""
    if not campaign_id:
        return 0, None
    with house.database.read() as session:
        cases = [one.case.id for one in copies_of(session, campaign_id, limit=_READ) if one.case is not None]
        campaign = session.get(Campaign, campaign_id)
        for_all = campaign.case_id if campaign and campaign.case_id in cases else None
        return count_copies(session, campaign_id), for_all or next(iter(cases), None)


def _words(error: DvornikError) -> str:
    """Why not, without the name of a field that nobody has filled in by case."""
    return error.expected if isinstance(error, InvalidInputError) else str(error)


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


def _head(found: Together) -> int:
    return found.head.comment.id


def _copy_item(copy: Copy, how: ActionKind, refusal: str) -> BulkItem:
    actions = () if refusal or copy.comment.state == CommentState.REMOVED else (how,)
    return BulkItem(copy.case.id if copy.case else None, copy.comment.id, copy.revision, actions, refusal)


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
