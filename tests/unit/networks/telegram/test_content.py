"""What hangs on a message is judged, named or shown beside it."""

from typing import Any

import pytest

from app.domain.events import Segment
from tests.unit.networks.telegram.samples import channel, written

PHOTO = [{"file_id": "x", "file_unique_id": "small"}, {"file_id": "y", "file_unique_id": "big"}]


def test_hidden_links_are_judged() -> None:
    """An address behind a word, behind a preview or behind a button stands in no text, and is where readers are led."""
    found = written(
        text="Заработок тут и https://open.example",
        entities=[
            {"type": "text_link", "offset": 10, "length": 3, "url": "https://hidden.example/a"},
            {"type": "url", "offset": 16, "length": 20},
            {"type": "bold", "offset": 0, "length": 9},
        ],
        link_preview_options={"url": "https://preview.example"},
        reply_markup={"inline_keyboard": [[{"text": "Играть", "url": "https://button.example"}]]},
    )

    assert found.segments == (
        Segment("link_url", "https://hidden.example/a"),
        Segment("link_url", "https://preview.example"),
        Segment("link_title", "Играть"),
        Segment("link_url", "https://button.example"),
    )
    shown = written(text="https://open.example", link_preview_options={"url": "https://open.example"})
    assert shown.segments == ()


@pytest.mark.parametrize(
    ("content", "segments", "names"),
    [
        ({"photo": PHOTO, "caption": "Яма"}, (), ("photo:big",)),
        (
            {"document": {"file_unique_id": "d1", "file_name": "смета.pdf"}},
            (Segment("doc_title", "смета.pdf"),),
            ("document:d1",),
        ),
        (
            {"video": {"file_unique_id": "v1", "file_name": "яма.mp4"}},
            (Segment("video_title", "яма.mp4"),),
            ("video:v1",),
        ),
        (
            {"audio": {"file_unique_id": "a1", "performer": "Хор", "title": "Песня"}},
            (Segment("doc_title", "Хор Песня"),),
            ("audio:a1",),
        ),
        (
            {"animation": {"file_unique_id": "g1"}, "document": {"file_unique_id": "g1", "file_name": "кот.mp4"}},
            (),
            ("animation:g1",),
        ),
        ({"sticker": {"file_unique_id": "s1", "emoji": "👍"}}, (), ("sticker:s1",)),
        ({"voice": {"file_unique_id": "w1"}}, (), ("voice:w1",)),
        (
            {"poll": {"id": "9", "question": "Кто за?", "options": [{"text": "Я"}, {"text": "Не я"}]}},
            (Segment("poll", "Кто за?"), Segment("poll", "Я"), Segment("poll", "Не я")),
            ("poll",),
        ),
        (
            {"contact": {"phone_number": "+70000000000", "first_name": "Займы", "last_name": "быстро"}},
            (Segment("contact", "Займы быстро"),),
            ("contact",),
        ),
        (
            {"venue": {"title": "Казино", "address": "ул. Мира"}, "location": {"latitude": 1.0, "longitude": 2.0}},
            (Segment("venue", "Казино ул. Мира"),),
            ("location", "venue"),
        ),
        (
            {"checklist": {"title": "Сбор", "tasks": [{"id": 1, "text": "Переведите"}]}},
            (Segment("poll", "Сбор"), Segment("poll", "Переведите")),
            ("checklist",),
        ),
        ({"dice": {"emoji": "🎲", "value": 3}}, (), ("dice",)),
    ],
)
def test_attachments_have_names_and_texts(
    content: dict[str, Any], segments: tuple[Segment, ...], names: tuple[str, ...]
) -> None:
    """A name is the same for the same file wherever it is sent; a text that readers see is judged."""
    found = written(text=None, **content)

    assert found.segments == segments
    assert found.attachments == names
    assert found.text == content.get("caption", "")


def test_messages_of_one_album_share_a_name() -> None:
    """The caption stands on one of them, and all stand and fall together."""
    first = written(text=None, caption="Вот", photo=PHOTO, media_group_id="135001")
    second = written(message_id=302, text=None, photo=PHOTO, media_group_id="135001")

    assert "album:135001" in first.attachments
    assert "album:135001" in second.attachments


def test_a_forward_shows_its_text_and_is_judged_by_it() -> None:
    """Whoever forwards publishes; where it comes from is context."""
    origin = {"type": "channel", "chat": channel(id=-1001, title="Новости соседей"), "message_id": 4, "date": 1}
    found = written(text="Чужой текст", forward_origin=origin)

    assert found.text == "Чужой текст"
    assert found.context == "Новости соседей"


def test_content_of_a_later_version_is_named_and_not_dropped() -> None:
    """A message that shows nothing that is known here is a comment all the same."""
    found = written(text=None, hologram={"depth": 3}, sender_tag="x")

    assert found.attachments == ("other:hologram", "other:sender_tag")
    assert written(text="слова", sender_tag="x").attachments == ()


def test_nonsense_in_attachments_stops_nothing() -> None:
    """Fields of a wrong type are no content."""
    found = written(photo="x", document=[], poll=7, entities={"a": 1}, reply_markup={"inline_keyboard": 3}, venue="y")

    assert (found.text, found.segments) == ("А тротуар?", ())
