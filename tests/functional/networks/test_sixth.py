"""A sixth network needs a folder and a line in the wiring: a toy is added so, and the house does not notice."""

from pathlib import Path

import httpx
import pytest

from app.storage.session import Database
from tests.fakes.toy_network.adapter import ADDRESS, plant
from tests.functional.conftest import MAT, THANKS
from tests.functional.networks.town import Place
from tests.functional.running import Installation, wait_until
from tests.stands.stand import Standing
from tests.stands.toy import ToyStand

TITLE = "Игрушечная сеть"


@pytest.mark.timeout(120)
def test_a_folder_and_a_line_make_a_network(sqlite_url: str, tmp_path: Path) -> None:
    """Its page is added, its callbacks are taken, its comments judged and deleted, and people read its title."""
    with ToyStand() as toy:
        extra = dict(toy.environment())
        installation = Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9", extra, planted=plant)
        page = installation.json(
            *("page", "add", "--network", "toy", "--external-id", toy.page, "--title", "Двор", "--mode", "enforce"),
            *("--policy", "novokuznetsk-59", "--secret", "-", "--community-token", "-"),
            stdin=f"{toy.options['secret']}\n{toy.options['community_token']}\n",
        )
        token = installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]
        with installation.serve() as service:
            toy.call(f"{service.url}{page['callback_url']}")
            place = Place(toy, service, page["id"], token)
            kept, rude = toy.write(THANKS, author=toy.neighbour), toy.write(MAT)
            wait_until(lambda: place.actions().get("delete_comment", {}).get("state") == "done", what="it is deleted")
            assert (toy.standing(kept), toy.standing(rude)) == (Standing.VISIBLE, Standing.GONE)
            decision = place.decision(MAT)
            assert decision is not None
            assert decision["comment"]["network"] == "toy"
            assert place.get(f"/v1/pages/{page['id']}")["network"] == "toy"
            assert 'dvornik_events_total{network="toy"' in httpx.get(f"{service.url}/metrics").text
            _read_by_people(place)
        installation.run("journal", "verify")


def _read_by_people(place: Place) -> None:
    """The console says what the network is called, and takes its people's names as the network writes them."""
    with httpx.Client(base_url=place.service.url, follow_redirects=True) as people:
        signed = people.post("/console/sign-in", data={"token": place.token}, headers={"Origin": place.service.url})
        assert signed.status_code == httpx.codes.OK, signed.text
        shown = {path: people.get(f"/console{path}") for path in ("/pages", "/registry", "/persons")}
    assert [answer.status_code for answer in shown.values()] == [httpx.codes.OK] * 3
    assert "Двор" in shown["/pages"].text
    assert TITLE in shown["/registry"].text
    assert f'<option value="toy">{TITLE}</option>' in shown["/persons"].text


def test_without_its_line_nobody_knows_it(sqlite_url: str, tmp_path: Path) -> None:
    """The house names the networks that it has, and opens no address for others."""
    installation = Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:9", {ADDRESS: "http://127.0.0.1:9"})
    with pytest.raises(AssertionError, match="ожидается одна из сетей"):
        installation.run("page", "add", "--network", "toy", "--external-id", "yard-1", "--title", "Двор")
    database = Database(sqlite_url)
    database.dispose()
