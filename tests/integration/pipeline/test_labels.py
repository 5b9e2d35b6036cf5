"""People's verdicts become lessons: what is given out, what is left out, and what the random sample measures."""

import threading

import msgspec
import pytest

from app.domain.clock import DAY, MINUTE
from app.domain.decisions import LawViolation
from app.domain.states import CommentState
from app.domain.words import Category, Mode, Verdict
from app.journal.verify import verify
from app.pipeline.labels.export import all_lessons, line, note_export
from app.pipeline.labels.measure import Answered, measure, shares
from app.pipeline.labels.sampling import Shares, sample_with
from app.pipeline.overrule import reversal, verdicts
from app.pipeline.overrule.wishes import PersonVerdict
from app.storage.labels import LabelFilter
from app.storage.tables import Comment, Journal, Label
from tests.fakes.desk import CLAUSE, KEEP, REMOVE_INSULT, VK

EVERYTHING = LabelFilter()


@pytest.fixture
def anna(desk):
    """A moderator."""
    return desk.person("anna")


def _given(desk, wanted=EVERYTHING):
    portions = list(all_lessons(desk.house, wanted))
    left_out = {code: count for portion in portions for code, count in portion.left_out.items()}
    return [lesson for portion in portions for lesson in portion.lessons], left_out


def _draw(desk, **numbers):
    """A sample is drawn from what was decided since the one before."""
    desk.clock.advance(5 * MINUTE)
    shares_ = Shares(**({"removals": 1.0, "keeps": 1.0, "a_day": 1000} | numbers))
    sample_with(shares_)(desk.house, desk.configuration, threading.Event())


def test_a_verdict_becomes_a_lesson_without_persons(desk, anna):
    """The words are masked; category, the machine's opinion and versions stand beside; no id of ours, no name."""
    comment = desk.comment("дебил, звони +7 913 555-12-34, anna@mail.ru")
    desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    [lesson], left_out = _given(desk)
    text = line(lesson).decode()

    assert (lesson.verdict, lesson.labels, lesson.source) == ("remove", ["insult"], "case")
    assert (lesson.machine_verdict, lesson.machine_labels, lesson.agrees) == ("remove", ["insult"], True)
    assert (lesson.model, lesson.policy, lesson.weight) == ("test-1", "novokuznetsk-59/1", 1.0)
    assert lesson.text.startswith("дебил")
    assert left_out == {}
    for secret in ("913", "555", "mail.ru", "15170", "anna", "Анна", str(comment), str(anna.account_id)):
        assert secret not in text, secret
    assert msgspec.json.decode(text)["labelled_on"] == "2026-09-21"


def test_a_verdict_against_the_machine_disagrees(desk, anna):
    """What the machine would have removed and a person kept is a clean text; where the machine only asked it said nothing."""
    removed, asked = desk.comment("дебил"), desk.comment("дебил, почините дорогу")
    for comment in (removed, asked):
        desk.rule(desk.case_of(comment).id, KEEP, anna)
    first, second = _given(desk)[0]

    assert (first.labels, first.verdict, first.agrees) == ([], "keep", False)
    assert (second.machine_verdict, second.agrees, second.reasons) == ("review", None, ["protected_appeal"])


def test_what_people_took_back_is_no_lesson(desk, anna):
    """An undone verdict leaves none; of a reversed one the last word alone is given out, under the same name."""
    undone = desk.comment("дебил один")
    done = desk.rule(desk.case_of(undone).id, REMOVE_INSULT, anna)
    verdicts.undo(desk.house, desk.configuration, done.decision_id, who=anna)
    assert _given(desk) == ([], {})

    comment = desk.comment("дебил два")
    done = desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    [before], _ = _given(desk)
    desk.pass_window()
    boris = desk.person("boris")
    reversal.reverse(
        desk.house, desk.configuration, done.decision_id, who=boris, reason="Это не оскорбление", abilities=VK
    )
    [after], left_out = _given(desk)

    assert (after.verdict, after.labels, after.source) == ("keep", [], "reversal")
    assert left_out == {"superseded": 1}
    assert after.id == before.id


def test_a_violation_of_law_is_no_kind_of_text(desk, anna):
    """A removal without a category would teach that the text is clean: it is counted and left out."""
    comment = desk.comment("дебил")
    law = LawViolation("federal", "КоАП РФ", "ст. 20.3")
    desk.rule(desk.case_of(comment).id, PersonVerdict(Verdict.REMOVE, 1, law=law), anna)

    assert _given(desk) == ([], {"without_category": 1})


def test_echoes_and_withdrawals_are_no_labels(desk, anna):
    """What an author takes back, and what comes back from the network, leaves no label."""
    withdrawn = desk.comment("дебил")
    desk.withdraw(withdrawn)
    removed = desk.comment("дебил два")
    desk.rule(desk.case_of(removed).id, REMOVE_INSULT, anna)
    before = len(desk.ids_of(Label))
    desk.pass_window()
    desk.work_off()
    assert ("person:anna", "delete_comment", "done") in desk.actions(removed)
    # Our own deletion comes back from the network under the name of the key's owner.
    desk.withdraw(removed, author="5")

    assert desk.row(Comment, withdrawn).state == CommentState.WITHDRAWN
    assert before == len(desk.ids_of(Label)) == 1


def test_erased_words_are_counted(desk, anna):
    """A label whose words were erased is left out aloud."""
    comment = desk.comment("дебил")
    desk.rule(desk.case_of(comment).id, REMOVE_INSULT, anna)
    desk.sql("UPDATE label SET text = NULL, erased_at = 1")

    assert _given(desk) == ([], {"erased": 1})


def test_the_sample_weighs_as_much_as_it_was_rare(desk, anna):
    """A label of the random sample stands for as many decisions as its probability says."""
    desk.set_page(mode=Mode.ENFORCE.value)
    _draw(desk)
    comments = [desk.comment(f"Спасибо {number}") for number in range(12)]
    _draw(desk, keeps=0.5)
    drawn = [comment for comment in comments if desk.case_of(comment)]
    for comment in drawn:
        desk.rule(desk.case_of(comment).id, KEEP, anna)

    assert 0 < len(drawn) < 12
    assert [(lesson.source, lesson.weight, lesson.agrees) for lesson in _given(desk)[0]] == [
        ("audit", 2.0, True)
    ] * len(drawn)


def test_the_sample_measures_precision(desk, anna):
    """Of five removals of the sample one should have stayed: precision is four fifths, with its interval."""
    desk.set_page(mode=Mode.ENFORCE.value)
    _draw(desk)
    comments = [desk.comment(f"дебил {number}") for number in range(6)]
    kept = desk.comment("Спасибо")
    _draw(desk)
    for number, comment in enumerate(comments[:5]):
        verdict = KEEP if number == 0 else REMOVE_INSULT
        desk.rule(desk.case_of(comment).id, verdict, anna)
    desk.rule(desk.case_of(kept).id, KEEP, anna)
    found = measure(desk.house, EVERYTHING)

    assert (found.asked, found.precision.answered, found.missed.answered) == (7, 5, 1)
    assert found.precision.share == pytest.approx(0.8)
    assert 0.3 < found.precision.low < 0.8 < found.precision.high < 1
    assert found.missed.share == 0
    assert measure(desk.house, LabelFilter(since=desk.clock.now() + DAY)).precision.share is None


def test_pages_and_days_are_chosen(desk, anna):
    """Labels of other pages and of earlier days stay out."""
    old = desk.comment("дебил")
    desk.rule(desk.case_of(old).id, REMOVE_INSULT, anna)
    desk.clock.advance(3 * DAY)
    since = desk.clock.now()
    new = desk.comment("дебил новый")
    desk.rule(desk.case_of(new).id, REMOVE_INSULT, anna)

    assert [lesson.text for lesson in _given(desk, LabelFilter(since=since))[0]] == ["дебил новый"]
    assert len(_given(desk, LabelFilter(pages=(desk.page,)))[0]) == 2
    assert _given(desk, LabelFilter(pages=(desk.page + 1,)))[0] == []


def test_portions_hold_everything_once(desk, anna):
    """However small the portions, every label comes once."""
    from app.pipeline.labels.export import lessons

    for number in range(5):
        desk.rule(desk.case_of(desk.comment(f"дебил {number}")).id, REMOVE_INSULT, anna)
    after, seen = None, []
    while True:
        portion = lessons(desk.house, EVERYTHING, after=after, limit=2)
        seen += [lesson.text for lesson in portion.lessons]
        after = portion.next_after
        if after is None:
            break

    assert seen == [f"дебил {number}" for number in range(5)]


def test_an_export_stands_in_the_journal(desk):
    """Who was given which labels is noted, and the journal stays whole."""
    note_export(desk.house, LabelFilter((desk.page,), 5), by="cli")
    with desk.database.read() as session:
        from sqlmodel import select

        [entry] = session.exec(select(Journal).where(Journal.kind == "labels_exported"))
    body = msgspec.json.decode(entry.body)

    assert (body["by"], body["pages"], body["since"]) == ("cli", [desk.page], 5)
    assert verify(desk.house.database, desk.house.journal_key).problems == []


def test_weights_make_the_estimate_unbiased():
    """Drawn ever more rarely, the weighted share comes out where the truth is; the plain one does not."""
    import random

    draw = random.Random(5)
    truth, plain, weighted = [], [], []
    for _ in range(300):
        answered, all_ = [], []
        for number in range(400):
            # The later, the worse: what a day's last decisions are like differs from its first ones.
            bad = draw.random() < (0.05 if number < 200 else 0.25)
            probability = 0.5 if number < 200 else 0.1
            people = "keep" if bad else "remove"
            all_.append(people == "remove")
            if draw.random() < probability:
                answered.append(Answered("remove", people, 1 / probability))
        truth.append(sum(all_) / len(all_))
        weighted.append(shares(answered)[0].share)
        plain.append(sum(one.people == "remove" for one in answered) / len(answered))

    def mean(numbers):
        return sum(numbers) / len(numbers)

    assert mean(weighted) == pytest.approx(mean(truth), abs=0.01)
    assert abs(mean(plain) - mean(truth)) > 0.04


def test_categories_of_several_kinds_stay(desk, anna):
    """All categories that a person named are labels."""
    comment = desk.comment("дебил")
    both = PersonVerdict(Verdict.REMOVE, 1, (Category.INSULT, Category.OBSCENITY), CLAUSE)
    desk.rule(desk.case_of(comment).id, both, anna)

    assert set(_given(desk)[0][0].labels) == {"insult", "obscenity"}
