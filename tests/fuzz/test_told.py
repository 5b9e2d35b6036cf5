"""What is written into letters' headers, what a network tells a poller, what a copy says of itself: nothing is odd enough."""

import asyncio
import json
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.channels.mail import MailSender, server_at
from app.channels.telegram import TelegramSender
from app.domain.clock import DAY
from app.domain.errors import ConfigurationError
from app.domain.polling import Heard, Place, Unheard
from app.domain.ports import Credential, Slot
from app.domain.watching import Letter
from app.journal.seal import make_seal
from app.networks.vk.longpoll import VkLongPoll
from app.pipeline.backup import manifest as listing
from app.pipeline.backup.manifest import Manifest
from app.pipeline.backup.restoring import Keys, check_backup
from app.storage.vault import JournalKey
from tests.fakes.clock import FakeClock
from tests.fuzz.effort import bounded
from tests.fuzz.test_readers import any_json, any_text, leaves

# ------------------------------------------------------------------------------------------------------------- letters

_SENDER = MailSender(server_at("smtp://127.0.0.1", "", "dvornik@example.ru"), FakeClock())
_HEADERS = [
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
]
_signs = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
_tricks = st.sampled_from(
    [
        *(
            "\r\nBcc: x@example.org",
            "\nBcc: x@example.org",
            "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
            "\x85Bcc: x\u2028To: y",
        ),
        *("a@b, c@d", "<a@b>", '"a\r\nb"@c', "@", "Re: " * 200, "\u202e", "=?", "?=", "\t", "\x00"),
    ]
)
_lines = st.lists(_signs | _tricks, max_size=4).map("".join)


@bounded(150)
@given(subject=_lines, text=_lines, name=_lines, domain=_lines | st.just("example.org"))
@example(subject="=?utf-8?q?=0D=0ABcc:_x@example.org?=", text="", name="a", domain="b.ru")
@example(subject="", text="", name="@", domain="0")
def test_a_letter_has_our_headers_and_no_other(subject: str, text: str, name: str, domain: str) -> None:
    """Whatever stands in a page's title or in an address, a letter goes to one recipient or is not written."""
    try:
        message = _SENDER.message(f"{name}@{domain}", Letter(subject, text, 1))
    except ValueError:
        return
    sent = message_from_bytes(message.as_bytes(policy=SMTP), policy=SMTP)
    assert sorted(sent.keys()) == sorted(_HEADERS)
    [recipient] = sent["To"].addresses
    assert recipient.username == name.strip() or name.strip().startswith('"')
    assert "".join(sent["Subject"].split()) == "".join(str(message["Subject"]).split())
    assert not sent.defects


@bounded(80)
@given(
    body=st.binary(max_size=40)
    | any_json.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {"error_code": leaves}, optional={"ok": leaves, "parameters": st.fixed_dictionaries({"retry_after": leaves})}
    ).map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 400, 429, 502]),
)
@example(body=b'{"ok": "\xff"}', status=200)
def test_a_messenger_may_answer_anything(body: bytes, status: int) -> None:
    """Any answer is a taken letter or a short code, and a wait of at most a day."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    sender = TelegramSender("https://telegram.test", lambda: httpx.Client(transport=transport))
    handed = sender.send({"chat": "1", "token": "t"}, Letter("", "", 1))

    assert len(handed.code) < 5000
    assert handed.after is None or 0 < handed.after <= DAY
    if not handed.code:
        assert json.loads(body)["ok"] is True


# ------------------------------------------------------------------------------------------------------------- polling

_SOMEWHERE = Place("https://lp.vk.ru/1", "key", "17")
_update = any_json | st.fixed_dictionaries({"type": leaves, "group_id": leaves, "object": any_json})
_reply = st.fixed_dictionaries(
    {},
    optional={
        "ts": leaves | st.sampled_from(["18", 18, "٣", "-1", "1e3"]),
        "updates": st.lists(_update, max_size=3) | leaves,
        "failed": leaves | st.sampled_from([1, 2, 3, "1", 2.0]),
        "response": st.fixed_dictionaries(
            {},
            optional={
                "server": leaves
                | st.sampled_from(["https://lp.vk.ru/2", "http://lp.vk.ru", "https://[", "//x", "file:///"]),
                "key": leaves,
                "ts": leaves | st.just("5"),
            },
        ),
        "error": st.fixed_dictionaries({"error_code": leaves | st.sampled_from([5, 6, 15, 27])}),
    },
)


async def _tokens() -> list[Credential]:
    return [Credential(1, Slot.COMMUNITY, "t")]


def _asked(body: bytes, place: Place) -> Heard | Unheard:
    async def ask() -> Heard | Unheard:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
        source = VkLongPoll("https://api.vk.ru/method", http=lambda: httpx.AsyncClient(transport=transport))
        try:
            return await source.listen("229000001", place, _tokens)
        finally:
            await source.close()

    return asyncio.run(ask())


@bounded(80)
@given(
    body=st.binary(max_size=40)
    | any_json.map(lambda value: json.dumps(value).encode())
    | _reply.map(lambda value: json.dumps(value).encode()),
    place=st.sampled_from([_SOMEWHERE, Place()]),
)
@example(body=b'{"ts":"18","updates":[{"a":"\xff"}]}', place=_SOMEWHERE)
@example(body=b'{"ts":"18","updates":[' + b"[" * 900 + b'"\xff"' + b"]" * 900 + b"]}", place=_SOMEWHERE)
@example(body=b"[" * 100_000, place=_SOMEWHERE)
def test_a_poll_is_heard_or_not(body: bytes, place: Place) -> None:
    """Any answer becomes a place to go on from or a code; a session's key goes to no address but a secure one."""
    found = _asked(body, place)

    if isinstance(found, Unheard):
        assert found.code
        return
    assert found.place.server.startswith("https://")
    assert found.place.key
    assert int(found.place.cursor) == int(str(int(found.place.cursor)))
    for update in found.updates:
        json.loads(update.decode("utf-8"))


# -------------------------------------------------------------------------------------------------------------- copies

_KEY = JournalKey("test", b"k" * 32)


@dataclass(frozen=True)
class Copy:
    """A small copy, and its manifest as it should be."""

    folder: Path
    honest: dict[str, Any]

    def check(self, data: bytes) -> None:
        """Read and check the copy with these bytes for its manifest."""
        (self.folder / listing.NAME).write_bytes(data)
        check_backup(self.folder, listing.read(self.folder), Keys(_KEY, None))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("copy")
    (folder / "database").mkdir()
    (folder / "database" / "rows").write_bytes(b"rows")
    seal, files = make_seal([], 5, _KEY), listing.listed(folder)
    made = Manifest(1, "2026-11-23T00:00:00Z", "0.1", "sqlite", "0001", {"page": 1}, files, [], seal)
    written = listing.written(listing.signed(made, _KEY))
    made_copy = Copy(folder, json.loads(written))
    made_copy.check(written)
    return made_copy


@bounded(120)
@given(data=st.data())
def test_a_changed_manifest_is_never_believed(copy: Copy, data: st.DataObject) -> None:
    """Any other value, name or byte in a manifest is refused in our own words: its signature does not fit."""
    changed: Any = json.loads(json.dumps(copy.honest))
    place = changed
    key = data.draw(st.sampled_from(sorted(place)))
    while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    match data.draw(st.integers(0, 3)):
        case 0 | 1:
            place[key] = data.draw(any_json | st.sampled_from(["../x", "", 2, "0002", 2**70]))
        case 2:
            del place[key]
        case _ if isinstance(place, dict):
            place[data.draw(any_text)] = data.draw(any_json)
        case _:
            place.append(data.draw(any_json))
    written = json.dumps(changed).encode()
    if changed == copy.honest and written == json.dumps(copy.honest).encode():
        return
    with pytest.raises(ConfigurationError, match=r"[а-я]{4}"):
        copy.check(written)


@bounded(60)
@given(noise=st.binary(min_size=1, max_size=40), at=st.integers(0, 600))
def test_a_manifest_of_noise_is_refused(copy: Copy, noise: bytes, at: int) -> None:
    """Bytes that came between end in a line of ours, also where they are no letters."""
    honest = json.dumps(copy.honest).encode()
    for data in (noise, honest[:at] + noise + honest[at + len(noise) :]):
        try:
            copy.check(data)
        except ConfigurationError:
            continue
        assert json.loads(data) == copy.honest
