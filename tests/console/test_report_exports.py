"""What the journal says of a report that was taken out is what was in it, over the API and from the console."""

import json
from threading import Event

from app.domain.clock import day_of
from app.domain.words import Role
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.pipeline.reports.periods import Length, name_of
from tests.console.counter import Counter


def test_the_journal_names_what_was_taken_and_not_what_was_asked(counter: Counter) -> None:
    """A report that a job has counted over all pages is not written down as one page's, whatever page is named."""
    client, visitor = counter.client("viewer"), counter.visitor(Role.VIEWER)
    period = name_of(day_of(counter.clock.now(), "UTC"), Length.MONTH)
    path, page = f"/v1/reports/{period}", str(counter.page)
    everything = client.post(path).json()["job_id"]
    one_page = client.post(path, params={"page_id": page}).json()["job_id"]
    runner, stop = JobRunner(Tools(counter.house, counter.configuration, counter.moderator)), Event()
    while runner.turn(stop):
        pass
    for job in (everything, one_page):
        taken = client.get(path, params={"job_id": job, "page_id": page, "format": "csv"})
        shown = visitor.get("/reports/sheet", params={"period": period, "page": page, "job": job})
        assert (taken.status_code, shown.status_code) == (200, 200)

    noted = [json.loads(entry.body)["page"] for entry in counter.journal("report_exported")]
    assert noted == [None, None, counter.page, counter.page]
