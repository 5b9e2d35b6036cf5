"""How columns are written: 64-bit integers and ids that exist before their row."""

from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field


def big(**options: Any) -> Any:
    """A 64-bit integer column."""
    return Field(sa_type=BigInteger, **options)


def key() -> Any:
    """A 63-bit primary key made before the insert."""
    return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
