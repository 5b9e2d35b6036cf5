"""Facebook, once somebody has named it: warned of, greeted, and hiding instead of deleting if the act says so."""

import re
from importlib import resources
from pathlib import Path

import httpx
import pytest

from app.networks.meta.door import SIGNATURE
from app.settings import Settings
from tests.functional.conftest import MAT
from tests.functional.networks.town import Place, town
from tests.functional.running import wait_until
from tests.stands.hearing import AtTheDoor
from tests.stands.meta import MetaStand
from tests.stands.stand import Standing

NAME = "hiding"


def hiding_policy(folder: Path) -> Path:
    """Novokuznetsk's act, with comments hidden where it has them deleted."""
    text = (resources.files("app.policy") / "presets" / "novokuznetsk-59.toml").read_text(encoding="utf-8")
    file = folder / "hiding.toml"
    file.write_text(
        re.sub("^name = .*$", f'name = "{NAME}"', text, flags=re.MULTILINE).replace("delete_comment", "hide_comment"),
        encoding="utf-8",
    )
    return file


def test_it_is_off_unless_it_is_named() -> None:
    """The default names it nowhere, and its adapter says why."""
    assert "meta" not in Settings().enabled_networks
    with MetaStand() as stand:
        assert "21.03.2022" in stand.adapter().off_because


@pytest.mark.timeout(120)
def test_what_is_hidden_is_shown_again(sqlite_url: str, tmp_path: Path) -> None:
    """A policy that hides is carried out so; a person's second thought shows the comment again, to everybody."""
    stand = MetaStand()
    with town([stand], sqlite_url, tmp_path / "data", None, policy_file=hiding_policy(tmp_path)) as house:
        place = house.places["meta"]
        assert stand.confirm(), "the network believes our address"
        _refused(place)
        assert "2523-р" in house.service.log.read_text(encoding="utf-8")
        added = house.installation.json(
            *("page", "add", "--network", "meta", "--external-id", "instagram:17841400000000000", "--title", "Фото")
        )
        assert any("21.03.2022" in warning for warning in added["warnings"])

        rude = stand.write(MAT)
        wait_until(lambda: place.actions().get("hide_comment", {}).get("state") == "done", what="it is hidden")
        assert stand.standing(rude) is Standing.HIDDEN
        decision = place.decision(MAT)
        assert decision is not None
        ruled = place.post(f"/v1/decisions/{decision['id']}/reverse", {"reason": "ошиблись"})
        assert ruled["cannot"] == []
        wait_until(
            lambda: place.actions().get("restore_comment", {}).get("state") == "done",
            seconds=60,
            what="it is shown again",
        )
        assert stand.standing(rude) is Standing.VISIBLE
        house.installation.run("journal", "verify")


def _refused(place: Place) -> None:
    """A forged delivery and a wrong token look alike, and like an address that nobody has."""
    with AtTheDoor(place.stand) as door:
        place.stand.write("Спасибо")
        (request,) = door.requests()
    ours, unknown = place.address, f"{place.service.url}/callbacks/meta/unknown"
    place.stand.call(ours)
    forged = httpx.post(ours, content=request.body + b" ", headers={SIGNATURE: request.headers[SIGNATURE]})
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "wrong"}
    answers = [forged, httpx.get(ours, params=asked), httpx.get(unknown, params=asked)]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert len({answer.content for answer in answers}) == 1
