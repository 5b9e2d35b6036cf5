"""The HTTP API on a real house: pages, people with tokens, and comments that went through the real recording."""

import ssl
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import select

from app.api.routes import include_api
from app.domain.copies import text_print
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.principals import Principal
from app.domain.words import Kind, Role
from app.pipeline.administration.accounts import authenticate, create_token
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.duties.all import duties_with
from app.pipeline.house import House
from app.pipeline.models import register_model
from app.pipeline.moderate import Moderator
from app.pipeline.process import ModelName, Services
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.pipeline.refusals import Refusals
from app.settings import Settings
from app.storage.tables import Action, Decision, Journal
from app.wiring import abilities_of
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector
from tests.fakes.contract import Contract, Description
from tests.fakes.house import make_house
from tests.fakes.network import FakeNetwork
from tests.fakes.scorer import WordScorer
from tests.fakes.serving import Serving
from tests.fakes.thresholds import FakeThresholds

SECOND = 1_000_000
BODY_LIMIT = 256 * 1024
#: Nothing here goes over TLS, and reading a machine's certificates takes longer than most requests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def bare_app(services: Services) -> FastAPI:
    """The API alone, as the real application mounts it."""
    app = FastAPI(openapi_url=None)
    include_api(app)
    app.state.services = services
    return app


@cache
def _description() -> Description:
    """What the API says of itself; it takes a while, so that all yards of a process share it."""
    app = FastAPI(openapi_url=None)
    include_api(app)
    return Description(app.openapi())


class Yard:
    """One installation behind its API."""

    def __init__(self, url: str, folder: Path) -> None:
        self.clock = FakeClock()
        self.house: House = make_house(url, self.clock)
        ensure_presets(self.house)
        thresholds = FakeThresholds()
        self.model_id = register_model(self.house, thresholds)
        self.configuration = Configuration(self.house, thresholds)
        self.moderator = Moderator(WordScorer())
        self.network = FakeNetwork()
        settings = Settings(data_dir=folder, database_url=url, body_limit=BODY_LIMIT)
        name = ModelName("dvornik", thresholds.version)
        self.services = Services(
            self.house,
            settings,
            self.moderator,
            self.configuration,
            name,
            abilities=abilities_of(self.house.networks),
            duties=duties_with(settings),
            clients={"vk": self.network.client},
            connectors={"vk": FakeConnector},
            # Walks of every route collect refusals by the hundred, on a clock that stands still.
            refusals=Refusals(burst=1_000_000),
        )
        self.app = bare_app(self.services)
        self._contract = Contract(self.app, _description())
        self._serving = Serving(self._contract)
        self._clients: list[httpx.Client] = []
        self.anonymous = self._connect({})
        self.page = self.add_page("229000001", "enforce")
        self._number = 0

    def close(self) -> None:
        """Stop serving and give all connections back; every answer must have been one that is declared."""
        for client in self._clients:
            client.close()
        self._serving.stop()
        self.house.database.dispose()
        assert self._contract.broken == []

    def add_page(self, external_id: str, mode: str, policy: str = "novokuznetsk-59") -> int:
        """A page of VK."""
        new = NewPage(
            "vk", external_id, f"Страница {external_id}", policy=policy, mode=mode, secret="s", user_token="u"
        )
        return int(add_page(self.house, new, by="cli").id)

    def token(self, role: Role | str, name: str = "", pages: list[int] | None = None) -> str:
        """A bearer token."""
        return create_token(self.house, role=str(role), name=name or str(role), pages=pages, by="cli")[1]

    def client(self, role: Role | str, name: str = "", pages: list[int] | None = None) -> httpx.Client:
        """A client that shows such a token."""
        return self._connect({"Authorization": f"Bearer {self.token(role, name, pages)}"})

    def _connect(self, headers: dict[str, str]) -> httpx.Client:
        client = httpx.Client(base_url=self._serving.url, headers=headers, timeout=30, verify=_NO_TLS)
        self._clients.append(client)
        return client

    def person(self, name: str, role: Role = Role.MODERATOR) -> Principal:
        """Somebody who may act."""
        return authenticate(self.house, self.token(role, name))

    def comment(
        self,
        text: str,
        *,
        page: str = "229000001",
        author: str = "15170",
        private: bool = False,
        compared: bool = False,
    ) -> int:
        """A comment goes the way of all comments; returns its decision's id. `compared`: copies are counted."""
        self.clock.advance(SECOND)
        self._number += 1
        kind = Kind.MESSAGE if private else Kind.WALL
        body = Written(
            Act.NEW,
            CommentRef(kind, "", str(self._number)),
            author,
            text,
            post="17",
            url=f"https://vk.com/wall-{page}_17?reply={self._number}",
            written_at=self.clock.now(),
            private=private,
        )
        with self.house.database.transact() as transaction:
            config = self.configuration.within(transaction).pages["vk", page]
            judgement = self.moderator.judge(text, policy=config.policy)
            event = Event("vk", page, "wall_reply_new", f"{page}:{self._number}", body, b"{}")
            record(
                transaction,
                self.house,
                self.configuration,
                [Item(event, config.id, self.clock.now(), judgement, print=text_print(text) if compared else None)],
                self.model_id,
            )
        with self.house.database.read() as session:
            return session.exec(select(Decision.id).order_by(Decision.id.desc())).first()

    def action_of(self, decision: int, kind: str) -> Action:
        """The decision's action of this kind as it stands."""
        with self.house.database.read() as session:
            query = select(Action).where(Action.decision_id == decision, Action.kind == kind)
            return session.exec(query).one()

    def change(self, table: type[Any], number: int, **columns: Any) -> None:
        """Change a row behind the house's back, as another process would."""
        with self.house.database.write() as session:
            row = session.get_one(table, number)
            for name, value in columns.items():
                setattr(row, name, value)
            session.add(row)

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.house.database.read() as session:
            return list(session.exec(select(table)))

    def journal(self, kind: str) -> list[Journal]:
        """The journal's entries of a kind."""
        return [entry for entry in self.rows(Journal) if entry.kind == kind]
