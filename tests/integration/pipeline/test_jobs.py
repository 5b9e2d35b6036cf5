"""Long work under leases: it goes on in steps, ends once, and survives whoever carried it."""

import threading
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, NoResultFound

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline.jobs import orders
from app.pipeline.jobs.run import TURN, JobRunner
from app.pipeline.jobs.step import Progress, Tools
from app.storage.tables import Job
from tests.fakes.world import wait_until
from tests.fakes.yard import Yard

STEPS = 25
KIND = "count"


@pytest.fixture
def yard(database_url: str, tmp_path) -> Iterator[Yard]:
    """An installation on each engine."""
    made = Yard(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of work that people may ask for here."""
    monkeypatch.setattr(orders, "KINDS", {KIND: count})


def count(_tools: Tools, job: Job) -> Progress:
    """One number further; the result is every number that was ever counted."""
    counted = msgspec.json.decode(job.result_json) or []
    counted.append(job.position)
    return Progress(len(counted), STEPS, job.position + 1, counted, ended=len(counted) == STEPS)


def runner(yard: Yard, step=count, **options) -> JobRunner:
    """Whoever works; polls at once."""
    tools = Tools(yard.house, yard.configuration, yard.moderator)
    return JobRunner(tools, kinds={KIND: step}, **({"poll_seconds": 0.01} | options))


def ask(yard: Yard, who: Principal, **params: object) -> int:
    """A job about the yard's page."""
    return orders.start(yard.house, KIND, {"pages": [yard.page], **params}, who=who, page_id=yard.page)


def job_of(yard: Yard, number: int) -> Job:
    """The job as it stands."""
    return next(job for job in yard.rows(Job) if job.id == number)


def expire(yard: Yard) -> None:
    """Let every lease run out."""
    with yard.house.database.write() as session:
        session.execute(text("UPDATE job SET lease_until = 0"))


def test_a_job_goes_on_step_by_step_until_it_is_done(yard: Yard) -> None:
    """Progress is written after each step; the end holds the result, and the journal names who asked."""
    anna = yard.person("anna")
    number = ask(yard, anna)
    going = threading.Event()
    seen = []

    def watched(tools: Tools, job: Job) -> Progress:
        seen.append(job_of(yard, number).done)
        return count(tools, job)

    worker = threading.Thread(target=runner(yard, watched).run, args=(going,))
    worker.start()
    wait_until(lambda: job_of(yard, number).state == "done")
    going.set()
    worker.join(10)

    assert not worker.is_alive()
    job = job_of(yard, number)
    assert seen == list(range(STEPS))
    assert (job.done, job.total, msgspec.json.decode(job.result_json)) == (STEPS, STEPS, list(range(STEPS)))
    assert job.ended_at is not None
    [entry] = yard.journal("job_started")
    assert msgspec.json.decode(entry.body)["by"] == f"person:{anna.account_id}"


def test_two_runners_never_hold_one_job(yard: Yard) -> None:
    """While one works, another finds nothing to do."""
    ask(yard, yard.person("anna"))
    first, second = runner(yard), runner(yard)
    found = []

    def step(tools: Tools, job: Job) -> Progress:
        found.append(second.turn(threading.Event()))
        return count(tools, job)

    first._kinds = {KIND: step}
    assert first.turn(threading.Event())
    assert found == [False] * TURN


def test_jobs_take_turns(yard: Yard) -> None:
    """A long job does not hold up the one behind it."""
    anna = yard.person("anna")
    numbers = [ask(yard, anna, which=which) for which in (1, 2)]
    only = runner(yard)
    for _ in numbers:
        only.turn(threading.Event())

    assert [job_of(yard, number).done for number in numbers] == [TURN, TURN]


def test_a_dead_runner_s_job_is_taken_up_where_it_was_written_down(yard: Yard) -> None:
    """What a killed process had not written down is done again by the next; nothing is counted twice."""
    number = ask(yard, yard.person("anna"))

    class Killed(BaseException):
        pass

    def dying(tools: Tools, job: Job) -> Progress:
        progress = count(tools, job)
        if progress.done == 4:
            raise Killed
        return progress

    with pytest.raises(Killed):
        runner(yard, dying).turn(threading.Event())
    assert (job_of(yard, number).state, job_of(yard, number).done) == ("running", 3)
    other = runner(yard)
    assert not other.turn(threading.Event())
    expire(yard)
    while other.turn(threading.Event()):
        pass
    assert msgspec.json.decode(job_of(yard, number).result_json) == list(range(STEPS))


def test_a_runner_that_lost_its_lease_writes_nothing(yard: Yard) -> None:
    """Whoever was slow for too long cannot overwrite what the next one has written."""
    number = ask(yard, yard.person("anna"))
    other = runner(yard)

    def slow(tools: Tools, job: Job) -> Progress:
        expire(yard)
        while other.turn(threading.Event()):
            pass
        return Progress(1, 1, 1, ["late"], ended=True)

    runner(yard, slow).turn(threading.Event())
    assert msgspec.json.decode(job_of(yard, number).result_json) == list(range(STEPS))


def test_a_cancelled_job_stops_at_once_and_keeps_what_it_found(yard: Yard) -> None:
    """The step at hand is not written down any more, and nobody takes the job up again."""
    anna = yard.person("anna")
    number = ask(yard, anna)

    def step(tools: Tools, job: Job) -> Progress:
        if job.position == 3:
            orders.cancel(yard.house, number, who=anna)
        return count(tools, job)

    only = runner(yard, step)
    assert only.turn(threading.Event())
    assert not only.turn(threading.Event())
    job = job_of(yard, number)
    assert (job.state, job.done) == ("cancelled", 3)
    with pytest.raises(ConflictError, match="уже закончена"):
        orders.cancel(yard.house, number, who=anna)
    assert len(yard.journal("job_cancelled")) == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InvalidInputError("level", "нет такого"), "level: нет такого"),
        (ValueError("тайна"), "сбой"),
        (NoResultFound("тайна"), "сбой"),
        (DataError("SELECT", None, ValueError("тайна")), "сбой"),
    ],
)
def test_a_job_that_breaks_ends(yard: Yard, error: Exception, told: str) -> None:
    """People read what they can mend; a fault of ours is told without its details. Neither is tried for ever."""
    number = ask(yard, yard.person("anna"))

    def breaking(tools: Tools, job: Job) -> Progress:
        if job.position == 2:
            raise error
        return count(tools, job)

    only = runner(yard, breaking)
    only.turn(threading.Event())
    assert not only.turn(threading.Event())
    job = job_of(yard, number)
    assert (job.state, job.done) == ("failed", 2)
    assert told in job.error
    assert "тайна" not in job.error


def test_the_same_wish_is_one_job_and_wishes_are_bounded(yard: Yard) -> None:
    """Pressing a button twice starts nothing twice; nobody fills the worker's day."""
    anna = yard.person("anna")
    first = ask(yard, anna)
    assert ask(yard, anna) == first
    for which in range(1, orders.AT_ONCE):
        ask(yard, anna, which=which)
    with pytest.raises(ConflictError, match="дождитесь"):
        ask(yard, anna, which="more")
    assert ask(yard, yard.person("boris")) != first


def test_jobs_of_other_pages_are_not_there(yard: Yard) -> None:
    """Whoever is limited to pages sees and starts only what is about these alone."""
    anna, other = yard.person("anna"), yard.add_page("229000002", "shadow")
    own, foreign = ask(yard, anna), ask(yard, anna, pages=[yard.page, other])
    whole = orders.start(yard.house, KIND, {}, who=anna)
    limited = Principal(anna.account_id, anna.name, Role.MODERATOR, frozenset({yard.page}))

    assert orders.show(yard.house, own, who=limited).id == own
    for number in (foreign, whole, 2**62):
        with pytest.raises(NotFoundError):
            orders.show(yard.house, number, who=limited)
        with pytest.raises(NotFoundError):
            orders.cancel(yard.house, number, who=limited)
    with pytest.raises(NotFoundError):
        orders.start(yard.house, KIND, {"pages": [other]}, who=limited)
    client = yard.client("viewer", "gleb", pages=[yard.page])
    assert [job["id"] for job in client.get("/v1/jobs").json()["items"]] == [str(own)]
