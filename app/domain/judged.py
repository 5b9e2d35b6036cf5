"""Which words are judged: the author's own, then what hangs on the comment, a line each.

Explanations are stored as offsets into this text, so it is built the same way whenever it is shown.
"""

import re
from collections.abc import Iterable
from typing import Final

from app.domain.events import Segment

#: Both limits of a text: what is longer is cut, not refused, when it comes from a network.
TEXT_LIMIT: Final = 16_000
#: The number of labels is bounded: a text of nothing but short labels would otherwise take a second.
_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]{2,63}(?:\.[\w-]{2,63}){0,8}\.(?:ru|рф|com|me|org|net|su|info|shop|site)\b(?:/\S*)?"
)
_LINK_KINDS: Final = frozenset({"link_url", "link_title"})


def judged_text(text: str, segments: Iterable[Segment]) -> str:
    """The author's text and the segments behind it, cut to `TEXT_LIMIT` characters."""
    if not segments:
        return text[:TEXT_LIMIT]
    return "\n".join([text, *(segment.text for segment in segments)])[:TEXT_LIMIT]


def only_links(text: str, segments: Iterable[Segment]) -> bool:
    """Whether there is a link and, beside links, not one letter or digit of the author's own."""
    if _begins_with_a_word(text):
        return False
    segments = tuple(segments)
    if any(segment.kind not in _LINK_KINDS for segment in segments):
        return False
    rest = _LINK.sub(" ", text[:TEXT_LIMIT])
    has_link = bool(segments) or rest != text[:TEXT_LIMIT]
    return has_link and not any(character.isalnum() for character in rest)


def _begins_with_a_word(text: str) -> bool:
    """Whether the text up to the first white space is words and no link: a link has a full stop or `://`."""
    # Most texts need no closer look.
    if text.split(" ", 1)[0].isalpha():
        return True
    first = text[:TEXT_LIMIT].split(None, 1)[:1]
    return bool(first) and "." not in first[0] and "://" not in first[0] and any(map(str.isalnum, first[0]))


def has_text(judged: str) -> bool:
    """Whether there is anything to judge: a letter, a digit or a sign that is not white space."""
    return bool(judged.strip())
