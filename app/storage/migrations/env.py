"""How alembic runs here: one transaction for the whole upgrade, one process at a time."""

from alembic import context

from app.storage.session import MIGRATION_LOCK, Database
from app.storage.tables import metadata


def run() -> None:
    """Upgrade the database that `context.config.attributes["url"]` names."""
    database = Database(context.config.attributes["url"])
    try:
        with database.engine.connect() as plain:
            connection = plain.execution_options(dvornik_write=True)
            with connection.begin():
                if not database.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
                context.configure(
                    connection=connection,
                    target_metadata=metadata,
                    render_as_batch=True,
                )
                context.run_migrations()
    finally:
        database.dispose()


run()
