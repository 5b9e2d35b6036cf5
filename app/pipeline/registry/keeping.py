"""Keeps the register of official pages: who answers for a page, which body needs none, when people last looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from app.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import office_named
from app.pipeline.house import House
from app.pipeline.registry.listing import Listed, line_of
from app.storage import registry as queries
from app.storage.registry import Registered
from app.storage.tables import Page, RegistryEntry

LONGEST: Final[Mapping[str, int]] = {
    "organisation": 300,
    "responsible_post": 200,
    "responsible_name": 200,
    "exempt_act": 300,
    "title": 200,
    "url": 500,
}
_DAYS: Final = ("responsible_since", "exempt_on")


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """What shall be different; None leaves a field as it is. Days are `YYYY-MM-DD`, '' takes a value away.

    `title` and `office` are those of an entry without a page: a page has its own. `url` is the public address where the
    network's id of the page does not tell it.
    """

    organisation: str | None = None
    responsible_post: str | None = None
    responsible_name: str | None = None
    responsible_since: str | None = None
    exempt_act: str | None = None
    exempt_on: str | None = None
    title: str | None = None
    url: str | None = None
    office: str | None = None

    def given(self) -> dict[str, str]:
        """Fields that are named."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


def change_entry(
    house: House, entry_id: int, changes: EntryChanges, *, by: str, pages: frozenset[int] | None = None
) -> Listed:
    """Change one entry; `pages` are those that the actor may touch, None = every entry.

    Raises:
        NotFoundError: there is no such entry.
        InvalidInputError: a field is wrong.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by, pages)
        entry = _entry(acting, entry_id)
        apply(acting, entry, changes)
    return _shown(house, entry_id)


def add_body(house: House, changes: EntryChanges, *, by: str) -> Listed:
    """Enter a body without a page that is moderated here: one that is freed from having a page, or moderated elsewhere.

    Raises:
        InvalidInputError: it has neither an act that frees it nor an address, or a field is wrong.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        given = checked(changes)
        if not given.get("organisation"):
            raise InvalidInputError("organisation", "ожидается название организации")
        if not given.get("exempt_act") and not given.get("url"):
            raise InvalidInputError("exempt_act", "ожидается акт, освободивший от ведения страницы, или адрес страницы")
        row = RegistryEntry(id=house.ids(), page_id=None, reviewed_at=None, created_at=acting.at, changed_at=acting.at)
        apply(acting, row, changes)
        entry_id = row.id
    return _shown(house, entry_id)


def remove_body(house: House, entry_id: int, *, by: str, pages: frozenset[int] | None = None) -> None:
    """Strike an entry without a page out; a page's entry goes with its page.

    Raises:
        NotFoundError: there is no such entry.
        NotAllowedError: it is a page's.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by, pages)
        entry = _entry(acting, entry_id)
        if entry.page_id is not None:
            raise NotAllowedError("строка страницы уходит из реестра вместе со страницей: dvornik page remove")
        entry.removed_at = entry.changed_at = acting.at
        session.add(entry)
        acting.settle([Entry("registry_removed", entry.id, {"by": acting.who})])


def review(house: House, entry_ids: Sequence[int] | None, *, by: str, pages: frozenset[int] | None = None) -> int:
    """Note that people have looked whether the entries are still right; None = all of them. How many there were.

    Raises:
        NotFoundError: one of them is not there.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by, pages)
        if entry_ids is None:
            looked = [one.entry for one in queries.entries(session, pages)]
        else:
            looked = [_entry(acting, one) for one in dict.fromkeys(entry_ids)]
        for entry in looked:
            entry.reviewed_at, entry.reviewed_by = acting.at, acting.who
            session.add(entry)
        if looked:
            acting.settle([Entry("registry_reviewed", entry.id, {"by": acting.who}) for entry in looked])
    return len(looked)


def apply(acting: Acting, entry: RegistryEntry, changes: EntryChanges) -> list[str]:
    """Write what is different; the journal learns which fields, never what: a name stays inside."""
    changed = []
    for name, value in checked(changes).items():
        if entry.page_id is not None and name in {"title", "office"}:
            raise InvalidInputError(name, "это поле берётся из самой страницы: dvornik page set")
        if getattr(entry, name) != value:
            setattr(entry, name, value)
            changed.append(name)
    acting.session.add(entry)
    if changed:
        entry.changed_at = acting.at
        acting.session.flush()
        acting.settle([Entry("registry_changed", entry.id, {"by": acting.who, "fields": sorted(changed)})])
    return changed


def checked(changes: EntryChanges) -> dict[str, str]:
    """The fields as they are stored.

    Raises:
        InvalidInputError: one is too long, holds more than a line, or is no day.
    """
    given = {name: " ".join(value.split()) for name, value in changes.given().items()}
    for name, value in given.items():
        if name in _DAYS:
            _check_day(name, value)
        elif name == "office":
            office_named(value)
        elif len(value) > LONGEST[name] or (value and not value.isprintable()):
            raise InvalidInputError(name, f"ожидается одна строка, не длиннее {LONGEST[name]} знаков")
    if given.get("url") and not given["url"].startswith(("https://", "http://")):
        raise InvalidInputError("url", "ожидается адрес страницы, который начинается с https://")
    return given


def _check_day(name: str, value: str) -> None:
    if value and not _is_day(value):
        raise InvalidInputError(name, "ожидается день в виде 2026-11-23")


def _is_day(value: str) -> bool:
    """Python reads other forms of a day too; every table that is made of the register expects this one."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _entry(acting: Acting, entry_id: int) -> RegistryEntry:
    entry = queries.entry_of(acting.session, entry_id)
    if entry is None or (acting.pages is not None and entry.page_id not in acting.pages):
        raise NotFoundError(f"строки реестра {entry_id} нет")
    return entry


def _shown(house: House, entry_id: int) -> Listed:
    with house.database.read() as session:
        entry = session.get_one(RegistryEntry, entry_id)
        page = session.get(Page, entry.page_id) if entry.page_id is not None else None
        return line_of(house, Registered(entry, page, None), house.clock.now())
