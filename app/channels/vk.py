"""Sends a letter to a VK user who has allowed the page to write, with the page's own key."""

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Final

from app.calling.clients import http_client
from app.calling.pace import Pace
from app.domain.ports import Credential, Slot
from app.domain.watching import Handed, Letter
from app.networks.vk.failures import label
from app.networks.vk.transport import Answered, Refused, Transport

_INT32: Final = (1 << 31) - 1


class VkSender:
    """A `Sender`; the target names `user` and the page's community `token`."""

    def __init__(self, transport: Callable[[], Transport]) -> None:
        """Letters are rare: `transport` opens one for each."""
        self._transport = transport

    def send(self, target: Mapping[str, str], letter: Letter) -> Handed:
        """See `Sender`; codes are the transport's, or VK's as `vk_901`: the user has not allowed it."""
        params = {
            "user_id": target["user"],
            "message": f"{letter.subject}\n\n{letter.text}",
            # VK drops a message whose number it has seen lately.
            "random_id": str(letter.key % _INT32 or 1),
            "dont_parse_links": "1",
        }
        credential = Credential(0, Slot.COMMUNITY, target["token"])
        with closing(self._transport()) as transport:
            answer = transport.call("messages.send", params, credential)
        if isinstance(answer, Answered):
            return Handed()
        if isinstance(answer, Refused):
            return Handed(label(answer.code, answer.subcode))
        return Handed(answer.code, answer.after)


def sender_at(base_url: str) -> VkSender:
    """Whoever writes through the VK at this address."""
    return VkSender(lambda: Transport(base_url, http_client(), Pace()))
