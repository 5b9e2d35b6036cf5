"""What the errors of either database's driver mean; one that no address names is never loaded: it takes 8 MiB."""

import sqlite3
import sys
from typing import Final

from sqlalchemy.exc import DBAPIError

#: PostgreSQL's codes for whoever lost to somebody else: a deadlock, a serialization failure, a key that has appeared.
_LOST: Final = frozenset({"40P01", "40001", "23505"})


def is_driver_error(error: Exception) -> bool:
    """Whether a database or its driver says it."""
    return isinstance(_cause(error), (sqlite3.Error, *_of_postgresql("Error")))


def blames_data(error: Exception) -> bool:
    """Whether a driver blames what it was given; whatever else one says, the database is at fault."""
    ours = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
    return isinstance(_cause(error), (*ours, *_of_postgresql("DataError", "IntegrityError")))


def is_race(error: Exception) -> bool:
    """Whether somebody else went first, so that the same may be tried again."""
    cause = _cause(error)
    return isinstance(cause, sqlite3.IntegrityError) or getattr(cause, "sqlstate", None) in _LOST


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _of_postgresql(*names: str) -> tuple[type[Exception], ...]:
    """Classes of its driver; none where it is not loaded, because then nobody can have raised one."""
    driver = sys.modules.get("psycopg")
    return tuple(getattr(driver, name) for name in names) if driver else ()
