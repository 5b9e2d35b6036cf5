"""What a command opens before it works: settings, logging, the house; heavy imports wait until then."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.pipeline.house import House
    from app.settings import Settings

#: How the journal calls whoever has a shell on the server.
CLI = "cli"


def quiet_settings() -> Settings:
    """Settings of a command that is over soon: its log shows only what went wrong."""
    from app.settings import load_settings
    from app.telemetry import set_up_logging

    settings = load_settings()
    level = settings.log_level if settings.log_level == "ERROR" else "WARNING"
    set_up_logging(settings.log_format, level)
    return settings


@contextmanager
def open_installation(*, for_judging: bool = False) -> Iterator[tuple[Settings, House]]:
    """Settings and the house, with the shipped policies in it; judging stores nothing, so it tells of no new base."""
    from app.pipeline.administration.policies import ensure_presets
    from app.wiring import open_house

    settings = quiet_settings()
    is_new = not for_judging and settings.sqlite_file is not None and not settings.sqlite_file.exists()
    house = open_house(settings)
    if is_new:
        # A command that is run in the wrong folder would otherwise work on an empty installation without a word.
        print(
            f"Создана новая база данных: {settings.sqlite_file}. "
            "Если сервис работает с другой, укажите её папку в DVORNIK_DATA_DIR.",
            file=sys.stderr,
        )
    try:
        ensure_presets(house)
        yield settings, house
    finally:
        house.database.dispose()


@contextmanager
def opened() -> Iterator[House]:
    """The house alone."""
    with open_installation() as (_, house):
        yield house
