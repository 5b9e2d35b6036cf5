"""Which rows of the arrays a token, a pair of neighbours or a look stands for."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from model.names import lemma_of, read
from model.tokens import NAME, ngrams

# A pair of neighbouring lemmas is one integer: (row of the first) << PAIR_SHIFT | (row of the second).
PAIR_SHIFT: Final = 24
# Codes of token forms that have no row of a lemma.
UNLISTED: Final = -1
NAMED: Final = -2


class Vocabulary:
    """Rows of character n-grams, lemmas and pairs of lemmas; what it does not list adds nothing to a score."""

    def __init__(self, chars: Iterable[str], lemmas: Iterable[str], pairs: Iterable[int]) -> None:
        self.chars: dict[str, int] = {name: row for row, name in enumerate(chars)}
        self.lemmas: dict[str, int] = {name: row for row, name in enumerate(lemmas)}
        self.pairs: dict[int, int] = {key: row for row, key in enumerate(pairs)}

    def chars_of(self, token: str) -> tuple[list[int], list[int]]:
        """Rows of the n-grams of a token form, ascending, and how often each occurs in it."""
        get = self.chars.get
        counts: dict[int, int] = {}
        for name in ngrams(read(token).form):
            row = get(name)
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        rows = sorted(counts)
        return rows, [counts[r] for r in rows]

    def lemma_of(self, token: str) -> int:
        """Row of a token's lemma, -1 when the vocabulary does not list it."""
        return self.lemmas.get(read(token).lemma, -1)

    def code_of(self, token: str) -> int:
        """What is kept of a form: `NAMED` for a person's name, else the row of its lemma, `UNLISTED` without one."""
        lemma = lemma_of(token)
        return NAMED if lemma == NAME else self.lemmas.get(lemma, UNLISTED)

    def pairs_of(self, lemma_rows: Sequence[int]) -> list[tuple[int, int]]:
        """(place of the left neighbour, row of the pair) for each listed pair of neighbouring lemmas."""
        get = self.pairs.get
        found = []
        for place, (left, right) in enumerate(pairwise(lemma_rows)):
            if left >= 0 and right >= 0:
                row = get(left << PAIR_SHIFT | right)
                if row is not None:
                    found.append((place, row))
        return found

    def pair_rows(self, lemma_rows: Sequence[int]) -> list[int]:
        """The rows alone."""
        get = self.pairs.get
        # An unlisted lemma is negative and so is its key, which no pair has.
        keys = [left << PAIR_SHIFT | right for left, right in pairwise(lemma_rows)]
        return [row for row in map(get, keys) if row is not None]
