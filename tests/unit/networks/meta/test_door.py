"""Who may come in at Meta's door: a handshake with our token, a delivery signed with our secret."""

from dataclasses import replace

import pytest

from app.domain.doors import Delivered
from app.domain.errors import PayloadRejectedError, SignatureRejectedError
from app.networks.meta.door import MetaDoor, signature

DOOR = MetaDoor()
TOKEN = "our-verify-token"
ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": TOKEN}
#: Worked out with openssl: `printf '%s' "$body" | openssl dgst -sha256 -hmac app-secret`.
BODY = b'{"object": "page", "entry": [], "note": "\\u0434\\u0430"}'
SIGNATURE = "sha256=c2610e7c258d6cbeaa8bdea6838b2d4ab093cb929cacc15170fd20d9464c73d1"


def handshake(**changed: str) -> Delivered:
    """A GET as Meta makes it."""
    return Delivered("GET", ASKED | {name.replace("_", ".", 1): value for name, value in changed.items()}, {}, b"")


def delivery(body: bytes = BODY, **headers: str) -> Delivered:
    """A POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivered("POST", {}, named or {"x-hub-signature-256": SIGNATURE}, body)


def test_the_handshake_is_answered_with_the_bare_challenge() -> None:
    """Nothing around it, and as plain text."""
    reply = DOOR.answer(handshake(), TOKEN)
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"1158201444")
    assert reply.content_type.startswith("text/plain")
    assert DOOR.methods == {"GET", "POST"}


@pytest.mark.parametrize(("given", "ours"), [("x", TOKEN), ("", TOKEN), ("", ""), (TOKEN, ""), (f"{TOKEN}x", TOKEN)])
def test_a_wrong_token_looks_like_a_wrong_secret(given: str, ours: str) -> None:
    """A page without a token shakes nobody's hand."""
    with pytest.raises(SignatureRejectedError):
        DOOR.answer(replace(handshake(), query=ASKED | {"hub.verify_token": given}), ours)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.challenge": "1"},
        ASKED | {"hub.mode": "unsubscribe"},
        ASKED | {"hub.challenge": ""},
        ASKED | {"hub.challenge": "<script>"},
        ASKED | {"hub.challenge": "9" * 300},
    ],
)
def test_another_get_is_refused(query: dict[str, str]) -> None:
    """What would be sent back is a number and no markup."""
    with pytest.raises(PayloadRejectedError):
        DOOR.answer(replace(handshake(), query=query), TOKEN)


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    """The same JSON written otherwise is another body."""
    assert DOOR.verify(delivery(), ("app-secret",))
    assert DOOR.verify(delivery(), ("other", "app-secret"))
    assert DOOR.answer(delivery(), TOKEN) is None
    assert not DOOR.verify(delivery(BODY.replace(b"\\u0434\\u0430", "да".encode())), ("app-secret",))
    assert not DOOR.verify(delivery(BODY + b" "), ("app-secret",))


@pytest.mark.parametrize("secrets", [(), ("",), ("app-secre",), ("ключ",)])
def test_no_secret_lets_nobody_in(secrets: tuple[str, ...]) -> None:
    """Neither an empty one nor one that is nearly right."""
    assert not DOOR.verify(delivery(), secrets)


def test_a_page_without_a_secret_believes_nobody() -> None:
    """Not even whoever signs with nothing, which anybody can."""
    assert not DOOR.verify(delivery(x_hub_signature_256=signature(BODY, "")), ("",))


@pytest.mark.parametrize(
    "headers",
    [
        {"x_hub_signature": SIGNATURE},
        {"x_hub_signature_256": SIGNATURE.removeprefix("sha256=")},
        {"x_hub_signature_256": SIGNATURE.replace("sha256", "sha1")},
        {"x_hub_signature_256": "sha256="},
        {"x_hub_signature_256": "подпись"},
        {"content_type": "application/json"},
    ],
)
def test_no_other_signature_counts(headers: dict[str, str]) -> None:
    """The older header proves nothing, and half a signature is none."""
    assert not DOOR.verify(delivery(**headers), ("app-secret",))
