"""Runs alembic; apart, because a process that migrates nothing is 4 MiB smaller without it."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


def upgrade(url: str, revision: str, connection: Connection | None) -> bool:
    """Bring the schema up to a revision, in the connection's transaction if there is one.

    False if the database stands at a revision that nobody here knows, or this one is unknown.
    """
    config = Config()
    config.set_main_option("script_location", "app.storage:migrations")
    config.attributes["url"] = url
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError:
        return False
    return True
