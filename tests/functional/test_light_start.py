"""What the service loads on a store that is as it should be; every library takes memory in each of its processes."""

import os
import subprocess
import sys
from pathlib import Path

from app.storage.session import migrate

#: PostgreSQL's driver takes 8 MiB, what brings a schema up to date 4.
WITHOUT = {"psycopg", "psycopg_binary", "alembic", "mako"}


def test_a_service_on_sqlite_loads_neither_the_other_driver_nor_what_migrates(sqlite_url: str, tmp_path: Path) -> None:
    """The whole application is made on a migrated file, and neither is loaded."""
    migrate(sqlite_url)
    program = (
        "import sys\n"
        "from app.main import app_from_environment\n"
        "app_from_environment()\n"
        f"print(sorted({WITHOUT!r} & set(sys.modules)))\n"
    )
    settings = {"DVORNIK_DATA_DIR": str(tmp_path), "DVORNIK_DATABASE_URL": sqlite_url}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
