"""How the list of rude word forms is made."""

from importlib.resources import files

import pytest

from model.rude_words import COARSE, INSULT, TABOO, RudeWords, rude_words
from training.inflect import LEMMAS, inflect, pack


def test_the_committed_list_is_what_the_lemmas_give():
    """Nobody edits the list of forms by hand."""
    made = pack(inflect(LEMMAS.read_text(encoding="utf-8")))
    assert made == (files("model") / "rude_forms.txt").read_text(encoding="utf-8")


def test_packed_forms_are_read_back():
    """Sections, tiers and forms survive the packing."""
    classes = inflect("[taboo]\n!!слов|о,а\n[insult]\n!зебра=кобра\nтигр\n")
    words = RudeWords(pack(classes))
    assert words.kinds == classes
    assert words.section("слова") == TABOO
    assert words.section("зеброй") == INSULT
    assert words.section("тиграми") == INSULT
    assert words.section("слон") is None


def test_prefixes_are_put_before():
    """A group of prefixes gives the form with each of them and without."""
    classes = inflect("[coarse]\n{S}мять|_\n")
    assert {"мять", "помять", "смять"} <= classes.keys()
    assert set(classes.values()) == {3 * COARSE}


@pytest.mark.parametrize("text", ["[taboo]\nслово=ёж\n", "слово\n"])
def test_a_line_that_gives_nothing_is_refused(text):
    """The error names the line."""
    with pytest.raises(ValueError, match="line"):
        inflect(text)


def test_a_node_is_found_by_its_prefix():
    """The sorted list is walked like a trie."""
    words = rude_words()
    node = words.below(words.root, "дебил")
    assert node is not None
    assert words.below(node, "дебилы") is not None
    assert words.below(node, "дебилъ") is None
