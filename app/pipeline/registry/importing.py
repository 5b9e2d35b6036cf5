"""Reads a table of pages: each good line adds or describes a page, each bad one is told by its number."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from app.domain.errors import ConflictError, DvornikError, InvalidInputError
from app.domain.ports import Adapter
from app.domain.wording import OFFICES
from app.domain.words import Office
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import checked_title, network_named, office_named
from app.pipeline.administration.pages import NewPage, PageChanges, add_page, change_page, check_new_page
from app.pipeline.house import House
from app.pipeline.registry.columns import COLUMNS, SETTINGS, TOLD
from app.pipeline.registry.keeping import EntryChanges, add_body, apply, checked
from app.storage import pages as page_queries
from app.storage import registry as queries
from app.storage.tables import Page, RegistryEntry

_MOST_BYTES: Final = 32_000_000
_NAMES: Final[Mapping[str, str]] = {
    name.casefold(): field_name for field_name, title in {**COLUMNS, **SETTINGS}.items() for name in (field_name, title)
}
#: How a field is called in the heading.
_TITLES: Final[Mapping[str, str]] = {**COLUMNS, **SETTINGS}
_OFFICES: Final[Mapping[str, str]] = {title: code for code, title in OFFICES.items()}
_ENTRY: Final = (
    *("organisation", "responsible_post", "responsible_name", "responsible_since", "exempt_act", "exempt_on"),
)
_RULES: Final = ("policy", "mode", "timezone")
_CREDENTIALS: Final = ("user_token", "community_token", "secret", "confirmation")


class Became(StrEnum):
    """What came of a line."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out: its number in the file, the heading being 1, and what is wrong."""

    line: int
    message: str


@dataclass(slots=True)
class Imported:
    """What a table brought."""

    added: int = 0
    changed: int = 0
    same: int = 0
    bad: list[BadLine] = field(default_factory=list)
    #: Networks that the lines name, and what stands against them or is missing for them.
    networks: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)


def import_pages(house: House, table: bytes, *, by: str, dry: bool = False) -> Imported:
    """Add and describe what the lines name; a line that is wrong costs the others nothing. `dry` = only look.

    A line is known again by network and number, or by organisation and act: reading a table twice changes nothing.

    Raises:
        InvalidInputError: this is no such table.
    """
    result = Imported()
    importer = _Importer(house, by, dry, result.networks)
    rows = _rows(table)
    names = _heading(next(rows, (1, []))[1])
    for number, cells in rows:
        try:
            became = importer.take(_Line.of(_named(names, cells)), number)
        except InvalidInputError as error:
            column = _TITLES.get(error.where, "")
            result.bad.append(BadLine(number, f"«{column}»: {error.expected}" if column else str(error)))
        except DvornikError as error:
            result.bad.append(BadLine(number, str(error)))
        else:
            setattr(result, became, getattr(result, became) + 1)
    for name in sorted(result.networks):
        network = house.networks[name]
        result.warnings += [told for told in (network.off_because, network.lacks) if told]
    return result


@dataclass(frozen=True, slots=True)
class _Line:
    """A line's values, checked as far as they need no database; `office` '' = it does not say."""

    values: Mapping[str, str]
    entry: EntryChanges
    office: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "_Line":
        entry = EntryChanges(**{name: values[name] for name in _ENTRY if values.get(name)})
        checked(entry)
        named = values.get("office", "")
        return cls(values, entry, office_named(_OFFICES.get(named.casefold(), named)).value if named else "")


@dataclass(frozen=True, slots=True)
class _Importer:
    """Carries lines out; `dry` = only looks."""

    house: House
    by: str
    dry: bool
    #: Networks that were named.
    networks: set[str]
    #: Pages that lines have named, and the number of the line.
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, line: _Line, number: int) -> Became:
        """Add or describe what a line names, which is the `number`-th of the file."""
        values = line.values
        if not values.get("network"):
            return self._body(line)
        if values.get("external_id") and values.get("url"):
            # The id is known without it, so the address is the one that people are to see.
            line = replace(line, entry=replace(line.entry, url=values["url"]))
            checked(line.entry)
        network = self._network(values["network"])
        self.networks.add(network.name)
        page = self._by_address(network.name, line)
        if page is not None:
            self._note(network.name, page.external_id, number)
            return self._known(page, line)
        external_id = network.form.checked_id(values.get("external_id") or values.get("url") or "")
        self._note(network.name, external_id, number)
        with self.house.database.read() as session:
            page = page_queries.page_at(session, network.name, external_id)
        if page is not None and page.removed_at is None:
            return self._known(page, line)
        return self._new(network.name, external_id, line)

    def _network(self, value: str) -> Adapter:
        """By its name, or by its title as people write it."""
        titled = (one for one in self.house.networks.values() if one.title.casefold() == value.casefold())
        return next(titled, None) or network_named(self.house.networks, value.casefold())

    def _note(self, network: str, external_id: str, number: int) -> None:
        """Of two lines about one page nobody knows which is meant."""
        first = self._seen.setdefault((network, external_id), number)
        if first != number:
            raise ConflictError(f"эта страница уже стоит в строке {first}: ожидается одна строка на страницу")

    def _by_address(self, network: str, line: _Line) -> Page | None:
        """A page that the register shows under an address which its id does not tell."""
        url = line.values.get("url")
        if line.values.get("external_id") or not url:
            return None
        with self.house.database.read() as session:
            return queries.page_with_address(session, network, url)

    def _new(self, network: str, external_id: str, line: _Line) -> Became:
        values = {name: line.values.get(name) or None for name in (*_RULES, *_CREDENTIALS)}
        rules: dict[str, Any] = {name: value for name in _RULES if (value := values[name]) is not None}
        new = NewPage(
            network=network,
            external_id=external_id,
            title=line.values.get("title") or line.values.get("organisation", ""),
            office=line.office or Office.ADMINISTRATION.value,
            secret=values["secret"],
            confirmation=values["confirmation"],
            user_token=values["user_token"],
            community_token=values["community_token"],
            intake=line.values.get("intake") or None,
        )
        new = replace(new, **rules)
        check_new_page(self.house, new)
        if self.dry:
            return Became.ADDED
        try:
            page_id = add_page(self.house, new, by=self.by).id
        except ConflictError:
            # Somebody else has added it a moment ago.
            return Became.SAME
        self._describe(page_id, line.entry)
        return Became.ADDED

    def _known(self, page: Page, line: _Line) -> Became:
        """A page that is here: its description follows the table, its rules and keys are changed by `page set`."""
        title, office = line.values.get("title") or page.title, line.office or page.office
        is_new = (title, office) != (page.title, page.office)
        if self.dry:
            checked_title(title)
            with self.house.database.read() as session:
                entry = queries.entry_of_page(session, page.id)
            return Became.CHANGED if is_new or _differs(entry, line.entry) else Became.SAME
        if is_new:
            change_page(self.house, page.id, PageChanges(title=title, office=office), by=self.by)
        described = self._describe(page.id, line.entry)
        return Became.CHANGED if is_new or described else Became.SAME

    def _describe(self, page_id: int, changes: EntryChanges) -> list[str]:
        with self.house.database.write() as session:
            acting = Acting(session, self.house, self.house.clock.now(), self.by)
            return apply(acting, queries.enter_page(session, self.house.ids, page_id, acting.at), changes)

    def _body(self, line: _Line) -> Became:
        """A body that needs no page, or whose page is moderated elsewhere."""
        beside = {name: line.values[name] for name in ("title", "url") if line.values.get(name)}
        changes = replace(line.entry, office=line.office or None, **beside)
        given = checked(changes)
        organisation, url, act = (given.get(name, "") for name in ("organisation", "url", "exempt_act"))
        if not organisation or not (url or act):
            raise InvalidInputError("network", "ожидается сеть, или организация с актом об освобождении или ссылкой")
        with self.house.database.write() as session:
            entry = queries.entry_without_page(session, organisation, url, act)
            if self.dry:
                return Became.ADDED if entry is None else Became.CHANGED if _differs(entry, changes) else Became.SAME
            if entry is not None:
                acting = Acting(session, self.house, self.house.clock.now(), self.by)
                return Became.CHANGED if apply(acting, entry, changes) else Became.SAME
        add_body(self.house, changes, by=self.by)
        return Became.ADDED


def _differs(entry: RegistryEntry | None, changes: EntryChanges) -> bool:
    """Whether the changes would change anything."""
    return any(entry is None or getattr(entry, name) != value for name, value in checked(changes).items())


def _rows(table: bytes) -> Iterator[tuple[int, list[str] | None]]:
    """Rows that are not empty by the number of the line on which they begin; None = no row of a table."""
    reader = csv.reader(io.StringIO(_text(table), newline=""), delimiter=_delimiter(table), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, None
            continue
        if number == 1 or any(cell.strip() for cell in row):
            yield number, row


def _named(names: list[str], cells: list[str] | None) -> dict[str, str]:
    """The fields that a row fills."""
    if cells is None:
        raise InvalidInputError("table", "строку не прочесть: проверьте кавычки и длину ячеек")
    if any(cell.strip() for cell in cells[len(names) :]):
        raise InvalidInputError("table", f"ожидается не больше ячеек, чем столбцов в заголовке: {len(names)}")
    values = zip(names, map(_plain, cells), strict=False)
    return {name: value for name, value in values if name not in TOLD}


def _heading(row: list[str] | None) -> list[str]:
    row = row or []
    names = [_NAMES.get(cell.strip().casefold()) for cell in row]
    unknown = [cell for cell, name in zip(row, names, strict=True) if name is None]
    if unknown or not row:
        known = ", ".join(_TITLES.values())
        told = f"нет столбца «{unknown[0]}»" if unknown else "нет заголовка"
        raise InvalidInputError("table", f"{told}; ожидаются столбцы: {known}")
    twice = [cell for place, cell in enumerate(row) if names[place] in names[:place]]
    if twice:
        raise InvalidInputError("table", f"столбец «{twice[0]}» назван дважды: ожидается один")
    return [str(name) for name in names]


def _plain(cell: str) -> str:
    """A cell without the quote that keeps a spreadsheet from calculating it."""
    stripped = cell.strip()
    return stripped.removeprefix("'")


def _delimiter(table: bytes) -> str:
    heading = table.split(b"\n", 1)[0]
    return max((b";", b"\t", b","), key=heading.count).decode()


def _text(table: bytes) -> str:
    if len(table) > _MOST_BYTES:
        raise InvalidInputError("table", f"ожидается таблица не больше {_MOST_BYTES // 1_000_000} МБ")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return table.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError("table", "ожидается таблица CSV в кодировке UTF-8 или Windows-1251")
