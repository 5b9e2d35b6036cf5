"""What Meta's deliveries say, in the house's words."""

import json
from typing import Any

import pytest

from app.domain.errors import PayloadRejectedError
from app.domain.events import Act, CommentRef, Event, Ignored, Published, Removed, Written
from app.domain.words import Kind
from app.networks.meta.inbound import parse
from tests.unit.networks.meta.samples import ACCOUNT, ANNA, PAGE, body, comment, delivery, media_comment


def one(raw: bytes) -> Event:
    """The only event of a request."""
    (found,) = parse(raw)
    assert isinstance(found, Event)
    return found


def words(raw: bytes) -> Written:
    """The text that a request tells of."""
    told = one(raw).body
    assert isinstance(told, Written)
    return told


def test_a_comment_on_a_post() -> None:
    """Everything that is needed to judge it, to find it and to remove it."""
    event = one(delivery(comment()))
    assert (event.network, event.page, event.type) == ("meta", PAGE, "comment_new")
    assert event.body == Written(
        act=Act.NEW,
        ref=CommentRef(Kind.WALL, "", "555666777_888999"),
        author=ANNA,
        text="Почему не чистят снег?",
        written_at=1_790_000_000_000_000,
        post=f"{PAGE}_555666777",
        url="https://www.facebook.com/555666777_888999",
    )


def test_an_answer_names_what_it_answers() -> None:
    """The parent of a comment is the post on the first level, another comment below."""
    told = words(delivery(comment(parent_id="555666777_111")))
    assert (told.thread_root, told.reply_to) == ("555666777_111", "555666777_111")


@pytest.mark.parametrize(("verb", "act"), [("edited", Act.EDIT), ("edit", Act.EDIT), ("unhide", Act.RESTORE)])
def test_verbs(verb: str, act: Act) -> None:
    """An edit is one by either name; whoever shows a hidden comment again lets it stay."""
    event = one(delivery(comment(verb)))
    assert isinstance(event.body, Written)
    assert (event.body.act, event.type) == (act, f"comment_{act}")


@pytest.mark.parametrize("verb", ["remove", "delete"])
def test_a_removal_names_nobody(verb: str) -> None:
    """No document says whether `from` is who removed it: the author must not seem to have taken it back."""
    event = one(delivery(comment(verb, message=None)))
    assert event.body == Removed(CommentRef(Kind.WALL, "", "555666777_888999"), deleter="")
    assert event.type == "comment_delete"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (comment("hide"), "hidden"),
        (comment("unhide", message=None), "unhidden"),
        (comment("follow"), "unknown_verb"),
        ({"field": "feed", "value": {"item": "reaction", "verb": "add", "post_id": "1_2"}}, "no_comment"),
        ({"field": "feed", "value": {"item": "post", "verb": "remove", "post_id": "1_2"}}, "no_comment"),
        ({"field": "feed", "value": {"item": "post", "verb": "add", "from": {"id": ANNA}}}, "no_post"),
        ({"field": "feed", "value": {"item": "post", "verb": "add", "post_id": "1_2"}}, "no_author"),
        ({"field": "feed", "value": None}, "no_comment"),
        ({"field": "ratings", "value": {}}, "unknown_type"),
        ({"field": "messages", "value": {}}, "messages"),
    ],
)
def test_what_needs_nothing(change: dict[str, Any], reason: str) -> None:
    """It is counted by its reason; types that nobody knows are never a refusal."""
    (found,) = parse(delivery(change))
    assert isinstance(found, Ignored)
    assert (found.page, found.reason) == (PAGE, reason)


def test_messages_lie_beside_the_changes() -> None:
    """They are not read here, and an object that is neither a page nor an account is nobody's."""
    (messages,) = parse(body({"id": PAGE, "time": 1, "messaging": [{"message": {"text": "да"}}]}))
    (other,) = parse(body({"id": "1"}, kind="whatsapp_business_account"))
    (empty,) = parse(body({"id": PAGE, "time": 1}))
    reasons = [found.reason for found in (messages, other, empty) if isinstance(found, Ignored)]
    assert reasons == ["messages", "unknown_object", "unknown_type"]


def test_the_pages_own_words() -> None:
    """Whoever writes as the page is the page; its posts are context, visitors' posts are judged."""
    own = {"from": {"id": PAGE, "name": "Район"}}
    post = {"item": "status", "verb": "add", "post_id": f"{PAGE}_9", "message": "Снег", "created_time": 1_790_000_000}
    assert words(delivery(comment(**own))).author == f"-{PAGE}"
    published = one(delivery({"field": "feed", "value": post | own})).body
    assert isinstance(published, Published)
    assert (published.external_id, published.text) == (f"{PAGE}_9", "Снег")
    visitor = words(delivery({"field": "feed", "value": post | {"from": {"id": ANNA}}}))
    assert (visitor.ref.kind, visitor.author) == (Kind.POST, ANNA)


def test_both_shapes_of_instagram() -> None:
    """A change lies in the entry or in its list: it is the same comment by the same key, of an account with its mark."""
    change = media_comment(parent_id="17870000000000000")
    listed = one(delivery(change, kind="instagram"))
    flat = one(body({"id": ACCOUNT, "time": 1_790_000_001, **change}, kind="instagram"))
    assert (listed.key, listed.body, listed.page) == (flat.key, flat.body, f"instagram:{ACCOUNT}")
    assert listed.body == Written(
        act=Act.NEW,
        ref=CommentRef(Kind.WALL, "", "17870000000000001"),
        author="instagram:6600000000000001",
        text="Почему не чистят снег?",
        post="17880000000000002",
        thread_root="17870000000000000",
        reply_to="17870000000000000",
    )
    own = words(delivery(media_comment(**{"from": {"id": ACCOUNT}}), kind="instagram"))
    assert own.author == f"-instagram:{ACCOUNT}"


def test_several_entries_keep_their_order_and_their_words() -> None:
    """Each event's evidence holds its own change and none of its neighbours'."""
    first, second = comment(comment_id="1_1", message="раз"), comment(comment_id="1_2", message="два")
    third = comment(comment_id="1_3", message="три")
    raw = body({"id": PAGE, "time": 5, "changes": [first, second]}, {"id": "77", "time": 6, "changes": [third]})
    found = parse(raw)
    assert [event.page for event in found] == [PAGE, PAGE, "77"]
    assert [event.body.text for event in found] == ["раз", "два", "три"]  # type: ignore[union-attr]
    assert len({event.key for event in found}) == 3  # type: ignore[union-attr]
    for event, entry in zip(found, [(PAGE, 5, first), (PAGE, 5, second), ("77", 6, third)], strict=True):
        number, time, change = entry
        expected = {"object": "page", "entry": [{"id": number, "time": time, "changes": [change]}]}
        assert json.loads(event.raw) == expected  # type: ignore[union-attr]
        assert parse(event.raw) == (event,)  # type: ignore[union-attr]


def test_keys() -> None:
    """A repeat keeps its time; the same words at another time, other words and other acts are other happenings."""
    key = one(delivery(comment())).key
    assert one(delivery(comment())).key == key
    others = [
        delivery(comment(), time=1_790_000_002),
        delivery(comment(message="Другое")),
        delivery(comment("edited")),
        delivery(comment("remove")),
        delivery(comment(photo="https://scontent.example/1.jpg")),
        delivery(comment(), number="77"),
    ]
    assert len({key, *(one(raw).key for raw in others)}) == len(others) + 1


def test_a_picture_is_named_without_its_address() -> None:
    """Addresses of pictures end; that there is one, and whether it is another, is kept."""
    shown = [words(delivery(comment(photo=f"https://scontent.example/{n}.jpg", message=None))) for n in (1, 1, 2)]
    assert shown[0].text == ""
    assert shown[0].attachments == shown[1].attachments != shown[2].attachments
    assert "scontent" not in "".join(shown[0].attachments)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"entry": []}',
        b'{"object": 5, "entry": []}',
        b'{"object": "page"}',
        b'{"object": "page", "entry": {}}',
        body({"changes": []}),
        body({"id": "https://evil.example", "changes": []}),
        delivery(comment(comment_id=None)),
        delivery(comment(comment_id="1_2/../3")),
        delivery(media_comment(id=-1), kind="instagram"),
    ],
)
def test_what_is_no_delivery_is_refused(raw: bytes) -> None:
    """Whoever sent it hears what was expected; an id that could lead a call elsewhere is none."""
    with pytest.raises(PayloadRejectedError):
        parse(raw)


def test_a_change_that_cannot_be_read_costs_its_neighbours_nothing() -> None:
    """Meta repeats the whole request and gives it up at last, with what is told beside it."""
    (found,) = parse(delivery(comment(comment_id=None), comment()))
    assert isinstance(found, Event)
    assert found.type == "comment_new"


def test_a_date_of_nonsense_is_no_date() -> None:
    """The comment counts all the same."""
    assert [words(delivery(comment(created_time=at))).written_at for at in (5, "вчера", None, 2**62)] == [None] * 4
