"""A server that VK cannot reach: the real service notices it and a letter comes to the office's own mail server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import GROUP
from tests.functional.running import Installation
from tests.simulators.mail import MailSimulator
from tests.simulators.vk import VkSimulator

PASSWORD = "a-password-of-the-mail-server"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailSimulator]:
    """A mail server that wants TLS and a password."""
    with MailSimulator(tmp_path, tls="implicit", password=PASSWORD) as server:
        yield server


@pytest.mark.timeout(180)
def test_an_office_is_told_that_nothing_can_reach_it(
    tmp_path: Path, sqlite_url: str, vk: VkSimulator, mail: MailSimulator
) -> None:
    """The trial letter, then the incident: from VK's word to a letter, with neither password nor address in the log."""
    extra = {
        "DVORNIK_SMTP_URL": mail.url,
        "DVORNIK_SMTP_PASSWORD": PASSWORD,
        "DVORNIK_SMTP_FROM": "dvornik@adm.example",
        "DVORNIK_PUBLIC_URL": "https://adm.example",
        "SSL_CERT_FILE": str(mail.certificate),
    }
    office = Installation(tmp_path / "data", sqlite_url, vk.base_url, extra)
    community = vk.add_community(GROUP, callback_url="https://adm.example/callbacks/vk", managers=[5])
    community.servers[1].status = "failed"
    page = office.json(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район"),
        *("--secret", "-", "--user-token", "-"),
        stdin=f"secret\n{vk.add_token('user', GROUP)}\n",
    )
    channel = office.json("alerts", "add", "--email", "press@adm.example", "--timezone", "Asia/Novokuznetsk")
    office.run("alerts", "test", channel["id"])
    assert mail.letters[0].message["Subject"] == "Дворник: проверка связи"
    with office.serve() as service:
        assert mail.wait_for(2, timeout=60)
        service.stop()
        log = service.log.read_text(encoding="utf-8")
    letter = mail.letters[1]
    assert letter.recipients == ["press@adm.example"]
    assert letter.message["Subject"] == "Дворник: «Район»: сеть не может передать события"
    assert f"https://adm.example/console/pages/{page['id']}" in letter.text
    [incident] = office.json("alerts", "history")
    assert (incident["what"], incident["code"], incident["pages"]) == ("callback_server", "failed", [page["id"]])
    told = [json.loads(line) for line in log.splitlines() if "incident_began" in line]
    assert [one["code"] for one in told] == ["failed"]
    assert PASSWORD not in log
    assert "press@" not in log
