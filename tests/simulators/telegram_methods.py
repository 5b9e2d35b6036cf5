"""Methods of the simulated Bot API about chats, members and messages."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.domain.clock import HOUR, SECOND
from tests.simulators.telegram_state import (
    LONGEST_TERM_S,
    SHORTEST_TERM_S,
    ApiError,
    Bot,
    Chat,
    Member,
    Message,
    State,
    user,
)

DELETABLE_S = 48 * HOUR // SECOND
#: What may be permitted or not; a name that is not here is a mistake.
PERMISSIONS = frozenset(
    {
        *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
        *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
        *("can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
    }
)
_ADMINISTRATORS = frozenset({"creator", "administrator"})
Params = Mapping[str, Any]
#: Parameters by method: the type of each, and those that must be there.
INT, BOOL, LIST, OBJECT = int, bool, list, dict
SIGNATURES: dict[str, tuple[dict[str, type], frozenset[str]]] = {
    "getMe": ({}, frozenset()),
    "getChat": ({"chat_id": INT}, frozenset({"chat_id"})),
    "getChatAdministrators": ({"chat_id": INT}, frozenset({"chat_id"})),
    "getChatMember": ({"chat_id": INT, "user_id": INT}, frozenset({"chat_id", "user_id"})),
    "deleteMessage": ({"chat_id": INT, "message_id": INT}, frozenset({"chat_id", "message_id"})),
    "deleteMessages": ({"chat_id": INT, "message_ids": LIST}, frozenset({"chat_id", "message_ids"})),
    "banChatMember": (
        {"chat_id": INT, "user_id": INT, "until_date": INT, "revoke_messages": BOOL},
        frozenset({"chat_id", "user_id"}),
    ),
    "unbanChatMember": (
        {"chat_id": INT, "user_id": INT, "only_if_banned": BOOL},
        frozenset({"chat_id", "user_id"}),
    ),
    "restrictChatMember": (
        {
            "chat_id": INT,
            "user_id": INT,
            "permissions": OBJECT,
            "use_independent_chat_permissions": BOOL,
            "until_date": INT,
        },
        frozenset({"chat_id", "user_id", "permissions"}),
    ),
    "banChatSenderChat": ({"chat_id": INT, "sender_chat_id": INT}, frozenset({"chat_id", "sender_chat_id"})),
    "unbanChatSenderChat": ({"chat_id": INT, "sender_chat_id": INT}, frozenset({"chat_id", "sender_chat_id"})),
}


def checked(signature: tuple[dict[str, type], frozenset[str]], params: object) -> dict[str, Any]:
    """The parameters, if they are what the method takes; stricter than Telegram, which passes over names of its own."""
    kinds, needed = signature
    if not isinstance(params, dict):
        raise ApiError(400, "Bad Request: can't parse parameters JSON object")
    for name, value in params.items():
        if name not in kinds:
            raise ApiError(400, f"Bad Request: there is no parameter {name}")
        if type(value) is not kinds[name]:
            raise ApiError(400, f"Bad Request: {name} must be of type {kinds[name].__name__}")
    for name in needed - params.keys():
        raise ApiError(400, f"Bad Request: {name} is empty")
    return dict(params)


def get_me(_state: State, bot: Bot, _params: Params) -> Any:
    return user(bot.id, is_bot=True) | {"can_join_groups": True, "can_read_all_group_messages": False}


def get_chat(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    return chat.told() | ({"linked_chat_id": chat.linked} if chat.linked else {})


def get_administrators(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    if chat.type == "private":
        raise ApiError(400, "Bad Request: there are no administrators in the private chat")
    # Other bots are left out.
    listed = [one for one in chat.members.values() if one.status in _ADMINISTRATORS]
    return [one.told() for one in listed if not one.is_bot or one.user == bot.id]


def get_member(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    found = chat.members.get(params["user_id"])
    if found is None:
        raise ApiError(400, "Bad Request: member not found")
    return found.as_of(state.now()).told()


def delete_message(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    message = chat.messages.get(params["message_id"])
    if message is None or message.deleted:
        raise ApiError(400, "Bad Request: message to delete not found")
    _delete(state, bot, chat, message)
    return True


def delete_messages(state: State, bot: Bot, params: Params) -> Any:
    chat, numbers = _chat(state, bot, params), params["message_ids"]
    if not 1 <= len(numbers) <= 100 or not all(type(one) is int for one in numbers):
        raise ApiError(400, "Bad Request: message identifiers are not specified")
    known = [chat.messages[one] for one in numbers if one in chat.messages and not chat.messages[one].deleted]
    for message in known:
        _check_deletable(state, bot, chat, message)
    for message in known:
        message.deleted = True
    return True


def _delete(state: State, bot: Bot, chat: Chat, message: Message) -> None:
    _check_deletable(state, bot, chat, message)
    message.deleted = True


def _check_deletable(state: State, bot: Bot, chat: Chat, message: Message) -> None:
    may = chat.type == "private" or "can_delete_messages" in _self(chat, bot).rights
    if not may or state.now() - message.date >= DELETABLE_S:
        raise ApiError(400, "Bad Request: message can't be deleted")


def ban(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    target = _target(chat, bot, params["user_id"])
    until = _term(state, params.get("until_date", 0))
    put(state, chat, replace(target, status="kicked", until=until, is_there=False), by=bot.id)
    if chat.type == "supergroup" or params.get("revoke_messages"):
        for message in chat.messages.values():
            message.deleted = message.deleted or message.author == target.user
    return True


def unban(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    _may_restrict(chat, bot)
    known = chat.members.get(params["user_id"])
    if known is None:
        return True
    target = _target(chat, bot, params["user_id"]).as_of(state.now())
    if target.status == "kicked" or not params.get("only_if_banned"):
        put(state, chat, Member(target.user, "left", is_there=False), by=bot.id)
    return True


def restrict(state: State, bot: Bot, params: Params) -> Any:
    chat = _chat(state, bot, params)
    if chat.type != "supergroup":
        raise ApiError(400, "Bad Request: method is available only for supergroups")
    permissions = params["permissions"]
    if not permissions.keys() <= PERMISSIONS or not all(type(one) is bool for one in permissions.values()):
        raise ApiError(400, "Bad Request: can't parse chat permissions")
    target = _target(chat, bot, params["user_id"]).as_of(state.now())
    if all(permissions.get(name) for name in PERMISSIONS):
        free = "member" if target.is_there and target.status != "left" else "left"
        put(state, chat, Member(target.user, free, is_there=free == "member"), by=bot.id)
        return True
    can_send = permissions.get("can_send_messages", False)
    if not params.get("use_independent_chat_permissions"):
        can_send = can_send or any(permissions.get(name) for name in ("can_send_polls", "can_send_other_messages"))
    until = _term(state, params.get("until_date", 0))
    is_there = target.status not in {"left", "kicked"} and target.is_there
    put(state, chat, Member(target.user, "restricted", set(), can_send, until, is_there=is_there), by=bot.id)
    return True


def ban_chat(state: State, bot: Bot, params: Params) -> Any:
    chat, sender = _chat(state, bot, params), _sender(state, params)
    _may_restrict(chat, bot)
    chat.banned_chats.add(sender)
    return True


def unban_chat(state: State, bot: Bot, params: Params) -> Any:
    chat, sender = _chat(state, bot, params), _sender(state, params)
    _may_restrict(chat, bot)
    chat.banned_chats.discard(sender)
    return True


def put(state: State, chat: Chat, member: Member, *, by: int) -> None:
    """Change somebody's standing and tell those who asked for it; a bot is told of its own in any case."""
    before = chat.members.get(member.user, Member(member.user, "left", is_there=False, is_bot=member.is_bot))
    before, member = before.as_of(state.now()), replace(member, is_bot=before.is_bot)
    if before == member:
        return
    chat.members[member.user] = member
    bots = {bot.id for bot in state.bots.values()}
    told = {
        "chat": chat.told(),
        "from": user(by, is_bot=by in bots),
        "date": state.now(),
        "old_chat_member": before.told(),
        "new_chat_member": member.told(),
    }
    if member.user in bots:
        state.tell(chat.id, "my_chat_member", told, only=member.user)
    else:
        state.tell(chat.id, "chat_member", told)


def _chat(state: State, bot: Bot, params: Params) -> Chat:
    chat = state.chats.get(params["chat_id"])
    if chat is None:
        raise ApiError(400, "Bad Request: chat not found")
    if chat.moved_to:
        upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, upgraded, migrate_to_chat_id=chat.moved_to)
    here = chat.members.get(bot.id)
    if here is None and chat.type == "private":
        raise ApiError(400, "Bad Request: chat not found")
    if here is None or here.status == "left":
        raise ApiError(403, f"Forbidden: bot is not a member of the {chat.type} chat")
    if here.status == "kicked":
        raise ApiError(403, f"Forbidden: bot was kicked from the {chat.type} chat")
    return chat


def _self(chat: Chat, bot: Bot) -> Member:
    return chat.members[bot.id]


def _may_restrict(chat: Chat, bot: Bot) -> None:
    if "can_restrict_members" not in _self(chat, bot).rights:
        raise ApiError(400, "Bad Request: not enough rights to restrict/unrestrict chat member")


def _target(chat: Chat, bot: Bot, number: int) -> Member:
    _may_restrict(chat, bot)
    found = chat.members.get(number)
    if number == bot.id:
        raise ApiError(400, "Bad Request: can't restrict self")
    if found is None:
        raise ApiError(400, "Bad Request: PARTICIPANT_ID_INVALID")
    if found.status == "creator":
        raise ApiError(400, "Bad Request: can't remove chat owner")
    if found.status == "administrator":
        raise ApiError(400, "Bad Request: user is an administrator of the chat")
    return found


def _sender(state: State, params: Params) -> int:
    sender = params["sender_chat_id"]
    if sender >= 0 or sender not in state.chats:
        raise ApiError(400, "Bad Request: PARTICIPANT_ID_INVALID")
    return int(sender)


def _term(state: State, until: int) -> int:
    """The end in seconds, 0 for what Telegram takes for no end."""
    seconds = until - state.now()
    return until if SHORTEST_TERM_S <= seconds <= LONGEST_TERM_S else 0


METHODS: dict[str, Callable[[State, Bot, Params], Any]] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatAdministrators": get_administrators,
    "getChatMember": get_member,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "banChatMember": ban,
    "unbanChatMember": unban,
    "restrictChatMember": restrict,
    "banChatSenderChat": ban_chat,
    "unbanChatSenderChat": unban_chat,
}
