"""Turns what a message holds into judged segments, stable names for the digest, and context.

A forwarded message shows its text in the thread and has no other: that text is judged as its sender's own. What a
message quotes or answers is context.
"""

from collections.abc import Iterator
from typing import Final

from app.domain.events import Segment
from app.domain.json_fields import JsonObject, clean, object_of, objects_of, text_of

#: So begins the name that all messages of one album share.
ALBUM: Final = "album:"
_LONGEST_NAME: Final = 128
#: Things with a file of their own, which is called the same wherever it is sent again.
_FILES: Final = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")
#: Things that are told by being there.
_THINGS: Final = (
    *("checklist", "contact", "dice", "game", "giveaway", "giveaway_winners", "invoice", "location", "paid_media"),
    *("poll", "story", "venue"),
)
#: Fields that say how and by whom a message was sent; everything else that has no text is content or news.
_ENVELOPE: Final = frozenset(
    {
        *("message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count"),
        *("sender_business_bot", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message"),
        *("is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot"),
        *("edit_date", "has_protected_content", "is_from_offline", "media_group_id", "author_signature", "entities"),
        *("caption_entities", "link_preview_options", "effect_id", "show_caption_above_media", "has_media_spoiler"),
        *("reply_markup", "is_paid_post", "paid_star_count", "suggested_post_info", "reply_to_checklist_task_id"),
        # What older versions of the protocol call the origin of a forward.
        *("forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name"),
        *("forward_date", "text", "caption"),
    }
)
#: What Telegram itself says about the chat.
_NEWS: Final = frozenset(
    {
        *("new_chat_members", "new_chat_member", "new_chat_participant", "left_chat_member", "left_chat_participant"),
        *("new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created"),
        *("channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id"),
        *("pinned_message", "successful_payment", "refunded_payment", "users_shared", "user_shared", "chat_shared"),
        *("connected_website", "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added"),
        *("chat_background_set", "checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed"),
        *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
        *("general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed"),
        *("gift", "unique_gift", "gift_upgrade_sent", "paid_message_price_changed", "suggested_post_approved"),
        *(
            "suggested_post_approval_failed",
            "suggested_post_declined",
            "suggested_post_paid",
            "suggested_post_refunded",
        ),
        *("video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited"),
        *("voice_chat_scheduled", "voice_chat_started", "voice_chat_ended", "voice_chat_participants_invited"),
        *("web_app_data", "chat_owner_left", "chat_owner_changed"),
    }
)


def is_news(message: JsonObject) -> bool:
    """Whether Telegram itself speaks: somebody joined, a post was pinned."""
    return not _NEWS.isdisjoint(message)


def text(message: JsonObject) -> str:
    """What its author wrote: by itself, or under a picture."""
    return text_of(message, "text") or text_of(message, "caption")


def segments(message: JsonObject) -> tuple[Segment, ...]:
    """Texts beside the author's own words that readers see or are led to; empty ones are left out."""
    found = (*_links(message), *_titles(message), *_questions(message), *_buttons(message))
    return tuple(segment for segment in found if segment.text.strip())


def names(message: JsonObject) -> tuple[str, ...]:
    """What hangs on the message, as `photo:AQADb`; a message that shows nothing known is called by its own fields."""
    found = [f"{kind}:{_file(message[kind])}" for kind in _FILES if isinstance(message.get(kind), dict)]
    if "animation" in message:
        # Beside it stands the same file as a document, for programs that know no animations.
        found = [name for name in found if not name.startswith("document:")]
    if sizes := objects_of(message.get("photo")):
        # The largest comes last.
        found.insert(0, f"photo:{_file(sizes[-1])}")
    found += [kind for kind in _THINGS if message.get(kind)]
    if not found and not text(message):
        found = [f"other:{clean(name)}"[:_LONGEST_NAME] for name in sorted(message.keys() - _ENVELOPE)]
    if album := text_of(message, "media_group_id"):
        found.append(f"{ALBUM}{album}"[:_LONGEST_NAME])
    return tuple(found)


def context(message: JsonObject) -> str:
    """Where a forward comes from and what is answered or quoted, one a line; the post itself is known otherwise."""
    found = [text_of(object_of(object_of(message.get("forward_origin")).get("chat")), "title")]
    answered = object_of(message.get("reply_to_message"))
    quoted = text_of(object_of(message.get("quote")), "text")
    found.append(quoted or ("" if answered.get("is_automatic_forward") is True else text(answered)))
    return "\n".join(line for line in found if line.strip())


def _links(message: JsonObject) -> Iterator[Segment]:
    for entity in (*objects_of(message.get("entities")), *objects_of(message.get("caption_entities"))):
        if entity.get("type") == "text_link":
            yield Segment("link_url", text_of(entity, "url"))
    shown = text_of(object_of(message.get("link_preview_options")), "url")
    if shown and shown not in text(message):
        yield Segment("link_url", shown)


def _titles(message: JsonObject) -> Iterator[Segment]:
    document, video = object_of(message.get("document")), object_of(message.get("video"))
    audio, contact = object_of(message.get("audio")), object_of(message.get("contact"))
    venue, game = object_of(message.get("venue")), object_of(message.get("game"))
    if "animation" not in message:
        yield Segment("doc_title", text_of(document, "file_name"))
    yield Segment("video_title", text_of(video, "file_name"))
    yield Segment("doc_title", _joined(audio, "performer", "title") or text_of(audio, "file_name"))
    # A card's name is free text, and cards are sent for what is written there.
    yield Segment("contact", _joined(contact, "first_name", "last_name"))
    yield Segment("venue", _joined(venue, "title", "address"))
    yield Segment("game", _joined(game, "title", "description"))


def _questions(message: JsonObject) -> Iterator[Segment]:
    poll, checklist = object_of(message.get("poll")), object_of(message.get("checklist"))
    yield Segment("poll", text_of(poll, "question"))
    yield Segment("poll", text_of(checklist, "title"))
    for line in (*objects_of(poll.get("options")), *objects_of(checklist.get("tasks"))):
        yield Segment("poll", text_of(line, "text"))


def _buttons(message: JsonObject) -> Iterator[Segment]:
    """Whoever writes through a bot may have it put buttons below."""
    rows = object_of(message.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else ():
        for button in objects_of(row):
            yield Segment("link_title", text_of(button, "text"))
            yield Segment("link_url", text_of(button, "url"))


def _file(thing: JsonObject) -> str:
    return text_of(thing, "file_unique_id")[:_LONGEST_NAME]


def _joined(thing: JsonObject, *fields: str) -> str:
    return " ".join(filter(None, (text_of(thing, field) for field in fields)))
