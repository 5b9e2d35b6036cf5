"""Bans that wait for a word, over plain HTTP: what an office of one can do about a ban for ever."""

from app.domain.words import Role
from app.storage.tables import Action
from tests.console.counter import Counter

WHY = "Рассылает мошеннические ссылки, второго сотрудника в отделе нет"


def test_an_office_of_one_confirms_a_ban_for_ever_with_a_reason(counter: Counter) -> None:
    """Without a reason the page says what is missing and nothing is confirmed; with one the ban is on its way."""
    anna = counter.visitor(Role.MODERATOR, "Анна")
    action = counter.action_of(counter.comment("Ты дебил"), "ban_author")
    counter.change(Action, action.id, ban_seconds=None)
    assert 'name="second_reason"' in anna.get("/queue/bans").text
    refused = anna.post(f"/queue/bans/{action.id}/confirm")

    assert refused.status_code == 400
    assert "второго сотрудника нет" in refused.text
    [row] = [one for one in counter.rows(Action) if one.id == action.id]
    assert (row.state, row.confirmed_by) == ("proposed", "")
    anna.post(f"/queue/bans/{action.id}/confirm", second_reason=WHY)
    [row] = [one for one in counter.rows(Action) if one.id == action.id]
    assert (row.state, row.confirmed_by) == ("pending", "person:Анна")
