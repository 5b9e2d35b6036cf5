"""Every kind of VK event in the house's words."""

import json
import os
from pathlib import Path

import pytest

from app.domain.clock import MINUTE, SECOND
from app.domain.errors import PayloadRejectedError
from app.domain.events import (
    Act,
    AuthorBanned,
    AuthorUnbanned,
    CommentRef,
    ConfirmationRequest,
    Event,
    Ignored,
    PageChanged,
    Published,
    Removed,
    Segment,
    Written,
)
from app.domain.words import Kind
from tests.unit.networks.vk.samples import FOLDER, NAMES, body, changed, event, read, read_body

PAGE = "229000001"
WALL, PHOTO, VIDEO, MARKET = Kind.WALL, Kind.PHOTO, Kind.VIDEO, Kind.MARKET
#: The kind of body, or the reason for ignoring, of each sample.
EXPECTED: dict[str, type | str] = {
    "board_post_delete": Removed,
    "confirmation": ConfirmationRequest,
    "confirmation_with_secret": ConfirmationRequest,
    "group_change_settings": PageChanged,
    "group_join": "no_comment",
    "group_officers_edit": PageChanged,
    "market_comment_delete": Removed,
    "message_new_chat_invite": "service_message",
    "photo_comment_delete": Removed,
    "unknown_type": "unknown_type",
    "user_block": AuthorBanned,
    "user_block_forever": AuthorBanned,
    "user_unblock": AuthorUnbanned,
    "user_unblock_expired": AuthorUnbanned,
    "video_comment_delete": Removed,
    "wall_post_new_by_page": Published,
    "wall_post_new_page_repost": Published,
    "wall_post_new_postponed": "postponed",
    "wall_post_new_warning": "warning",
    "wall_reply_delete": Removed,
    "wall_reply_delete_without_deleter": Removed,
    "wall_repost": "not_on_page",
}


def written(name: str) -> Written:
    found = event(name).body
    assert isinstance(found, Written)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_understood(name: str) -> None:
    """Each sample becomes the kind of thing that it is; those not listed are texts."""
    found = read(name)
    expected = EXPECTED.get(name, Written)

    assert found.page == PAGE
    if isinstance(found, Event):
        assert isinstance(found.body, expected)  # type: ignore[arg-type]
        assert found.key
    elif isinstance(found, Ignored):
        assert found.reason == expected
    else:
        assert type(found) is expected


def test_the_story_is_all_texts() -> None:
    """Every line of the demonstration's story is a text without a secret."""
    lines = (FOLDER / "story.jsonl").read_bytes().splitlines()
    bodies = [read_body(line) for line in lines]

    assert len(bodies) == 24
    assert all(isinstance(found, Event) and isinstance(found.body, Written) for found in bodies)
    assert not any(b'"secret"' in line for line in lines)


@pytest.mark.parametrize(
    ("stem", "ref"),
    [
        ("wall_reply", CommentRef(WALL, "", "5001")),
        ("photo_comment", CommentRef(PHOTO, "", "61")),
        ("video_comment", CommentRef(VIDEO, "", "62")),
        ("market_comment", CommentRef(MARKET, "", "63")),
        ("board_post", CommentRef(Kind.DISCUSSION, "51000001", "14")),
    ],
)
def test_a_comment_is_the_same_through_its_life(stem: str, ref: CommentRef) -> None:
    """New, edited, restored and deleted are told of one comment, though each event names its owner otherwise."""
    lives = [event(f"{stem}_{what}").body for what in ("new", "edit", "restore", "delete")]

    assert [found.ref for found in lives] == [ref] * 4  # type: ignore[union-attr]
    assert [found.act for found in lives[:3]] == [Act.NEW, Act.EDIT, Act.RESTORE]  # type: ignore[union-attr]


def test_a_deletion_names_who_did_it() -> None:
    """The deleter is passed on; an event that does not name one leaves it empty, whatever `user_id` it has."""
    assert event("wall_reply_delete").body == Removed(CommentRef(WALL, "", "5001"), "900000001")
    assert event("photo_comment_delete").body == Removed(CommentRef(PHOTO, "", "61"), "900000001")
    assert event("wall_reply_delete_without_deleter").body == Removed(CommentRef(WALL, "", "5002"), "")


def test_a_wall_comment_in_full() -> None:
    """A comment carries author, text, time, post and a link for people."""
    assert written("wall_reply_new") == Written(
        act=Act.NEW,
        ref=CommentRef(WALL, "", "5001"),
        author="701000001",
        text="Спасибо, что наконец отремонтировали лестницу у школы № 4.",
        written_at=1_793_605_001 * SECOND,
        post="812",
        url="https://vk.com/wall-229000001_812?reply=5001",
    )


def test_a_reply_knows_its_thread() -> None:
    """A reply inside a thread names the thread's root and the comment that it answers."""
    reply = written("wall_reply_new_in_thread")

    assert (reply.thread_root, reply.reply_to) == ("5001", "5001")
    assert reply.url == "https://vk.com/wall-229000001_812?reply=5004&thread=5001"


@pytest.mark.parametrize(
    ("name", "post", "url"),
    [
        ("photo_comment_new", "photo-229000001_456240001", "https://vk.com/photo-229000001_456240001?reply=61"),
        ("video_comment_new", "video-229000001_456250001", "https://vk.com/video-229000001_456250001?reply=62"),
        ("market_comment_new", "market-229000001_881", "https://vk.com/market-229000001?w=product-229000001_881"),
        ("board_post_new", "topic-229000001_51000001", "https://vk.com/topic-229000001_51000001?post=14"),
    ],
)
def test_the_thing_commented_on_has_its_own_name(name: str, post: str, url: str) -> None:
    """Photos, videos, goods and topics are named so that they cannot be taken for wall posts."""
    assert (written(name).post, written(name).url) == (post, url)


def test_what_an_author_attaches_is_judged() -> None:
    """Links, documents, videos, polls and own captions are segments; other people's captions are not."""
    assert written("wall_reply_new_link").segments == (
        Segment("link_url", "https://vygodnye-okna.example/akciya"),
        Segment("link_title", "Окна со скидкой до пятницы"),
    )
    assert written("wall_reply_new_document_and_video").segments == (
        Segment("doc_title", "Смета на двор.pdf"),
        Segment("video_title", "Яма на Садовой"),
    )
    assert [s.text for s in written("wall_reply_new_poll").segments] == [
        "Нужен ли светофор у рынка?",
        "Нужен",
        "Хватит перехода",
    ]
    assert written("wall_reply_new_photo").segments == (Segment("photo_text", "Остановка «Рынок», 8:15"),)
    foreign = read_body(changed("wall_reply_new_photo", from_id=5))
    assert foreign.body.segments == ()  # type: ignore[union-attr]


def test_quotes_are_context_and_no_evidence() -> None:
    """Replies, forwards and reposts explain a text and are not part of it."""
    quoting = written("message_new_quotes")
    assert quoting.text == "Согласна с этим"
    assert quoting.context == "Соседи, собрание переносится на восемь вечера.\nДома решим."
    assert quoting.reply_to == "907"
    assert written("wall_reply_new_repost").context == "Двор сдадут к первому июня, обещает подрядчик."
    assert written("wall_reply_new_repost").segments == ()


def test_attachments_have_lasting_names() -> None:
    """Keys, sizes and counters of an attachment change without changing its name."""
    document, video = json.loads(body("wall_reply_new_document_and_video"))["object"]["attachments"]
    document["doc"]["access_key"] = "another"
    video["video"] |= {"views": 4000, "access_key": "another", "photo_320": "https://sun.example/x.jpg"}
    later = read_body(changed("wall_reply_new_document_and_video", attachments=[document, video], likes={"count": 9}))

    assert written("wall_reply_new_document_and_video").attachments == ("doc:701000006_66001", "video:701000006_45001")
    assert later.body == written("wall_reply_new_document_and_video")  # type: ignore[union-attr]
    assert written("wall_reply_new_sticker").attachments == ("sticker:901_30112",)
    assert written("wall_reply_new_link").attachments == ("link:https://vygodnye-okna.example/akciya",)


def test_dialogues_are_private_and_chats_are_not() -> None:
    """A message to the page is private; a chat of several people is not. Both are found by peer and number."""
    private, chat = written("message_new_private"), written("message_new_chat")

    assert (private.private, private.ref) == (True, CommentRef(Kind.MESSAGE, "701000040", "31"))
    assert (chat.private, chat.ref) == (False, CommentRef(Kind.MESSAGE, "2000000004", "907"))
    assert private.url == "https://vk.com/gim229000001?sel=701000040"
    assert chat.url == "https://vk.com/gim229000001?sel=c4"


def test_what_a_person_writes_for_the_page_is_its_own_word_and_what_a_bot_writes_is_none() -> None:
    """A reply in a dialogue stands there as the page's, whatever VK calls its sender; a greeting answers nobody."""
    reply = {"id": 830, "from_id": 123, "peer_id": 701_000_040, "conversation_message_id": 32, "out": 1, "date": 1}
    told = {
        "type": "message_reply",
        "group_id": 229_000_001,
        "object": {**reply, "text": "Починим.", "admin_author_id": 123},
    }
    found = read_body(json.dumps(told).encode()).body  # type: ignore[union-attr]

    assert (found.author, found.private, found.ref) == (  # type: ignore[union-attr]
        "-229000001",
        True,
        CommentRef(Kind.MESSAGE, "701000040", "32"),
    )
    for author in (None, 0):
        ignored = read_body(json.dumps({**told, "object": {**reply, "admin_author_id": author}}).encode())
        assert isinstance(ignored, Ignored)
        assert ignored.reason == "own_message"


def test_a_message_without_a_number_is_found_by_its_id() -> None:
    """A dialogue of the old protocol, where the object is the message, has an identity too."""
    old = {"id": 118, "user_id": 7, "date": 1_593_092_311, "body": "", "text": "Здравствуйте"}
    found = read_body(json.dumps({"type": "message_new", "group_id": 1, "object": old}).encode())

    assert found.body.ref == CommentRef(Kind.MESSAGE, "7", "id118")  # type: ignore[union-attr]
    assert found.body.author == "7"  # type: ignore[union-attr]


def test_posts_of_citizens_are_judged_and_posts_of_the_page_are_context() -> None:
    """A suggested post and a citizen's post are texts to judge; the page's own is published."""
    assert written("wall_post_new_suggest").ref == CommentRef(Kind.POST, "", "813")
    assert written("wall_post_new_by_citizen").author == "701000051"
    own = event("wall_post_new_by_page").body
    assert isinstance(own, Published)
    assert (own.external_id, own.url) == ("815", "https://vk.com/wall-229000001_815")
    repost = event("wall_post_new_page_repost").body
    assert isinstance(repost, Published)
    assert repost.text == "Важное от коллег\nПаводок ожидают к пятнадцатому апреля."


def test_the_black_list_is_followed() -> None:
    """Bans with and without an end and both ways out of a ban are told apart."""
    assert event("user_block").body == AuthorBanned("701000060", "900000001", 1_793_859_200 * SECOND)
    assert event("user_block_forever").body == AuthorBanned("701000061", "900000001", None)
    assert event("user_unblock").body == AuthorUnbanned("701000061", "900000001", expired=False)
    assert event("user_unblock_expired").body == AuthorUnbanned("701000060", "900000001", expired=True)


def test_changes_of_the_page_hold_no_free_text() -> None:
    """Who runs the page and how it is set is told in ids and codes."""
    assert event("group_officers_edit").body == PageChanged(
        "group_officers_edit", {"by": "900000001", "user": "900000002", "level_old": "0", "level_new": "1"}
    )
    assert event("group_change_settings").body == PageChanged(
        "group_change_settings", {"by": "900000001", "change.access": "0>1", "change.title": "changed"}
    )


@pytest.mark.parametrize(
    ("name", "fields", "where"),
    [
        ("wall_reply_new", {"id": None}, "object.id"),
        ("wall_reply_new", {"id": 2**63}, "object.id"),
        ("wall_reply_new", {"id": "x"}, "object.id"),
        ("wall_reply_new", {"id": True}, "object.id"),
        ("wall_reply_new", {"from_id": None}, "object.from_id"),
        ("wall_reply_delete", {"id": None}, "object.id"),
        ("board_post_new", {"topic_id": None}, "object.topic_id"),
        ("board_post_delete", {"topic_id": []}, "object.topic_id"),
        ("message_new_chat", {"peer_id": None}, "object.message.peer_id"),
        ("message_new_chat", {"conversation_message_id": None}, "object.message.id"),
        ("wall_post_new_suggest", {"id": None}, "object.id"),
        ("user_block", {"user_id": None}, "object.user_id"),
    ],
)
def test_a_comment_that_cannot_be_found_again_is_refused(name: str, fields: dict[str, object], where: str) -> None:
    """Without what identifies it an event is refused with the path of the missing field."""
    raw = changed(name, **fields) if None not in fields.values() else changed(name, **dict.fromkeys(fields))

    with pytest.raises(PayloadRejectedError) as refusal:
        read_body(raw)
    assert refusal.value.where == where


@pytest.mark.parametrize("date", [None, -1, 0, 222, 2**63, 10**30, "вчера", 4_200_000_000, True, 1.5])
def test_a_nonsense_date_is_no_date(date: object) -> None:
    """A date that VK cannot have meant costs the date and not the comment."""
    assert read_body(changed("wall_reply_new", date=date)).body.written_at is None  # type: ignore[union-attr]


def test_the_key_is_the_networks_event_id() -> None:
    """Text or number, VK's id makes repeats recognisable."""
    assert event("wall_reply_new_numeric_event_id").key == "771204"
    assert event("wall_reply_new").key == json.loads(body("wall_reply_new"))["event_id"]


def test_without_an_event_id_the_content_is_the_key() -> None:
    """An old event has the same key each time it comes, and another when text, author's time or comment differ."""
    name = "wall_reply_new_first_shape"
    keys = [
        read_body(raw).key  # type: ignore[union-attr]
        for raw in (
            body(name),
            changed(name, likes={"count": 3}),
            changed(name, text="Другое"),
            changed(name, id=77),
            changed(name, date=1_793_600_009),
            changed(name, attachments=[{"type": "photo", "photo": {"owner_id": 1, "id": 2}}]),
        )
    ]

    assert keys[0].startswith("sha256:")
    assert keys[0] == keys[1]
    assert len(set(keys)) == 5


def test_an_endless_event_id_is_shortened() -> None:
    """An event id beyond any that VK sends is kept as its digest."""
    whole = json.loads(body("wall_reply_new")) | {"event_id": "я" * 5000}
    found = read_body(json.dumps(whole).encode())

    assert isinstance(found, Event)
    assert found.key.startswith("sha256:")
    assert len(found.key) == 71


@pytest.mark.parametrize(
    ("header", "delay"),
    [
        (None, 0),
        ("1", 10 * SECOND),
        ("2", 3 * MINUTE + 10 * SECOND),
        ("3", 13 * MINUTE + 10 * SECOND),
        ("4", 43 * MINUTE + 10 * SECOND),
        ("5", 103 * MINUTE + 10 * SECOND),
        ("99", 103 * MINUTE + 10 * SECOND),
        (" 1 ", 10 * SECOND),
        ("0", 0),
        ("-3", 0),
        ("один", 0),
        ("", 0),
        ("9" * 40, 0),
        ("١", 0),
    ],
)
def test_a_repeat_says_how_old_it_is(header: str | None, delay: int) -> None:
    """The count of failures tells how long ago VK first tried; a garbled one tells nothing."""
    found = read("wall_reply_new", header)

    assert isinstance(found, Event)
    assert found.delayed_by == delay


@pytest.mark.needs_data
def test_other_peoples_recordings_are_understood() -> None:
    """Recorded events of every era become events, or are ignored for a reason; `VK_SHAPES` names the file."""
    path = os.environ.get("VK_SHAPES")
    if not path:
        pytest.skip("VK_SHAPES names no file of recorded events, so old shapes are checked on our own samples only")
    recorded = [item["payload"] for item in json.loads(Path(path).read_text("utf-8"))["events"]]
    bodies = [item for item in recorded if isinstance(item, dict) and item.get("group_id") and "type" in item]
    found = [read_body(json.dumps(item).encode()) for item in bodies]

    assert len(found) > 50
    assert [item.type for item in found if isinstance(item, Ignored) and item.reason == "unknown_type"] == []
