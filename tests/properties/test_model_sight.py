"""A text that is read at sight has the words that the normaliser and the tokeniser find in it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.cache import TokenCache
from model.normalise import MAX_BEFORE, normalise
from model.sight import Sight
from model.tokens import forms

_PIECES = st.sampled_from((
    "дом", "Ещё", "ванна", "доомм", "су", "ка", "х", "у", "й", "а", "5", "8-900", "123-45-67", "1/2", "кто-то", "да,нет",
    "vk.com", "х*й", "п.здец", "@user", "@club,", "[id1|Аня]", "<link>", "ок", "хyй", "😀", "é", "№5", "_я_", "ъ" * 41,
    "аа" * 25, "!" * 50, "слово" + ")" * 50,
))  # fmt: skip
_GAPS = st.sampled_from(
    (" ", "  ", "\n", "\t", ", ", ". ", " - ", "(", ") ", "! ", "", "\u00a0", "\u200b", "…", "« ", "» ")
)
_WRITTEN = st.lists(st.tuples(_PIECES, _GAPS), max_size=9).map(lambda parts: "".join(map("".join, parts)))
_TEXTS = st.lists(_WRITTEN | st.text(max_size=30), min_size=1, max_size=4)


class _Numbered:
    """Rows that tell which form they are of."""

    def __init__(self) -> None:
        self.forms: list[str] = []

    def rows(self, words: list[str]) -> np.ndarray:
        """The number of each form."""
        self.forms += words
        return np.arange(len(self.forms) - len(words), len(self.forms), dtype=np.float64)[:, None]


@pytest.fixture(scope="module", params=[2**20, 4000, 0], ids=["much", "little", "none"])
def sight(request: pytest.FixtureRequest) -> tuple[Sight, _Numbered]:
    """What reads at sight, with memories of different sizes; the same for all examples, so that they meet again."""
    numbered = _Numbered()
    return Sight(TokenCache(numbered.rows, 1, request.param)), numbered


@settings(deadline=None)
@given(texts=_TEXTS)
@example(texts=["а" * (MAX_BEFORE + 1), "İ", "слово" + "!" * 60, "ё Ё", ""])
@example(texts=["х у й", "Ещё ещё, еще", "@user, да", "да @user"])
def test_the_words_are_those_of_the_plain_text(sight: tuple[Sight, _Numbered], texts: list[str]) -> None:
    """First sight or second, alone or together, whatever is known: the same plain text, counts, edits and words."""
    reader, numbered = sight
    for _ in range(2):
        found, table = reader.read(texts)
        for text, one in zip(texts, found, strict=True):
            expected = normalise(text)
            assert (one.text, one.plain, one.undone) == (text[:MAX_BEFORE], expected.text, expected.undone)
            words = [numbered.forms[int(table[place, 0])].replace("ё", "е") for place in one.places]
            assert words == forms(expected.text)
            spans = [(at, at + 1) for at in range(len(one.plain))]
            assert [expected._replace(layers=one.layers).origin(*span) for span in spans[:50]] == [
                expected.origin(*span) for span in spans[:50]
            ]
