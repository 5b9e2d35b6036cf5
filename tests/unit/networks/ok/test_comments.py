"""A listed comment becomes an event: whose words, when, where, in answer to what."""

from typing import Any

import pytest

from app.domain.clock import SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Written
from app.domain.words import Kind
from app.networks.ok.comments import Discussion, read_comment, stands

GROUP = "70000001234567"
TOPIC = Discussion("GROUP_TOPIC", "151234567890123")
ITEM: dict[str, Any] = {
    "id": "MTc5MDAwMDAwMDAwMDotMTE6MTc5MDAwMDAwMDAwMDoxNTEyMzQ1Njc4OTAxMjM6MQ==",
    "author_id": "561000000001",
    "author_ref": "user:561000000001",
    "text": "Когда починят дорогу?",
    "date": "2026-09-21 16:13:20",
    "date_ms": 1_789_996_400_123,
    "type": "ACTIVE_MESSAGE",
}


def read(on: Discussion = TOPIC, **fields: Any) -> Event:
    """The item with fields set anew."""
    return read_comment(GROUP, on, ITEM | fields)


def said(on: Discussion = TOPIC, **fields: Any) -> Written:
    """What was said."""
    body = read(on, **fields).body
    assert isinstance(body, Written)
    return body


def test_a_citizen_asks() -> None:
    """Every part of it is found."""
    found = said(reply_to_comment_id="QQ==")
    assert (found.ref.kind, found.ref.scope, found.ref.external_id) == (Kind.WALL, TOPIC.id, ITEM["id"])
    assert (found.author, found.text, found.reply_to) == ("561000000001", "Когда починят дорогу?", "QQ==")
    assert found.written_at == 1_789_996_400_123_000
    assert found.url == f"https://ok.ru/group/{GROUP}/topic/{TOPIC.id}"
    assert (found.post, found.private) == (TOPIC.id, False)


@pytest.mark.parametrize(
    ("kind", "surface", "post"),
    [("GROUP_PHOTO", Kind.PHOTO, "photo5"), ("GROUP_MOVIE", Kind.VIDEO, "movie5")],
)
def test_photos_and_videos(kind: str, surface: Kind, post: str) -> None:
    """They are surfaces of their own."""
    found = said(Discussion(kind, "5"))
    assert (found.ref.kind, found.ref.scope, found.post) == (surface, "5", post)


def test_the_page_itself() -> None:
    """The group writes under its own number with a minus."""
    assert said(author_id=GROUP, author_type="GROUP", author_ref=f"group:{GROUP}").author == f"-{GROUP}"
    assert said(author_id=GROUP, author_ref=f"group:{GROUP}").author == f"-{GROUP}", "the reference says so too"


def test_a_date_without_a_zone_is_moscow_s() -> None:
    """Where OK gives no milliseconds; in 2014 Moscow was four hours ahead."""
    assert said(date_ms=None).written_at == 1_789_996_400 * SECOND
    assert said(date_ms=None, date="2014-04-11 12:53:02").written_at == 1_397_206_382 * SECOND
    assert said(date_ms=None, date="вчера").written_at is None


@pytest.mark.parametrize("text", ["#ud", "#ud12ab", "#ud_a-b:c=="])
def test_service_markup_is_no_text(text: str) -> None:
    """A sticker says nothing; that there was one is kept."""
    found = said(text=text)
    assert (found.text, found.attachments) == ("", (f"markup:{text}",))


@pytest.mark.parametrize("text", ["#удача", "#ud дешёвые кредиты", "#udhttps://spam.example/x", "спам #ud1"])
def test_words_are_words_whatever_they_begin_with(text: str) -> None:
    """Nobody hides an advertisement behind the markup."""
    assert said(text=text).text == text


def test_the_same_words_are_the_same_event() -> None:
    """Likes change nothing, words do."""
    assert read().key == read(like_count=5, liked_it=True).key
    assert len({read().key, read(text="иначе").key, read(id="QQ==").key, read(Discussion("GROUP_PHOTO", "5")).key}) == 4


def test_attachments_are_named() -> None:
    """A link is judged too."""
    found = said(attachments=[{"type": "LINK", "url": "https://x.example/"}, {"type": "PHOTO", "id": "7"}, "x", {}])
    assert found.attachments == ("link:https://x.example/", "photo:7")
    assert [(one.kind, one.text) for one in found.segments] == [("link_url", "https://x.example/")]


def test_without_an_id_it_is_none() -> None:
    """What cannot be found again is refused."""
    for broken in (None, "", 0, [], "x" * 300):
        with pytest.raises(PayloadRejectedError, match=r"comment\.id"):
            read(id=broken)


@pytest.mark.parametrize(
    ("state", "is_there"),
    [("ACTIVE_MESSAGE", True), (None, True), ("SOMETHING_NEW", True), ("REMOVED_MESSAGE", False), ("DELETED", False)],
)
def test_a_removed_one_is_not_there(state: str | None, is_there: bool) -> None:
    """A state that nobody has heard of is no reason to call a comment gone."""
    assert stands({"type": state}) is is_there
