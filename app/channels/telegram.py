"""Sends a letter to a Telegram chat through the office's own bot."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import msgspec

from app.domain.watching import Letter

_LONGEST: Final = 4096
_ANSWER_BYTES: Final = 100_000


class TelegramSender:
    """A `Sender`; the target names `chat` and the bot's `token`, which stands in the address and is never told."""

    def __init__(self, base_url: str, client: Callable[[], httpx.Client]) -> None:
        """Letters are rare: `client` opens one for each."""
        self._base = base_url.rstrip("/")
        self._client = client

    def send(self, target: Mapping[str, str], letter: Letter) -> str:
        """See `Sender`; codes: `telegram_<error code>`, `http_<status>`, `unreachable`, `timeout`, `garbage`."""
        body = {
            "chat_id": target["chat"],
            "text": f"{letter.subject}\n\n{letter.text}"[:_LONGEST],
            "link_preview_options": {"is_disabled": True},
        }
        try:
            with self._client() as http:
                reply = http.post(f"{self._base}/bot{target['token']}/sendMessage", json=body)
        except httpx.TimeoutException:
            return "timeout"
        except (httpx.HTTPError, httpx.InvalidURL):
            return "unreachable"
        return _read(reply)


def _read(reply: httpx.Response) -> str:
    try:
        answer: Any = msgspec.json.decode(reply.content[:_ANSWER_BYTES])
    except (msgspec.DecodeError, RecursionError):
        answer = None
    if isinstance(answer, dict) and answer.get("ok") is True:
        return ""
    if isinstance(answer, dict) and isinstance(answer.get("error_code"), int):
        return f"telegram_{answer['error_code']}"
    return "garbage" if reply.is_success else f"http_{reply.status_code}"
