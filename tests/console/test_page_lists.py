"""What waits on a page is all within reach, however much it is: over plain HTTP."""

import re

import pytest

from app.domain.words import Role
from app.pipeline import page_view
from app.storage.tables import Action
from tests.console.counter import Counter

AUTHORS = [str(number) for number in range(15170, 15175)]


@pytest.mark.parametrize("state", ["proposed", "manual", "failed"])
def test_a_long_list_goes_on_to_its_end(counter: Counter, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """From the newest to the oldest each action is met once, and from every further part there is a way back."""
    monkeypatch.setattr(page_view, "_NAMED", 2)
    for author in AUTHORS:
        ban = counter.action_of(counter.comment("Ты дебил", author=author), "ban_author")
        counter.change(Action, ban.id, state=state, last_error="15")
    reader = counter.visitor(Role.VIEWER)
    start = f"/pages/{counter.page}"
    following, met = start, []
    while following:
        shown = reader.get(following).text
        met += re.findall(r"Автор: <bdi>(\d+)</bdi>", shown)
        assert (f'href="/console{start}#{state}"' in shown) is (following != start)
        link = re.search(rf'href="/console(/pages/\d+\?{state}=\d+)#{state}"', shown)
        following = link[1] if link else ""

    assert met == AUTHORS[::-1]
    assert reader.get(f"{start}?{state}=вчера").status_code == 404


def test_the_end_of_a_list_that_others_have_emptied_leads_back(counter: Counter) -> None:
    """Whoever comes to a part that is done by then is told so and led to what still waits."""
    ban = counter.action_of(counter.comment("Ты дебил"), "ban_author")
    anna = counter.visitor(Role.MODERATOR)
    shown = anna.get(f"/pages/{counter.page}?proposed={ban.id}").text

    assert "Здесь больше ничего нет." in shown
    assert f'href="/console/pages/{counter.page}#proposed"' in shown
    shown = anna.get(f"/queue/bans?before={ban.id}").text
    assert "Ни одна блокировка не ждёт" not in shown
    assert ">К началу<" in shown


def test_a_ban_for_ever_is_confirmed_where_a_reason_can_be_written(counter: Counter) -> None:
    """The page's own list leads to the bans, where an office of one may say why it decides alone."""
    ban = counter.action_of(counter.comment("Ты дебил"), "ban_author")
    anna = counter.visitor(Role.MODERATOR)
    assert f"/console/actions/{ban.id}/confirm" in anna.get(f"/pages/{counter.page}").text
    counter.change(Action, ban.id, ban_seconds=None)
    shown = anna.get(f"/pages/{counter.page}").text

    assert f"/console/actions/{ban.id}/confirm" not in shown
    assert 'href="/console/queue/bans"' in shown
