"""What the API's description says about errors: every route names those that it can answer with, and an example."""

from typing import Any, Final

from app.api.problems import MEDIA_TYPE

_TEXTS: Final[dict[int, tuple[str, str]]] = {
    400: ("The request is not as expected; `errors` names each field.", "body.text: Field required"),
    401: ("No token, or one that is unknown or revoked.", "ожидается заголовок Authorization: Bearer <ключ>"),
    403: ("The token's role may not do this.", "роль viewer этого не может"),
    404: ("There is no such thing, or the token's pages do not include it.", "действия 7301844407214080002 нет"),
    409: (
        "Somebody was faster, or the thing is not in the state that the request assumes.",
        "действие 7301844407214080002 уже подтвердил person:anna (2026-11-22T17:31:00.123456Z)",
    ),
    413: ("The body is too long.", "body: expected at most 262144 bytes"),
    415: ("The body is not declared as JSON.", "Content-Type: expected application/json"),
    429: ("Too often, or turned away too often from this address; see `Retry-After`.", "повторите через 6 с"),
    500: ("A mistake of ours; `error_id` finds it in the log.", "The error is logged."),
    503: ("The database does not answer; see `Retry-After`.", "The database does not answer at the moment."),
}
_NAMES: Final = {
    400: ("bad-request", "Bad Request"),
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not-found", "Not Found"),
    409: ("conflict", "Conflict"),
    413: ("request-entity-too-large", "Request Entity Too Large"),
    415: ("unsupported-media-type", "Unsupported Media Type"),
    429: ("too-many-requests", "Too Many Requests"),
    500: ("internal-server-error", "Internal Server Error"),
    503: ("service-unavailable", "Service Unavailable"),
}
_SECONDS: Final[dict[str, Any]] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 6}
}
_SCHEME: Final[dict[str, Any]] = {
    "WWW-Authenticate": {"schema": {"type": "string"}, "example": 'Bearer realm="dvornik"'},
}
_HEADERS: Final = {401: _SCHEME, 429: _SECONDS, 503: _SECONDS}
_WITH_BODY: Final = (400, 413, 415)


def errors(*codes: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """Declared errors of a route behind a token: the usual ones and `codes`; `body`: it takes JSON."""
    every = {400, 401, 403, 429, 503, *codes, *(_WITH_BODY if body else ())}
    declared: dict[int | str, dict[str, Any]] = {code: _declared(code) for code in sorted(every)}
    declared["default"] = {**_declared(500), "description": "Any other error, as a problem too."}
    return declared


def example(value: object, description: str = "Done.", *, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """An answer's example."""
    return {status: {"description": description, "content": {"application/json": {"example": value}}}}


def _declared(code: int) -> dict[str, Any]:
    description, detail = _TEXTS[code]
    name, title = _NAMES[code]
    sample: dict[str, Any] = {
        "type": f"urn:dvornik:problem:{name}",
        "title": title,
        "status": code,
        "detail": detail,
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    declared: dict[str, Any] = {"description": description}
    if code in _HEADERS:
        declared["headers"] = _HEADERS[code]
    return {**declared, "content": {MEDIA_TYPE: {"schema": schema, "example": sample}}}
