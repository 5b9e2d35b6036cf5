"""Joins copies of a template into clusters, so that a text and its copies are held out together."""

import hashlib
from collections.abc import Sequence
from typing import Protocol


class Worded(Protocol):
    """A text with its tokens and a place for the number of its cluster."""

    words: tuple[str, ...]
    cluster: int


def _keys(words: tuple[str, ...]) -> list[str]:
    """Two texts that share a key are copies of one template."""
    letters = [w for w in words if w.strip("0") and w[0] not in "<@"]
    if len(letters) < 6:
        return ["exact " + " ".join(letters)]
    grams = sorted(
        {
            hashlib.md5(" ".join(letters[i : i + 4]).encode(), usedforsecurity=False).hexdigest()[:16]
            for i in range(len(letters) - 3)
        }
    )
    smallest = grams[:3]
    if len(smallest) < 3:
        return ["grams " + " ".join(smallest)]
    a, b, c = smallest
    return [f"grams {a} {b}", f"grams {a} {c}", f"grams {b} {c}"]


def join_clusters(rows: Sequence[Worded]) -> None:
    """Number the near-duplicate clusters: texts that share two of their three smallest hashes of four words."""
    parent = list(range(len(rows)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        for key in _keys(row.words):
            parent[root(number)] = root(first.setdefault(key, number))
    for number, row in enumerate(rows):
        row.cluster = root(number)
