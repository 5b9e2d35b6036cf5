"""Every code that a person may meet has its words."""

from app.domain import wording
from app.domain.ports import Slot
from app.domain.words import ActionKind, Category, Reason, Verdict


def test_the_catalogue_is_complete() -> None:
    """No code is shown bare, and no words are kept for a code that is gone."""
    assert set(wording.VERDICTS) == set(Verdict)
    assert set(wording.CATEGORIES) == set(Category)
    assert set(wording.REASONS) == set(Reason)
    assert set(wording.ACTIONS) == set(ActionKind)
    assert set(wording.SLOTS) == set(Slot)


def test_a_trouble_is_told_from_an_answer() -> None:
    """A network that does not answer is not said to have answered with an error, and the other way round."""
    assert wording.trouble("unreachable") == wording.trouble("timeout") == "сеть не отвечает"
    assert wording.trouble("http_502") == "сеть отвечает ошибкой (http_502)"
