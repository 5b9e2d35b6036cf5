"""The simulated MAX's methods, each with the rights that it needs."""

from collections.abc import Callable

from tests.simulators import max_receiving
from tests.simulators.max_asked import DONE, Answer, ApiError, Asked, count_of, number
from tests.simulators.max_state import Chat, Text

# --- comments --------------------------------------------------------------------------------------------------------


def list_comments(asked: Asked, post: str) -> Answer:
    """The newest first; `before` and `after` in milliseconds bound them."""
    _post(asked, post)
    if "comment_ids" in asked.params:
        wanted = asked.params["comment_ids"].split(",")
        return {"messages": [asked.state.message(_under(asked, post, mid)) for mid in wanted]}
    count = count_of(asked, 50)
    before, after = number(asked.params.get("before", str(2**62))), number(asked.params.get("after", "0"))
    found = [one for one in asked.state.texts.values() if one.post == post and not one.deleted]
    found = [one for one in found if after <= one.at_ms < before]
    found.sort(key=lambda one: (one.at_ms, one.seq), reverse=True)
    return {"messages": [asked.state.message(one) for one in found[:count]]}


def get_comment(asked: Asked, post: str, comment: str) -> Answer:
    """One comment by both ids."""
    _post(asked, post)
    return asked.state.message(_under(asked, post, comment))


def delete_comment(asked: Asked, post: str) -> Answer:
    """Anybody's comment, of any age, in an archived channel too; it does not come back."""
    chat = _post(asked, post)
    asked.need(chat, "delete")
    comment = _under(asked, post, asked.required("comment_id"))
    return _delete(asked, comment)


def _post(asked: Asked, mid: str) -> Chat:
    post = asked.text(mid)
    chat = asked.chat(str(post.chat_id))
    if chat.type != "channel" or post.post:
        raise ApiError(404, "message.not.found")
    asked.need(chat, "read_all_messages")
    return chat


def _under(asked: Asked, post: str, mid: str) -> Text:
    comment = asked.text(mid, "comment.not.found")
    if comment.post != post:
        raise ApiError(404, "comment.not.found")
    return comment


def _delete(asked: Asked, text: Text) -> Answer:
    if text.mid in asked.state.stubborn:
        return {"success": False, "message": "Not deleted"}
    # A bot is not told of what it does itself.
    text.deleted = True
    return DONE


# --- messages --------------------------------------------------------------------------------------------------------


def list_messages(asked: Asked) -> Answer:
    """A chat's newest messages, or those that are named."""
    if "message_ids" in asked.params:
        return {"messages": [get_message(asked, mid) for mid in asked.params["message_ids"].split(",")]}
    chat = asked.chat(asked.required("chat_id"))
    asked.need(chat, "read_all_messages")
    found = [one for one in asked.state.texts.values() if one.chat_id == chat.chat_id and not (one.post or one.deleted)]
    found.sort(key=lambda one: (one.at_ms, one.seq), reverse=True)
    return {"messages": [asked.state.message(one) for one in found[: count_of(asked, 50)]]}


def get_message(asked: Asked, mid: str) -> Answer:
    """One message or post."""
    text = asked.text(mid)
    if text.post:
        raise ApiError(404, "message.not.found")
    chat = asked.chat(str(text.chat_id))
    if chat.type != "dialog":
        asked.need(chat, "read_all_messages")
    return asked.state.message(text)


def delete_message(asked: Asked) -> Answer:
    """In dialogues a bot's own words alone; elsewhere anybody's, two a second in a chat."""
    text = asked.text(asked.required("message_id"))
    if text.post:
        raise ApiError(404, "message.not.found")
    chat = asked.chat(str(text.chat_id))
    if asked.state.over_deletions(chat):
        raise ApiError(429, "too.many.requests")
    if chat.type == "dialog" and text.sender != asked.bot.user_id:
        raise ApiError(403, "access.denied")
    if chat.type != "dialog" and not ({"delete"} if chat.type == "channel" else {"delete", "write"}) & asked.held(chat):
        raise ApiError(403, "access.denied")
    return _delete(asked, text)


# --- chats and people ------------------------------------------------------------------------------------------------


def get_chat(asked: Asked, chat_id: str) -> Answer:
    """What a chat is."""
    chat = asked.chat(chat_id)
    return {
        "chat_id": chat.chat_id,
        "type": chat.type,
        "status": "active",
        "title": "Двор",
        "link": chat.link,
        "is_public": bool(chat.link),
        "participants_count": len(chat.members),
        "owner_id": chat.owner,
    }


def _member(asked: Asked, chat: Chat, user_id: int) -> Answer:
    held = chat.admins.get(user_id)
    shown = None if held is None else asked.state.shown_permissions(chat, held)
    state = {"is_owner": user_id == chat.owner, "is_admin": held is not None, "permissions": shown, "join_time": 0}
    return asked.state.user(user_id) | state


def get_me(asked: Asked, chat_id: str) -> Answer:
    """The bot's own place in a chat."""
    return _member(asked, asked.chat(chat_id), asked.bot.user_id)


def list_admins(asked: Asked, chat_id: str) -> Answer:
    """For administrators only; in portions of two, so that nobody forgets to turn the page."""
    chat = asked.chat(chat_id)
    asked.need(chat)
    everybody = sorted({chat.owner, *chat.admins})
    start = number(asked.params.get("marker", "0"))
    shown: Answer = {"members": [_member(asked, chat, one) for one in everybody[start : start + 2]]}
    return shown | ({"marker": start + 2} if start + 2 < len(everybody) else {})


def list_members(asked: Asked, chat_id: str) -> Answer:
    """Those who are named and are members."""
    chat = asked.chat(chat_id)
    asked.need(chat)
    wanted = {number(one) for one in asked.required("user_ids").split(",")}
    return {"members": [_member(asked, chat, one) for one in sorted(wanted & chat.members)]}


def remove_member(asked: Asked, chat_id: str) -> Answer:
    """Put somebody out; `block` is heeded only where a link leads into the chat."""
    chat = asked.chat(chat_id)
    asked.need(chat, "add_remove_members")
    user = number(asked.required("user_id"))
    if user == chat.owner or user in chat.admins:
        return {"success": False, "message": "Administrators stay"}
    if user in asked.state.stubborn:
        return {"success": False, "message": "Not removed"}
    if user not in chat.members | chat.blocked and not chat.blocks_strangers:
        raise ApiError(404, "user.not.found")
    chat.members.discard(user)
    if asked.params.get("block") == "true" and chat.link:
        chat.blocked.add(user)
    return DONE


Method = Callable[..., Answer]
#: By verb and the parts of the path; '*' stands for an id.
METHODS: dict[tuple[str, ...], Method] = {
    ("GET", "messages"): list_messages,
    ("DELETE", "messages"): delete_message,
    ("GET", "messages", "*"): get_message,
    ("GET", "messages", "*", "comments"): list_comments,
    ("DELETE", "messages", "*", "comments"): delete_comment,
    ("GET", "messages", "*", "comments", "*"): get_comment,
    ("GET", "chats", "*"): get_chat,
    ("GET", "chats", "*", "members"): list_members,
    ("DELETE", "chats", "*", "members"): remove_member,
    ("GET", "chats", "*", "members", "me"): get_me,
    ("GET", "chats", "*", "members", "admins"): list_admins,
    ("GET", "subscriptions"): max_receiving.list_subscriptions,
    ("POST", "subscriptions"): max_receiving.subscribe,
    ("DELETE", "subscriptions"): max_receiving.unsubscribe,
    ("GET", "updates"): max_receiving.get_updates,
}
