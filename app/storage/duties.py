"""Periodic duties: whose turn each is, when it was last done, and how far it has walked along a table's ids.

A duty's turn is a row of its own beside its cursor: `position` is the instant (of the database's clock) until which
somebody has the turn, `walked_at` when the duty was last done.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.domain.clock import SECOND
from app.storage.outbox import database_now
from app.storage.tables import DutyCursor

_TURN: Final = "turn "


def due(session: Session, every: Mapping[str, int], now: int) -> list[str]:
    """Duties that nobody does at present and whose time has come, the one that waits longest first."""
    free = (col(DutyCursor.position) <= database_now(session)).label("free")
    query = select(DutyCursor.name, DutyCursor.walked_at, free).where(col(DutyCursor.name).in_(map(_turn, every)))
    known = {name.removeprefix(_TURN): (walked_at, is_free) for name, walked_at, is_free in session.exec(query)}
    # Done in what is the future here: a clock was set back, and nobody knows how long ago it was.
    waits = {
        name: known[name][0] + period if name in known and known[name][0] <= now + period else 0
        for name, period in every.items()
    }
    ready = (name for name in every if waits[name] <= now and (name not in known or known[name][1]))
    return sorted(ready, key=waits.__getitem__)


def take_turn(session: Session, name: str, *, every: int, now: int, seconds: int) -> int | None:
    """Take a duty's turn if its time has come and nobody has it; returns the turn's end, which proves whose it is."""
    _ensure(session, _turn(name), now - every)
    changed = (
        update(DutyCursor)
        .where(
            col(DutyCursor.name) == _turn(name),
            col(DutyCursor.position) <= database_now(session),
            or_(col(DutyCursor.walked_at) <= now - every, col(DutyCursor.walked_at) > now + every),
        )
        .values(position=database_now(session) + seconds * SECOND)
    )
    return _position(session, changed)


def prolong(session: Session, name: str, until: int, seconds: int) -> int | None:
    """Keep the turn longer; None if it ran out and somebody else has taken it."""
    changed = _held(name, until).values(position=database_now(session) + seconds * SECOND)
    return _position(session, changed)


def end_turn(session: Session, name: str, until: int, *, walked_at: int | None) -> bool:
    """Give the turn back; the duty comes again a period after `walked_at`, at once if it is None.

    False if the turn is somebody else's.
    """
    done = {} if walked_at is None else {"walked_at": walked_at}
    return _position(session, _held(name, until).values(position=0, **done)) is not None


def last_done(session: Session, names: list[str]) -> dict[str, int]:
    """When each of these duties was last done; one that nobody has begun yet is left out."""
    query = select(DutyCursor.name, DutyCursor.walked_at).where(col(DutyCursor.name).in_(map(_turn, names)))
    return {name.removeprefix(_TURN): walked_at for name, walked_at in session.exec(query)}


def read_cursor(session: Session, name: str) -> int | None:
    """Where a walk goes on; None before the first one."""
    return session.exec(select(DutyCursor.position).where(DutyCursor.name == name)).first()


def write_cursor(session: Session, name: str, position: int, now: int) -> None:
    """Remember where the walk goes on."""
    _ensure(session, name, now)
    session.execute(
        update(DutyCursor).where(col(DutyCursor.name) == name).values(position=position, walked_at=now),
        execution_options={"synchronize_session": False},
    )


def _turn(name: str) -> str:
    return f"{_TURN}{name}"


def _ensure(session: Session, name: str, walked_at: int) -> None:
    """The row is there, whoever else adds it at the same moment."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(DutyCursor).values(name=name, position=0, walked_at=walked_at)
    session.execute(row.on_conflict_do_nothing())


def _held(name: str, until: int) -> Any:
    return update(DutyCursor).where(col(DutyCursor.name) == _turn(name), col(DutyCursor.position) == until)


def _position(session: Session, statement: Any) -> int | None:
    returning = statement.returning(col(DutyCursor.position))
    row = session.execute(returning, execution_options={"synchronize_session": False}).first()
    return None if row is None else int(row[0])
