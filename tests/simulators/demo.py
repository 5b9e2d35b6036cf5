"""`make demo`: the service beside a simulated VK; sample comments come in through real HTTP, and a table says the rest."""

import json
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.domain.clock import SECOND, SystemClock
from app.domain.wording import CATEGORIES, REASONS, VERDICTS
from tests.functional.running import Installation, Service, wait_until
from tests.simulators.vk import VkSimulator

STORY = Path(__file__).parents[2] / "data" / "samples" / "vk" / "story.jsonl"
GROUP = 229000001
SECRET = "demo-secret"
COLOURS = {"keep": "green", "review": "yellow", "remove": "red"}


def main() -> None:
    """Run the story and print what came of it."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    with tempfile.TemporaryDirectory(prefix="dvornik-demo-") as folder, VkSimulator() as vk:
        installation = Installation(Path(folder), "", vk.base_url)
        with installation.serve() as service:
            page_id, token = _open_page(vk, installation, service)
            answers = [vk.tell(body)[-1].answer for body in story()]
            with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}) as api:
                wait_until(lambda: not _unsent(api, page_id), what="VK has been asked for everything")
                decisions = api.get("/v1/decisions", params={"page_id": page_id, "limit": 200}).json()["items"]
            service.stop()
        console.print(_decisions(decisions[::-1]))
        console.print(_bans(decisions[::-1]))
        console.print(_calls(vk))
        console.print(
            f"Событий отправлено: {len(answers)}, ответов «ok»: {answers.count('ok')}, решений: {len(decisions)}: "
            "собственные слова страницы записаны без решения."
        )


def story() -> list[dict[str, Any]]:
    """The sample events as of this minute: what is older than three days the machine leaves to people."""
    bodies = [json.loads(line) for line in STORY.read_text(encoding="utf-8").splitlines()]
    later = SystemClock().now() // SECOND - max(body["object"]["date"] for body in bodies)
    return [body | {"object": body["object"] | {"date": body["object"]["date"] + later}} for body in bodies]


def _open_page(vk: VkSimulator, installation: Installation, service: Service) -> tuple[str, str]:
    vk.add_community(GROUP, callback_url=f"{service.url}/callbacks/vk", secret=SECRET, managers=[5])
    user_token = vk.add_token("user", GROUP)
    page = installation.json(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Администрация района"),
        *("--policy", "novokuznetsk-59", "--mode", "enforce", "--timezone", "Asia/Novokuznetsk"),
        *("--secret", "-", "--confirmation", "demo", "--user-token", "-"),
        stdin=f"{SECRET}\n{user_token}\n",
    )
    token = installation.json("token", "create", "--role", "admin", "--name", "Показ")
    return page["id"], token["token"]


def _unsent(api: httpx.Client, page_id: str) -> bool:
    items = api.get("/v1/actions", params={"page_id": page_id, "limit": 200}).json()["items"]
    return any(action["state"] in {"pending", "sending"} for action in items)


def _decisions(decisions: list[Mapping[str, Any]]) -> Table:
    table = Table(title="Что решил Дворник (правила: Новокузнецкий район, режим enforce)", show_lines=True)
    for heading, share in (("Комментарий", 4), ("Решение и слова", 3), ("Почему и основание", 4)):
        table.add_column(heading, ratio=share)
    for decision in decisions:
        verdict = decision["verdict"]
        categories = ", ".join(CATEGORIES[name] for name in decision["categories"])
        words = ", ".join(dict.fromkeys(span["text"] for span in decision["explanation"] if span["text"]))
        ruling = Text(": ".join(filter(None, (VERDICTS[verdict], categories))), style=COLOURS[verdict])
        reasons = "; ".join(REASONS[code] for code in decision["reasons"])
        table.add_row(
            Text(textwrap.shorten(decision["comment"]["text"] or "(без текста)", 160, placeholder="…")),
            ruling.append(f"\n{words}" if words else "", style="default"),
            Text("\n".join(filter(None, (reasons, *decision["clauses"])))),
        )
    return table


def _bans(decisions: list[Mapping[str, Any]]) -> Table:
    table = Table(title="Блокировки: предложены, ждут человека и сами не отправляются")
    for heading in ("Автор", "За что", "Состояние"):
        table.add_column(heading)
    for decision in decisions:
        for action in decision["actions"]:
            if action["kind"] == "ban_author":
                categories = ", ".join(CATEGORIES[name] for name in decision["categories"])
                state = "предложена" if action["state"] == "proposed" else action["state"]
                table.add_row(decision["comment"]["author_id"], categories, state)
    return table


def _calls(vk: VkSimulator) -> Table:
    table = Table(title="Что получила сеть")
    for heading in ("Метод API", "Параметры", "Ответ"):
        table.add_column(heading, overflow="fold")
    for call in vk.calls:
        parameters = ", ".join(f"{name}={value}" for name, value in call.params.items() if name != "v")
        table.add_row(call.method, parameters, f"ошибка {call.error}" if call.error is not None else str(call.response))
    return table


if __name__ == "__main__":
    main()
