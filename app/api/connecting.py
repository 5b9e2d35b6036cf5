"""Routes that let a page's events come, and that show its blacklist."""

from fastapi import APIRouter

from app.api.answers import errors, example
from app.api.bodies import StrictRoute
from app.api.connecting_schemas import BLACKLIST_EXAMPLE, CONNECTED_EXAMPLE, BlacklistOut, ConnectedOut
from app.api.deps import Caller, Use, check_page
from app.api.fields import IdIn
from app.pipeline.connecting.blacklist import read_blacklist
from app.pipeline.connecting.connect import connect_page

router = APIRouter(route_class=StrictRoute, tags=["pages"])


@router.post(
    "/v1/pages/{page_id}/connect",
    summary="Connect a page to its network",
    responses={**errors(404, 409), **example(CONNECTED_EXAMPLE, "What was done and what is missing.")},
)
def connect(page_id: IdIn, who: Caller, use: Use) -> ConnectedOut:
    """Set up deliveries through the network's API, by the page's `intake`; may be repeated at any time.

    A callback server is given the address of `DVORNIK_PUBLIC_URL`. The answer may take half a minute: the network
    checks the address meanwhile.
    """
    check_page(who, page_id)
    connected = connect_page(
        use.house,
        page_id,
        use.connectors,
        by=who.by,
        public_url=use.settings.public_url,
        subscribers=use.subscribers,
    )
    return ConnectedOut.model_validate(connected)


@router.get(
    "/v1/pages/{page_id}/blacklist",
    summary="Read a page's blacklist",
    responses={**errors(404, 409), **example(BLACKLIST_EXAMPLE, "Bans that nobody can account for.")},
)
def blacklist(page_id: IdIn, who: Caller, use: Use) -> BlacklistOut:
    """Ask the network who is banned, and name those without a reason or without a term; nothing of it is stored."""
    check_page(who, page_id)
    return BlacklistOut.model_validate(read_blacklist(use.house, page_id, use.connectors, by=who.by))
