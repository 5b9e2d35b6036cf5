"""What routes are given: the services of the process, and the caller, checked before anything else happens."""

from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from app.api.access import ACCESS
from app.domain.errors import InvalidInputError, NotAllowedError, NotAuthenticatedError, TooOftenError
from app.domain.principals import Principal
from app.pipeline.administration.accounts import authenticate
from app.pipeline.administration.page_overview import missing
from app.pipeline.process import Services

#: Longer than any token that was ever given out; what is longer is not looked up.
_LONGEST_TOKEN = 200


def services(request: Request) -> Services:
    """The services of this process."""
    return cast("Services", request.app.state.services)


Use = Annotated[Services, Depends(services)]


def shown_token(request: Request) -> str:
    """The token that a request shows; '' without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def peer(request: Request) -> str:
    """The address that asks; a proxy's word for it is taken only from DVORNIK_TRUSTED_PROXIES."""
    return request.client.host if request.client else ""


def note_refusal(request: Request, *, known: bool) -> None:
    """Count an answer 401 or 403 against the address that asked; `known`: the token is good, its owner may not."""
    use = services(request)
    use.refusals.refused(peer(request), use.house.clock.now(), key="" if known else shown_token(request))


def caller(request: Request, use: Use) -> Principal:
    """Who asks, if the token is good and its role may call this route.

    Raises:
        TooOftenError: the address was turned away too often; nothing was looked up.
        NotAuthenticatedError: no token, or none that is good.
        NotAllowedError: the role may not, or nobody has said who may.
        InvalidInputError: the query holds a parameter that the route does not know.
    """
    token = shown_token(request)
    wait = use.refusals.wait(peer(request), use.house.clock.now(), key=token)
    if wait:
        raise TooOftenError(f"слишком много отказов с этого адреса: повторите через {wait} с", retry_after=wait)
    if not token:
        raise NotAuthenticatedError("ожидается заголовок Authorization: Bearer <ключ>")
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise NotAuthenticatedError("ключ не подходит")
    principal = authenticate(use.house, token)
    # Whatever its role may: a token that names somebody is no guess.
    use.refusals.let_in(token)
    route: APIRoute = request.scope["route"]
    if principal.role not in ACCESS.get(f"{request.method} {route.path}", frozenset()):
        raise NotAllowedError(f"роль {principal.role} этого не может")
    _check_parameters(request, route)
    return principal


def _check_parameters(request: Request, route: APIRoute) -> None:
    """A filter that is misspelt must not quietly let everything through."""
    # No dependency of a route reads the query, so the route's own parameters are all there are.
    known = sorted(field.alias for field in route.dependant.query_params)
    unknown = sorted(set(request.query_params) - set(known))
    if unknown:
        expected = ", ".join(known) or "никаких"
        raise InvalidInputError(f"query.{unknown[0][:64]}", f"такого параметра нет, ожидаются: {expected}")


Caller = Annotated[Principal, Depends(caller)]


def check_page(principal: Principal, page_id: int) -> None:
    """Let a page-limited token see only its own pages.

    Raises:
        NotFoundError: the page is foreign; the answer is the same as for one that does not exist.
    """
    if principal.pages is not None and page_id not in principal.pages:
        raise missing(page_id)


def whole_house(principal: Principal) -> Principal:
    """The caller, if no page limit binds the token.

    Raises:
        NotAllowedError: the token is limited to pages.
    """
    if principal.pages is not None:
        raise NotAllowedError("ключ действует только на своих страницах")
    return principal
