"""What holds for the comparison of any two texts."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.copies import text_print

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщьъыэюя"
LATIN = dict(zip("авсенкмортху", "abcehkmoptxy", strict=True))
UNSEEN = "\u00ad\u200b\u200e\u2060\ufeff\u0336"

words = st.lists(st.text(RUSSIAN, min_size=1, max_size=12), min_size=5, max_size=12)


@given(words, st.data())
def test_no_disguise_makes_another_text(words: list[str], data: st.DataObject) -> None:
    """Whichever letters are drawn, made large or torn apart by unseen signs, the text is compared by its words."""

    def disguised(letter: str) -> str:
        drawn = data.draw(st.sampled_from([letter, LATIN.get(letter, letter)]))
        return data.draw(st.sampled_from([drawn, drawn.upper(), drawn + data.draw(st.sampled_from(UNSEEN))]))

    # Of look-alike letters alone the text would be a Latin one.
    plain = " ".join(["жж", *words])
    found = text_print("жж " + ", ".join("".join(map(disguised, word)) for word in words) + "!")
    expected = text_print(plain)

    assert expected is not None
    assert expected.folded == plain.replace("ё", "е")
    assert found == expected
