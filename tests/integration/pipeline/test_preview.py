"""What another level of a policy would have removed: the stored texts judged again, held against what people made."""

import threading
from collections.abc import Iterator

import pytest
from sqlmodel import select

from app.domain.clock import DAY, SECOND
from app.domain.copies import text_print
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.words import Kind, Verdict
from app.pipeline.configuration import Configuration
from app.pipeline.jobs import orders, preview
from app.pipeline.jobs.preview import PREVIEW, Found, asked, found_in
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.pipeline.moderate import Moderator
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.storage.policies import newest
from app.storage.tables import Comment, Decision, Job, RevisionBody
from model.manifest import PromisedThresholds
from model.scorer import Scores
from tests.fakes.scorer import Foreseeable
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.yard import Yard

HEADS = ("spam", "insult", "obscenity", "threat")
PAGE = "229000001"


class NumberScorer(Foreseeable):
    """A text is as insulting as the number that it begins with."""

    def score(self, text: str) -> Scores:
        """The number is the insult's score; «жалоба» makes it an appeal."""
        if "сломайся" in text:
            raise ArithmeticError(text)
        appeal = 0.9 if "жалоба" in text else 0.01
        return Scores(spam=0.01, insult=float(text.split(maxsplit=1)[0]), obscenity=0.01, threat=0.01, appeal=appeal)


def promise(value: float) -> PromisedThresholds:
    """The same threshold for every category."""
    return PromisedThresholds(dict.fromkeys(HEADS, value), n=8000, errors_allowed=3, errors_observed=3)


@pytest.fixture
def yard(database_url: str, tmp_path) -> Iterator[Yard]:
    """A model that keeps two promises: usual from .9, strict from .7."""
    made = Yard(database_url, tmp_path)
    thresholds = FakeThresholds(promises={"1/1000": promise(0.9), "1/300": promise(0.7)})
    made.configuration = Configuration(made.house, thresholds)
    made.moderator = Moderator(NumberScorer())
    yield made
    made.close()


def ask(yard: Yard, *pages: int, level: str = "strict", days: int = 30) -> int:
    """Somebody asks what the policy would have done at this level."""
    with yard.house.database.read() as session:
        version = newest(session, "novokuznetsk-59")
    params = asked(version, list(pages or [yard.page]), days=days, now=yard.clock.now(), level=level)
    return orders.start(yard.house, PREVIEW, params, who=yard.person(f"anna-{len(yard.rows(Job))}"))


def work(yard: Yard) -> Job:
    """The worker works everything off; returns the newest job."""
    runner = JobRunner(Tools(yard.house, yard.configuration, yard.moderator))
    while runner.turn(threading.Event()):
        pass
    return max(yard.rows(Job), key=lambda job: job.id)


def tried(yard: Yard, *pages: int, level: str = "strict", days: int = 30) -> Found:
    """What the preview finds."""
    ask(yard, *pages, level=level, days=days)
    job = work(yard)
    assert (job.state, job.error) == ("done", "")
    assert job.done == job.total
    return found_in(job)


def person_says(yard: Yard, decision_id: int, verdict: Verdict) -> None:
    """A person rules on the revision that a decision was about."""
    with yard.house.database.write() as session:
        about = session.get_one(Decision, decision_id)
        columns = {column: getattr(about, column) for column in Decision.model_fields}
        yard.clock.advance(SECOND)
        own = {"id": yard.house.ids(), "verdict": str(verdict), "decided_by": "person:anna", "supersedes": about.id}
        session.add(Decision(**(columns | own | {"decided_at": yard.clock.now()})))


def edit(yard: Yard, decision_id: int, words: str) -> None:
    """The author of a comment changes it."""
    with yard.house.database.read() as session:
        comment = session.get_one(Comment, session.get_one(Decision, decision_id).comment_id)
    arrive(yard, words, comment.external_id, "15170", Act.EDIT)


def arrive(yard: Yard, words: str, external_id: str, author: str, act: Act = Act.NEW) -> int:
    """A text comes in and is compared with others; returns its decision's id."""
    yard.clock.advance(SECOND)
    body = Written(act, CommentRef(Kind.WALL, "", external_id), author, words, post="17", written_at=yard.clock.now())
    event = Event("vk", PAGE, f"wall_reply_{act}", f"{act}:{words}:{external_id}", body, b"{}")
    with yard.house.database.transact() as transaction:
        config = yard.configuration.within(transaction).pages["vk", PAGE]
        judgement = yard.moderator.judge(words, policy=config.policy)
        item = Item(event, config.id, yard.clock.now(), judgement, print=text_print(words))
        record(transaction, yard.house, yard.configuration, [item], yard.model_id)
    return max(row.id for row in yard.rows(Decision))


def test_it_counts_what_would_go_and_whom_people_had_kept(yard: Yard) -> None:
    """A stricter promise removes more; what people kept or removed of it is told, and an appeal stays protected."""
    surely = yard.comment("0.95 а", author="1")
    kept = yard.comment("0.8 б", author="2")
    taken = yard.comment("0.75 в", author="3")
    alone = yard.comment("0.72 г", author="4")
    yard.comment("0.6 д", author="5")
    yard.comment("0.95 жалоба", author="6")
    yard.comment("0.95 личное", author="7", private=True)
    person_says(yard, kept, Verdict.KEEP)
    person_says(yard, taken, Verdict.REMOVE)

    found = tried(yard)

    assert (found.seen, found.before, found.removed, found.kept, found.taken) == (7, 1, 4, 1, 1)
    assert found.categories == {"insult": 4}
    assert found.examples == [alone, taken, surely]
    assert found.kept_examples == [kept]
    assert tried(yard, level="").removed == 1


def test_the_api_tells_what_was_found(yard: Yard) -> None:
    """A finished preview is read over the API: numbers as they are, decisions' ids as strings."""
    decision = yard.comment("0.8 а")
    number = ask(yard)
    work(yard)
    shown = yard.client("viewer").get(f"/v1/jobs/{number}").json()

    assert (shown["kind"], shown["state"], shown["done"]) == ("preview", "done", shown["total"])
    assert (shown["result"]["removed"], shown["result"]["examples"]) == (1, [str(decision)])


def test_what_the_network_s_people_restored_counts_as_kept(yard: Yard) -> None:
    """A restore in the network is a person's word on that revision."""
    decision = yard.comment("0.95 а")
    with yard.house.database.write() as session:
        comment = session.get_one(Comment, session.get_one(Decision, decision).comment_id)
        comment.restored_revision_id = comment.revision_id
        session.add(comment)

    assert tried(yard).kept_examples == [decision]


def test_each_revision_is_judged_by_itself(yard: Yard) -> None:
    """An edited comment is two texts; what a person said of the first is not said of the second."""
    first = yard.comment("0.8 а")
    person_says(yard, first, Verdict.KEEP)
    edit(yard, first, "0.85 а")

    found = tried(yard)

    assert (found.seen, found.removed, found.kept) == (2, 2, 1)
    assert found.kept_examples == [first]


def test_erased_texts_and_failures_are_told(yard: Yard) -> None:
    """What cannot be judged again is counted and not passed over in silence."""
    erased, broken = yard.comment("0.95 а", author="1"), yard.comment("0.2 сломайся", author="2")
    with yard.house.database.write() as session:
        body = session.get_one(RevisionBody, session.get_one(Decision, erased).revision_id)
        body.text, body.erased_at = None, yard.clock.now()
        session.add(body)

    found = tried(yard)

    assert (found.seen, found.erased, found.failed, found.removed) == (2, 1, 1, 0)
    assert broken not in found.examples


def test_only_the_asked_days_and_pages_are_looked_at(yard: Yard) -> None:
    """The same text a month ago, tomorrow's and that of another page are not counted."""
    other = yard.add_page("229000002", "shadow")
    yard.comment("0.95 давно", author="1")
    yard.clock.advance(8 * DAY)
    mine, theirs = yard.comment("0.95 а", author="2"), yard.comment("0.95 б", page="229000002", author="3")
    number = ask(yard, days=7)
    yard.clock.advance(DAY)
    yard.comment("0.95 потом", author="4")
    work(yard)

    assert found_in(orders.show(yard.house, number, who=yard.person("eva"))).examples == [mine]
    assert tried(yard, yard.page, other, days=7).removed == 3
    assert theirs in tried(yard, other, days=7).examples


def test_the_context_of_the_time_counts_as_it_did(yard: Yard) -> None:
    """A mailing that was removed for its copies is removed again with the very facts that its decision holds."""

    class Spam(NumberScorer):
        def score(self, text: str) -> Scores:
            return super().score(text)._replace(spam=0.6, insult=0.01)

    yard.moderator = Moderator(Spam())
    for author in range(1, 5):
        decision = arrive(yard, "0.1 Скидки тут https://example.ru/a", f"9{author}", str(author))
    with yard.house.database.read() as session:
        verdicts = list(session.exec(select(Decision.verdict).order_by(Decision.id)))
    assert Verdict.REMOVE in verdicts

    found = tried(yard, level="")

    assert found.removed == found.before == verdicts.count(Verdict.REMOVE)
    assert decision in found.examples


def test_examples_are_bounded_and_steps_are_short(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most twenty of each sort are named; a step that has used its time goes on later, and misses nothing."""
    monkeypatch.setattr(preview, "EXAMPLES", 3)
    monkeypatch.setattr(preview, "_PORTION", 4)
    monkeypatch.setattr(preview, "_STEP_SECONDS", 0.0)
    decisions = [yard.comment(f"0.95 {number}", author=str(number)) for number in range(11)]
    number = ask(yard)
    tools = Tools(yard.house, yard.configuration, yard.moderator)
    runner = JobRunner(tools)
    done = []
    while runner.turn(threading.Event()):
        done.append(orders.show(yard.house, number, who=yard.person(f"eva-{len(done)}")).done)

    found = found_in(work(yard))
    assert len(done) > 1
    assert done == sorted(done)
    assert (found.seen, found.removed) == (11, 11)
    assert found.examples == decisions[:-4:-1]


def test_a_level_that_the_model_does_not_keep_ends_with_words(yard: Yard) -> None:
    """A promise that the model has not shown is refused aloud, and the worker goes on."""
    ask(yard, level="careful")
    job = work(yard)

    assert job.state == "failed"
    assert "1/3000" in job.error
