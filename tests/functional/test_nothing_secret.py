"""Marked secrets go through everything that a bad day brings, and are found in nothing that the service leaves behind."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.functional.commands.conftest import Shell
from tests.functional.conftest import GROUP, MAT, PUBLIC
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import VkSimulator

PAGE_SECRET, NEXT_SECRET = "markPAGE7f3a", "markNEXT1c9d"
COMMUNITY, USER, NEW_USER = "markCOMMUNITY52be", "markUSER90aa", "markNEWUSER77e1"
JOURNAL = "markJOURNAL" + "k" * 40
MAIL = "markMAIL31d0"
WRONG = "markWRONG with a space"
#: None of them has a place in anything that is printed, logged, answered or stored in the clear.
MARKS = [PAGE_SECRET, NEXT_SECRET, COMMUNITY, USER, NEW_USER, JOURNAL, MAIL, "markWRONG"]


class Everything:
    """Whatever was said, by where."""

    def __init__(self, place: Installation, shell: Shell) -> None:
        self.place = place
        self.shell = shell
        self.said: dict[str, str] = {}

    def command(self, *arguments: str, stdin: str = "", code: int | None = 0) -> str:
        """Run a command; what it prints is kept, and returned. `code` None = it may work or not."""
        done = self.shell.run(arguments, stdin, self.place.environment())
        assert code in {None, done.code}, f"{arguments}: {done}"
        self.keep(" ".join(arguments), done.out + done.err)
        return done.out

    def keep(self, where: str, what: str) -> None:
        """Keep what was said; the same place may say several things."""
        self.said[where] = self.said.get(where, "") + what

    def request(self, client: httpx.Client, method: str, path: str, body: object = None) -> httpx.Response:
        """Call the service and keep its answer, headers too."""
        answer = client.request(method, path, content=body if isinstance(body, bytes) else json.dumps(body))
        self.keep(f"{method} {path}", f"{answer.status_code} {answer.headers} {answer.text}")
        return answer

    def leaks(self, marks: list[str]) -> list[tuple[str, str]]:
        """Which mark stands where."""
        return [(where, mark) for where, text in self.said.items() for mark in marks if mark in text]


@pytest.fixture
def place(vk: VkSimulator, sqlite_url: str, tmp_path: Path) -> Installation:
    """Every secret of an installation is marked; the log tells all that it ever tells."""
    extra = {
        "DVORNIK_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "DVORNIK_JOURNAL_KEY": JOURNAL,
        "DVORNIK_SMTP_PASSWORD": MAIL,
        "DVORNIK_LOG_LEVEL": "DEBUG",
    }
    vk.add_community(GROUP, managers=[5])
    vk.add_token("community", GROUP, value=COMMUNITY)
    vk.add_token("user", GROUP, value=USER)
    vk.add_token("user", GROUP, value=NEW_USER, user_id=900_000_002)
    return Installation(tmp_path / "data", sqlite_url, vk.base_url, extra)


@pytest.fixture
def everything(place: Installation) -> Iterator[Everything]:
    """Nothing yet, and a process that takes command lines."""
    shell = Shell(place.environment())
    yield Everything(place, shell)
    shell.close()


def requests_of(page: str) -> Iterator[tuple[str, str, object]]:
    """Requests that carry secrets rightly, wrongly and where none belong."""
    event = {"type": "wall_reply_new", "group_id": GROUP, "secret": PAGE_SECRET}
    for body in (
        {**event, "object": []},
        {**event, "object": {"id": "x", "from_id": PAGE_SECRET, "text": 5}},
        {**event, "secret": [PAGE_SECRET]},
        {**event, "secret": {"deep": USER}},
        {**event, "type": PAGE_SECRET * 20},
        {**event, "type": "confirmation"},
        {**event, "secret": WRONG},
        {"secret": PAGE_SECRET},
    ):
        yield "POST", "/callbacks/vk", body
    yield "POST", "/callbacks/vk", f'{{"secret": "{PAGE_SECRET}", "group_id": {GROUP}, broken'.encode()
    for change in (
        {"secret": WRONG},
        {"user_token": WRONG},
        {"user_token": [USER]},
        {"community_token": {"a": COMMUNITY}},
        {"no_such_field": USER},
        {"mode": USER},
        {"timezone": "Nowhere/" + USER, "secret": PAGE_SECRET},
        {"user_token": NEW_USER, "secret": NEXT_SECRET},
    ):
        yield "PATCH", f"/v1/pages/{page}", change
    new = {"network": "vk", "external_id": str(GROUP), "title": "Двойник", "secret": PAGE_SECRET, "user_token": USER}
    yield "POST", "/v1/pages", new
    yield "POST", "/v1/pages", {**new, "external_id": WRONG, "community_token": WRONG}
    for path in ("/v1/pages", f"/v1/pages/{page}", "/readyz", "/metrics", "/v1/actions", "/v1/decisions"):
        yield "GET", path, None


def test_no_secret_is_found_anywhere(vk: VkSimulator, everything: Everything, tmp_path: Path) -> None:
    """Commands, answers, metrics, the log at its most talkative, the database, its copy and the list of processes."""
    add = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район", "--mode", "enforce")
    keys = ("--policy", "novokuznetsk-59", "--secret", "-", "--user-token", "-", "--community-token", "-", "--json")
    page = json.loads(everything.command(*add, *keys, stdin=f"{NEXT_SECRET}\n{USER}\n{COMMUNITY}\n"))
    assert page["secret"] == NEXT_SECRET
    # What `page add` prints is the secret itself, this once and to whoever gave it.
    everything.said.clear()
    everything.command("page", "set", page["id"], "--secret", "-", stdin=PAGE_SECRET + "\n")
    token = json.loads(everything.command("token", "create", "--role", "admin", "--name", "Тест", "--json"))["token"]
    everything.said.clear()
    with everything.place.serve() as service:
        community = vk.state.communities[GROUP]
        community.callback_url, community.secret = f"{service.url}/callbacks/vk", PAGE_SECRET
        vk.fail_next("wall.deleteComment", "close", "garbage", "http_502", 5)
        vk.send_new(vk.post_comment(GROUP, MAT, author=PUBLIC))
        wait_until(lambda: len(vk.calls_of("wall.deleteComment")) >= 2, what="VK is asked again")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with httpx.Client(base_url=service.url, headers=headers, timeout=30) as client:
            for method, path, body in requests_of(page["id"]):
                everything.request(client, method, path, body)
            client.headers["Authorization"] = f"Bearer {token}x"
            everything.request(client, "GET", "/v1/pages")
            login = client.post("/console/enter", data={"token": token + "x"})
            everything.keep("console", f"{login.headers} {login.text}")
        commands(everything, vk, page["id"])
        processes = b"".join(file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if readable(file))
        everything.keep("processes", processes.decode(errors="replace"))
        everything.command("backup", str(tmp_path / "copy"))
        wait_until(lambda: "vk_5" in service.log.read_text(encoding="utf-8"), what="a key dies", seconds=60)
        everything.keep("log", service.log.read_text(encoding="utf-8"))
    files = [file for root in (everything.place.data_dir, tmp_path / "copy") for file in root.rglob("*")]
    files += list(tmp_path.glob("*.sqlite3*"))
    for file in files:
        if file.is_file():
            everything.keep(str(file), file.read_bytes().decode("utf-8", errors="replace"))

    # What is no secret is found, so a secret would be too.
    shown = {where for where, _ in everything.leaks(["Район"])}
    assert {"page list", "page list --json", f"GET /v1/pages/{page['id']}"} <= shown
    assert {Path(where).name for where in shown} >= {"dvornik.sqlite3"}
    assert "vk_5" in everything.said["log"]
    encryption = everything.place.extra["DVORNIK_ENCRYPTION_KEY"]
    assert everything.leaks([*MARKS, encryption, token]) == []


def commands(everything: Everything, vk: VkSimulator, page: str) -> None:
    """What people run on a bad day."""
    for arguments in (
        ("page", "list"),
        ("page", "list", "--json"),
        ("page", "show", page),
        ("page", "show", page, "--json"),
    ):
        everything.command(*arguments)
    everything.command("page", "check", page)
    for trouble in (15, "garbage"):
        # The worker asks too, and may be the one whom it hits.
        vk.fail_next("*", trouble, trouble)
        everything.command("page", "check", page, code=None)
        everything.command("page", "connect", page, code=None)
    for option in ("--secret", "--user-token", "--community-token"):
        everything.command("page", "set", page, option, "-", stdin=WRONG + "\n", code=2)
        everything.command("page", "set", page, option, WRONG, code=2)
    everything.command("keys", "show", "--json")
    everything.command("token", "list", "--json")
    everything.command("journal", "verify", "--json")


def readable(file: Path) -> bool:
    """Processes end while they are looked at."""
    try:
        return bool(file.read_bytes())
    except OSError:
        return False
