"""Sends each channel what waits for it: in one letter, not in its quiet hours, again and again until it is taken."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import structlog
from sqlmodel import Session, col, select

from app.domain.clock import MINUTE, SECOND
from app.domain.errors import ConfigurationError
from app.domain.ports import Slot
from app.domain.watching import ChannelKind, Handed, Letter, Sender
from app.outbox.backoff import Jitter, delay
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.watching.letters import MOST, Place, clean, letter, told
from app.storage import channels as queries
from app.storage.incidents import pages_of_channel
from app.storage.outbox import usable_credentials
from app.storage.pages import page_of, pages_of_connection
from app.storage.tables import AlertChannel, Incident, Page
from app.telemetry import ALERT_MESSAGES

NAME: Final = "alerts"
EVERY: Final = 5 * SECOND
#: A channel gets at most one letter in so long: a storm becomes one list and not a hundred letters.
APART: Final = 30 * SECOND
#: Longer than any sender takes; whoever died in the middle of sending is followed by another after it.
_LEASE: Final = 2 * MINUTE

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """How channels are reached: a sender by kind (one that is missing is not set up), and the console's address."""

    senders: Mapping[str, Sender]
    console: str = ""


def tell_with(post: Post) -> Callable[[House, Configuration, threading.Event], None]:
    """The duty that sends what waits."""

    def run(house: House, _configuration: Configuration, stop: threading.Event) -> None:
        tell(house, post, stop=stop)

    return run


def tell(house: House, post: Post, *, stop: threading.Event | None = None, jitter: Jitter = random.random) -> int:
    """Send every channel what is due; returns how many letters were taken."""
    now = house.clock.now()
    with house.database.read() as session:
        due = queries.due_channels(session, now)
        sent = queries.last_sent(session) if due else {}
    taken = 0
    for channel in due:
        if stop is not None and stop.is_set():
            break
        if is_quiet(channel, now) or now - sent.get(channel.id, 0) < APART:
            continue
        taken += _tell_one(house, post, channel, jitter)
    return taken


def is_quiet(channel: AlertChannel, now: int) -> bool:
    """Whether the channel's owners sleep."""
    if channel.quiet_from is None or channel.quiet_to is None:
        return False
    there = datetime.fromtimestamp(now // SECOND, ZoneInfo(channel.timezone))
    minute = there.hour * 60 + there.minute
    if channel.quiet_from <= channel.quiet_to:
        return channel.quiet_from <= minute < channel.quiet_to
    return minute >= channel.quiet_from or minute < channel.quiet_to


def hand_over(house: House, post: Post, channel: AlertChannel, what: Letter) -> Handed:
    """Give a letter to the channel's sender."""
    sender = post.senders.get(channel.kind)
    if sender is None:
        return Handed("not_set_up")
    with house.database.read() as session:
        target = _target(session, house, channel)
    if isinstance(target, str):
        return Handed(target)
    try:
        return sender.send(target, what)
    except Exception as error:  # noqa: BLE001 - a sender is total; if it is not, the others' letters still go out
        # Its message may hold an address.
        _log.error("sender_broke", channel=channel.id, kind=channel.kind, error=type(error).__name__)
        return Handed("client_error")


def _tell_one(house: House, post: Post, channel: AlertChannel, jitter: Jitter) -> bool:
    now = house.clock.now()
    until = now + _LEASE
    with house.database.write() as session:
        parts = queries.claim(session, channel.id, now, until)
        places = {one.incident.id: _place(session, one.incident, channel) for one in told(parts)[:MOST]}
    if not parts:
        return False
    handed = hand_over(house, post, channel, letter(parts, places, zone=channel.timezone, console=post.console))
    code = handed.code
    ALERT_MESSAGES.labels(channel.kind, code or "sent").inc()
    attempts = max(one.attempts for one in parts)
    then = house.clock.now()
    with house.database.write() as session:
        again = then + max(delay(attempts, jitter), handed.after or 0)
        queries.settle(
            session, channel.id, until, sent_at=None if code else then, due_at=again if code else then, error=code
        )
    if code:
        _log.warning("alert_not_sent", channel=channel.id, kind=channel.kind, code=code, attempts=attempts)
    return not code


def _target(session: Session, house: House, channel: AlertChannel) -> Mapping[str, str] | str:
    """What the sender needs to know, or why nobody can be reached."""
    try:
        target = msgspec.json.decode(house.vault.open(channel.target_enc), type=dict[str, str])
        if channel.kind != ChannelKind.VK:
            return target
        page = page_of(session, int(target["page_id"]))
        rows = usable_credentials(session, page.connection_id, page.id) if page else []
        keys = [row for row in rows if row.slot == Slot.COMMUNITY]
        return {**target, "token": house.vault.open(keys[0].token_enc)} if keys else "no_token"
    except ConfigurationError:
        return "sealed_with_another_key"


def _place(session: Session, incident: Incident, channel: AlertChannel) -> Place:
    """Where an incident is, for people; of a shared token only the pages that the channel is told of."""
    if incident.page_id:
        page = session.exec(select(Page).where(col(Page.id) == incident.page_id)).first()
        return Place(f"«{clean(page.title)}»" if page else "снятая страница", f"/pages/{incident.page_id}")
    if incident.connection_id:
        mine = pages_of_channel(channel)
        pages = [one for one in pages_of_connection(session, incident.connection_id) if not mine or one.id in mine]
        first = f"«{clean(pages[0].title)}»" if pages else "снятая страница"
        more = f" и ещё {len(pages) - 1} с тем же ключом" if len(pages) > 1 else ""
        return Place(f"{first}{more}", f"/pages/{pages[0].id}" if pages else "/pages")
    return Place("сервис", "/pages")
