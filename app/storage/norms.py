"""Counts the page's own posts."""

from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from app.storage.tables import Post

_AT_ONCE: Final = 500
_names: Final = msgspec.json.Decoder(list[str]).decode
#: What VK calls pictures and films; a short film is a film.
_MEDIA: Final = ("photo:", "video:", "clip:", "short_video:")


def posts_between(session: Session, pages: Collection[int], since: int, until: int) -> dict[int, tuple[int, int]]:
    """Posts that each page published from one instant to before another: all, and those with a photo or video."""
    counts: dict[int, tuple[int, int]] = {}
    for page_id, hangs in _published(session, pages, since, until):
        posts, media = counts.get(page_id, (0, 0))
        counts[page_id] = posts + 1, media + any(name.startswith(_MEDIA) for name in _names(hangs))
    return counts


def _published(session: Session, pages: Collection[int], since: int, until: int) -> Iterator[tuple[int, str]]:
    """Other people's posts, which comments only name, have no date of publication here."""
    wanted = list(pages)
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        query = select(Post.page_id, Post.attachments_json).where(
            col(Post.page_id).in_(some), col(Post.published_at) >= since, col(Post.published_at) < until
        )
        yield from session.exec(query)
