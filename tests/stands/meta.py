"""Facebook as a test sees it."""

from collections.abc import Mapping
from typing import Self

from app.domain.ports import Adapter, Credential, Slot
from app.domain.words import Kind
from app.networks.meta.adapter import meta
from app.settings import Settings
from tests.simulators.meta import Comment, GraphError, MetaSimulator
from tests.stands.stand import Mishap, Said, Stand, Standing

_MISHAPS: dict[Mishap, GraphError | str] = {
    Mishap.LIMIT: GraphError(32),
    Mishap.DOWN: "http_502",
    Mishap.GARBAGE: "garbage",
    Mishap.HANG_UP: "close",
}
#: More calls than any test makes.
_MANY = 200


class MetaStand(Stand):
    """A Facebook page with its own and a system user's key."""

    name = "meta"
    kinds = (Kind.WALL,)
    page = "123456789012345"
    citizen, neighbour, manager = "234567890123456", "234567890123457", "900000000000001"
    pages_as_typed = (
        "https://www.facebook.com/123456789012345",
        "https://m.facebook.com/pages/Raion/123456789012345/",
        " 123456789012345 ",
    )
    no_pages = ("", "0", "-123456789012345", "raion.official", "https://www.facebook.com/raion", "instagram:", "9" * 40)
    profile = "https://www.facebook.com/profile.php?id=123456789012345"
    confirmation = "meatyhamhock"

    def __init__(self) -> None:
        self._meta = MetaSimulator()
        self._account = self._meta.add_account(self.page, roles=("900000000000000", "900000000000002", self.manager))
        self._system, self._key = self._meta.add_token("system"), self._meta.add_token("page", self.page)

    def __enter__(self) -> Self:
        self._meta.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._meta.__exit__()

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._meta.url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return Credential(1, Slot.USER, self._system), Credential(2, Slot.COMMUNITY, self._key)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {
            "user_token": self._system,
            "community_token": self._key,
            "secret": self.secret,
            "confirmation": self.confirmation,
        }

    def make(self, settings: Settings) -> Adapter:
        """See `Stand`."""
        return meta(settings)

    def call(self, url: str) -> None:
        """See `Stand`."""
        self._account.address, self._account.secret = url, self.secret
        self._account.verify_token = self.confirmation

    def confirm(self) -> bool:
        """See `Stand`."""
        return self._meta.shake_hands(self._account)

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        comment = self._meta.write(self._account, words, author or self.citizen)
        self._tell(comment, "add")
        return Said(Kind.WALL, comment.id, comment.author, words, comment)

    def edit(self, said: Said, words: str) -> None:
        """See `Stand`."""
        said.words = _own(said).text = words
        self._tell(_own(said), "edited")

    def remove(self, said: Said) -> None:
        """See `Stand`."""
        _own(said).gone = True
        self._tell(_own(said), "remove")

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        if _own(said).gone:
            return Standing.GONE
        return Standing.HIDDEN if _own(said).hidden else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return author in self._account.blocked

    def kill_tokens(self) -> None:
        """See `Stand`."""
        for token in self._meta.tokens.values():
            token.dead = True

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        self._meta.prepared.clear()
        if mishap is not None:
            self._meta.prepared.extend([_MISHAPS[mishap]] * _MANY)

    def _tell(self, comment: Comment, verb: str) -> None:
        self._meta.tell(self._account, self._meta.change(comment, verb))


def _own(said: Said) -> Comment:
    assert isinstance(said.own, Comment)
    return said.own
