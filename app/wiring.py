"""The one place where concrete classes are chosen; tests pass their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import Session

from app.domain.abilities import Abilities
from app.domain.clock import Clock, SystemClock
from app.domain.connecting import ConnectorFactory
from app.domain.errors import ConfigurationError
from app.domain.ids import IdMaker
from app.domain.ports import Adapter, ClientFactory
from app.domain.subscribing import SubscriberFactory
from app.journal.keys import refuse_other_keys, signed_ends
from app.journal.verify import missing_guards
from app.networks.max.adapter import max_messenger
from app.networks.meta.adapter import meta
from app.networks.ok.adapter import ok
from app.networks.telegram.adapter import telegram
from app.networks.vk.adapter import vk
from app.outbox.endings import alert
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.models import open_model, register_model
from app.pipeline.moderate import Moderator
from app.pipeline.promotion.shelf import Shelf
from app.settings import Settings
from app.storage.nodes import draw_node
from app.storage.pepper import has_sealed, keep_pepper
from app.storage.session import NEWER, Database, Schema, migrate, schema_of
from app.storage.vault import JournalKey, Vault, journal_key, open_vault
from app.telemetry import MEMORIES
from model.artefact import DEFAULT_ARTEFACT, Artefact
from model.lemmas import dictionary_warnings
from model.manifest import Manifest
from model.scorer import Scorer

_log = structlog.get_logger()
#: Every network that the house knows; the rest of it does not notice which one it deals with.
NETWORKS: Final[tuple[Callable[[Settings], Adapter], ...]] = (vk, ok, max_messenger, telegram, meta)


def open_house(
    settings: Settings,
    *,
    clock: Clock | None = None,
    new_journal_key: bool = False,
    new_encryption_key: bool = False,
) -> House:
    """Database, keys, clock and ids; SQLite is migrated on the way, an old PostgreSQL schema is refused.

    `new_journal_key` = a journal that another key signed is about to be taken over: the key may even be made.
    `new_encryption_key` = the one that sealed the database's secrets is lost: another one may take its place.

    Raises:
        ConfigurationError: the schema is not the one that this code needs, or a key does not fit.
    """
    clock = clock or SystemClock()
    networks = all_networks(settings)
    _refuse_unknown_networks(settings, networks)
    database = Database(settings.resolved_database_url)
    if database.is_sqlite:
        migrate(database.url)
    elif (schema := schema_of(database)) is not Schema.CURRENT:
        database.dispose()
        behind = "схема базы данных устарела или не создана: выполните `dvornik migrate`"
        raise ConfigurationError(NEWER if schema is Schema.AHEAD else behind)
    try:
        with database.write() as session:
            node = draw_node(session)
            vault = _vault(settings, session, new=new_encryption_key)
        key = _journal_key(settings, database, new=new_journal_key)
    except ConfigurationError:
        database.dispose()
        raise
    return House(
        database=database,
        vault=vault,
        journal_key=key,
        clock=clock,
        ids=IdMaker(clock, node),
        networks=networks,
    )


def _vault(settings: Settings, session: Session, *, new: bool) -> Vault:
    vault = open_vault(
        settings.encryption_key.get_secret_value(), settings.data_dir, may_make=new or not has_sealed(session)
    )
    return vault if new else keep_pepper(session, vault)


def _journal_key(settings: Settings, database: Database, *, new: bool) -> JournalKey:
    # The journal is read before the key: whoever starts first makes the key before the first entry.
    with database.read() as session:
        ends = signed_ends(session)
    key = journal_key(settings.journal_key.get_secret_value(), settings.data_dir, may_make=new or not ends)
    if not new:
        refuse_other_keys(ends, key)
    return key


def artefact_folder(settings: Settings) -> Path:
    """Where the model is: the folder that was named, else the one that was promoted, else the one that is shipped.

    Raises:
        ConfigurationError: what says which model was promoted is broken.
    """
    return settings.model or Shelf(settings.data_dir).folder() or DEFAULT_ARTEFACT


def open_artefact(settings: Settings) -> Artefact:
    """The model in use, checked byte by byte.

    Raises:
        ConfigurationError: it is missing, was tampered with or exchanged, or does not fit this version.
    """
    artefact = open_model(artefact_folder(settings))
    if settings.model is None:
        Shelf(settings.data_dir).check(artefact)
    return artefact


def awaited_model(settings: Settings) -> str | None:
    """The promoted version that the next start judges with; None where none was promoted or a setting names the folder.

    Raises:
        ConfigurationError: what says so is broken.
    """
    return None if settings.model is not None else Shelf(settings.data_dir).version()


@dataclass(frozen=True, slots=True)
class Judging:
    """What judging needs: what is known of the model, the moderator and the pages' configuration bound to it.

    The artefact's arrays are not kept: the scorer has its own.
    """

    manifest: Manifest
    moderator: Moderator
    configuration: Configuration
    model_version_id: int


def open_judging(settings: Settings, house: House) -> Judging:
    """Load the model, register it and the presets, read the pages; people are told if the journal stands unguarded."""
    artefact = open_artefact(settings)
    for warning in dictionary_warnings(artefact.manifest.libraries):
        _log.warning(warning)
    for network in switched_on(settings, house).values():
        if network.off_because:
            _log.warning("network_named_against_advice", network=network.name, because=network.off_because)
    ensure_presets(house)
    model_version_id = register_model(house, artefact.manifest)
    configuration = Configuration(house, artefact.manifest)
    with house.database.read() as session:
        configuration.current(session)
        for guard in missing_guards(session):
            alert("journal_guard_missing", guard=guard)
    scorer = Scorer(artefact)
    MEMORIES.watch(scorer.memories)
    return Judging(artefact.manifest, Moderator(scorer), configuration, model_version_id)


def all_networks(settings: Settings) -> dict[str, Adapter]:
    """Every network that there is an adapter for, by its name."""
    made = [adapter(settings) for adapter in NETWORKS]
    return {one.name: one for one in made}


def switched_on(settings: Settings, house: House) -> Mapping[str, Adapter]:
    """Networks whose events are taken and whose actions are sent."""
    return {name: one for name, one in house.networks.items() if name in settings.enabled_networks}


def client_factories(settings: Settings, house: House) -> Mapping[str, ClientFactory]:
    """How the worker makes a client for each network."""
    return {name: partial(one.client, house.clock) for name, one in switched_on(settings, house).items()}


def connector_factories(settings: Settings, house: House) -> Mapping[str, ConnectorFactory]:
    """How a page's deliveries are set up on each network that keeps callback servers."""
    return {name: one.connector for name, one in switched_on(settings, house).items() if one.connector is not None}


def subscriber_factories(settings: Settings, house: House) -> Mapping[str, SubscriberFactory]:
    """How each network that calls one address for a whole bot is told that address."""
    return {name: one.subscriber for name, one in switched_on(settings, house).items() if one.subscriber is not None}


def abilities_of(networks: Mapping[str, Adapter]) -> Mapping[str, Abilities]:
    """What can be done on every network that there is an adapter for."""
    return {name: one.abilities for name, one in networks.items()}


def _refuse_unknown_networks(settings: Settings, networks: Mapping[str, Adapter]) -> None:
    if settings.enabled_networks - networks.keys():
        raise ConfigurationError(f"DVORNIK_NETWORKS: ожидается список через запятую из {', '.join(networks)}")
