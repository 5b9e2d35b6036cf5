"""Sends a letter to a Telegram chat through the office's own bot."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import msgspec

from app.domain.clock import DAY, SECOND
from app.domain.watching import Handed, Letter

_ANSWER_BYTES: Final = 100_000


class TelegramSender:
    """A `Sender`; the target names `chat` and the bot's `token`, which stands in the address and is never told."""

    def __init__(self, base_url: str, client: Callable[[], httpx.Client]) -> None:
        """Letters are rare: `client` opens one for each."""
        self._base = base_url.rstrip("/")
        self._client = client

    def send(self, target: Mapping[str, str], letter: Letter) -> Handed:
        """See `Sender`; codes: `telegram_<error code>`, `http_<status>`, `unreachable`, `timeout`, `garbage`."""
        body = {
            "chat_id": target["chat"],
            "text": f"{letter.subject}\n\n{letter.text}",
            "link_preview_options": {"is_disabled": True},
        }
        try:
            with self._client() as http:
                reply = http.post(f"{self._base}/bot{target['token']}/sendMessage", json=body)
        except httpx.TimeoutException:
            return Handed("timeout")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Handed("unreachable")
        return _read(reply)


def _read(reply: httpx.Response) -> Handed:
    try:
        answer: Any = msgspec.json.decode(reply.content[:_ANSWER_BYTES])
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and answer.get("ok") is True:
        return Handed()
    if isinstance(answer, dict) and type(answer.get("error_code")) is int:
        return Handed(f"telegram_{answer['error_code']}", _wait(answer.get("parameters")))
    return Handed("garbage" if reply.is_success else f"http_{reply.status_code}")


def _wait(parameters: object) -> int | None:
    """How long the bot is to say nothing, at most a day, if Telegram says so."""
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return min(seconds * SECOND, DAY) if isinstance(seconds, int) and seconds > 0 else None
