"""What the page of one question offers depends on what may be done: over plain HTTP."""

import pytest

from app.domain.words import Role
from app.storage.tables import Action, Comment, Decision, Note, ReviewCase
from tests.console.counter import Counter, Visitor
from tests.functional.api.things import ASKED


@pytest.fixture
def anna(counter: Counter) -> Visitor:
    """A moderator."""
    return counter.visitor(Role.MODERATOR, "Анна")


def _case_of(counter: Counter, decision: int) -> ReviewCase:
    return next(case for case in counter.rows(ReviewCase) if case.decision_id == decision)


def test_a_private_message_is_never_removed_here(counter: Counter, anna: Visitor) -> None:
    """Its page has no button to delete and no ban, and a form that asks for it all the same is refused in words."""
    case = _case_of(counter, counter.comment("Ты дебил", private=True))
    page = anna.get(f"/queue/{case.id}")
    assert 'value="remove"' not in page.text
    assert 'name="ban"' not in page.text
    assert "Личное сообщение" in page.text
    sent = anna.post(f"/queue/{case.id}/verdict", verdict="remove", revision="1", category="insult")

    assert sent.status_code == 400
    assert "личные сообщения не удаляют" in sent.text.lower()


def test_what_cannot_be_undone_says_so_before_the_first_touch(counter: Counter, anna: Visitor) -> None:
    """Where the network gives nothing back, the button itself says it."""
    case = _case_of(counter, counter.comment(ASKED))
    assert "нельзя вернуть" not in anna.get(f"/queue/{case.id}").text
    # VK gives everything back but messages; one in a chat is no private one.
    counter.change(Comment, case.comment_id, kind="message")

    assert "нельзя вернуть" in anna.get(f"/queue/{case.id}").text


def test_a_removed_comment_is_kept_removed_or_brought_back(counter: Counter, anna: Visitor) -> None:
    """The buttons say what they do to a comment that is gone already."""
    case = _case_of(counter, counter.comment(ASKED))
    counter.change(Comment, case.comment_id, state="removed")
    page = anna.get(f"/queue/{case.id}").text

    assert "Вернуть комментарий" in page
    assert "Оставить удалённым" in page


def test_the_form_says_what_becomes_of_a_ban_that_waits(counter: Counter, anna: Visitor) -> None:
    """A proposal is declined by a removal without it, in the random sample it waits on, a confirmed one stands."""
    counter.add_page("229000003", "review")
    decision = counter.comment("Ты дебил", page="229000003")
    case = _case_of(counter, decision)

    assert "Программа предлагает на 1 день. Удалите без отметки" in anna.get(f"/queue/{case.id}").text
    counter.change(ReviewCase, case.id, reason="audit")
    assert "предложение останется в «Блокировках»" in anna.get(f"/queue/{case.id}").text
    counter.change(Action, counter.action_of(decision, "ban_author").id, state="pending", confirmed_by="person:boris")
    assert "Уже назначена на 1 день и останется" in anna.get(f"/queue/{case.id}").text


def test_a_policy_without_bans_offers_none(counter: Counter, anna: Visitor) -> None:
    """The act of Kozhevnikovo says nothing of bans; the act's own clause stands on the page."""
    counter.add_page("229000003", "review", policy="kozhevnikovo-650")
    page = anna.get(f"/queue/{_case_of(counter, counter.comment(ASKED, page='229000003')).id}").text

    assert 'name="ban"' not in page
    assert "п. 11" in page


def test_grounds_law_ban_and_note_reach_the_decision(counter: Counter, anna: Visitor) -> None:
    """What the form says is what is decided, with the clause of the act and the article of the law."""
    case = _case_of(counter, counter.comment(ASKED))
    done = anna.post(
        f"/queue/{case.id}/verdict",
        verdict="remove",
        revision="1",
        category=["insult", "obscenity"],
        law_level="federal",
        law_act="КоАП РФ",
        law_article="ст. 5.61",
        ban="1",
        ban_term="604800",
        note="  Проверено\r\nдважды ",
    )
    assert done.status_code == 303, done.text
    decision = max(counter.rows(Decision), key=lambda one: one.id)

    assert (decision.verdict, decision.decided_by) == ("remove", "person:Анна")
    assert decision.categories_json == '["insult","obscenity"]'
    assert "2.5" in decision.clauses_json
    assert "5.61" in decision.basis_json
    assert counter.action_of(decision.id, "ban_author").ban_seconds == 604_800
    assert [note.text for note in counter.rows(Note)] == ["Проверено\nдважды"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verdict": "review"},
        {"verdict": "destroy"},
        {"verdict": "keep", "revision": ""},
        {"verdict": "keep", "revision": "9" * 30},
        {"verdict": "keep", "revision": "٣"},
        {"verdict": "remove", "category": "nonsense"},
        {"verdict": "remove", "category": "threat"},
        {"verdict": "remove", "category": "insult", "ban": "1", "ban_term": "x"},
        {"verdict": "remove", "category": "insult", "ban": "1", "ban_term": "5"},
        {"verdict": "remove", "category": "insult", "clause": "п. 99"},
        {"verdict": "remove", "law_level": "galactic", "law_act": "x", "law_article": "y"},
        {"verdict": "keep", "note": "x" * 2001},
    ],
)
def test_a_form_that_nobody_could_fill_in_is_refused_in_words(
    counter: Counter, anna: Visitor, fields: dict[str, str]
) -> None:
    """Whatever is wrong, the question stays open and the page says what is expected."""
    case = _case_of(counter, counter.comment(ASKED))
    answer = anna.post(f"/queue/{case.id}/verdict", **({"revision": "1"} | fields))

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert counter.rows(Decision)[-1].decided_by == "machine"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ban": "1", "ban_term": "604800"}, "за комментарий, который остаётся, не блокируют"),
        ({"law_level": "federal", "law_article": "ст. 5.61"}, "комментарий с нарушением закона не остаётся"),
        ({"personal_data": "1"}, "личные данные закрываются вместе с удалением"),
    ],
)
def test_what_only_a_removal_carries_is_not_dropped_in_silence(
    counter: Counter, anna: Visitor, fields: dict[str, str], said: str
) -> None:
    """Whoever has ticked a ban and touches the other button is asked, and finds the form as it was."""
    case = _case_of(counter, counter.comment(ASKED))
    answer = anna.post(f"/queue/{case.id}/verdict", verdict="keep", revision="1", note="Подумать", **fields)

    assert answer.status_code == 400
    assert said in answer.text.lower()
    assert "Подумать" in answer.text
    assert counter.rows(Decision)[-1].decided_by == "machine"


def test_a_guess_of_the_browser_claims_nothing(counter: Counter, anna: Visitor) -> None:
    """A prefetch opens no question; going on by `j` gives the one before back."""
    case = _case_of(counter, counter.comment(ASKED))
    guessed = anna.get(f"/queue/{case.id}", headers={"Sec-Purpose": "prefetch;prerender"})
    assert (guessed.status_code, counter.rows(ReviewCase)[0].state) == (204, "open")
    anna.get(f"/queue/{case.id}")
    assert counter.rows(ReviewCase)[0].state == "claimed"
    other = _case_of(counter, counter.comment(f"{ASKED} Ответьте!", author="777"))
    anna.get(f"/queue/{other.id}?left={case.id}")

    assert {one.id: one.state for one in counter.rows(ReviewCase)} == {case.id: "open", other.id: "claimed"}
