"""A report tells what the page published beside its act's norm, and how soon residents were answered in working hours."""

import csv
import io
from threading import Event

import pytest

from app.domain.clock import DAY, HOUR
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.storage.tables import Appeal, Page
from tests.fakes.threads import MONDAY, Street

#: Monday 00:00 of the page's week: 23 November 2026.
WEEK = MONDAY - 10 * HOUR


@pytest.fixture
def street(sqlite_url, tmp_path):
    """A page under Kozhevnikovo's act, five posts a week, whose history goes back four weeks; it is Tuesday."""
    made = Street(sqlite_url, tmp_path)
    made.clock.advance(DAY)
    change_page(made.house, made.page, PageChanges(policy="kozhevnikovo-650"), by="cli")
    made.change(Page, made.page, created_at=WEEK - 13 * DAY)
    made.change(Page, made.page, timezone="Asia/Novokuznetsk")
    for number, at in enumerate([*(WEEK - 7 * DAY + day * DAY for day in range(5)), WEEK, WEEK + HOUR]):
        made.publishes(number + 1, at)
    yield made
    made.close()


def report(street, period, **params):
    """The report as an auditor sees it."""
    answer = street.client("auditor").get(f"/v1/reports/{period}", params=params)
    answer.raise_for_status()
    return answer


def weeks(street, period, **params):
    """The one page's weeks as (Monday, counted, missing, running)."""
    (page,) = report(street, period, **params).json()["publications"]
    return [(one["monday"], one["counted"], one["missing"], one["running"]) for one in page["weeks"]]


def test_the_weeks_of_a_period_stand_beside_the_norm(street):
    """Weeks that begin in the month; none before the page was added, none that has not begun, the last one runs."""
    (page,) = report(street, "2026-11").json()["publications"]

    assert weeks(street, "2026-11") == [
        ("2026-11-09", 0, 5, False),
        ("2026-11-16", 5, 0, False),
        ("2026-11-23", 2, 3, True),
    ]
    assert (page["page_id"], page["office"], page["needed"], page["force"]) == (
        str(street.page),
        "administration",
        5,
        "norm",
    )
    assert page["clause"].startswith("п. 8 и 9 Порядка")
    assert weeks(street, "2026-W47") == [("2026-11-16", 5, 0, False)]
    assert weeks(street, "2026-Q4") == weeks(street, "2026-11")
    assert report(street, "2026-12").json()["publications"] == []


def test_the_public_is_not_shown_small_counts(street):
    """A week with fewer than five posts is hidden with what it lacks, others stand."""
    assert weeks(street, "2026-11", public="true") == [
        ("2026-11-09", None, None, False),
        ("2026-11-16", 5, 0, False),
        ("2026-11-23", None, None, True),
    ]


def test_the_sheet_has_a_line_a_week(street):
    """Page, Monday, posts, norm, its force, what is lacking, clause."""
    content = report(street, "2026-11", format="csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    (clause,) = {row[6] for row in rows if row[4:5] == ["норма"]}

    assert rows[-4][:3] == ["Страница", "Неделя с", "Записей засчитано"]
    assert [row[1:] for row in rows[-3:]] == [
        ["09.11.2026", "0", "5", "норма", "5", clause],
        ["16.11.2026", "5", "5", "норма", "0", clause],
        ["23.11.2026", "2", "5", "норма", "неделя не закончилась", clause],
    ]
    change_page(street.house, street.page, PageChanges(office="settlement"), by="cli")
    content = report(street, "2026-W47", format="csv").content.decode("utf-8-sig")
    last = list(csv.reader(io.StringIO(content), delimiter=";"))[-1]
    assert last[1:] == ["16.11.2026", "5", "в правилах не сказано"]


def test_a_report_that_the_worker_counted_has_them_too(street):
    """The job counts the rest; posts are told as they are when the report is read."""
    client = street.client("auditor")
    job = client.post("/v1/reports/2026-11").json()["job_id"]
    runner = JobRunner(Tools(street.house, street.configuration, street.moderator))
    while runner.turn(Event()):
        pass

    assert weeks(street, "2026-11", job_id=job) == weeks(street, "2026-11")


def test_the_first_reply_is_told_by_the_clock_and_in_working_hours(street):
    """Asked on Friday at 17:00, answered on Monday at 10:00: 65 hours by the clock, two of them worked."""
    friday = WEEK - 3 * DAY + 17 * HOUR
    with street.house.database.write() as session:
        session.add(
            Appeal(
                comment_id=1,
                page_id=street.page,
                asked_at=friday,
                due_at=friday + 9 * DAY,
                answered_at=WEEK + 10 * HOUR,
                ended="answered",
            )
        )
    sections = report(street, "2026-W47").json()["sections"]
    cells = {cell["key"]: cell["value"] for one in sections for cell in one["cells"]}

    assert (cells["appeals.median"], cells["appeals.median_working"]) == (65 * 60, 2 * 60)
