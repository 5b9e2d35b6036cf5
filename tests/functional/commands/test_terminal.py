"""A command on a real terminal: what it asks for is not shown."""

import os
import pty
import select
import subprocess

from tests.functional.running import DVORNIK, START_SECONDS, Installation

TOKEN = "a-token-that-must-not-be-seen"


def _read_until(terminal: int, words: str) -> str:
    shown = b""
    while words not in shown.decode(errors="ignore"):
        ready, _, _ = select.select([terminal], [], [], START_SECONDS)
        assert ready, shown.decode(errors="replace")
        shown += os.read(terminal, 4096)
    return shown.decode(errors="replace")


def test_a_key_is_asked_for_and_not_shown(place: Installation) -> None:
    """`-` on a terminal says what to type, and nobody reads it over a shoulder."""
    terminal, other_side = pty.openpty()
    arguments = ("page", "add", "--network", "vk", "--external-id", "77", "--title", "Т", "--user-token", "-")
    command = subprocess.Popen(
        [DVORNIK, *arguments],
        env=place.environment(),
        stdin=other_side,
        stdout=other_side,
        stderr=other_side,
        start_new_session=True,
        # getpass talks to the controlling terminal, so the new session must have one.
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509 - no threads here
    )
    os.close(other_side)
    try:
        asked = _read_until(terminal, "(ввод не виден)")
        os.write(terminal, f"{TOKEN}\n".encode())
        answer = _read_until(terminal, "добавлена")
        assert command.wait(START_SECONDS) == 0
    finally:
        os.close(terminal)
        command.kill()
        command.wait()

    assert "Ключ руководителя" in asked
    assert TOKEN not in asked + answer
