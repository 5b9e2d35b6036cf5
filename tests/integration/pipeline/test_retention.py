"""What people wrote is kept for as long as it may be needed, and no longer."""

import threading
from dataclasses import replace

import pytest
from sqlmodel import select

from app.domain.clock import DAY
from app.pipeline.duties.all import duties_with
from app.pipeline.persons.holds import Subject, Who, lift_hold, set_hold
from app.pipeline.retention.run import Report, run
from app.pipeline.retention.terms import Data, terms_of
from app.settings import Settings
from app.storage.tables import (
    Action,
    DeskSession,
    Evidence,
    Job,
    Journal,
    Note,
    Revision,
    RevisionBody,
    SeenEvent,
    SeenText,
    SignInLink,
)
from tests.fakes.desk import KEEP, REMOVE_INSULT, Desk

TERMS = terms_of(Settings())
CLI = Who("cli")


def go(desk: Desk, *, apply: bool = True) -> dict[str, tuple[int, int]]:
    """A run; rows erased and held, of the kinds that have any."""
    return told(run(desk.house, TERMS, apply=apply, by="cli"))


def told(report: Report) -> dict[str, tuple[int, int]]:
    return {str(line.kind): (line.erased, line.held) for line in report.lines if line.erased or line.held}


def waits(desk: Desk) -> dict[str, int]:
    """What keeps the texts of kept comments."""
    report = run(desk.house, TERMS, apply=False, by="cli")
    return {why: count for line in report.lines for why, count in line.waits.items()}


def text_of(desk: Desk, comment: int) -> str | None:
    return body_of(desk, comment).text


def body_of(desk: Desk, comment: int) -> RevisionBody:
    with desk.database.read() as session:
        query = select(RevisionBody).join(Revision, Revision.id == RevisionBody.revision_id)
        return session.exec(query.where(Revision.comment_id == comment).order_by(Revision.number.desc())).first()


def pass_days(desk: Desk, days: float) -> None:
    desk.clock.advance(int(days * DAY))


def remove(desk: Desk, text: str = "дебил") -> int:
    """A comment that a person has removed in the network."""
    comment = desk.comment(text)
    desk.rule(desk.case_of(comment).id, REMOVE_INSULT, desk.person("Анна"))
    desk.pass_window()
    desk.work_off()
    assert ("person:Анна", "delete_comment", "done") in desk.actions(comment)
    return comment


def test_a_kept_text_goes_after_its_term(desk: Desk) -> None:
    """A kept text, its salt and attachments are null after 60 days; the row and its digest stay, and so does order."""
    comment = desk.comment("Спасибо за дорогу")
    pass_days(desk, 59.9)
    assert "kept_texts" not in go(desk)
    assert text_of(desk, comment) == "Спасибо за дорогу"

    pass_days(desk, 0.2)
    assert go(desk)["kept_texts"] == (1, 0)

    body = body_of(desk, comment)
    assert (body.text, body.salt, body.segments_json, body.attachments_json) == (None, None, "[]", "[]")
    assert body.erased_at == desk.clock.now()
    with desk.database.read() as session:
        assert session.exec(select(Revision.digest)).one()
    assert "kept_texts" not in go(desk)
    desk.assert_journal_whole()


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    """Without `apply` the same rows are told and none is touched, nor is anything journalled."""
    comment = desk.comment("Спасибо за дорогу")
    pass_days(desk, 61)
    with desk.database.read() as session:
        before = len(session.exec(select(Journal.seq)).all())

    assert go(desk, apply=False)["kept_texts"] == (1, 0)

    assert text_of(desk, comment) == "Спасибо за дорогу"
    with desk.database.read() as session:
        assert len(session.exec(select(Journal.seq)).all()) == before
    assert go(desk)["kept_texts"] == (1, 0)


def test_a_removed_text_and_its_evidence_stay_for_three_years(desk: Desk) -> None:
    """A removal's text and evidence outlive kept texts and go three years after its last step."""
    removed, kept = remove(desk), desk.comment("Спасибо за дорогу")
    pass_days(desk, 61)
    go(desk)
    assert (text_of(desk, removed), text_of(desk, kept)) == ("дебил", None)
    with desk.database.read() as session:
        assert all(row.body is not None for row in session.exec(select(Evidence)))

    pass_days(desk, 1095)
    found = go(desk)

    assert found["removed_texts"] == (1, 0)
    assert found["evidence"][0] >= 1
    assert text_of(desk, removed) is None
    with desk.database.read() as session:
        assert [row.body for row in session.exec(select(Evidence))] == [None] * found["evidence"][0]
    desk.assert_journal_whole()


def test_evidence_of_a_kept_text_goes_with_it(desk: Desk) -> None:
    """A person keeps what the machine asked about: the raw event goes when the text does."""
    comment = desk.comment("дебил")
    desk.rule(desk.case_of(comment).id, KEEP, desk.person("Анна"))
    pass_days(desk, 61)

    found = go(desk)

    assert found["kept_texts"] == (1, 0)
    assert found["evidence"][0] >= 1
    with desk.database.read() as session:
        assert [row for row in session.exec(select(Evidence)) if row.body is not None] == []


def test_a_private_message_goes_sooner(small: Desk) -> None:
    """Thirty days after the last thing that happened to it a private message is gone."""
    comment = small.comment("Как записаться к врачу?", private=True)
    pass_days(small, 31)
    expected = waits(small)
    if expected:
        small.sql("UPDATE review_case SET state = 'closed', closed_at = opened_at")

    assert go(small)["private_messages"] == (1, 0)
    assert text_of(small, comment) is None


def test_an_open_case_keeps_everything(small: Desk) -> None:
    """Nothing of a comment is erased while a person is asked about it; afterwards its term begins anew."""
    comment = small.comment("дебил")
    pass_days(small, 400)
    assert go(small)["kept_texts"] == (0, 1)
    assert waits(small)["case"] >= 1
    assert text_of(small, comment) == "дебил"

    small.rule(small.case_of(comment).id, KEEP, small.person("Анна"))
    pass_days(small, 59)
    assert "kept_texts" not in go(small)
    pass_days(small, 2)
    assert go(small)["kept_texts"] == (1, 0)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            (
                "INSERT INTO objection (id, page_id, comment_id, decision_id, channel, state, received_at, due_at, answered_by)"
                " VALUES (1, :page, :comment, 1, 'site', 'open', 1, 1, '')"
            ),
            "objection",
        ),
        (
            "INSERT INTO appeal (comment_id, page_id, thread, asked_at, due_at, ended_by) VALUES (:comment, :page, '', 1, 1, '')",
            "appeal",
        ),
        (
            (
                "INSERT INTO answer (id, page_id, comment_id, state, version, drafted_by, agreed_by, agreed_post, published_by,"
                " closed_by, created_at, changed_at) VALUES (1, :page, :comment, 'draft', 1, '', '', '', '', '', 1, 1)"
            ),
            "answer",
        ),
    ],
)
def test_whatever_waits_keeps_the_text(small: Desk, statement: str, why: str) -> None:
    """An unanswered objection, a resident who waits and an answer that is being written keep the text."""
    comment = small.comment("Когда починят дорогу?")
    small.sql(statement, comment=comment, page=small.page)
    pass_days(small, 4000)

    assert waits(small)[why] >= 1
    go(small)

    assert text_of(small, comment) == "Когда починят дорогу?"


def test_an_unsent_action_keeps_the_text(small: Desk) -> None:
    """An action that has not ended keeps the text that it is about."""
    comment = small.comment("Спасибо за дорогу")
    small.add_action(comment)
    pass_days(small, 4000)
    go(small)
    assert text_of(small, comment) == "Спасибо за дорогу"

    with small.database.read() as session:
        action = session.exec(select(Action)).one()
    small.sql("UPDATE action SET state = 'cancelled' WHERE id = :id", id=action.id)
    go(small)
    assert text_of(small, comment) is None


@pytest.mark.parametrize("scope", ["page", "author", "comment"])
def test_a_hold_is_above_every_term(small: Desk, scope: str) -> None:
    """While a hold stands on a page, an author or a comment nothing of it is erased; once lifted, it is."""
    comment = small.comment("Спасибо за дорогу", author="501")
    subject = {
        "page": Subject("page", id=small.page),
        "author": Subject("author", network="vk", external_id="501"),
        "comment": Subject("comment", id=comment),
    }[scope]
    hold = set_hold(small.house, subject, ground="запрос прокуратуры № 5", who=CLI)
    pass_days(small, 5000)

    assert go(small)["kept_texts"] == (0, 1)
    assert text_of(small, comment) == "Спасибо за дорогу"

    lift_hold(small.house, hold.id, who=CLI)
    assert go(small)["kept_texts"] == (1, 0)
    assert text_of(small, comment) is None
    small.assert_journal_whole()


def test_a_hold_keeps_nobody_else(small: Desk) -> None:
    """A hold on one author leaves the others' terms as they are."""
    held, other = small.comment("Спасибо", author="501"), small.comment("И вам спасибо", author="502")
    set_hold(small.house, Subject("author", network="vk", external_id="501"), ground="дело № 5", who=CLI)
    pass_days(small, 61)

    assert go(small)["kept_texts"] == (1, 1)
    assert (text_of(small, held), text_of(small, other)) == ("Спасибо", None)


def test_notes_have_their_own_term(small: Desk) -> None:
    """A colleague's words outlive the text that they stand beside."""
    comment = small.comment("дебил")
    verdict = replace(KEEP, note="цитата из песни")
    small.rule(small.case_of(comment).id, verdict, small.person("Анна"))
    pass_days(small, 61)
    go(small)
    with small.database.read() as session:
        assert session.exec(select(Note.text)).all() == ["цитата из песни"]

    pass_days(small, 1095)
    assert go(small)["notes"] == (1, 0)
    with small.database.read() as session:
        assert session.exec(select(Note.text)).all() == [None]


@pytest.mark.parametrize("kind", ["notes", "labels"])
def test_a_term_shorter_than_all_texts_have_is_kept(small: Desk, kind: str) -> None:
    """An office that gives notes or labels a day needs not wait for the texts beside them."""
    comment = small.comment("дебил")
    verdict = replace(KEEP, note="цитата из песни")
    small.rule(small.case_of(comment).id, verdict, small.person("Анна"))
    pass_days(small, 2)
    terms = terms_of(Settings(**{f"retention_{kind}_days": 1}))

    assert told(run(small.house, terms, apply=True, by="cli")) == {kind: (1, 0)}
    assert text_of(small, comment) == "дебил"


def test_short_lived_rows_are_deleted_whole(desk: Desk) -> None:
    """Old event keys, ended sessions, links and jobs are gone; what is young or not ended stays."""
    desk.comment("Спасибо за дорогу")
    old, now = desk.clock.now(), desk.clock.now() + 40 * DAY
    desk.clock.advance(40 * DAY)
    desk.comment("И за свет спасибо")
    ids = desk.house.ids
    with desk.database.write() as session:
        for ended, expires in ((old, now), (None, now), (None, old)):
            number = ids()
            row = {"id": number, "secret_hash": str(number), "account_id": 1, "api_token_id": 1, "created_at": old}
            session.add(DeskSession(**row, seen_at=old, expires_at=expires, ended_at=ended))
        for expires in (old, now):
            number = ids()
            row = {"id": number, "secret_hash": str(number), "api_token_id": 1, "created_by": "cli", "created_at": old}
            session.add(SignInLink(**row, expires_at=expires))
        for ended in (old, None):
            session.add(Job(id=ids(), kind="k", state="x", asked_by="cli", created_at=old, ended_at=ended))
    expected = {"event_keys": (1, 0), "sessions": (2, 0), "sign_in_links": (1, 0), "jobs": (1, 0)}

    assert go(desk, apply=False).items() >= expected.items()
    assert go(desk).items() >= expected.items()

    with desk.database.read() as session:
        left = [len(session.exec(select(table.id)).all()) for table in (SeenEvent, DeskSession, SignInLink, Job)]
    assert left == [1, 1, 1, 1]


def test_a_text_that_is_repeated_on_and_on_loses_its_words(small: Desk) -> None:
    """A copied text whose copies never stop is forgotten in words after its term, and its copies still count."""
    text = "Лучшие кредиты без справок только у нас, звоните прямо сейчас"
    small.comment(text, author="1")
    for author in range(2, 12):
        pass_days(small, 4)
        small.comment(text, author=str(author))

    assert go(small)["repeated_texts"] == (1, 0)

    with small.database.read() as session:
        assert [row.text for row in session.exec(select(SeenText))] == [""]
    small.comment(text, author="99")
    with small.database.read() as session:
        assert [len(row.seen_json) > 2 for row in session.exec(select(SeenText))] == [True]


def test_each_run_is_journalled_by_counts(small: Desk) -> None:
    """The journal tells who erased how many rows of which kind, and no word of them."""
    small.comment("Спасибо за дорогу")
    pass_days(small, 61)
    run(small.house, TERMS, apply=True, by="cli")

    with small.database.read() as session:
        bodies = {row.kind: row.body for row in session.exec(select(Journal)) if row.kind.startswith("retention")}
    assert '"kept_texts":1' in bodies["retention_run"]
    assert '"rows":1' in bodies["retention_erased"]
    assert "Спасибо" not in "".join(bodies.values())
    small.assert_journal_whole()


def test_a_run_can_be_stopped(small: Desk) -> None:
    """A run whose process ends stops between two portions and says so."""
    small.comment("Спасибо за дорогу")
    pass_days(small, 61)
    stop = threading.Event()
    stop.set()

    report = run(small.house, TERMS, apply=True, by="cli", stop=stop)

    assert report.stopped
    assert told(report) == {}


def test_erasing_beside_a_writer_loses_nothing(desk: Desk) -> None:
    """While comments come in, old ones are erased portion by portion, new ones stay, and the journal holds."""
    desk.never_sync()
    old = [desk.comment(f"Старый комментарий {number}", author=str(number % 7 + 1)) for number in range(30)]
    pass_days(desk, 61)
    beside = Desk.__new__(Desk)
    beside.__dict__ |= Desk.beside(desk, desk.database.url).__dict__ | {
        name: desk.__dict__[name] for name in ("configuration", "moderator", "model_id", "page")
    }
    beside._number = 1000
    fresh: list[int] = []
    failed: list[Exception] = []

    def write() -> None:
        try:
            fresh.extend(beside.comment(f"Новый комментарий {number}", author="3") for number in range(30))
        except Exception as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        go(desk)
    writer.join()
    go(desk)
    beside.close()

    assert failed == []
    assert [text_of(desk, one) for one in old] == [None] * 30
    assert all(text_of(desk, one) for one in fresh)
    desk.assert_journal_whole()


@pytest.mark.parametrize("switched_on", [True, False])
def test_the_worker_does_it_daily_unless_told_otherwise(small: Desk, switched_on: bool) -> None:
    """The duty stands in the worker's list, once a day, under the installation's own terms."""
    comment = small.comment("Спасибо за дорогу")
    pass_days(small, 8)
    settings = Settings(retention_daily=switched_on, retention_kept_days=7)
    [duty] = [one for one in duties_with(settings) if one.name == "retention"]
    assert duty.every == DAY

    duty.run(small.house, small.configuration, threading.Event())

    assert (text_of(small, comment) is None) is switched_on


def test_every_kind_of_data_has_words_for_people() -> None:
    """Each kind and each reason to wait is said in Russian."""
    from app.domain.wording import KEPT_DATA, WAITS
    from app.storage import fates

    assert set(KEPT_DATA) == {str(kind) for kind in Data}
    reasons = {fates.HOLD, fates.CASE, fates.OBJECTION, fates.ACTION, fates.APPEAL, fates.ANSWER}
    assert set(WAITS) == reasons
