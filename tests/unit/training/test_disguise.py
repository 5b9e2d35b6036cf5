"""Words in disguise, as the measurements use them."""

import random
import re
import unicodedata

import pytest

from model.normalise import normalise
from training.disguise import KINDS, disguise

WORDS = ["дебил", "мразь", "ублюдок"]
TEXT = "ты дебил и мразь, а брат твой ублюдок"


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_chosen_words_change(kind):
    """Every chosen word is written otherwise, its neighbours are not."""
    draw = random.Random(3)
    for _ in range(20):
        written = disguise(TEXT, kind, WORDS, draw)
        assert not set(WORDS) & set(re.findall(r"\w+", written))
        assert written.startswith("ты ")
        assert ", а брат твой " in written


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_writes_the_same(kind):
    """Measurements can be repeated."""
    assert disguise(TEXT, kind, WORDS, random.Random(5)) == disguise(TEXT, kind, WORDS, random.Random(5))


@pytest.mark.parametrize("kind", KINDS)
def test_disguises_vary(kind):
    """One word is not always disguised in the same way."""
    draw = random.Random(9)
    assert len({disguise("ублюдок", kind, ["ублюдок"], draw) for _ in range(30)}) > 2


def test_parts_of_words_stay():
    """A word inside another one is not the word."""
    assert disguise("мразьё", "leet", ["мразь"], random.Random(1)) == "мразьё"


def test_an_unknown_kind_is_refused():
    """The error names the kinds that exist."""
    with pytest.raises(ValueError, match="homoglyph"):
        disguise(TEXT, "rot13", WORDS, random.Random(1))


@pytest.mark.parametrize("kind", KINDS)
def test_most_disguises_are_undone(kind):
    """Of sixty disguised words of the list at least nine in ten are read as the word or as another rude one."""
    draw = random.Random(17)
    read = 0
    for _ in range(20):
        for word in WORDS:
            new = normalise(disguise(f"вот {word} же", kind, [word], draw)).text
            read += (
                new.startswith("вот ")
                and new.endswith(" же")
                and new[4:-3].strip("'").isalpha()
                and not new[4:-3].isascii()
            )
    assert read >= 54


def test_marks_and_invisible_signs_are_what_they_say():
    """Combining disguises add marks only, zero-width ones signs without width only."""
    for kind, category in (("combining", "M"), ("zero_width", "C")):
        added = set(disguise("мразь", kind, ["мразь"], random.Random(2))) - set("мразь")
        assert added
        assert all(unicodedata.category(c).startswith(category) for c in added)
