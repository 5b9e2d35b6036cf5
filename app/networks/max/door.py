"""Takes MAX's webhook: the secret of the subscription stands in a header, and a request tells of one update."""

from collections.abc import Sequence
from typing import Final

from app.domain.doors import Delivered, Reply
from app.domain.events import Event, Ignored
from app.domain.json_fields import read_json
from app.domain.secrets import knows_one
from app.networks.max.inbound import parse

#: In lower case, as headers come.
HEADER: Final = "x-max-bot-api-secret"
_METHODS: Final = frozenset({"POST"})
_TAKEN: Final = Reply(b"ok")


class MaxDoor:
    """A `Door` for MAX."""

    @property
    def methods(self) -> frozenset[str]:
        """See `Door`."""
        return _METHODS

    @property
    def taken(self) -> Reply:
        """See `Door`: MAX wants 200 within 30 seconds and reads no body."""
        return _TAKEN

    def verify(self, request: Delivered, secrets: Sequence[str]) -> bool:
        """See `Door`."""
        return knows_one(request.headers.get(HEADER, ""), secrets)

    def answer(self, request: Delivered, confirmation: str) -> Reply | None:  # noqa: ARG002 - the port's
        """MAX asks nothing before it tells."""
        return None

    def parse(self, request: Delivered) -> tuple[Event | Ignored, ...]:
        """See `Door`."""
        return (parse(read_json(request.body), raw=request.body),)
