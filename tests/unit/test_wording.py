"""Every code that a person may meet has its words."""

from app.domain import wording
from app.domain.ports import Slot
from app.domain.words import ActionKind, Category, Reason, Verdict
from app.outbox.claim import LEASE_LOST
from app.outbox.endings import NO_TOKEN
from app.outbox.permission import MANAGERS_UNKNOWN


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


def test_what_we_called_off_ourselves_is_not_laid_on_the_network() -> None:
    """A dossier does not say that the network answered with an error where nobody asked it."""
    ours = (
        MANAGERS_UNKNOWN,
        LEASE_LOST,
        NO_TOKEN,
        "mode",
        "age_limit",
        "superseded",
        "person",
        "withdrawn",
        "term_over",
    )
    ours += ("not_readable", "page_removed")
    assert not [code for code in ours if "сеть" in wording.trouble(code)]
