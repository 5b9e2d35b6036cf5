"""What a process remembers of posts."""

from app.pipeline.record.known_posts import REMEMBERED, KnownPosts


def test_the_newest_posts_are_remembered() -> None:
    """There is room for so many and no more; the oldest goes."""
    posts = KnownPosts()
    posts.remember({(1, str(number)): number for number in range(REMEMBERED)})
    posts.remember({(2, "0"): 77, (2, "1"): 78})

    assert posts.of([(1, "0"), (1, "1"), (1, "2"), (2, "0"), (2, "2")]) == {(1, "2"): 2, (2, "0"): 77}
    assert len(posts.of([(1, str(number)) for number in range(REMEMBERED)])) == REMEMBERED - 2
