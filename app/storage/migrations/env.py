"""How alembic runs here: one transaction for the whole upgrade, one process at a time."""

from alembic import context
from sqlalchemy import Connection

from app.storage.session import MIGRATION_LOCK, Database
from app.storage.tables import metadata


def run() -> None:
    """Upgrade through the connection that `context.config.attributes` holds, else the database that its `url` names."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        _upgrade(given)
        return
    database = Database(context.config.attributes["url"])
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(dvornik_write=True)
            with connection.begin():
                _upgrade(connection)
    finally:
        database.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
    )
    context.run_migrations()


run()
