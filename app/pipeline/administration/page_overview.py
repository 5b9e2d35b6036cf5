"""What people see of pages: how they are set, whether their tokens live, what waits; never a secret."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from sqlmodel import Session

from app.domain.clock import DAY
from app.domain.errors import NotFoundError
from app.domain.gap_wording import NOT_READABLE, by_eye
from app.domain.states import ActionState
from app.domain.words import IntakeKind
from app.outbox.trouble import in_trouble
from app.pipeline.addresses import callback_path
from app.pipeline.administration.page_fields import form_of
from app.pipeline.administration.page_version import own_tokens, version_of
from app.pipeline.house import House
from app.storage import pages as queries
from app.storage.pages import PageFilter
from app.storage.rereads import newest_gaps
from app.storage.tables import Connection, Credential, Page, Reread
from app.storage.unjudged import waiting_by_page

#: How long people are shown what came of reading a page again.
GAP_IS_NEWS: Final = 3 * DAY


@dataclass(frozen=True, slots=True)
class TokenHealth:
    """One token: its slot, and since when and why it is dead (microseconds; None = it lives)."""

    slot: str
    dead_at: int | None
    dead_code: str


@dataclass(frozen=True, slots=True)
class GapShown:
    """A time in which a page may not have been told of everything, and how far reading it again has got.

    Instants in microseconds; `state` is waiting, reading, done or failed. `found` of `seen` comments nobody had told us
    of.
    """

    from_at: int
    to_at: int
    state: str
    code: str
    seen: int
    found: int
    ended_at: int | None
    #: What a person has to look through, where the network does not let it be read again; '' elsewhere.
    by_eye: str = ""


@dataclass(frozen=True, slots=True)
class PageShown:
    """A page as lists show it; instants in microseconds."""

    id: int
    network: str
    external_id: str
    title: str
    policy: str
    mode: str
    timezone: str
    #: Whose page it is.
    office: str
    #: When its office works, as it was set; empty = the usual hours.
    calendar: Mapping[str, object]
    #: Path of the callback; None where the address itself is the secret and the reader did not ask for it.
    callback_url: str | None
    has_secret: bool
    has_confirmation: bool
    trusted: tuple[str, ...]
    tokens: tuple[TokenHealth, ...]
    paused_at: int | None
    paused_by: str
    #: Until when the network makes the page's connection wait, and its code.
    waits_until: int | None
    wait_code: str
    #: Since when deliveries of the page's connection fail for a reason that may pass by itself, and its code.
    trouble_began_at: int | None
    trouble_code: str
    last_event_at: int | None
    pending: int
    proposed: int
    failed: int
    manual: int
    created_at: int
    #: Another one after every change of what a person can set.
    version: str
    #: Since when the machine only proposes, because it had removed too much in an hour; None = it did not fall.
    fell_at: int | None = None
    #: How its events come: `callback` or `longpoll`.
    intake: str = IntakeKind.CALLBACK.value
    #: Texts that wait for a working model.
    unjudged: int = 0
    #: The newest gap in its deliveries, as long as it is news.
    gap: GapShown | None = None


def list_pages(house: House, pages: frozenset[int] | None) -> tuple[PageShown, ...]:
    """Pages in the order in which they were added; `pages` None = every page."""
    with house.database.read() as session:
        return _shown(session, house, queries.live_pages(session, pages))


def find_pages(
    house: House, wanted: PageFilter, *, after: int | None, limit: int
) -> tuple[tuple[PageShown, ...], int | None]:
    """At most `limit` pages in the order in which they were added, and the id after which the next ones come."""
    with house.database.read() as session:
        pages = queries.filtered_pages(session, wanted, after=after, limit=limit + 1)
        shown = _shown(session, house, pages[:limit])
    return shown, pages[limit - 1].id if len(pages) > limit else None


def show_page(house: House, page_id: int, *, with_address: bool = False) -> PageShown:
    """One page; `with_address` shows the callback's address also where knowing it is all that a sender needs.

    Raises:
        NotFoundError: there is no such page.
    """
    with house.database.read() as session:
        page = queries.page_of(session, page_id)
        if page is None:
            raise missing(page_id)
        shown = _shown(session, house, [page])[0]
        if not with_address:
            return shown
        connection = queries.connections_of(session, [page.connection_id])[page.connection_id]
        return replace(shown, callback_url=callback_path(page, connection, form_of(house, page.network)))


def missing(page_id: int) -> NotFoundError:
    """The error for a page that is not there."""
    return NotFoundError(f"страницы {page_id} нет; ожидается номер, под которым её знает Дворник, а не номер в сети")


def _shown(session: Session, house: House, pages: list[Page]) -> tuple[PageShown, ...]:
    counts = queries.open_action_counts(session, pages)
    heard = queries.last_events(session, pages)
    fell = queries.falls_to_review(session, pages)
    unjudged = waiting_by_page(session, [page.id for page in pages])
    now = house.clock.now()
    gaps = newest_gaps(session, [page.id for page in pages], since=now - GAP_IS_NEWS)
    connections = queries.connections_of(session, {page.connection_id for page in pages})
    credentials: defaultdict[int, list[Credential]] = defaultdict(list)
    for credential in queries.credentials_of(session, connections):
        credentials[credential.connection_id].append(credential)
    shown = []
    for page in pages:
        connection = connections[page.connection_id]
        own = own_tokens(page, credentials[connection.id])
        one = _one(page, connection, own, counts.get(page.id, {}), now)
        if (form := form_of(house, page.network)).secret_on_page:
            one = replace(one, callback_url=callback_path(page, connection, form))
        waits, gap = unjudged.get(page.id, 0), gaps.get(page.id)
        one = replace(one, unjudged=waits, gap=_gap(gap, page.timezone) if gap else None)
        shown.append(replace(one, last_event_at=heard.get(page.id), fell_at=fell.get(page.id)))
    return tuple(shown)


def _gap(gap: Reread, timezone: str) -> GapShown:
    told = by_eye(gap.from_at, gap.to_at, timezone) if gap.code == NOT_READABLE else ""
    return GapShown(gap.from_at, gap.to_at, gap.state, gap.code, gap.seen, gap.found, gap.ended_at, told)


def _one(page: Page, connection: Connection, tokens: list[Credential], states: dict[str, int], now: int) -> PageShown:
    waits_until = connection.paused_until if (connection.paused_until or 0) > now else None
    trouble = in_trouble(connection, now)
    return PageShown(
        id=page.id,
        network=page.network,
        external_id=page.external_id,
        title=page.title,
        policy=page.policy_name,
        mode=page.mode,
        timezone=page.timezone,
        office=page.office,
        intake=page.intake,
        calendar=msgspec.json.decode(page.calendar_json, type=dict[str, object]),
        callback_url=None,
        has_secret=bool(page.secret_enc or connection.secret_enc),
        has_confirmation=bool(page.confirmation),
        trusted=tuple(msgspec.json.decode(page.trusted_json, type=list[str])),
        tokens=tuple(TokenHealth(one.slot, one.dead_at, one.dead_code) for one in tokens),
        paused_at=page.paused_at,
        paused_by=page.paused_by,
        waits_until=waits_until,
        wait_code=connection.pause_code if waits_until else "",
        trouble_began_at=connection.trouble_began_at if trouble else None,
        trouble_code=connection.trouble_code if trouble else "",
        last_event_at=None,
        pending=states.get(ActionState.PENDING, 0) + states.get(ActionState.SENDING, 0),
        proposed=states.get(ActionState.PROPOSED, 0),
        failed=states.get(ActionState.FAILED, 0),
        manual=states.get(ActionState.MANUAL, 0),
        created_at=page.created_at,
        version=version_of(page, tokens),
    )
