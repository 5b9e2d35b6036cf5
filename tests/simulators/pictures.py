"""`make screenshots FOLDER`: pictures of the real program for the guide, with a simulated VK and written comments only."""

import io
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from tests.functional.running import DVORNIK, Installation, Service, wait_until
from tests.simulators.demo import story
from tests.simulators.vk import VkSimulator

GROUP, SECRET = 229000001, "pictures"
CHROMIUM: Final = "/usr/bin/chromium"
#: A page that loads nothing from anywhere; letters as a terminal shows them.
TERMINAL: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: {background}; }}
pre {{ display: inline-block; margin: 0; padding: 14px 18px; color: {foreground}; white-space: pre;
  font: 14px/1.35 "DejaVu Sans Mono", "Liberation Mono", monospace; }}
</style><pre>{code}</pre>"""
COLUMNS: Final = 120
#: How many comments of the demonstration are in the picture.
SHOWN: Final = 4
LARGEST: Final = 150_000
#: What a citizen might write, and the rules that it is judged by.
CHECKED: Final = (
    "Когда почините дорогу на Садовой, дебилы? Третий год ямы!",
    "Подработка на дому, 5000 в день, пиши в телеграм @rabota_zdes",
)


def main() -> None:
    """Make every picture anew.

    Raises:
        AssertionError: one is larger than a guide should carry.
    """
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        _terminal(browser, _checks(), folder / "check.png")
        _terminal(browser, _demo(), folder / "demo.png")
        with _office() as (service, link):
            _console(browser, service, link, folder)
        browser.close()
    sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("*.png"))}
    sys.stderr.write("".join(f"dvornik: {folder / name}: {size // 1000} kB\n" for name, size in sizes.items()))
    assert max(sizes.values()) < LARGEST


def _run(command: list[str | Path], folder: str) -> str:
    """What a command shows on a coloured terminal."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DVORNIK_")}
    environment = own | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "DVORNIK_DATA_DIR": folder}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def _checks() -> str:
    with tempfile.TemporaryDirectory() as folder:
        shown = []
        for words in CHECKED:
            arguments = ["check", words, "--policy", "novokuznetsk-59"]
            shown.append(f"\x1b[1m$ dvornik {shlex.join(arguments)}\x1b[0m\n{_run([DVORNIK, *arguments], folder)}")
    return "\n".join(shown)


def _demo() -> str:
    with tempfile.TemporaryDirectory() as folder:
        lines = _run([sys.executable, "-m", "tests.simulators.demo"], folder).splitlines()
    # The first comments of the table, and the sentence at the very end.
    first = [number for number, line in enumerate(lines) if line.startswith("├")][SHOWN]
    return "\n".join(["\x1b[1m$ make demo\x1b[0m", *lines[: first + 1], "…", lines[-1]])


def _terminal(browser: Browser, output: str, file: Path) -> None:
    """A picture of a terminal with this in it."""
    recorder = Console(record=True, width=COLUMNS, file=io.StringIO())
    recorder.print(Text.from_ansi(output), soft_wrap=False)
    html = recorder.export_html(theme=DIMMED_MONOKAI, code_format=TERMINAL, inline_styles=True)
    page = browser.new_page(viewport={"width": 1200, "height": 600})
    page.set_content(html)
    page.locator("pre").screenshot(path=file)
    page.close()


@contextmanager
def _office() -> Iterator[tuple[Service, str]]:
    """The service with one page in review mode, whose story has been told; and a link for its moderator."""
    with tempfile.TemporaryDirectory(prefix="dvornik-pictures-") as folder, VkSimulator() as vk:
        installation = Installation(Path(folder), "", vk.base_url)
        with installation.serve() as service:
            vk.add_community(GROUP, callback_url=f"{service.url}/callbacks/vk", secret=SECRET, managers=[5])
            installation.json(
                *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Администрация района"),
                *("--policy", "novokuznetsk-59", "--mode", "review", "--timezone", "Asia/Novokuznetsk"),
                *("--secret", "-", "--confirmation", "demo", "--user-token", "-"),
                stdin=f"{SECRET}\n{vk.add_token('user', GROUP)}\n",
            )
            assert all(vk.tell(body)[-1].accepted for body in story())
            installation.json(
                *("token", "create", "--role", "admin", "--name", "Сотрудник пресс-службы", "--post", "пресс-секретарь")
            )
            made = installation.json("token", "link", "--name", "Сотрудник пресс-службы", "--url", service.url)
            yield service, made["url"]


def _console(browser: Browser, service: Service, link: str, folder: Path) -> None:
    context = browser.new_context(
        base_url=service.url, locale="ru-RU", timezone_id="Asia/Novokuznetsk", viewport={"width": 1300, "height": 700}
    )
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/console**")
    _shot(page, "/console/queue", folder / "queue.png")
    page.goto("/console/pages")
    page.get_by_role("link", name="Администрация района").first.click()
    _shot(page, page.url, folder / "page.png")
    _shot(page, "/console/journal", folder / "journal.png")
    context.close()


def _shot(page: Page, path: str, file: Path) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    wait_until(lambda: page.evaluate("document.fonts.status") == "loaded", what="letters are there")
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
