"""What the routes of a process are given: made by the wiring once, shared by the API and the console."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.connecting import ConnectorFactory
from app.domain.ports import Abilities, ClientFactory
from app.domain.subscribing import SubscriberFactory
from app.pipeline.census import Counting
from app.pipeline.configuration import Configuration
from app.pipeline.duties.walk import Duty
from app.pipeline.house import House
from app.pipeline.moderate import Moderator
from app.pipeline.objections.rates import Rates
from app.pipeline.refusals import Refusals
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelName:
    """The artefact that this process judges with."""

    name: str
    version: str
    #: What is amiss with the dictionary that it was made with; `/readyz` says it.
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes use; made by the wiring, kept at `app.state.services`."""

    house: House
    settings: Settings
    moderator: Moderator
    configuration: Configuration
    model: ModelName
    #: Threads that must live as long as the process: what each is for, and whether it does.
    threads: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    #: What each network can do, for saying beforehand what can be taken back.
    abilities: Mapping[str, Abilities] = field(default_factory=dict)
    #: How each network is called.
    clients: Mapping[str, ClientFactory] = field(default_factory=dict)
    #: How deliveries are set up on each network that can be set up through its API.
    connectors: Mapping[str, ConnectorFactory] = field(default_factory=dict)
    #: How networks that call one address for a whole bot are told it.
    subscribers: Mapping[str, SubscriberFactory] = field(default_factory=dict)
    #: What waits in the database, for `/metrics`.
    counting: Counting | None = None
    #: Everything that some process does periodically; `/readyz` says what is late.
    duties: Sequence[Duty] = ()
    #: How often each site has sent objections lately.
    rates: Rates = field(default_factory=Rates)
    #: Which addresses the API has turned away lately.
    refusals: Refusals = field(default_factory=Refusals)
