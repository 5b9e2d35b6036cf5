"""People confirm and cancel over HTTP: once, by name, in the journal, whoever comes second is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from app.domain.clock import rfc3339
from app.journal.verify import verify
from app.pipeline.overrule.wishes import UNDO_WINDOW
from app.storage.tables import Action, Comment, Note, ReviewCase
from tests.fakes.yard import Yard

WHY = "Это цитата из песни"


@pytest.fixture
def ban(yard: Yard) -> str:
    """A proposed ban, on each engine."""
    return str(yard.action_of(yard.comment("Ты дебил"), "ban_author").id)


@pytest.fixture
def small_ban(small_yard: Yard) -> str:
    """A proposed ban on SQLite, for what no engine changes."""
    return str(small_yard.action_of(small_yard.comment("Ты дебил"), "ban_author").id)


def test_a_confirmed_ban_goes_out_with_its_term(yard: Yard, ban: str) -> None:
    """A moderator's word makes a proposed ban pending; the answer, the list and the journal say whose word it was."""
    anna = yard.client("moderator", "anna")
    answer = anna.post(f"/v1/actions/{ban}/confirm")
    shown = anna.get(f"/v1/actions/{ban}").json()

    assert answer.status_code == 200
    assert answer.json() == {"action": shown, "second_needed": False}
    assert (shown["state"], shown["confirmed_by"], shown["ordered_by"]) == ("pending", "person:anna", "machine")
    assert shown["ban_seconds"] > 0
    assert shown["due_at"] == rfc3339(yard.clock.now() + UNDO_WINDOW)
    [entry] = yard.journal("action_confirmed")
    assert "anna" not in entry.body
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_actions_of_a_time_are_listed(small_yard: Yard) -> None:
    """`since` and `until` hold the list to what was ordered then; the end is not part of it, a state narrows further."""
    client = small_yard.client("viewer")
    orders = []
    for author in ("5001", "5002"):
        orders.append(small_yard.action_of(small_yard.comment("Ты дебил", author=author), "ban_author"))
        small_yard.clock.advance(3_600_000_000)
    early, late = (rfc3339(order.created_at) for order in orders)

    def listed(**query: str) -> set[str]:
        items = client.get("/v1/actions", params={"kind": "ban_author", **query}).json()["items"]
        return {one["id"] for one in items}

    first, second = ({str(order.id)} for order in orders)
    assert listed(since=early) == first | second
    assert listed(since=late) == listed(since=late, state="proposed") == second
    assert listed(until=late) == listed(until=late, state="proposed") == first
    assert listed(since=late, until=late) == set()
    assert client.get("/v1/actions", params={"since": "2026-11-22T00:00:00"}).status_code == 400


def test_a_moderator_may_set_another_term(small_yard: Yard, small_ban: str) -> None:
    """`ban_days` replaces the ladder's term."""
    anna = small_yard.client("moderator", "anna")

    assert (
        anna.post(f"/v1/actions/{small_ban}/confirm", json={"ban_days": 3}).json()["action"]["ban_seconds"]
        == 3 * 86_400
    )


@pytest.mark.parametrize("days", [0, -1, 366, 2**63, 1.5, "3", True, None])
def test_a_term_out_of_range_changes_nothing(small_yard: Yard, small_ban: str, days: object) -> None:
    """A term that is no whole number of days from 1 to 365 is refused with its place; null means the ladder's."""
    answer = small_yard.client("moderator", "anna").post(f"/v1/actions/{small_ban}/confirm", json={"ban_days": days})
    if days is None:
        assert answer.status_code == 200
        return

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["where"] == "body.ban_days"
    assert small_yard.rows(Action)[0].confirmed_by == ""


def test_only_bans_have_terms(small_yard: Yard) -> None:
    """A term for a removal is a mistake, said as such."""
    small_yard.add_page("229000002", "review")
    removal = small_yard.action_of(small_yard.comment("Ты дебил", page="229000002"), "delete_comment")
    answer = small_yard.client("moderator").post(f"/v1/actions/{removal.id}/confirm", json={"ban_days": 3})

    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "ban_days")


def test_the_second_to_confirm_learns_who_was_first(small_yard: Yard, small_ban: str) -> None:
    """A second confirmation is 409 and names the first person and the time."""
    small_yard.client("moderator", "anna").post(f"/v1/actions/{small_ban}/confirm")
    when = rfc3339(small_yard.clock.now())
    small_yard.clock.advance(60_000_000)
    answer = small_yard.client("moderator", "boris").post(f"/v1/actions/{small_ban}/confirm")

    assert answer.status_code == 409
    assert "person:anna" in answer.json()["detail"]
    assert when in answer.json()["detail"]


def test_a_ban_for_ever_needs_two_people(yard: Yard, ban: str) -> None:
    """One person's word, even said twice, is not enough; another person's completes it."""
    yard.change(Action, int(ban), ban_seconds=None)
    anna, boris = yard.client("moderator", "anna"), yard.client("admin", "boris")
    first = anna.post(f"/v1/actions/{ban}/confirm").json()
    again = anna.post(f"/v1/actions/{ban}/confirm")

    assert first["second_needed"] is True
    assert first["action"]["state"] == "proposed"
    assert again.status_code == 409
    assert "person:anna" in again.json()["detail"]
    second = boris.post(f"/v1/actions/{ban}/confirm").json()
    assert second["second_needed"] is False
    assert second["action"]["state"] == "pending"
    assert second["action"]["confirmed_by"] == "person:anna, person:boris"
    assert len(yard.journal("action_confirmed_first")) == 1
    assert len(yard.journal("action_confirmed")) == 1


def test_a_term_makes_one_word_enough(small_yard: Yard, small_ban: str) -> None:
    """Whoever gives a ban for ever a term may let it out alone."""
    small_yard.change(Action, int(small_ban), ban_seconds=None)
    answer = (
        small_yard.client("moderator", "anna").post(f"/v1/actions/{small_ban}/confirm", json={"ban_days": 365}).json()
    )

    assert (answer["second_needed"], answer["action"]["state"]) == (False, "pending")


def test_a_superseded_decision_bans_nobody(small_yard: Yard, small_ban: str) -> None:
    """A ban whose decision is no longer the comment's current one cannot be confirmed."""
    action = small_yard.rows(Action)[0]
    small_yard.change(Comment, action.comment_id, decision_id=action.decision_id + 1)
    answer = small_yard.client("moderator").post(f"/v1/actions/{small_ban}/confirm")

    assert answer.status_code == 409
    assert str(action.decision_id) in answer.json()["detail"]


def test_a_withdrawn_comment_bans_nobody(small_yard: Yard, small_ban: str) -> None:
    """Nobody is banned for a comment that its author has deleted."""
    small_yard.change(Comment, small_yard.rows(Comment)[0].id, state="withdrawn")

    assert small_yard.client("moderator").post(f"/v1/actions/{small_ban}/confirm").status_code == 409


def test_confirming_a_removal_answers_its_case(yard: Yard) -> None:
    """On a page in review mode the confirmed removal closes the question about the comment."""
    yard.add_page("229000002", "review")
    removal = yard.action_of(yard.comment("Ты дебил", page="229000002"), "delete_comment")
    yard.client("moderator", "anna").post(f"/v1/actions/{removal.id}/confirm")
    [case] = yard.rows(ReviewCase)

    assert (case.state, case.ended, case.ended_by) == ("closed", "removed", "person:anna")
    assert len(yard.journal("case_closed")) == 1


def test_a_cancelled_action_keeps_its_reason_where_it_can_be_erased(yard: Yard, ban: str) -> None:
    """The reason becomes a note; the journal holds codes and the note's id only."""
    answer = yard.client("moderator", "anna").post(f"/v1/actions/{ban}/cancel", json={"reason": WHY})
    [note] = yard.rows(Note)
    [entry] = yard.journal("action_cancelled")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["ended_by"]) == ("cancelled", "person:anna")
    assert (note.text, note.action_id) == (WHY, int(ban))
    assert str(note.id) in entry.body
    assert WHY not in entry.body


@pytest.mark.parametrize("state", ["shadow", "sending", "done", "failed", "cancelled"])
def test_what_is_out_cannot_be_called_back(small_yard: Yard, small_ban: str, state: str) -> None:
    """An action that is being sent or has ended is 409 for cancel and confirm alike, and stays as it is."""
    small_yard.change(Action, int(small_ban), state=state)
    client = small_yard.client("moderator")

    assert client.post(f"/v1/actions/{small_ban}/cancel", json={"reason": WHY}).status_code == 409
    assert client.post(f"/v1/actions/{small_ban}/confirm").status_code == 409
    assert client.get(f"/v1/actions/{small_ban}").json()["state"] == state
    assert small_yard.rows(Note) == []


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \n "}, {"reason": "а" * 2001}, {"reason": "а\0"}])
def test_a_cancellation_needs_a_reason(small_yard: Yard, small_ban: str, body: dict[str, str]) -> None:
    """Without a reason in words nothing is cancelled."""
    assert small_yard.client("moderator").post(f"/v1/actions/{small_ban}/cancel", json=body).status_code == 400
    assert small_yard.client("viewer").get(f"/v1/actions/{small_ban}").json()["state"] == "proposed"


def _at_once(*calls: Callable[[], httpx.Response]) -> list[int]:
    """Status codes of calls that begin at one moment."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], httpx.Response]) -> int:
        barrier.wait()
        return call().status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_of_many_confirmations_one_counts(yard: Yard, ban: str) -> None:
    """Eight people who confirm at one moment make one confirmation, one journal entry and seven conflicts."""
    people = [yard.client("moderator", f"person {number}") for number in range(8)]
    codes = _at_once(*(lambda one=one: one.post(f"/v1/actions/{ban}/confirm") for one in people))

    assert codes == [200] + [409] * 7
    assert len(yard.journal("action_confirmed")) == 1
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_of_confirm_and_cancel_the_journal_tells_one_story(yard: Yard) -> None:
    """When one person confirms while another cancels, no action is both out and cancelled by mistake."""
    anna, boris = yard.client("moderator", "anna"), yard.client("moderator", "boris")
    for number in range(5):
        ban = yard.action_of(yard.comment("Ты дебил", author=str(number)), "ban_author").id
        codes = _at_once(
            lambda ban=ban: anna.post(f"/v1/actions/{ban}/confirm"),
            lambda ban=ban: boris.post(f"/v1/actions/{ban}/cancel", json={"reason": WHY}),
        )
        state = anna.get(f"/v1/actions/{ban}").json()["state"]

        # Confirmed, then cancelled while still pending: both may be told yes, and the later word holds.
        assert (codes, state) in [([200, 200], "cancelled"), ([200, 409], "cancelled")]
    assert verify(yard.house.database, yard.house.journal_key).problems == []


def test_two_people_at_once_complete_a_ban_for_ever(yard: Yard, ban: str) -> None:
    """Two different people at one moment are two people, not one."""
    yard.change(Action, int(ban), ban_seconds=None)
    anna, boris = yard.client("moderator", "anna"), yard.client("moderator", "boris")
    codes = _at_once(*(lambda one=one: one.post(f"/v1/actions/{ban}/confirm") for one in (anna, boris)))
    shown = anna.get(f"/v1/actions/{ban}").json()

    assert codes == [200, 200]
    assert shown["state"] == "pending"
    assert sorted(shown["confirmed_by"].split(", ")) == ["person:anna", "person:boris"]


def test_actions_are_filtered(yard: Yard) -> None:
    """State, kind and page narrow the list; the cursor walks it."""
    for number in range(4):
        yard.comment("Ты дебил", author=str(number))
    client = yard.client("viewer")

    def ids(**params: str) -> list[str]:
        answer = client.get("/v1/actions", params=params).json()
        assert answer["next_cursor"] is None
        return [item["id"] for item in answer["items"]]

    every = [str(action.id) for action in yard.rows(Action)]
    proposed = [str(action.id) for action in yard.rows(Action) if action.state == "proposed"]
    assert ids() == sorted(every, key=int, reverse=True)
    assert ids(state="proposed") == sorted(proposed, key=int, reverse=True)
    assert ids(state="proposed", page_id=str(yard.page)) == ids(kind="ban_author")
    assert ids(state="done") == []
    first = client.get("/v1/actions", params={"state": "proposed", "limit": 3}).json()
    rest = client.get("/v1/actions", params={"state": "proposed", "limit": 3, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids(state="proposed")
