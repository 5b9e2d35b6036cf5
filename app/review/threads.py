"""Who is spoken to in a thread: whether the page's own words answer a resident's message; pure."""

import re
from dataclasses import dataclass
from typing import Final

from app.domain.words import Kind

#: How VK writes the people and comments that a text is addressed to: `[id12|Анна]`, `[club5|…]`, `[id12:bp-5_77|Анна]`.
_MENTION: Final = re.compile(r"\[(id|club|public)(\d{1,20})(?::bp-\d{1,20}_(\d{1,20}))?\|")


@dataclass(frozen=True, slots=True)
class Voice:
    """A message and its place; ids are the network's, `author` has a leading '-' for a community."""

    kind: Kind
    scope: str
    post: str
    external_id: str
    thread_root: str
    reply_to: str
    author: str
    private: bool = False


def thread_of(voice: Voice) -> str:
    """What all messages of one conversation have in common on their page."""
    if voice.private:
        return f"{voice.kind} {voice.scope}"
    return f"{voice.kind} {voice.scope or voice.post} {voice.thread_root or voice.external_id}"


def answers(own: Voice, text: str, waiting: Voice, *, replied: str | None) -> bool:
    """Whether the page's own words are meant for whoever waits.

    `replied` is the author of the message that they reply to, '' if that is one of the page's own, None if it is not
    known or they reply to nothing. What is addressed to another resident is no answer to this one.
    """
    if (own.kind, own.scope) != (waiting.kind, waiting.scope):
        return False
    if waiting.private:
        return True
    if own.post != waiting.post:
        return False
    if own.reply_to == waiting.external_id:
        return True
    mentioned = list(_MENTION.finditer(text))
    if mentioned:
        return any(_is_meant(mention, waiting) for mention in mentioned)
    return thread_of(own) == thread_of(waiting) and (not own.reply_to or replied in {"", waiting.author})


def _is_meant(mention: re.Match[str], waiting: Voice) -> bool:
    kind, person, comment = mention.groups()
    if comment:
        return comment == waiting.external_id
    return waiting.author == (person if kind == "id" else f"-{person}")
