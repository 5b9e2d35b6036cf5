"""One service that keeps a page on every network, each in its simulator."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, update
from sqlmodel import col, select

from app.domain.words import IntakeKind
from app.storage.session import Database
from app.storage.tables import Poll
from tests.fakes.toy_network.adapter import ADDRESS, plant
from tests.functional.running import Installation, Service, wait_until
from tests.stands.all import STANDS
from tests.stands.stand import Stand


@dataclass(frozen=True)
class Place:
    """A page on one network, in the simulator and in the service."""

    stand: Stand
    service: Service
    page_id: str
    token: str
    #: Where the network calls.
    address: str = ""

    @property
    def api(self) -> httpx.Client:
        """A client that holds an administrator's token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.service.url, headers=headers, timeout=30)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a route."""
        with self.api as api:
            return _read(api.get(path, params=params))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a route that changes something; the JSON of the answer."""
        with self.api as api:
            return _read(api.post(path, json=body or {}))

    def decision(self, words: str) -> dict[str, Any] | None:
        """The newest decision about a text; None as long as there is none."""
        items = self.get("/v1/decisions", page_id=self.page_id)["items"]
        return next((item for item in items if item["comment"]["text"] == words), None)

    def actions(self) -> dict[str, dict[str, Any]]:
        """The newest action of each kind."""
        items = self.get("/v1/actions", page_id=self.page_id)["items"]
        return {item["kind"]: item for item in reversed(items)}


def _read(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.url.path}: {answer.text}"
    return answer.json()


@dataclass(eq=False)
class Town:
    """The service, and its page on each network."""

    installation: Installation
    service: Service
    places: dict[str, Place]

    def ask_at_once(self) -> None:
        """Let nobody wait before a network is asked again: how long there is nothing to ask for is not the story."""
        database = Database(self.installation.database_url)
        with database.write() as session:
            session.exec(update(Poll).values(due_at=0))
        database.dispose()


def offering(intake: IntakeKind | None, *, most: int = 100) -> list[Stand]:
    """The first networks whose pages can be heard in this way; None = in any."""
    found: list[Stand] = []
    for make in STANDS:
        stand = make()
        offers = intake is None or intake in stand.adapter().form.intakes
        if offers and len(found) < most:
            found.append(stand)
        else:
            # It listens already: whoever is not wanted ends in order.
            with stand:
                continue
    return found


@contextmanager
def town(
    stands: list[Stand],
    database_url: str,
    data_dir: Path,
    intake: IntakeKind | None,
    *,
    policy_file: Path | None = None,
) -> Iterator[Town]:
    """Start the simulators and the service, add the pages, tell the networks where to call."""
    with ExitStack() as stack:
        # The toy is planted in any case, and asks where it is.
        extra = {ADDRESS: "http://127.0.0.1:9"}
        for stand in stands:
            stack.enter_context(stand)
            extra |= stand.environment()
        extra["DVORNIK_NETWORKS"] = ",".join(stand.name for stand in stands)
        installation = Installation(data_dir, database_url, "http://127.0.0.1:9", extra, planted=plant)
        token = installation.json("token", "create", "--role", "admin", "--name", "Тест")["token"]
        policy = installation.json("policy", "add", str(policy_file))["name"] if policy_file else "novokuznetsk-59"
        service = stack.enter_context(installation.serve())
        places = {stand.name: _open(stand, service, token, intake, policy) for stand in stands}
        if intake is IntakeKind.LONGPOLL:
            # Hearing begins with the first question: what was said before it is nobody's loss.
            wait_until(lambda: _asked(installation) >= len(places), seconds=60, what="every network was asked once")
        yield Town(installation, service, places)


def _asked(installation: Installation) -> int:
    """How many pages have been asked for."""
    database = Database(installation.database_url)
    with database.read() as session:
        found = session.exec(select(func.count()).where(col(Poll.polled_at).is_not(None))).one()
    database.dispose()
    return int(found)


def _open(stand: Stand, service: Service, token: str, intake: IntakeKind | None, policy: str) -> Place:
    form = stand.adapter().form
    asked: dict[str, Any] = {
        "network": stand.name,
        "external_id": stand.page,
        "title": f"Район: {stand.name}",
        "policy": policy,
        "mode": "enforce",
        **stand.options,
    }
    if intake is not None:
        asked["intake"] = intake.value
    place = Place(stand, service, "", token)
    page = place.post("/v1/pages", asked)
    assert page["intake"] in {one.value for one in form.intakes}
    address = f"{service.url}{page['callback_url']}"
    if page["intake"] == IntakeKind.CALLBACK:
        stand.call(address)
    return Place(stand, service, page["id"], token, address)
