"""Channels by which an office is told: adding, listing, trying and removing them; each act is journalled."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlmodel import Session

from app.domain.errors import ConfigurationError, InvalidInputError, NotFoundError
from app.domain.mailbox import EXPECTED, mailbox
from app.domain.watching import ChannelKind
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.house import House
from app.pipeline.watching.letters import trial
from app.pipeline.watching.telling import Post, hand_over
from app.storage import channels as queries
from app.storage.incidents import pages_of_channel
from app.storage.pages import page_of
from app.storage.tables import AlertChannel

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_CHAT: Final = re.compile(r"-?[1-9][0-9]{0,18}|@[A-Za-z0-9_]{4,64}", re.ASCII)
_BOT: Final = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{10,100}", re.ASCII)
_QUIET: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel as a person describes it; `address` is an e-mail address, a VK user's number or a Telegram chat.

    `page` is the VK page whose key writes, `token` the Telegram bot's; `pages` None = told of everything.
    """

    kind: str
    address: str
    page: int | None = None
    token: str = field(default="", repr=False)
    pages: Collection[int] | None = None
    #: `22:00-07:00` in `timezone`; '' = none.
    quiet: str = ""
    timezone: str = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class ChannelShown:
    """A channel as lists show it; instants in microseconds; never a token."""

    id: int
    kind: str
    address: str
    pages: tuple[int, ...] | None
    quiet: str
    timezone: str
    created_at: int
    created_by: str
    last_sent_at: int | None
    #: Messages that wait for it, and why the last attempt to send them failed.
    waiting: int
    last_error: str


def add_channel(house: House, new: NewChannel, *, by: str) -> ChannelShown:
    """Tell somebody of incidents from now on.

    Raises:
        InvalidInputError: the description is wrong; names the field.
        NotFoundError: there is no such page.
    """
    quiet = _quiet(new.quiet)
    zone = _zone(new.timezone)
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        target = _target(session, new)
        if new.pages is not None:
            _check_pages(session, new.pages)
        channel = AlertChannel(
            id=house.ids(),
            kind=ChannelKind(new.kind).value,
            target_enc=house.vault.seal(msgspec.json.encode(target).decode()),
            pages_json=None if new.pages is None else msgspec.json.encode(sorted(set(new.pages))).decode(),
            quiet_from=quiet[0] if quiet else None,
            quiet_to=quiet[1] if quiet else None,
            timezone=zone,
            created_at=acting.at,
            created_by=by,
            removed_at=None,
        )
        session.add(channel)
        session.flush()
        acting.settle([Entry("channel_added", channel.id, {"by": acting.who, "way": channel.kind})])
    return _shown(house, channel)


def list_channels(house: House) -> tuple[ChannelShown, ...]:
    """Channels in the order in which they were added."""
    with house.database.read() as session:
        rows = queries.live_channels(session)
        waiting, sent = queries.waiting(session), queries.last_sent(session)
    return tuple(_shown(house, one, waiting.get(one.id), sent.get(one.id)) for one in rows)


def remove_channel(house: House, channel_id: int, *, by: str) -> None:
    """Tell that channel nothing more, and forget whose it was.

    Raises:
        NotFoundError: there is no such channel.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        channel = queries.channel_of(session, channel_id, lock=True)
        if channel is None:
            raise missing(channel_id)
        # Sealed like any other, so that a change of keys meets nothing that does not open.
        channel.removed_at, channel.target_enc = acting.at, house.vault.seal("{}")
        session.add(channel)
        queries.forget_unsent(session, channel.id)
        session.flush()
        acting.settle([Entry("channel_removed", channel.id, {"by": acting.who, "way": channel.kind})])


def try_channel(house: House, post: Post, channel_id: int) -> str:
    """Send a letter that tells nothing; '' if it was taken, else why not.

    Raises:
        NotFoundError: there is no such channel.
    """
    with house.database.read() as session:
        channel = queries.channel_of(session, channel_id)
    if channel is None:
        raise missing(channel_id)
    # A number of its own each time: VK and mail programs take a repeat for the same letter.
    return hand_over(house, post, channel, trial(post.console, house.ids())).code


def missing(channel_id: int) -> NotFoundError:
    """The error for a channel that is not there."""
    return NotFoundError(f"канала оповещения {channel_id} нет")


def _target(session: Session, new: NewChannel) -> Mapping[str, str]:
    address, kind = new.address.strip(), new.kind
    if kind == ChannelKind.EMAIL:
        try:
            return {"address": mailbox(address)}
        except ValueError:
            raise InvalidInputError("address", f"ожидается {EXPECTED}") from None
    if kind == ChannelKind.VK:
        if not _NUMBER.fullmatch(address):
            raise InvalidInputError("address", "ожидается номер пользователя VK, например 15170")
        if new.page is None:
            raise InvalidInputError("page", "ожидается страница VK, от имени которой писать")
        _check_pages(session, [new.page])
        return {"user": address, "page_id": str(new.page)}
    if kind == ChannelKind.TELEGRAM:
        if not _CHAT.fullmatch(address):
            raise InvalidInputError("address", "ожидается номер чата Telegram или @имя канала")
        if not _BOT.fullmatch(new.token):
            raise InvalidInputError("token", "ожидается ключ бота Telegram, как его выдал @BotFather")
        return {"chat": address, "token": new.token}
    raise InvalidInputError("kind", f"ожидается одно из: {', '.join(ChannelKind)}")


def _check_pages(session: Session, pages: Collection[int]) -> None:
    if not pages:
        raise InvalidInputError("pages", "ожидается хотя бы одна страница")
    for page_id in pages:
        if page_of(session, page_id) is None:
            raise NotFoundError(f"страницы {page_id} нет")


def _quiet(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    match = _QUIET.fullmatch(text)
    if match is None:
        raise InvalidInputError("quiet", "ожидаются тихие часы вида 22:00-07:00")
    h1, m1, h2, m2 = map(int, match.groups())
    begin, end = h1 * 60 + m1, h2 * 60 + m2
    if begin == end:
        raise InvalidInputError("quiet", "начало и конец тихих часов совпадают")
    return begin, end


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError("timezone", "ожидается часовой пояс, например Asia/Novokuznetsk") from None


def _shown(
    house: House, channel: AlertChannel, waiting: queries.Waiting | None = None, sent_at: int | None = None
) -> ChannelShown:
    return ChannelShown(
        id=channel.id,
        kind=channel.kind,
        address=_address(house, channel),
        pages=None if channel.pages_json is None else tuple(sorted(pages_of_channel(channel))),
        quiet=_hours(channel),
        timezone=channel.timezone,
        created_at=channel.created_at,
        created_by=channel.created_by,
        last_sent_at=sent_at,
        waiting=waiting.messages if waiting else 0,
        last_error=waiting.last_error if waiting else "",
    )


def _address(house: House, channel: AlertChannel) -> str:
    try:
        target = msgspec.json.decode(house.vault.open(channel.target_enc), type=dict[str, str])
    except ConfigurationError:
        return ""
    return target.get("address") or target.get("user") or target.get("chat") or ""


def _hours(channel: AlertChannel) -> str:
    if channel.quiet_from is None or channel.quiet_to is None:
        return ""
    begin, end = channel.quiet_from, channel.quiet_to
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
