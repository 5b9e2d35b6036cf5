"""Puts together what goes on beside the requests: duties, jobs, polling, reading again."""

from collections.abc import Callable, Mapping

import httpx

from app.calling.pace import HalfPace, Pace
from app.channels.mail import MailSender, server_at
from app.channels.telegram import TelegramSender
from app.channels.vk import VkSender
from app.domain.clock import Clock
from app.domain.errors import ConfigurationError
from app.domain.events import Event
from app.domain.polling import EventSource, SourceFactory
from app.domain.rereading import Reader, ReaderFactory
from app.domain.watching import ChannelKind, Sender
from app.domain.words import Network
from app.networks.vk.longpoll import VkLongPoll
from app.networks.vk.reading import VkReader
from app.networks.vk.transport import Transport
from app.pipeline.configuration import PageConfig
from app.pipeline.duties.all import duties_with
from app.pipeline.duties.walk import Duty, Round
from app.pipeline.house import House
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.pipeline.judging import judge
from app.pipeline.polling.poller import Poller
from app.pipeline.record.committing import Committer
from app.pipeline.record.items import Item
from app.pipeline.rereading.walking import EVERY as READ_AGAIN_EVERY
from app.pipeline.rereading.walking import NAME as READING_AGAIN
from app.pipeline.rereading.walking import Rereader
from app.pipeline.unjudged.waiting import EVERY as JUDGE_WAITING_EVERY
from app.pipeline.unjudged.waiting import NAME as WAITING
from app.pipeline.unjudged.waiting import Waiting
from app.pipeline.watching import closing, deliveries, silence, telling
from app.pipeline.watching.deliveries import Watcher
from app.pipeline.watching.telling import Post
from app.settings import Settings
from app.wiring import Judging, connector_factories, http_client


def rounds(settings: Settings, house: House, judging: Judging) -> tuple[Round, ...]:
    """Every periodic duty of a process that can judge; whoever waits for others' servers goes a round of its own.

    Raises:
        ConfigurationError: a mail server is set and nobody whom letters come from.
    """
    committer = Committer(house, judging.configuration, judging.model_version_id)
    waiting = Waiting(judging.moderator, committer)
    # What is only asked goes together at a part of each token's rate: an action must not wait for it.
    pace = HalfPace()
    address = f"{settings.public_url}/callbacks/vk" if settings.public_url else ""
    watcher = Watcher(house, connector_factories(settings, pace), address)
    tell = telling.tell_with(alert_post(settings, house.clock))
    duties = (
        (
            *duties_with(settings),
            Duty(WAITING, JUDGE_WAITING_EVERY, waiting.run),
            Duty(closing.NAME, closing.EVERY, closing.close_ended),
            Duty(silence.NAME, silence.EVERY, silence.watch_silence),
        ),
        (Duty(telling.NAME, telling.EVERY, tell),),
        (Duty(deliveries.NAME, deliveries.EVERY, watcher.run),),
        (Duty(READING_AGAIN, READ_AGAIN_EVERY, _rereader(settings, house, judging, pace).run),),
    )
    return tuple(Round(house, judging.configuration, several) for several in duties)


def alert_post(settings: Settings, clock: Clock) -> Post:
    """How an office is told of incidents: e-mail if a server is set, messengers always.

    Raises:
        ConfigurationError: a mail server is set and nobody whom letters come from.
    """
    senders: dict[str, Sender] = {
        ChannelKind.TELEGRAM: TelegramSender(settings.telegram_api_url, http_client),
        ChannelKind.VK: VkSender(lambda: Transport(settings.vk_api_url, http_client(), Pace())),
    }
    if settings.smtp_url:
        if not settings.smtp_from:
            raise ConfigurationError("DVORNIK_SMTP_FROM: ожидается адрес, от которого приходят письма: имя@домен")
        server = server_at(settings.smtp_url, settings.smtp_password.get_secret_value(), settings.smtp_from)
        senders[ChannelKind.EMAIL] = MailSender(server, clock)
    return Post(senders, f"{settings.public_url}/console" if settings.public_url else "")


def _rereader(settings: Settings, house: House, judging: Judging, pace: Pace) -> Rereader:
    committer = Committer(house, judging.configuration, judging.model_version_id)

    def judged(event: Event, page: PageConfig) -> Item:
        return judge(event, page, judging.moderator, house.clock.now())

    return Rereader(committer, judged, reader_factories(settings, pace))


def reader_factories(settings: Settings, pace: Pace) -> Mapping[str, ReaderFactory]:
    """How each network is asked what stands on a page."""

    def vk() -> Reader:
        return VkReader(settings.vk_api_url, http=http_client(), pace=pace)

    known: Mapping[str, ReaderFactory] = {Network.VK: vk}
    return {name: factory for name, factory in known.items() if name in settings.enabled_networks}


def job_runner(house: House, judging: Judging) -> JobRunner:
    """Who carries long work on."""
    return JobRunner(Tools(house, judging.configuration, judging.moderator))


def poller(settings: Settings, house: House, judging: Judging, wake: Callable[[], None]) -> Poller:
    """Who asks networks for the events of pages that they cannot call; `wake` is called when actions were ordered."""
    committer = Committer(house, judging.configuration, judging.model_version_id, on_actions=wake)

    def judged(event: Event, page: PageConfig) -> Item:
        return judge(event, page, judging.moderator, house.clock.now())

    return Poller(house, judging.configuration, committer, judged, event_sources(settings))


def event_sources(settings: Settings) -> Mapping[str, SourceFactory]:
    """How each network is asked for events."""

    def vk() -> EventSource:
        # Each page keeps a question open.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        trust = httpx.create_ssl_context(trust_env=False)

        def http() -> httpx.AsyncClient:
            # As above: a token must reach the named host and no other.
            return httpx.AsyncClient(verify=trust, limits=limits, follow_redirects=False, trust_env=False)

        return VkLongPoll(settings.vk_api_url, http=http)

    known: Mapping[str, SourceFactory] = {Network.VK: vk}
    return {name: factory for name, factory in known.items() if name in settings.enabled_networks}
