"""What would have changed the verdict."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from app.domain.change import Change
from app.domain.words import Verdict
from app.pipeline import counterfactual
from app.pipeline.counterfactual import without


def _places(text: str, *words: str) -> list[tuple[int, int]]:
    return [(text.index(word), text.index(word) + len(word)) for word in words]


def change(text: str, telling: list[tuple[int, int]], verdict_of: Callable[[str], Verdict]) -> Change | None:
    """What would have changed the verdict on the whole text."""
    return counterfactual.change(text, telling, verdict_of(text), verdict_of)


def _two_strikes(text: str) -> Verdict:
    """Keeps a text with no bad word, reviews one, removes two."""
    return (Verdict.KEEP, Verdict.REVIEW, Verdict.REMOVE)[min(2, sum(word in text for word in ("раз", "два", "три")))]


def test_one_word_can_decide() -> None:
    """The strongest word alone is named when its absence changes the verdict."""
    text = "это раз и всё"
    assert change(text, _places(text, "раз", "это"), _two_strikes) == Change(
        tuple(_places(text, "раз")), Verdict.KEEP, Verdict.REVIEW
    )


def test_words_that_are_not_needed_are_put_back() -> None:
    """Only the places that matter are named, whatever was tried on the way."""
    text = "вот раз и вот"
    assert change(text, _places(text, "вот", "и", "раз"), _two_strikes) == Change(
        tuple(_places(text, "раз")), Verdict.KEEP, Verdict.REVIEW
    )


def test_a_milder_verdict_is_enough() -> None:
    """A removal that becomes a review has changed; which of two equal words is named follows their strength."""
    text = "раз два"
    found = change(text, _places(text, "два", "раз"), _two_strikes)
    assert found == Change(tuple(_places(text, "два")), Verdict.REVIEW, Verdict.REMOVE)


def test_several_words_together_can_decide() -> None:
    """Where one word is not enough, all that are needed are named, in the order of the text."""
    text = "раз два три"
    found = change(text, _places(text, "три", "раз", "два"), _two_strikes)
    assert found == Change(tuple(_places(text, "раз", "три")), Verdict.REVIEW, Verdict.REMOVE)


def test_a_verdict_that_no_telling_word_changes_has_no_change() -> None:
    """What rests on the whole text is not pinned on a word."""
    text = "раз два"
    assert change(text, _places(text, "два"), lambda _: Verdict.REMOVE) is None
    assert change(text, [], _two_strikes) is None


def test_a_kept_text_cannot_become_milder() -> None:
    """There is nothing below `keep`."""
    text = "ничего"
    assert change(text, _places(text, "ничего"), _two_strikes) is None


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5))
def test_what_is_cut_is_gone_and_the_rest_stays(text: str, places: list[tuple[int, int]]) -> None:
    """Every character outside the places is left, in order, and none inside them."""
    spans = [(min(pair), min(max(pair), len(text))) for pair in places if min(pair) < min(max(pair), len(text))]
    kept = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in spans)]
    assert [c for c in without(text, spans) if c != " "] == [c for c in kept if c != " "]
