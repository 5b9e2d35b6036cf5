"""Takes webhook requests: a handshake by GET, and deliveries that are signed with the application's secret."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from app.domain.doors import Delivered, Reply
from app.domain.errors import PayloadRejectedError, SignatureRejectedError
from app.domain.events import Event, Ignored
from app.networks.meta.inbound import parse

#: HMAC-SHA256 over the bytes of the body as they came; the older header with SHA-1 proves nothing here.
SIGNATURE: Final = "x-hub-signature-256"
_PREFIX: Final = "sha256="
_LONGEST_CHALLENGE: Final = 256


class MetaDoor:
    """A `Door`."""

    @property
    def methods(self) -> frozenset[str]:
        """See `Door`."""
        return frozenset({"GET", "POST"})

    @property
    def taken(self) -> Reply:
        """Any 200 will do."""
        return Reply(b"ok")

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:
        """See `Door`; a handshake is not signed: `answer` looks at its token, and nothing else is done with it."""
        if request.method == "GET":
            return True
        given = request.headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
        return any([_is_signed(request.body, given, secret) for secret in secrets])  # noqa: C419 - all are compared

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:
        """The bare challenge, if the token is the page's confirmation.

        Raises:
            PayloadRejectedError: a GET that is no handshake.
            SignatureRejectedError: the token is not ours.
        """
        if request.method != "GET":
            return None
        challenge = request.query.get("hub.challenge", "")
        if request.query.get("hub.mode") != "subscribe" or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
            raise PayloadRejectedError("hub.mode", "subscribe, with a challenge")
        # Whatever is sent back is shown to nobody but the network: a word of the request must not become a page.
        if not (challenge.isascii() and challenge.isalnum()):
            raise PayloadRejectedError("hub.challenge", "letters and digits")
        token = request.query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        if not confirmation or not hmac.compare_digest(token, confirmation.encode("utf-8", "surrogatepass")):
            raise SignatureRejectedError("wrong verify token")
        return Reply(challenge.encode())

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """See `Door`."""
        return parse(request.body)


def signature(body: bytes, secret: str) -> str:
    """The header's value for a body."""
    return _PREFIX + hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()


def _is_signed(body: bytes, given: bytes, secret: str) -> bool:
    return hmac.compare_digest(given, signature(body, secret).encode()) and bool(secret)
