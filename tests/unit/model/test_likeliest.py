"""The quick reading of a word is the first of all its readings."""

import pytest

from model.artefact import DEFAULT_ARTEFACT, load, unpack_names
from model.lemmas import MAX_WORD, analyses, is_russian
from model.likeliest import likeliest

# Listed, ambiguous, with a known prefix, with an unknown one, by its ending, too short for that, with a hyphen.
WORDS = (
    "дороги", "стали", "мыла", "роман", "все", "еще", "псевдокошка", "неблагоустроенный", "антиобъект", "супермы",
    "байткод", "бутявкать", "понаехавшие", "наизанятнейший", "посерьезнее", "розынаногтях", "мырзенку", "вллим", "ыъь", "й",
    "где-то", "по-нашему", "человек-паук", "иванову", "долбоебов", "ъъъъъъъъ", "а" * MAX_WORD,
)  # fmt: skip


def _told(found):
    return found and (found[0], str(found[1]))


def _first(word):
    found = analyses(word)
    return _told((found[0].normal_form, found[0].tag)) if found else None


@pytest.mark.parametrize("word", WORDS)
def test_it_is_the_first_of_all_readings(word):
    """Whatever way the dictionary takes to a word, the first reading is found."""
    assert _told(likeliest(word)) == _first(word)


def test_it_is_the_first_for_the_words_of_the_model():
    """So it is for lemmas of the shipped model, for their endings cut off and for made-up words with their endings."""
    lemmas = [name for name in unpack_names(load(DEFAULT_ARTEFACT).arrays.lemmas_names) if is_russian(name)][::12]
    words = {made for lemma in lemmas for made in (lemma, lemma[:-1], f"кру{lemma[1:]}", f"нано{lemma}") if made}
    assert len(words) > 1000
    assert [word for word in sorted(words) if _told(likeliest(word)) != _first(word)] == []
