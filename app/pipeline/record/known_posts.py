"""A process's memory of the posts that comments stand under: a row once found stays, so nobody asks for it again."""

from collections.abc import Iterable, Mapping
from typing import Final

#: Posts that are remembered; the oldest makes room.
REMEMBERED: Final = 4_000
#: The page's id and the network's name of the post.
PostKey = tuple[int, str]


class KnownPosts:
    """Ids of posts; not for several threads at once, as the committer that it belongs to.

    Only what was found is remembered, not what was inserted: a transaction that fails leaves nothing behind.
    """

    def __init__(self) -> None:
        self._ids: dict[PostKey, int] = {}

    def of(self, posts: Iterable[PostKey]) -> dict[PostKey, int]:
        """Those of the posts that are remembered."""
        return {post: id_ for post in posts if (id_ := self._ids.get(post)) is not None}

    def remember(self, found: Mapping[PostKey, int]) -> None:
        """Posts that stood in the database before this transaction."""
        self._ids.update(found)
        while len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
