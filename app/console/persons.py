"""One person's data at the desk: finding, handing over, erasing; and the legal holds above all of it."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from app.console.access import may_open
from app.console.errors import said_of, status_of
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.clock import SECOND
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.wording import HOLD_SCOPES, PERSON_ROWS, PERSON_STAYS, WAITS
from app.pipeline.administration.pages import list_pages
from app.pipeline.persons import asked, holds
from app.pipeline.persons import erase as erasing
from app.pipeline.persons.export import export
from app.pipeline.persons.holds import Subject, Who
from app.pipeline.process import Services
from app.storage.decisions import read_decisions
from app.storage.holds import AUTHOR, COMMENT, PAGE

router = APIRouter()


@router.get("/persons")
def persons(request: Request, who: Signed, use: Use) -> Response:
    """The search, for those who may, and the holds that stand."""
    return _front(request, who, use)


@router.post("/persons/find")
def find(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """What is held about somebody; their id never stands in an address."""
    try:
        network, external_id = _named(use, sent)
        return _person(request, who, use, network, external_id)
    except (InvalidInputError, NotFoundError) as error:
        return _front(request, who, use, sent=sent, wrong=said_of(error), status=status_of(error))


@router.post("/persons/export")
def hand_over(who: Signed, use: Use, sent: Form) -> Response:
    """Everything as a file; the download is journalled."""
    network, external_id = _named(use, sent)
    found = export(use.house, network, external_id, who=_who(who))
    day = datetime.fromtimestamp(use.house.clock.now() / SECOND, UTC)
    disposition = f'attachment; filename="person-{network}-{day:%Y-%m-%d}.json"'
    return StreamingResponse(
        found.written(), media_type="application/json", headers={"Content-Disposition": disposition}
    )


@router.post("/persons/erase")
def erase(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """Erase somebody for good, once it was said twice."""
    network, external_id = _named(use, sent)
    ground = text(sent, "ground")
    try:
        _check_sure(sent)
        done = erasing.erase(use.house, network, external_id, ground=ground, who=_who(who))
    except (InvalidInputError, ConflictError) as error:
        return _person(
            request, who, use, network, external_id, wrong=said_of(error), ground=ground, status=status_of(error)
        )
    return redirect(request, "/persons", said=f"Данные стёрты, записей: {sum(done.rows.values())}.")


@router.post("/persons/holds")
def set_hold(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """Hold a page, what a decision is about, or an author."""
    scope, ground = text(sent, "scope"), text(sent, "ground")
    try:
        holds.set_hold(use.house, _subject(use, who, scope, sent), ground=ground, who=_who(who))
    except (InvalidInputError, NotFoundError, ConflictError) as error:
        if scope == AUTHOR:
            network, external_id = _named(use, sent)
            return _person(request, who, use, network, external_id, wrong=said_of(error), status=status_of(error))
        return _front(request, who, use, sent=sent, wrong_hold=said_of(error), status=status_of(error))
    return redirect(request, "/persons", said="Запрет стоит: данные не стираются, пока вы его не снимете.")


@router.post("/persons/holds/{hold_id}/lift")
def lift_hold(request: Request, hold_id: str, who: Signed, use: Use) -> Response:
    """End a hold."""
    holds.lift_hold(use.house, number(hold_id, "такого запрета"), who=_who(who))
    return redirect(request, "/persons", said="Запрет снят: данные стираются, когда приходит их срок.")


def _check_sure(sent: FormData) -> None:
    if not text(sent, "sure"):
        raise InvalidInputError("sure", "отметьте, что данные стираются навсегда")


def _who(principal: Principal) -> Who:
    return Who(principal.by, principal.pages)


def _named(use: Services, sent: FormData) -> tuple[str, str]:
    """Network and id there, however the profile was copied.

    Raises:
        InvalidInputError: there is no such network, or a short name stands where a number is needed.
    """
    network, typed = text(sent, "network"), text(sent, "id")
    known = use.house.networks.get(network)
    if known is None:
        raise InvalidInputError("network", "выберите сеть из списка")
    return network, known.form.checked_author(typed)


def _subject(use: Use, who: Principal, scope: str, sent: FormData) -> Subject:
    if scope == AUTHOR:
        network, external_id = _named(use, sent)
        return Subject(AUTHOR, network=network, external_id=external_id)
    if scope == PAGE:
        return Subject(PAGE, id=number(text(sent, "page"), "такой страницы"))
    meant = text(sent, "decision")
    if not meant.isascii() or not meant.isdecimal():
        raise InvalidInputError("decision", "ожидается номер решения: он стоит в адресе страницы решения")
    with use.house.database.read() as session:
        found = read_decisions(session, [number(meant, "такого решения")])
    if not found or not who.may_touch(found[0].decision.page_id):
        raise NotFoundError(f"решения {meant} нет")
    return Subject(COMMENT, id=found[0].comment.id)


def _front(
    request: Request,
    who: Principal,
    use: Use,
    *,
    sent: FormData | None = None,
    wrong: str = "",
    wrong_hold: str = "",
    status: int = 200,
) -> Response:
    sent = sent or FormData()
    pages = list_pages(use.house, who.pages)
    return render(
        request,
        "persons.html",
        status=status,
        may_act=may_open(who.role, "POST /persons/find"),
        networks={name: network.title for name, network in use.house.networks.items()},
        network=text(sent, "network"),
        typed=text(sent, "id"),
        wrong=wrong,
        wrong_hold=wrong_hold,
        ground=text(sent, "ground"),
        decision=text(sent, "decision"),
        pages=pages,
        titles={page.id: page.title for page in pages},
        scopes=HOLD_SCOPES,
        holds=holds.list_holds(use.house, who=_who(who)),
    )


def _person(
    request: Request,
    who: Principal,
    use: Use,
    network: str,
    external_id: str,
    *,
    wrong: str = "",
    ground: str = "",
    status: int = 200,
) -> Response:
    everywhere = who.pages is None
    if everywhere:
        plan = erasing.plan(use.house, network, external_id, who=_who(who))
        person, rows, bans = plan.person, plan.rows, plan.bans
    else:
        person, rows, bans = asked.find(use.house, network, external_id, who=_who(who)), {}, 0
    titles = {page.id: page.title for page in list_pages(use.house, who.pages)}
    return render(
        request,
        "person.html",
        status=status,
        person=person,
        network_name=use.house.networks[network].title,
        pages=[(titles.get(page, "страница снята с модерации"), count) for page, count in person.comments.items()],
        rows=[(PERSON_ROWS[name], count) for name, count in rows.items()],
        waits=[(WAITS[why], count) for why, count in sorted(person.waits.items())],
        stays=PERSON_STAYS,
        bans=bans,
        everywhere=everywhere,
        wrong=wrong,
        ground=ground,
    )
