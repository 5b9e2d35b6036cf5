"""What every page of the console is given: who is signed in, a checked form, a rendered page, a way back."""

import hashlib
import hmac
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from app.console.access import CONSOLE_ACCESS, sections_for
from app.console.paper_wording import PAPER_FILTERS
from app.console.story_wording import STORY_FILTERS
from app.console.wording import FILTERS
from app.domain.errors import NotAllowedError, NotAuthenticatedError
from app.domain.principals import Principal
from app.pipeline.administration.sessions import resume
from app.pipeline.process import Services

COOKIE: Final = "dvornik_session"
#: Over TLS: a browser takes a cookie of this name from this very host alone, never from a neighbour of its domain.
HOST_COOKIE: Final = f"__Host-{COOKIE}"
#: Where the console is mounted; every link and form of a template begins with it.
ROOT: Final = "/console"
CSRF_FIELD: Final = "csrf"
_SAID: Final = "dvornik_said"
_LONGEST_SAID: Final = 600
_FIELDS: Final = 2_000


class SignInNeededError(NotAuthenticatedError):
    """Nobody is signed in: the page that was asked for comes after signing in, with what was typed."""


def services(request: Request) -> Services:
    """The services of this process."""
    return cast("Services", request.app.state.services)


Use = Annotated[Services, Depends(services)]


def signed(request: Request, use: Use) -> Principal:
    """Who is signed in, if the role may open this route.

    Raises:
        SignInNeededError: nobody is, or the session has ended.
        NotAllowedError: the role may not, or nobody has said who may.
    """
    try:
        principal = resume(use.house, session_secret(request))
    except NotAuthenticatedError as error:
        raise SignInNeededError(str(error)) from None
    request.state.principal = principal
    if "\0" in request.scope["path"]:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    route = f"{request.method} {request.scope['route'].path}"
    if principal.role not in CONSOLE_ACCESS.get(route, frozenset()):
        raise NotAllowedError("эта страница вам не открыта: попросите администратора, если она нужна для работы")
    return principal


Signed = Annotated[Principal, Depends(signed)]


async def form(request: Request) -> FormData:
    """What was typed, once it is sure that it was typed here; empty where nothing was sent.

    Every route behind the sign-in is checked, whether or not it takes the form.

    Raises:
        NotAllowedError: the form comes from another site, or from a page of another session.
    """
    if request.method in {"GET", "HEAD"}:
        return FormData()
    check_origin(request)
    sent = await read_form(request)
    if not hmac.compare_digest(str(sent.get(CSRF_FIELD, "")).encode(), csrf_token(request).encode()):
        raise NotAllowedError("форма устарела: вернитесь, обновите страницу и отправьте её ещё раз")
    return sent


Form = Annotated[FormData, Depends(form)]


async def read_form(request: Request) -> FormData:
    """The fields of a form, in characters that every page and database can hold; files are not taken.

    Raises:
        HTTPException: 400, it is no form, or one in an encoding that our pages never ask for.
    """
    declared = request.headers.get("content-type", "").lower().replace(" ", "").replace('"', "")
    # A form may name any codec of Python's, slow ones and those that make half characters too.
    if declared.count("charset") != declared.count("charset=utf-8"):
        raise HTTPException(HTTPStatus.BAD_REQUEST, "ожидается форма в кодировке UTF-8")
    sent = await request.form(max_files=0, max_fields=_FIELDS)
    return FormData([(holdable(name), holdable(value)) for name, value in sent.multi_items() if isinstance(value, str)])


def holdable(value: str) -> str:
    """The text with a sign in place of what UTF-8 or a database cannot hold."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def text(sent: FormData, name: str, default: str = "") -> str:
    """One field, without the spaces around it; line ends as the rest of the house writes them."""
    value = sent.get(name, default)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else default


def texts(sent: FormData, name: str) -> tuple[str, ...]:
    """All values of a field, in order."""
    return tuple(value.strip() for value in sent.getlist(name) if isinstance(value, str))


def csrf_token(request: Request) -> str:
    """The token of this browser's session: only who knows the cookie can make it."""
    secret = session_secret(request)
    return hmac.new(secret.encode(), b"dvornik console form", hashlib.sha256).hexdigest()


def csrf_field(request: Request) -> Markup:
    """What every form holds."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token(request))


def check_origin(request: Request) -> None:
    """Let in only what a page of ours sent.

    Raises:
        NotAllowedError: another site sent it, or the browser does not say who did.
    """
    site = request.headers.get("sec-fetch-site")
    # Browsers leave it out over plain HTTP; then the origin must be the very address that was asked for.
    ours = site == "same-origin" if site else _same_host(request)
    if not ours:
        raise NotAllowedError("форма пришла с другого сайта или браузер это скрывает: откройте страницу заново")


def _same_host(request: Request) -> bool:
    scheme, _, place = request.headers.get("origin", "").partition("://")
    return scheme in {"http", "https"} and bool(place) and place == request.headers.get("host", "")


def number(value: str | None, what: str = "такой записи") -> int:
    """An id from an address or a form.

    Raises:
        HTTPException: 404, it cannot be an id.
    """
    if value and value.isascii() and value.isdecimal() and len(value) < 20 and int(value) < 1 << 63:
        return int(value)
    raise HTTPException(HTTPStatus.NOT_FOUND, f"{what} нет")


def place(value: str) -> tuple[int, int] | None:
    """Where a list goes on, `17-23`: what it is ordered by and an id; None = from its beginning."""
    parts = value.split("-")
    if len(parts) != 2 or not all(one.isascii() and one.isdecimal() and len(one) < 20 for one in parts):
        return None
    first, second = map(int, parts)
    return (first, second) if max(first, second) < 1 << 63 else None


# -------------------------------------------------------------------------------------------------------------- answers

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update({**FILTERS, **STORY_FILTERS, **PAPER_FILTERS})


def render(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from a template.

    It knows `who` (None before sign-in), `csrf_field`, `path` (counted from /console), `sections` and `said` besides.
    """
    who: Principal | None = getattr(request.state, "principal", None)
    path = request.url.path.removeprefix(ROOT) or "/"
    known = {
        "who": who,
        "csrf_field": csrf_field(request) if who else "",
        "path": path,
        "sections": sections_for(who.role) if who else (),
        "said": unquote(request.cookies.get(_SAID, ""))[:_LONGEST_SAID],
    }
    page = HTMLResponse(_templates.get_template(name).render(known | context), status)
    if known["said"]:
        page.delete_cookie(_SAID, path=ROOT)
    return page


def redirect(request: Request, path: str, *, said: str = "") -> RedirectResponse:
    """Go on to a page of the console after a form; `said` is shown there once. `path` is counted from /console."""
    answer = RedirectResponse(ROOT + safe_path(path), HTTPStatus.SEE_OTHER)
    if said:
        value = quote(said[:_LONGEST_SAID])
        answer.set_cookie(
            _SAID, value, max_age=60, path=ROOT, httponly=True, samesite="strict", secure=over_tls(request)
        )
    return answer


def safe_path(path: str) -> str:
    """A path inside the console; anything else leads to its first page."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside and "\\" not in path else "/"


def cookie_name(request: Request) -> str:
    """What the session's cookie is called on this connection."""
    return HOST_COOKIE if over_tls(request) else COOKIE


def cookie_path(request: Request) -> str:
    """Where the session's cookie goes; browsers want the whole host for one that is bound to its host."""
    return "/" if over_tls(request) else ROOT


def session_secret(request: Request) -> str:
    """What this browser's cookie holds; '' without one."""
    return request.cookies.get(cookie_name(request), "")


def over_tls(request: Request) -> bool:
    """Whether the browser came over TLS; a proxy's word is taken only from DVORNIK_TRUSTED_PROXIES."""
    return request.url.scheme == "https"
