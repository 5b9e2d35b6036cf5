"""The queue as a list, and one answer to many questions: a list of what would happen first, then exactly that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.console.queue import Going
from app.console.queue_forms import read_verdict, typed
from app.console.queue_way import Walker
from app.console.shell import Form, number, place, render, text, texts
from app.console.wording import shortened
from app.domain.errors import DvornikError, InvalidInputError
from app.domain.questions import is_final
from app.domain.states import CommentState
from app.domain.words import ActionKind, Category, Kind, Reason, Verdict
from app.pipeline.case_view import judged_words, why_open
from app.pipeline.overrule import bulk, verdicts
from app.pipeline.overrule.claims import is_held_by_other
from app.pipeline.overrule.wishes import PersonVerdict
from app.policy.clauses import NamedClause, clauses_of
from app.storage.cases import CaseRecord, list_cases, read_cases
from app.storage.pages import live_pages

router = APIRouter()
_LENGTH: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One question in a list; `words` are shortened, None = erased or not for this reader."""

    id: int
    words: str | None
    private: bool
    why: str
    author: str | None
    page: str
    zone: str
    opened_at: int
    held_by: str
    is_removed: bool
    #: The network deletes it and cannot give it back.
    final: bool


@router.get("/queue/list")
def questions(request: Request, going: Going) -> Response:
    """A part of the queue."""
    return _list(request, going)


def _list(request: Request, going: Walker, sent: FormData | None = None, problem: str = "") -> Response:
    """The list; after a form that was refused, with its ticks and its words."""
    here = request.query_params.get("after", "")
    after, sent = place(here), sent or FormData()
    with going.use.house.database.read() as session:
        pages = {page.id: page for page in live_pages(session, going.who.pages)}
        wanted = going.way.wanted(going.who, going.now)
        cases, following = list_cases(session, wanted, after=after, limit=_LENGTH)
    titles = {number: (page.title, page.timezone) for number, page in pages.items()}
    clauses = _clauses(going, {one.case.page_id for one in cases})
    return render(
        request,
        "queue_list.html",
        status=400 if problem else 200,
        problem=problem,
        ticked=set(texts(sent, "case")),
        wanted=set(texts(sent, "category")) or {going.way.category},
        clause=text(sent, "clause"),
        note=text(sent, "note"),
        here=here if after else "",
        rows=[_row(going, one, titles) for one in cases],
        clauses=[str(named.clause) for named in clauses],
        grounds=[one for one in Category if any(one in named.categories for named in clauses)],
        pages=list(pages.values()),
        categories=list(Category),
        reasons=list(Reason),
        way=going.way,
        now=going.now,
        more=going.link("/queue/list", after="-".join(map(str, following))) if following else "",
        link=going.link,
    )


@router.post("/queue/plan")
def plan(request: Request, going: Going, sent: Form) -> Response:
    """What the answer would do to each of the chosen questions; nothing is changed."""
    use, ids = going.use, [number(one, "такого вопроса") for one in texts(sent, "case")]
    try:
        verdict = _for_many(sent)
        planned = bulk.plan(use.house, use.configuration, ids, verdict, who=going.who)
    except InvalidInputError as error:
        return _list(request, going, sent, typed(sent, error).problem)
    possible = sum(1 for item in planned.items if not item.why_not)
    return render(
        request,
        "queue_plan.html",
        items=planned.items,
        rows=_rows(going, [item.case_id for item in planned.items if item.case_id]),
        possible=possible,
        token=planned.token,
        verdict=verdict,
        carried=_fields(sent),
        link=going.link,
    )


@router.post("/queue/carry")
def carry(request: Request, going: Going, sent: Form) -> Response:
    """Do what the list said."""
    use = going.use
    result = bulk.carry(
        use.house,
        use.configuration,
        text(sent, "token"),
        read_verdict(sent),
        who=going.who,
        abilities=use.abilities,
    )
    failed = [item for item in result.items if item.why_not]
    return render(
        request,
        "queue_carried.html",
        decisions=[item.ruled.decision_id for item in result.items if item.ruled],
        failed=failed,
        rows=_rows(going, [item.case_id for item in failed if item.case_id]),
        verdict=text(sent, "verdict"),
        link=going.link,
    )


@router.post("/queue/undo-many")
def undo_many(request: Request, going: Going, sent: Form) -> Response:
    """Call back what can still be called back of an answer to many."""
    undone, told = 0, []
    for one in texts(sent, "decision")[: bulk.LARGEST]:
        try:
            verdicts.undo(going.use.house, going.use.configuration, number(one), who=going.who)
            undone += 1
        except DvornikError as error:
            told.append(str(error))
    return render(request, "queue_undone.html", undone=undone, told=told, link=going.link)


def _for_many(sent: FormData) -> PersonVerdict:
    verdict = read_verdict(sent)
    if verdict.verdict is Verdict.REMOVE and not verdict.categories:
        raise InvalidInputError("categories", "отметьте, за что удалить")
    return verdict


def _fields(sent: FormData) -> list[tuple[str, str]]:
    """The verdict as it was typed, for the form that confirms it."""
    kept = {"verdict", "category", "clause", "note"}
    return [(name, value) for name, value in sent.multi_items() if name in kept and isinstance(value, str)]


def _clauses(going: Walker, pages: set[int]) -> tuple[NamedClause, ...]:
    """Clauses of these pages' acts, each once, with what they let a person remove."""
    with going.use.house.database.read() as session:
        known = going.use.configuration.current(session).by_id
    found: dict[str, NamedClause] = {}
    for page in sorted(pages & known.keys()):
        for named in clauses_of(known[page].policy.policy):
            found.setdefault(str(named.clause), named)
    return tuple(found.values())


def _rows(going: Walker, ids: Sequence[int]) -> dict[int, Row]:
    """These questions as a list shows them; those of foreign pages are left out."""
    with going.use.house.database.read() as session:
        titles = {page.id: (page.title, page.timezone) for page in live_pages(session, going.who.pages)}
        found = read_cases(session, ids)
    return {one.case.id: _row(going, one, titles) for one in found if going.who.may_touch(one.case.page_id)}


def _row(going: Walker, found: CaseRecord, titles: Mapping[int, tuple[str, str]]) -> Row:
    case, comment = found.case, found.record.comment
    words = judged_words(found.record.body)
    title, zone = titles.get(case.page_id, ("", ""))
    return Row(
        id=case.id,
        words=None if comment.private and not going.who.reads_private else shortened(words),
        private=comment.private,
        why=why_open(found),
        author=found.record.author,
        page=title,
        zone=zone,
        opened_at=case.opened_at,
        held_by=case.claimed_by if is_held_by_other(case, going.who, going.now) else "",
        is_removed=comment.state == CommentState.REMOVED,
        final=is_final(ActionKind.DELETE_COMMENT, Kind(comment.kind), going.use.abilities.get(found.record.network)),
    )
