"""Somebody asks what is held about them, and that it be erased; the record of what the office did stays whole."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlmodel import col, select

from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.pipeline.persons.asked import find, pseudonym
from app.pipeline.persons.erase import erase, plan
from app.pipeline.persons.export import export
from app.pipeline.persons.holds import Subject, Who, lift_hold, list_holds, set_hold
from app.storage.tables import (
    AnswerBody,
    Author,
    Comment,
    Evidence,
    Journal,
    Label,
    Note,
    ObjectionBody,
    Revision,
    RevisionBody,
    SeenText,
)
from tests.fakes.desk import REMOVE_INSULT, Desk

CLI = Who("cli")
GROUND = "требование вх. № 12 от 01.09.2026"
PERSON = "500100732"


def removed(desk: Desk, author: str = PERSON) -> int:
    """A comment with everything around it: removed by a person with a note, objected to, answered."""
    comment = desk.comment("дебил, звоните +7 923 123-45-67", author=author)
    verdict = replace(REMOVE_INSULT, note="это он опять")
    decision = desk.rule(desk.case_of(comment).id, verdict, desk.person("Анна")).decision_id
    desk.pass_window()
    desk.work_off()
    ids, at = desk.house.ids, desk.clock.now()
    objection, answer = ids(), ids()
    desk.sql(
        "INSERT INTO objection (id, page_id, comment_id, decision_id, channel, state, received_at, due_at, answered_at,"
        " answered_by) VALUES (:id, :page, :comment, :decision, 'site', 'answered', :at, :at, :at, 'person:Анна')",
        id=objection,
        page=desk.page,
        comment=comment,
        decision=decision,
        at=at,
    )
    desk.sql(
        "INSERT INTO answer (id, page_id, comment_id, state, version, drafted_by, agreed_by, agreed_post, published_by,"
        " closed_by, created_at, changed_at) VALUES (:id, :page, :comment, 'closed', 1, '', '', '', '', '', :at, :at)",
        id=answer,
        page=desk.page,
        comment=comment,
        at=at,
    )
    with desk.database.write() as session:
        session.add(ObjectionBody(objection_id=objection, text="верните", answer="не вернём"))
        session.add(AnswerBody(answer_id=answer, text="Уважаемый Иван"))
    return comment


def words(desk: Desk) -> str:
    """Everything that somebody wrote and the house still holds, in one string."""
    with desk.database.read() as session:
        texts = [text for text in session.exec(select(RevisionBody.text)) if text]
        texts += [row.body.decode() for row in session.exec(select(Evidence)) if row.body]
        texts += [text for table in (Note, Label, AnswerBody) for text in session.exec(select(table.text)) if text]
        texts += [f"{row.text}{row.answer}" for row in session.exec(select(ObjectionBody))]
        texts += [row.text for row in session.exec(select(SeenText)) if row.text]
    return "\n".join(texts)


def seen_by(desk: Desk, author_id: int) -> int:
    with desk.database.read() as session:
        return sum(str(author_id) in row.seen_json for row in session.exec(select(SeenText)))


def author(desk: Desk, external_id: str) -> Author | None:
    with desk.database.read() as session:
        return session.exec(select(Author).where(Author.external_id == external_id)).first()


def journal_text(desk: Desk) -> str:
    with desk.database.read() as session:
        return "".join(session.exec(select(Journal.body)))


def test_a_person_is_erased_and_the_journal_stays_whole(desk: Desk) -> None:
    """Words, evidence, notes, labels, objections, answers and the id are gone; rows, digests and the chain stay."""
    comment = removed(desk)
    also = desk.comment("Спасибо за ремонт двора на улице Мира", author=PERSON)
    other = desk.comment("Всем привет от жителей улицы Мира", author="7")
    known = author(desk, PERSON)
    assert known is not None
    assert seen_by(desk, known.id) > 0

    done = erase(desk.house, "vk", PERSON, ground=GROUND, who=CLI)

    assert done.author_id == known.id
    held = words(desk)
    for gone in ("дебил", "923", "Спасибо", "это он", "верните", "не вернём", "Уважаемый"):
        assert gone not in held
    assert "Всем привет" in held
    assert GROUND in held
    assert author(desk, PERSON) is None
    assert desk.row(Author, known.id).erased_at == desk.clock.now()
    assert seen_by(desk, known.id) == 0
    for one in (comment, also):
        assert desk.row(Comment, one).author_id == known.id
    assert desk.row(Comment, other).author_id != known.id
    with desk.database.read() as session:
        assert all(session.exec(select(Revision.digest)).all())
        assert set(session.exec(select(RevisionBody.salt).where(col(RevisionBody.erased_at).is_not(None)))) == {None}
    assert done.rows["revision_body"] == 2
    assert done.rows["objection_body"] == done.rows["answer_body"] == done.rows["note"] == done.rows["label"] == 1
    desk.assert_journal_whole()


def test_the_journal_names_nobody(small: Desk) -> None:
    """Searching, exporting and erasing are journalled under a keyed digest of the id and not under the id."""
    removed(small)
    find(small.house, "vk", PERSON, who=CLI)
    list(export(small.house, "vk", PERSON, who=CLI).written())
    plan(small.house, "vk", PERSON, who=CLI)
    erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)

    told = journal_text(small)
    assert PERSON not in told
    assert GROUND not in told
    assert told.count(pseudonym(small.house, "vk", PERSON)) >= 5
    for kind in ("person_searched", "person_exported", "person_words_erased", "person_erased"):
        assert f'"{kind}"' in told


@pytest.mark.parametrize("asked", [find, export, plan, partial(erase, ground=GROUND)])
def test_a_search_that_finds_nobody_is_journalled_too(small: Desk, asked: Callable[..., object]) -> None:
    """Whoever asks about a stranger leaves a trace as well, whatever was to be done about them."""
    with pytest.raises(NotFoundError):
        asked(small.house, "vk", "404", who=CLI)
    assert journal_text(small).count('"found":false') == 1


def test_an_erasure_that_is_refused_is_journalled(small: Desk) -> None:
    """The reasons tell that the person is known here: whoever was told them leaves a trace."""
    small.comment("дебил", author=PERSON)
    with pytest.raises(ConflictError):
        erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)
    assert journal_text(small).count('"person_searched"') == 1


def test_whoever_writes_again_is_somebody_new(desk: Desk) -> None:
    """After an erasure the same id makes a new author without a past; nothing leads back to the old row."""
    old = desk.comment("Спасибо за ремонт двора на улице Мира", author=PERSON)
    erase(desk.house, "vk", PERSON, ground=GROUND, who=CLI)

    new = desk.comment("И за фонари спасибо, стало светло", author=PERSON)

    assert desk.row(Comment, new).author_id != desk.row(Comment, old).author_id
    found = find(desk.house, "vk", PERSON, who=CLI)
    assert found.total == 1
    assert "фонари" in words(desk)


def test_a_private_dialogue_no_longer_names_its_other_side(desk: Desk) -> None:
    """The peer of a private message is the person's id: scope, address and thread lose it, even of an old message."""
    comment = desk.comment("Как записаться к врачу?", author=PERSON, private=True)
    desk.sql("UPDATE review_case SET state = 'closed', closed_at = opened_at")
    url = f"https://vk.com/gim1?sel={PERSON}"
    desk.sql("UPDATE comment SET scope = :peer, url = :url WHERE id = :id", peer=PERSON, url=url, id=comment)
    desk.sql("UPDATE revision_body SET text = NULL, erased_at = 1")

    done = erase(desk.house, "vk", PERSON, ground=GROUND, who=CLI)

    row = desk.row(Comment, comment)
    assert (row.scope, row.url) == (f"erased:{comment}", "")
    assert done.rows["dialogue"] == 1


def test_a_text_that_others_say_too_keeps_their_occurrences(small: Desk) -> None:
    """Among copies only the person's own occurrence goes; the text stays as long as another says it."""
    text = "Лучшие кредиты без справок только у нас, звоните прямо сейчас"
    small.comment(text, author=PERSON)
    small.comment(text, author="7")
    mine, theirs = author(small, PERSON), author(small, "7")
    small.sql("UPDATE review_case SET state = 'closed', closed_at = opened_at")
    assert mine is not None
    assert theirs is not None

    erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)

    assert (seen_by(small, mine.id), seen_by(small, theirs.id)) == (0, 1)
    assert "кредиты" in words(small)


@pytest.mark.parametrize("scope", ["page", "author", "comment"])
def test_a_hold_forbids_it(small: Desk, scope: str) -> None:
    """A legal hold on the person, a comment of theirs or a page they wrote on refuses the erasure with its reason."""
    comment = small.comment("Спасибо за ремонт", author=PERSON)
    subject = {
        "page": Subject("page", id=small.page),
        "author": Subject("author", network="vk", external_id=PERSON),
        "comment": Subject("comment", id=comment),
    }[scope]
    hold = set_hold(small.house, subject, ground="запрос прокуратуры № 5", who=CLI)

    assert plan(small.house, "vk", PERSON, who=CLI).waits == {"hold": 1}
    with pytest.raises(ConflictError, match="стоит запрет на удаление"):
        erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)
    assert "ремонт" in words(small)

    lift_hold(small.house, hold.id, who=CLI)
    erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)
    assert "ремонт" not in words(small)


def test_an_open_case_forbids_it(desk: Desk) -> None:
    """An open case refuses; everything that stands in the way is named at once."""
    comment = desk.comment("дебил", author=PERSON)
    desk.sql(
        "INSERT INTO objection (id, page_id, comment_id, decision_id, channel, state, received_at, due_at, answered_by)"
        " VALUES (1, :page, :comment, 1, 'site', 'open', 1, 1, '')",
        page=desk.page,
        comment=comment,
    )

    with pytest.raises(ConflictError) as refused:
        erase(desk.house, "vk", PERSON, ground=GROUND, who=CLI)

    assert "открыт вопрос" in str(refused.value)
    assert "возражение" in str(refused.value)
    assert "дебил" in words(desk)
    assert author(desk, PERSON) is not None


class Faltering:
    """A database that is lost after so many transactions that write."""

    def __init__(self, database, writes: int) -> None:
        self._database = database
        self._left = writes

    def __getattr__(self, name: str):
        return getattr(self._database, name)

    def write(self):
        self._left -= 1
        if self._left < 0:
            raise ConnectionError("lost")
        return self._database.write()


def test_an_erasure_that_was_cut_off_goes_on(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id goes last: whoever was erased in part is found by the same id, and the rest is erased then."""
    monkeypatch.setattr("app.pipeline.persons.asked.PORTION", 2)
    for number in range(6):
        small.comment(f"Комментарий номер {number} о ремонте двора", author=PERSON)
    # The search is noted, then two portions go.
    faltering = replace(small.house, database=Faltering(small.database, 3))

    with pytest.raises(ConnectionError):
        erase(faltering, "vk", PERSON, ground=GROUND, who=CLI)
    assert "Комментарий номер 3" not in words(small)
    assert "Комментарий номер 4" in words(small)
    assert author(small, PERSON) is not None

    done = erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)
    assert done.rows["revision_body"] == 2
    assert author(small, PERSON) is None
    assert "Комментарий" not in words(small)
    small.assert_journal_whole()


def test_it_needs_a_ground_and_the_whole_house(small: Desk) -> None:
    """Without a paper nothing is erased, nor by somebody who is limited to some pages."""
    small.comment("Спасибо за ремонт", author=PERSON)
    for ground in ("", "   ", "x" * 501):
        with pytest.raises(InvalidInputError):
            erase(small.house, "vk", PERSON, ground=ground, who=CLI)
    with pytest.raises(NotAllowedError):
        erase(small.house, "vk", PERSON, ground=GROUND, who=Who("person:Анна", frozenset({small.page})))
    with pytest.raises(InvalidInputError):
        erase(small.house, "myspace", PERSON, ground=GROUND, who=CLI)
    with pytest.raises(NotFoundError):
        erase(small.house, "vk", "404", ground=GROUND, who=CLI)
    assert "ремонт" in words(small)


def test_a_plan_changes_nothing_and_tells_a_standing_ban(small: Desk) -> None:
    """A dry run counts rows by table and bans in force, and erases nothing."""
    comment = small.comment("Спасибо за ремонт двора на улице Мира", author=PERSON)
    small.add_ban(comment, state="done", ban_until=small.clock.now() + 1)

    planned = plan(small.house, "vk", PERSON, who=CLI)

    assert planned.bans == 1
    assert planned.rows == {"revision_body": 1, "seen_text": 1}
    assert "ремонт" in words(small)
    assert author(small, PERSON) is not None


def test_an_erasure_beside_a_writer(desk: Desk) -> None:
    """Somebody writes on while being erased: what belongs to the old row is erased, the rest belongs to a new one."""
    desk.never_sync()
    first = desk.comment("Комментарий самый первый о ремонте", author=PERSON)
    beside = Desk.__new__(Desk)
    beside.__dict__ |= Desk.beside(desk, desk.database.url).__dict__ | {
        name: desk.__dict__[name] for name in ("configuration", "moderator", "model_id", "page")
    }
    beside._number = 1000
    stop, failed, begun = threading.Event(), [], threading.Event()

    def write() -> None:
        try:
            while not stop.is_set():
                beside.comment(f"Комментарий номер {beside._number} о ремонте двора", author=PERSON)
                begun.set()
        except Exception as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(20)
        erase(desk.house, "vk", PERSON, ground=GROUND, who=CLI)
    finally:
        stop.set()
        writer.join()
    beside.close()

    assert failed == []
    old = desk.row(Comment, first).author_id
    with desk.database.read() as session:
        query = (
            select(RevisionBody.text)
            .join(Revision, col(Revision.id) == col(RevisionBody.revision_id))
            .join(Comment, col(Comment.id) == col(Revision.comment_id))
        )
        assert set(session.exec(query.where(Comment.author_id == old))) == {None}
    desk.assert_journal_whole()


# -------------------------------------------------------------------------------------------------------------- export


def exported(desk: Desk, who: Who = CLI) -> dict:
    return json.loads(b"".join(export(desk.house, "vk", PERSON, who=who).written()))


def test_an_export_tells_everything(desk: Desk) -> None:
    """Texts, revisions, decisions, actions, cases, objections and answers stand in it, colleagues by their posts."""
    comment = removed(desk)
    desk.sql("UPDATE account SET post = 'пресс-секретарь' WHERE name = 'Анна'")
    desk.comment("Всем привет", author="7")

    told = exported(desk)

    assert (told["network"], told["id"], told["comments_total"]) == ("vk", PERSON, 1)
    (one,) = told["comments"]
    assert one["id"] == str(comment)
    assert one["revisions"][0]["text"] == "дебил, звоните +7 923 123-45-67"
    by = [decision["decided_by"] for decision in one["decisions"]]
    assert by == ["machine", "пресс-секретарь"]
    assert [action["state"] for action in one["actions"] if action["ordered_by"] == "пресс-секретарь"] == ["done"]
    assert [case["ended"] for case in one["cases"]] == ["removed"]
    assert one["objections"][0]["text"] == "верните"
    assert one["objections"][0]["answer"] == "не вернём"
    assert one["answers"][0]["text"] == "Уважаемый Иван"
    assert one["notes"][0]["text"] == "это он опять"
    assert "[телефон]" in one["labels"][0]["text"]
    assert one["evidence"]
    assert "Анна" not in json.dumps(told, ensure_ascii=False)


def test_an_export_after_an_erasure_finds_nobody(small: Desk) -> None:
    """Nothing is held about somebody who was erased."""
    small.comment("Спасибо за ремонт", author=PERSON)
    erase(small.house, "vk", PERSON, ground=GROUND, who=CLI)
    with pytest.raises(NotFoundError):
        exported(small)


def test_an_export_is_held_to_the_pages_of_the_asker(small: Desk) -> None:
    """Comments of other pages stay out of it; where there are none on these pages the person does not exist."""
    here = small.comment("Спасибо за ремонт", author=PERSON)
    other = small.add_page(small.connection)
    small.add_comment(other, author=PERSON)

    told = exported(small, Who("person:Анна", frozenset({small.page})))
    assert [one["id"] for one in told["comments"]] == [str(here)]

    empty = small.add_page(small.connection)
    with pytest.raises(NotFoundError):
        exported(small, Who("person:Анна", frozenset({empty})))


# --------------------------------------------------------------------------------------------------------------- holds


def test_holds_are_listed_and_lifted_once(small: Desk) -> None:
    """A second hold on the same subject and a second lifting are refused; the list shows who, when and why."""
    subject = Subject("page", id=small.page)
    hold = set_hold(small.house, subject, ground="запрос  прокуратуры\n№ 5", who=Who("person:Анна"))
    assert hold.ground == "запрос прокуратуры № 5"
    with pytest.raises(ConflictError):
        set_hold(small.house, subject, ground="дело № 6", who=CLI)
    assert [one.id for one in list_holds(small.house, who=CLI)] == [hold.id]

    lifted = lift_hold(small.house, hold.id, who=CLI)
    assert (lifted.lifted_by, lifted.lifted_at) == ("cli", small.clock.now())
    with pytest.raises(ConflictError):
        lift_hold(small.house, hold.id, who=CLI)
    assert list_holds(small.house, who=CLI) == []
    assert [one.id for one in list_holds(small.house, who=CLI, lifted_too=True)] == [hold.id]


def test_holds_of_other_pages_are_nobodys_business(small: Desk) -> None:
    """Whoever is limited to pages sees and sets holds of these pages and their comments only."""
    other = small.add_page(small.connection)
    foreign = set_hold(small.house, Subject("page", id=other), ground="дело № 6", who=CLI)
    mine = Who("person:Анна", frozenset({small.page}))
    own = set_hold(small.house, Subject("page", id=small.page), ground="дело № 7", who=mine)

    assert [one.id for one in list_holds(small.house, who=mine)] == [own.id]
    with pytest.raises(NotFoundError):
        lift_hold(small.house, foreign.id, who=mine)
    with pytest.raises(NotFoundError):
        set_hold(small.house, Subject("page", id=other), ground="дело № 8", who=mine)
    small.comment("Спасибо", author=PERSON)
    with pytest.raises(NotAllowedError):
        set_hold(small.house, Subject("author", network="vk", external_id=PERSON), ground="дело № 8", who=mine)
