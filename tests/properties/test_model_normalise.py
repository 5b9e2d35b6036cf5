"""The normaliser takes any text."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from model.normalise import MAX_BEFORE, NOTHING_UNDONE, normalise, rewrite
from model.tokens import forms, tokens

RUSSIAN = st.text(
    alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя ХУЙсукaeopcxyk036@*$.-_!, \n\t\u00a0\u0301\u200b😀<>", max_size=60
)
HOSTILE = st.text(alphabet=st.characters(codec=None), max_size=40)
BOTH = st.one_of(RUSSIAN, HOSTILE, st.lists(st.one_of(RUSSIAN, HOSTILE), max_size=4).map("".join))


@settings(max_examples=600, deadline=None)
@given(BOTH)
def test_idempotent(text):
    """Normalising twice is normalising once."""
    once = normalise(text)
    twice = normalise(once.text)
    assert twice.text == once.text
    assert not any(twice.undone)


def test_a_capital_is_the_same_letter():
    """Whatever letter is drawn with a foreign one, its capital is undone like the small one, at once."""
    capitals = [c for c in map(chr, range(0x30000)) if c.lower() != c or c.upper() != c]
    for capital in capitals:
        once = normalise(f"п{capital}к")
        again = normalise(once.text)
        assert (again.text, again.undone) == (once.text, NOTHING_UNDONE), ascii(capital)
    for drawn in ("ΧУЙ", "χуй", "СΥКА", "ПІДОР"):
        assert normalise(drawn).text in {"хуй", "сука", "пидор"}, drawn
        assert normalise(drawn).undone == normalise(drawn.lower()).undone


@settings(max_examples=600, deadline=None)
@given(BOTH)
def test_the_quick_look_changes_nothing(text):
    """With and without the quick look for ordinary text the same comes out."""
    quick, long = normalise(text), rewrite(text)
    assert (quick.text, quick.undone) == (long.text, long.undone)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="аеёийоу бвн", max_size=40))
def test_short_i_and_yo_survive(text):
    """No й becomes и and no ё becomes е; only held letters are let go."""
    done = normalise(text).text
    assert ("й" in done, "ё" in done) == ("й" in text, "ё" in text)


@settings(max_examples=400, deadline=None)
@given(BOTH)
def test_offsets_lead_back(text):
    """Every token leads to a span inside the original, in order, and an untouched word to itself."""
    done = normalise(text)
    last = 0
    for token in tokens(done.text):
        start, end = done.origin(token.start, token.end)
        assert 0 <= start <= end <= min(len(text), MAX_BEFORE)
        assert start >= last
        last = start
        word = done.text[token.start : token.end]
        if end - start == len(word) and not done.layers:
            assert text[start:end].lower() == word
    assert done.origin(0, len(done.text))[1] <= len(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="абвгдежзиклмнопрстуфхцчшщьыэюя ,.", max_size=80))
def test_nothing_invisible_is_left(text):
    """Whatever is put between the letters of a text, the same text comes out."""
    hidden = "\u200b".join(text)
    assert normalise(hidden).text == normalise(text).text
    assert not any(
        unicodedata.category(c) in ("Cf", "Mn", "Cs", "Cc") for c in normalise(hidden).text if c not in "\n\t"
    )


@settings(max_examples=300, deadline=None)
@given(BOTH)
def test_forms_are_spans(text):
    """The quick cut into forms and the cut with spans agree on any text."""
    plain = normalise(text).text
    assert forms(plain) == [t.form for t in tokens(plain)]
