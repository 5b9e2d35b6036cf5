"""Puts together what goes on beside the requests: duties, jobs, polling, reading again."""

from collections.abc import Callable, Mapping

from app.calling.clients import http_client
from app.channels.mail import MailSender, server_at
from app.channels.telegram import TelegramSender
from app.channels.vk import sender_at
from app.domain.clock import Clock
from app.domain.connecting import ConnectorFactory
from app.domain.errors import ConfigurationError
from app.domain.events import Event
from app.domain.polling import SourceFactory
from app.domain.rereading import ReaderFactory
from app.domain.watching import ChannelKind, Sender
from app.pipeline.carry_out import manual_watch
from app.pipeline.carry_out.manual_watch import ManualWatch
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
from app.pipeline.watching import closing, deliveries, silence, subscriptions, telling
from app.pipeline.watching.deliveries import Watcher
from app.pipeline.watching.subscriptions import SubscriptionWatcher
from app.pipeline.watching.telling import Post
from app.settings import Settings
from app.storage.polls import Way
from app.wiring import Judging, client_factories, subscriber_factories, switched_on


def rounds(settings: Settings, house: House, judging: Judging) -> tuple[Round, ...]:
    """Every periodic duty of a process that can judge; whoever waits for others' servers goes a round of its own.

    Raises:
        ConfigurationError: a mail server is set and nobody whom letters come from.
    """
    committer = Committer(house, judging.configuration, judging.model_version_id)
    waiting = Waiting(judging.moderator, committer)
    address = f"{settings.public_url}/callbacks/vk" if settings.public_url else ""
    watcher = Watcher(house, watcher_factories(settings, house), address)
    tasks = ManualWatch(house, client_factories(settings, house))
    addresses = SubscriptionWatcher(house, subscriber_factories(settings, house), settings.public_url)
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
        (Duty(manual_watch.NAME, manual_watch.EVERY, tasks.run),),
        (Duty(subscriptions.NAME, subscriptions.EVERY, addresses.run),),
        (Duty(READING_AGAIN, READ_AGAIN_EVERY, _rereader(settings, house, judging).run),),
    )
    return tuple(Round(house, judging.configuration, several) for several in duties)


def alert_post(settings: Settings, clock: Clock) -> Post:
    """How an office is told of incidents: e-mail if a server is set, messengers always.

    Raises:
        ConfigurationError: a mail server is set and nobody whom letters come from.
    """
    senders: dict[str, Sender] = {
        ChannelKind.TELEGRAM: TelegramSender(settings.telegram_api_url, http_client),
        ChannelKind.VK: sender_at(settings.vk_api_url),
    }
    if settings.smtp_url:
        if not settings.smtp_from:
            raise ConfigurationError("DVORNIK_SMTP_FROM: ожидается адрес, от которого приходят письма: имя@домен")
        server = server_at(settings.smtp_url, settings.smtp_password.get_secret_value(), settings.smtp_from)
        senders[ChannelKind.EMAIL] = MailSender(server, clock)
    return Post(senders, f"{settings.public_url}/console" if settings.public_url else "")


def _rereader(settings: Settings, house: House, judging: Judging) -> Rereader:
    committer = Committer(house, judging.configuration, judging.model_version_id)

    def judged(event: Event, page: PageConfig) -> Item:
        return judge(event, page, judging.moderator, house.clock.now())

    return Rereader(committer, judged, reader_factories(settings, house))


def watcher_factories(settings: Settings, house: House) -> Mapping[str, ConnectorFactory]:
    """How it is looked whether each network keeps our callback servers."""
    return {name: one.watcher for name, one in switched_on(settings, house).items() if one.watcher is not None}


def reader_factories(settings: Settings, house: House) -> Mapping[str, ReaderFactory]:
    """How each network is asked what stands on a page."""
    return {name: one.reader for name, one in switched_on(settings, house).items() if one.reader is not None}


def job_runner(house: House, judging: Judging) -> JobRunner:
    """Who carries long work on."""
    return JobRunner(Tools(house, judging.configuration, judging.moderator))


def poller(settings: Settings, house: House, judging: Judging, wake: Callable[[], None]) -> Poller:
    """Who asks networks for the events of pages that they cannot call; `wake` is called when actions were ordered."""
    committer = Committer(house, judging.configuration, judging.model_version_id, on_actions=wake)

    def judged(event: Event, page: PageConfig) -> Item:
        return judge(event, page, judging.moderator, house.clock.now())

    return Poller(house, judging.configuration, committer, judged, event_sources(settings, house))


def event_sources(settings: Settings, house: House) -> Mapping[Way, SourceFactory]:
    """How each network is asked for events, by the way in which its pages' events come."""
    return {
        Way(name, intake, shared=one.source_is_shared): make
        for name, one in switched_on(settings, house).items()
        for intake, make in one.sources.items()
    }
