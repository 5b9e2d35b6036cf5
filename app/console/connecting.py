"""How a page's events come: what is set, what connecting has done and found wanting, and whom the page has banned."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.principals import Principal
from app.domain.wording import BAN_REASONS, INTAKES, right_told
from app.pipeline.administration.page_check import check_page
from app.pipeline.administration.page_intake import neighbours
from app.pipeline.administration.page_overview import PageShown
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.connecting.blacklist import read_blacklist
from app.pipeline.connecting.connect import connect_page
from app.pipeline.page_view import page_view
from app.pipeline.process import Services
from app.storage.pages import page_of

router = APIRouter()
_WHAT: Final = "такой страницы"


@router.get("/pages/{page_id}/connect")
def connection(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """What there is to connect with."""
    return _shown(request, use, _page(use, page_id, who))


@router.post("/pages/{page_id}/connect")
def connect(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Connect the page; the answer waits for the network."""
    page = _page(use, page_id, who)
    connected = connect_page(
        use.house,
        page.id,
        use.connectors,
        by=who.by,
        public_url=use.settings.public_url,
        subscribers=use.subscribers,
    )
    return _shown(request, use, _page(use, page_id, who), connected=connected, blacklist=connected.blacklist)


@router.post("/pages/{page_id}/check")
def check(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Ask the network what each key may do; nothing is changed there."""
    page = _page(use, page_id, who)
    return _shown(request, use, page, checked=check_page(use.house, page.id, use.clients, by=who.by))


@router.post("/pages/{page_id}/intake")
def change(request: Request, page_id: str, who: Signed, use: Use, sent: Form) -> Response:
    """Let events come the other way, once the page is connected anew."""
    page = _page(use, page_id, who)
    change_page(use.house, page.id, PageChanges(intake=text(sent, "intake")), by=who.by, pages=who.pages)
    return redirect(request, f"/pages/{page.id}/connect", said="Сохранено. Теперь нажмите «Подключить».")


@router.post("/pages/{page_id}/blacklist")
def blacklist(request: Request, page_id: str, who: Signed, use: Use) -> Response:
    """Ask the network for the blacklist; it is shown once and kept nowhere."""
    page = _page(use, page_id, who)
    return _shown(request, use, page, blacklist=read_blacklist(use.house, page.id, use.connectors, by=who.by))


def _page(use: Services, page_id: str, who: Principal) -> PageShown:
    """The page, if it is this person's."""
    return page_view(use.house, number(page_id, _WHAT), who).overview.page


def _shown(request: Request, use: Services, page: PageShown, **found: Any) -> Response:
    context: dict[str, Any] = {"connected": None, "checked": None, "blacklist": None, **found}
    return render(
        request,
        "connect.html",
        page=page,
        can_connect=page.network in use.connectors or page.network in use.subscribers,
        has_blacklist=page.network in use.connectors,
        neighbours=_neighbours(use, page.id),
        intakes={way: INTAKES[way] for way in INTAKES if way in use.house.networks[page.network].form.intakes},
        public_url=use.settings.public_url,
        can_check=page.network in use.clients,
        right_told=right_told,
        ban_reasons=BAN_REASONS,
        **context,
    )


def _neighbours(use: Services, page_id: int) -> list[str]:
    """Titles of the pages whose events come the same way, because one bot hears for all of them."""
    with use.house.database.read() as session:
        page = page_of(session, page_id)
        if page is None:
            return []
        return [one.title for one in neighbours(session, use.house.networks[page.network], page)]
