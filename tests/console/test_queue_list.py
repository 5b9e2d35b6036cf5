"""The queue as a list, without a browser: what was ticked and typed is never lost, and what is for good says so."""

from dataclasses import replace

import pytest

from app.domain.words import Role
from app.storage.tables import Comment, ReviewCase
from tests.console.counter import Counter, Visitor
from tests.functional.api.things import ASKED


@pytest.fixture
def anna(counter: Counter) -> Visitor:
    """A moderator."""
    return counter.visitor(Role.MODERATOR, "anna")


def _case(counter: Counter, author: str = "15170") -> ReviewCase:
    decision = counter.comment(ASKED, author=author)
    found: ReviewCase = next(case for case in counter.rows(ReviewCase) if case.decision_id == decision)
    return found


def test_a_refused_choice_keeps_its_ticks_and_words(counter: Counter, anna: Visitor) -> None:
    """Whoever forgot to say why sees the same questions ticked, the note still there, nothing else ticked."""
    ticked, other = _case(counter), _case(counter, "15171")
    answer = anna.post("/queue/plan", verdict="remove", case=str(ticked.id), note="Третий раз за день")

    assert (answer.status_code, "за что удалить" in answer.text) == (400, True)
    assert f'name="case" value="{ticked.id}" checked' in answer.text
    assert f'name="case" value="{other.id}">' in answer.text
    assert "Третий раз за день</textarea>" in answer.text


def test_a_refused_choice_stays_in_its_part_of_the_list(counter: Counter, anna: Visitor) -> None:
    """A form sent from the list's second part comes back with the second part."""
    cases = [_case(counter, str(15_000 + one)) for one in range(51)]
    more = anna.get("/queue/list").text.partition("/console/queue/list?after=")[2].partition('"')[0]
    [last] = [one for one in cases if f'value="{one.id}"' in anna.get("/queue/list", params={"after": more}).text]
    page = anna.get("/queue/list", params={"after": more}).text
    assert f"/console/queue/plan?after={more}" in page
    answer = anna.post(f"/queue/plan?after={more}", verdict="remove", case=str(last.id))

    assert f'value="{last.id}" checked' in answer.text


def test_what_cannot_be_undone_is_marked_in_the_list_and_in_the_plan(counter: Counter, anna: Visitor) -> None:
    """Before anything is confirmed; what the network gives back has no such mark."""
    case = _case(counter)
    clause = anna.get("/queue/list").text.partition('name="clause" value="')[2].partition('"')[0]
    chosen = {"verdict": "remove", "case": str(case.id), "category": "insult", "clause": clause}
    for final in (False, True):
        if final:
            # VK gives everything back but messages; one in a chat is no private one.
            counter.change(Comment, case.comment_id, kind="message")
        assert ("нельзя вернуть" in anna.get("/queue/list").text) is final
        assert ("нельзя вернуть" in anna.post("/queue/plan", **chosen).text) is final
    assert "нельзя вернуть" not in anna.post("/queue/plan", **(chosen | {"verdict": "keep"})).text


def test_an_empty_queue_that_is_looked_at_again_leads_on(counter: Counter, anna: Visitor) -> None:
    """The page that says that nothing waits does not go on saying so."""
    assert "Вопросов нет" in anna.get("/queue/done").text
    case = _case(counter)

    assert anna.get("/queue/done").headers["location"] == f"/console/queue/{case.id}"


def test_a_proposal_that_cannot_be_undone_says_so_on_its_button(counter: Counter, anna: Visitor) -> None:
    """On the page of a page, and among the proposed bans where the network cannot lift one."""
    page = counter.add_page("229000002", "review")
    decision = counter.comment("Ты дебил", page="229000002")
    paths = (f"/pages/{page}", "/queue/bans")
    [case] = [one for one in counter.rows(ReviewCase) if one.decision_id == decision]
    counter.change(ReviewCase, case.id, state="closed", ended="kept", ended_by="person:anna", closed_at=1)
    for path in paths:
        assert "Автор" in anna.get(path).text
        assert "нельзя вернуть" not in anna.get(path).text
    vk = counter.services.abilities["vk"]
    counter.services.abilities["vk"] = replace(vk, can_unban=False, can_restore=frozenset())
    for path in paths:
        assert "нельзя вернуть" in anna.get(path).text


def test_an_answer_that_came_second_is_told_so(counter: Counter, anna: Visitor) -> None:
    """In another tab or by a colleague the question was closed: the page says that this answer counts for nothing."""
    case = _case(counter)
    anna.post(f"/queue/{case.id}/verdict", verdict="keep", revision="1")
    answer = anna.post(f"/queue/{case.id}/verdict", verdict="remove", revision="1", category="insult")

    assert answer.status_code == 409
    assert "Ваш ответ не записан. Комментарий оставлен" in answer.text
    assert "не записан" not in anna.get(f"/queue/{case.id}").text
