"""Thirty-two clients send the same events twice: every event has one decision, on both engines."""

import asyncio
import random

import httpx

from tests.functional.conftest import GROUP, MAT, SECRET, THANKS, Scene

CLIENTS = 32
EVENTS = 2_000


def _body(number: int) -> dict[str, object]:
    """A comment of one of many authors; every tenth violates."""
    text = MAT if number % 10 == 0 else f"{THANKS} Дом {number}."
    comment = {
        "id": number,
        "from_id": 1_000_000 + number % 300,
        "date": 1_790_000_000,
        "text": text,
        "post_id": number % 20 + 1,
        "owner_id": -GROUP,
        "post_owner_id": -GROUP,
        "parents_stack": [],
    }
    return {
        "type": "wall_reply_new",
        "event_id": f"{number:040x}",
        "v": "5.199",
        "group_id": GROUP,
        "secret": SECRET,
        "object": comment,
    }


async def _send(url: str, bodies: list[dict[str, object]]) -> list[str]:
    """Every client takes the next body; what is answered 503 is sent again, as VK does."""
    waiting = asyncio.Queue[dict[str, object]]()
    for body in bodies:
        waiting.put_nowait(body)
    answers: list[str] = []

    async def client(http: httpx.AsyncClient) -> None:
        while not waiting.empty():
            body = waiting.get_nowait()
            answer = await http.post(url, json=body)
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                waiting.put_nowait(body)
            else:
                answers.append(answer.text)

    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=CLIENTS)) as http:
        await asyncio.gather(*(client(http) for _ in range(CLIENTS)))
    return answers


def test_a_crowd_that_repeats_itself_is_decided_once(scene: Scene) -> None:
    """4,000 requests, 2,000 decisions, every answer `ok`, and the journal stands."""
    scene.installation.run("pause")
    bodies = [_body(number) for number in range(1, EVENTS + 1)] * 2
    random.Random(7).shuffle(bodies)

    answers = asyncio.run(_send(f"{scene.service.url}/callbacks/vk", bodies))

    assert answers == ["ok"] * 2 * EVENTS
    decisions = _all(scene, "/v1/decisions")
    assert len(decisions) == EVENTS
    assert len({decision["comment"]["external_id"] for decision in decisions}) == EVENTS
    removals = [decision for decision in decisions if decision["verdict"] == "remove"]
    assert len(removals) == EVENTS // 10
    bans = [a for a in _all(scene, "/v1/actions") if a["kind"] == "ban_author"]
    assert len(bans) == len({decision["comment"]["author_id"] for decision in removals})
    scene.installation.run("journal", "verify")


def _all(scene: Scene, path: str) -> list[dict]:
    """Every page of a list."""
    items, cursor = [], None
    while True:
        params = {"page_id": scene.page_id, "limit": 200} | ({"cursor": cursor} if cursor else {})
        page = scene.get(path, **params)
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items
