"""VK as a test sees it."""

from collections.abc import Mapping
from typing import Self

from app.domain.ports import Adapter, Credential, Slot
from app.domain.words import Kind
from app.networks.vk.adapter import vk
from app.settings import Settings
from tests.simulators.vk import VkSimulator
from tests.simulators.vk_connecting import EVENTS
from tests.simulators.vk_state import RATES, Comment, Surface
from tests.stands.stand import Mishap, Said, Stand, Standing

GROUP = 229_000_001
_SURFACES: dict[Kind, Surface] = {
    Kind.WALL: "wall",
    Kind.PHOTO: "photo",
    Kind.VIDEO: "video",
    Kind.MARKET: "market",
    Kind.DISCUSSION: "board",
    Kind.MESSAGE: "message",
}
_MISHAPS: dict[Mishap, int | str] = {
    Mishap.LIMIT: 9,
    Mishap.DOWN: "http_502",
    Mishap.GARBAGE: "garbage",
    Mishap.HANG_UP: "close",
}
#: More calls than any test makes.
_MANY = 200


class VkStand(Stand):
    """A community with a user's and a community's key, called back and polled."""

    name = "vk"
    kinds = tuple(_SURFACES)
    page = str(GROUP)
    citizen, neighbour, manager = "700000001", "700000002", "900000001"
    pages_as_typed = ("https://vk.com/club229000001", "public229000001", " 229000001 ")
    no_pages = ("", "0", "-229000001", "durov", "https://vk.com/durov", "229000001x", "9" * 30)
    profile = "https://vk.com/id229000001"
    confirmation = "c0ffee"

    def __init__(self) -> None:
        self._vk = VkSimulator(delays=(0.01, 0.01))
        self._vk.state.longest_wait_s = 0.3
        self._vk.state.rates = dict.fromkeys(RATES, 1_000)
        self._community = self._vk.add_community(GROUP, confirmation=self.confirmation)
        self._community.polling.enabled, self._community.polling.events = True, set(EVENTS)
        self._user = self._vk.add_token("user", GROUP, user_id=int(self.manager))
        self._key = self._vk.add_token("community", GROUP)

    def __enter__(self) -> Self:
        self._vk.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._vk.stop()

    @property
    def url(self) -> str:
        """See `Stand`."""
        return self._vk.base_url

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """See `Stand`."""
        return Credential(1, Slot.USER, self._user), Credential(2, Slot.COMMUNITY, self._key)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {
            "user_token": self._user,
            "community_token": self._key,
            "secret": self.secret,
            "confirmation": self.confirmation,
        }

    def make(self, settings: Settings) -> Adapter:
        """See `Stand`."""
        return vk(settings)

    def call(self, url: str) -> None:
        """See `Stand`."""
        self._community.callback_url, self._community.secret = url, self.secret

    def confirm(self) -> bool:
        """See `Stand`."""
        return self._vk.confirm(GROUP)

    def write(self, words: str, *, kind: Kind | None = None, author: str = "") -> Said:
        """See `Stand`."""
        kind, author = kind or self.kinds[0], author or self.citizen
        # A dialogue with a citizen is named after him.
        thing = int(author) if kind is Kind.MESSAGE else 1
        comment = self._vk.post_comment(GROUP, words, author=int(author), surface=_SURFACES[kind], thing=thing)
        self._vk.send_new(comment)
        return Said(kind, str(comment.id), author, words, comment)

    def edit(self, said: Said, words: str) -> None:
        """See `Stand`."""
        said.words = _own(said).text = words
        # Nobody is told of what citizens change in dialogues.
        if said.kind is not Kind.MESSAGE:
            self._vk.send_edit(_own(said), words)

    def remove(self, said: Said) -> None:
        """See `Stand`."""
        _own(said).deleted = True
        if said.kind is not Kind.MESSAGE:
            self._vk.send_delete(_own(said), int(self.manager))

    def standing(self, said: Said) -> Standing:
        """See `Stand`."""
        return Standing.GONE if _own(said).deleted else Standing.VISIBLE

    def is_barred(self, author: str) -> bool:
        """See `Stand`."""
        return int(author) in self._community.bans

    def kill_tokens(self) -> None:
        """See `Stand`."""
        self._vk.kill_token(self._user)
        self._vk.kill_token(self._key)

    def misbehave(self, mishap: Mishap | None) -> None:
        """See `Stand`."""
        with self._vk.state.lock:
            self._vk.state.prepared.clear()
        if mishap is not None:
            self._vk.fail_next("*", *[_MISHAPS[mishap]] * _MANY)
            self._vk.fail_next("a_check", *[_MISHAPS[mishap]] * _MANY)


def _own(said: Said) -> Comment:
    assert isinstance(said.own, Comment)
    return said.own
