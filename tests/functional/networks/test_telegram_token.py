"""A bot's token stands in the address of every call, and is found in nothing that the service leaves behind."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from app.domain.words import IntakeKind
from tests.functional.conftest import MAT, THANKS
from tests.functional.networks.town import town
from tests.functional.running import wait_until
from tests.simulators.telegram_bot_api import TOKEN
from tests.stands.stand import Mishap
from tests.stands.telegram import TelegramStand


class TalkativeStand(TelegramStand):
    """The service tells all that it ever tells."""

    def environment(self) -> Mapping[str, str]:
        """See `Stand`."""
        return {**super().environment(), "DVORNIK_LOG_LEVEL": "DEBUG"}


def polls_failed(url: str) -> int:
    """How many kinds of trouble the service has met while it asked."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    told = [line for line in lines if line.startswith("dvornik_polls_total") and 'network="telegram"' in line]
    return sum("heard" not in line and "opened" not in line for line in told)


@pytest.mark.timeout(120)
def test_the_token_is_found_nowhere(sqlite_url: str, tmp_path: Path) -> None:
    """Asked, deleting, in trouble of every kind and at last dead: neither log, answers, metrics nor files hold it."""
    stand = TalkativeStand()
    said = []
    with town([stand], sqlite_url, tmp_path / "data", IntakeKind.LONGPOLL) as house:
        place = house.places["telegram"]
        stand.write(MAT)
        wait_until(lambda: place.actions().get("delete_comment", {}).get("state") == "done", what="it is deleted")
        for mishap in Mishap:
            stand.misbehave(mishap)
            house.ask_at_once()
            wait_until(lambda: polls_failed(house.service.url) > len(said), what=f"asked in {mishap}", seconds=60)
            said.append(str(place.get(f"/v1/pages/{place.page_id}")))
        stand.misbehave(None)
        house.ask_at_once()
        stand.write(THANKS)
        wait_until(lambda: place.decision(THANKS), what="it is heard again", seconds=60)
        stand.kill_tokens()
        log = house.service.log
        wait_until(lambda: "telegram_401" in log.read_text(encoding="utf-8"), what="the token dies", seconds=60)
        said += [str(place.get("/v1/actions")), httpx.get(f"{house.service.url}/metrics").text]
        said.append(log.read_text(encoding="utf-8"))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    said += [file.read_bytes().decode("utf-8", errors="replace") for file in files]

    secret = TOKEN.partition(":")[2]
    assert any(MAT in one for one in said), "what is no secret is found, so a secret would be too"
    assert [one[:200] for one in said if secret in one] == []
