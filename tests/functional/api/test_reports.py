"""Reports over HTTP: what was counted, for whom, in which form; taking one out is journalled."""

import csv
import io
import json
from threading import Event
from typing import Any

import pytest

from app.domain.clock import DAY, HOUR, MINUTE, day_of
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.pipeline.reports import asking
from app.pipeline.reports.periods import Length, name_of, parse_period
from app.storage import report_numbers
from app.storage.tables import Action, Appeal, Decision, Job, Label, Objection, Page, ReviewCase
from tests.fakes.yard import Yard

APPEAL = "Когда почините дорогу, дебил?"


@pytest.fixture
def busy(yard: Yard) -> Yard:
    """A page on which something of everything has happened in one week."""
    return _busy(yard)


@pytest.fixture
def small_busy(small_yard: Yard) -> Yard:
    """The same on SQLite, for what no engine changes."""
    return _busy(small_yard)


def _busy(yard: Yard) -> Yard:
    [page] = yard.rows(Page)
    # Monday noon, so that the week holds all of it.
    monday = parse_period(name_of(day_of(yard.clock.now() + 8 * DAY, page.timezone), Length.WEEK)).bounds(
        page.timezone
    )[0]
    yard.clock.advance(monday + 12 * HOUR - yard.clock.now())
    for number in range(6):
        yard.comment("Спасибо", author=f"1{number}")
    for number in range(2):
        yard.comment("Ты дебил", author=f"2{number}")
    yard.comment("Лёгкий заработок", author="30")
    for number in range(3):
        yard.comment(APPEAL, author=f"4{number}")
    _decide(yard)
    _waiting(yard, page.id)
    return yard


def _decide(yard: Yard) -> None:
    """Anna removes one, keeps one, and takes a third verdict back."""
    anna = yard.client("moderator", "anna")
    first, second, third = (one["id"] for one in anna.get("/v1/review").json()["items"])
    shown = anna.get(f"/v1/review/{first}").json()
    clause = next(one["clause"] for one in shown["choices"] if one["category"] == "insult")
    removal = {
        "verdict": "remove",
        "revision": 1,
        "categories": ["insult"],
        "clause": clause,
        "ban": {"seconds": 86_400},
    }
    anna.post(f"/v1/review/{first}/verdict", json=removal).raise_for_status()
    anna.post(f"/v1/review/{second}/verdict", json={"verdict": "keep", "revision": 1}).raise_for_status()
    undone = anna.post(f"/v1/review/{third}/verdict", json=removal | {"ban": None}).json()["decision_id"]
    anna.post(f"/v1/decisions/{undone}/undo").raise_for_status()
    for action in yard.rows(Action):
        if action.state == "pending":
            yard.change(Action, action.id, state="done", outcome="acted", sent_at=yard.clock.now())


def _waiting(yard: Yard, page: int) -> None:
    """Residents who were answered in time, late, and not at all; an objection that was granted."""
    now = yard.clock.now()
    decision = yard.rows(Decision)[0]
    ends: list[dict[str, Any]] = [
        {"due_at": now + DAY, "answered_at": now + 10 * MINUTE, "ended": "answered"},
        {"due_at": now + DAY, "answered_at": now + 30 * MINUTE, "ended": "answered"},
        {"due_at": now + MINUTE, "answered_at": now + 50 * MINUTE, "ended": "answered"},
        {"due_at": now + 9 * DAY},
        {"due_at": now - MINUTE},
        {"due_at": now + DAY, "ended": "not_needed"},
    ]
    with yard.house.database.write() as session:
        for number, end in enumerate(ends):
            session.add(Appeal(comment_id=number + 1, page_id=page, asked_at=now, **end))
        case = ReviewCase(
            id=yard.house.ids(),
            comment_id=decision.comment_id,
            page_id=page,
            revision_id=decision.revision_id,
            decision_id=decision.id,
            state="closed",
            reason="objection",
            ended="kept",
            opened_at=now,
        )
        session.add(case)
        session.add(
            Objection(
                id=yard.house.ids(),
                page_id=page,
                comment_id=decision.comment_id,
                decision_id=decision.id,
                case_id=case.id,
                channel="site",
                state="open",
                received_at=now,
                due_at=now + DAY,
            )
        )
        for number, (person, machine) in enumerate(
            [("keep", "keep")] * 3 + [("remove", "remove")] * 2 + [("keep", "remove")]
        ):
            label = Label(
                id=yard.house.ids(),
                decision_id=number + 1,
                comment_id=1,
                page_id=page,
                source="audit",
                verdict=person,
                machine_verdict=machine,
                policy_version_id=1,
                account_id=1,
                labelled_at=now,
            )
            session.add(label)


def _week_of(yard: Yard) -> str:
    [page] = [page for page in yard.rows(Page) if page.id == yard.page]
    return name_of(day_of(yard.clock.now(), page.timezone), Length.WEEK)


def _numbers(report: dict[str, Any]) -> dict[str, Any]:
    return {cell["key"]: cell["value"] for section in report["sections"] for cell in section["cells"]}


EXPECTED: dict[str, Any] = {
    "comments": 12,
    "rejudged": 0,
    "removed": 4,
    "machine.kept": 6,
    "machine.asked": 3,
    "machine.removed": 3,
    "machine.removed.insult": 2,
    "machine.removed.spam": 1,
    "machine.would_remove": 0,
    "person.kept": 1,
    "person.removed": 1,
    "person.removed.insult": 1,
    "appeals": 6,
    "appeals.in_term": 2,
    "appeals.late": 1,
    "appeals.overdue": 1,
    "appeals.waiting": 1,
    "appeals.not_owed": 1,
    "appeals.share": 50.0,
    "appeals.median": 30.0,
    "appeals.median_working": 30.0,
    "objections": 1,
    "objections.reversed": 1,
    "objections.waiting": 0,
    "bans": 1,
    "bans.day": 1,
    "actions.delete_comment": 4,
    "audit": 6,
    "audit.share": 83.3,
    "audit.kappa": 0.67,
    "alone": 0,
}


def test_a_week_is_counted(busy: Yard) -> None:
    """Comments, verdicts by whom and for what, answers, objections, bans and agreement, each as it happened."""
    week = _week_of(busy)
    report = busy.client("viewer").get(f"/v1/reports/{week}").json()
    numbers = _numbers(report)

    assert {key: numbers[key] for key in EXPECTED} == EXPECTED
    assert sum(step["comments"] for step in report["steps"]) == 12
    assert [step["removed"] for step in report["steps"]] == [4, 0, 0, 0, 0, 0, 0]
    assert (report["period"], report["pages"], report["public"]) == (week, ["Страница 229000001"], False)
    assert any("сеть не сообщает" in note for note in report["notes"])
    following = parse_period(week).following
    assert _numbers(busy.client("viewer", "другой").get(f"/v1/reports/{following}").json())["comments"] == 0


def test_slices_add_up_to_the_whole(busy: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read two rows at a time, everything is counted exactly once."""
    client = busy.client("viewer")
    whole = client.get(f"/v1/reports/{_week_of(busy)}").json()
    monkeypatch.setattr(report_numbers, "SIZE", 2)

    assert client.get(f"/v1/reports/{_week_of(busy)}").json() == whole


def test_the_worker_counts_what_is_too_much_at_once(small_busy: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request refuses to count too long; the job that was ordered instead gives the very same report."""
    yard, client = small_busy, small_busy.client("viewer")
    path = f"/v1/reports/{_week_of(yard)}"
    whole = client.get(path).json()
    monkeypatch.setattr(asking, "AT_ONCE_ROWS", 1)
    refused = client.get(path)
    ordered = client.post(path)
    early = client.get(path, params={"job_id": ordered.json()["job_id"]})
    assert (refused.status_code, ordered.status_code, early.status_code) == (409, 202, 409)
    assert "работой" in refused.json()["detail"]
    assert client.post(path).json() == ordered.json()

    runner = JobRunner(Tools(yard.house, yard.configuration, yard.moderator))
    stop = Event()
    while runner.turn(stop):
        pass
    [job] = yard.rows(Job)
    assert (job.state, job.error) == ("done", "")
    assert client.get(path, params={"job_id": str(job.id)}).json() == whole
    wrong = client.get("/v1/reports/2020-01", params={"job_id": str(job.id)})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (400, "job_id")


def test_a_report_for_the_public_hides_small_counts(small_busy: Yard) -> None:
    """What counts under five is null and marked; large counts stand; nothing hidden can be summed up."""
    report = small_busy.client("viewer").get(f"/v1/reports/{_week_of(small_busy)}", params={"public": "true"}).json()
    cells = {cell["key"]: cell for section in report["sections"] for cell in section["cells"]}

    assert cells["machine.removed"] | {"title": ""} == {
        "key": "machine.removed",
        "title": "",
        "value": None,
        "unit": "",
        "hidden": True,
    }
    assert all(cell["unit"] or cell["value"] is None or cell["value"] >= 5 for cell in cells.values())
    assert cells["comments"]["value"] == 12


def test_a_sheet_is_taken_out_and_journalled(small_busy: Yard) -> None:
    """CSV comes as a file of Russian Excel; who took it, of what and in which form stands in the journal."""
    yard = small_busy
    week = _week_of(yard)
    anna = yard.client("auditor", "anna")
    answer = anna.get(f"/v1/reports/{week}", params={"format": "csv", "page_id": str(yard.page)})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="dvornik-{week}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert ["Комментарии", "поступило и оценено", "12", ""] in rows
    [entry] = yard.journal("report_exported")
    body = json.loads(entry.body)
    assert (body["period"], body["form"], body["public"], body["page"]) == (week, "csv", False, yard.page)
    assert body["by"].startswith("person:")
    assert "anna" not in entry.body


def test_a_limited_token_counts_its_own_pages(small_busy: Yard) -> None:
    """A token of another page counts that page alone, and orders no work about this one."""
    yard = small_busy
    other = yard.add_page("229000002", "enforce")
    yard.comment("Спасибо", page="229000002")
    client = yard.client("viewer", "olga", pages=[other])
    week = _week_of(yard)

    assert _numbers(client.get(f"/v1/reports/{week}").json())["comments"] == 1
    mine = yard.client("viewer").post(f"/v1/reports/{week}").json()["job_id"]
    assert client.get(f"/v1/reports/{week}", params={"job_id": mine}).status_code == 404
    assert client.post(f"/v1/reports/{week}", params={"page_id": str(yard.page)}).status_code == 404


@pytest.mark.parametrize("period", ["2026-13", "2026-W54", "2026-Q0", "lately"])
def test_what_is_no_period_is_refused(small_yard: Yard, period: str) -> None:
    """A period that is none is 400 and says what is expected; nothing is journalled."""
    answer = small_yard.client("viewer").get(f"/v1/reports/{period}")

    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "period")
    assert small_yard.journal("report_exported") == []


def test_a_confirmed_removal_is_a_removal(small_yard: Yard) -> None:
    """Where the machine only proposes, a removal counts when a person lets it out, once, and not as the machine's."""
    yard = small_yard
    page = yard.add_page("229000002", "review")
    decisions = [yard.comment("Ты дебил", page="229000002", author=str(number)) for number in range(3)]
    anna = yard.client("moderator", "anna")
    first, second, _ = (yard.action_of(one, "delete_comment").id for one in decisions)
    for action in (first, second):
        anna.post(f"/v1/actions/{action}/confirm").raise_for_status()
    anna.post(f"/v1/actions/{second}/cancel", json={"reason": "Это цитата"}).raise_for_status()
    numbers = _numbers(anna.get(f"/v1/reports/{_week_of(yard)}", params={"page_id": str(page)}).json())

    shown = {key: numbers[key] for key in ("machine.proposed", "machine.removed", "confirmed", "removed")}
    assert shown == {"machine.proposed": 3, "machine.removed": 0, "confirmed": 1, "removed": 1}
