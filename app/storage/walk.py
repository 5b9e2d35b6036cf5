"""Lists are walked by id, newest first, a bounded stretch at a time: no list reads a whole table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, select, tuple_, union_all
from sqlmodel import col

from app.domain.clock import HOUR
from app.domain.ids import EPOCH_MS, NODE_BITS, SEQUENCE_BITS

#: Rows that one request looks at when a filter lets few through; then the cursor goes on from there.
LOOKED_AT: Final = 10_000
_STRETCH: Final = 1_000
_END: Final = 2**63 - 1
#: Up to this many pages are walked side by side, each along its own index.
_SIDE_BY_SIDE: Final = 50
#: An id is made a moment before its row is dated, and a clock may be set back a little.
_SLACK: Final = HOUR

Found = Row[*tuple[Any, ...]]
Rows = Sequence[Found]
Statement = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Ids of one page of a list; `next_before` is where the next one begins, None at the end."""

    ids: tuple[int, ...]
    next_before: int | None


def newest(
    read: Callable[[int | None, int], Rows],
    *,
    keep: Callable[[Found], bool] | None,
    before: int | None,
    limit: int,
) -> Slice:
    """The next `limit` ids; `read(before, n)` gives rows that begin with their id, descending, `keep` chooses.

    With `keep` a slice may hold fewer ids than asked for, even none, and still have a next one.
    """
    found: list[int] = []
    looked_at = 0
    position = before
    while looked_at < LOOKED_AT:
        size = _STRETCH if keep else limit + 1
        rows = read(position, size)
        for row in rows:
            if keep is None or keep(row):
                found.append(row[0])
                if len(found) > limit:
                    return Slice(tuple(found[:limit]), found[limit - 1])
        if len(rows) < size:
            return Slice(tuple(found), None)
        position = rows[-1][0]
        looked_at += size
    return Slice(tuple(found), position)


def stretch(table: Any, statement: Statement, pages: Sequence[int] | None, before: int | None, size: int) -> Statement:
    """`statement` over a table with `id` and `page_id`: held to these pages (None: all) and to ids under `before`."""
    if pages is not None and len(pages) <= _SIDE_BY_SIDE:
        walks = [_along_page(table, statement, page, before, size) for page in pages]
        if len(walks) == 1:
            return walks[0]
        together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
        return select(together).order_by(together.c.id.desc()).limit(size)
    if pages is not None:
        statement = statement.where(col(table.page_id).in_(pages))
    if before is not None:
        statement = statement.where(col(table.id) < before)
    return statement.order_by(col(table.id).desc()).limit(size)


def _along_page(table: Any, statement: Statement, page: int, before: int | None, size: int) -> Statement:
    """The index (page_id, id) backwards.

    Written as a range and not as `page_id = …`: for a page that was once busy PostgreSQL would otherwise walk the
    primary key, through everything that the other pages have got since.
    """
    place = tuple_(col(table.page_id), col(table.id))
    return (
        statement.where(col(table.page_id) >= page, place < tuple_(page, _END if before is None else before))
        .order_by(col(table.page_id).desc(), col(table.id).desc())
        .limit(size)
    )


def first_id(instant: int) -> int:
    """No id made for a row dated `instant` or later is smaller; microseconds."""
    return _floor(instant - _SLACK)


def last_id(instant: int) -> int:
    """No id made for a row dated `instant` or earlier is larger; microseconds."""
    return _floor(instant + _SLACK)


def instant_of(row_id: int) -> int:
    """When an id was made, in microseconds."""
    return ((row_id >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS) * 1000


def _floor(instant: int) -> int:
    bits = NODE_BITS + SEQUENCE_BITS
    # Years beyond what an id can hold mean "no bound" on that side.
    return min(max((instant // 1000 - EPOCH_MS) << bits, -(2**63)), 2**63 - 1)
