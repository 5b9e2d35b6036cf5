"""Answers from draft to publication: who may take which step, on which text, and what the journal keeps of it."""

import json

import pytest

from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.domain.words import Role
from app.pipeline.administration.accounts import set_post
from app.pipeline.answers import drafts
from app.storage.answers import list_answers, read_answers, text_of
from app.storage.tables import Answer
from tests.fakes.threads import PAGE

TEXT = "Здравствуйте! Дорогу на улице Мира отремонтируют до пятницы, работы уже начаты."


def clerk(street, name="Анна", post="", role=Role.RESPONDER):
    """Somebody who works on answers."""
    who = street.person(name, role)
    set_post(street.house, name, post, by="cli")
    return who


def answer(street, number):
    """The answer as it stands."""
    return street.row(Answer, number)


def test_an_answer_goes_from_draft_to_its_end(street):
    """Each step names its person and moment, ends the waiting when it is published, and is journalled without words."""
    anna, pyotr = clerk(street), clerk(street, "Пётр", "начальник отдела", Role.MODERATOR)
    asks = street.says()
    street.walk()
    number = drafts.draft(street.house, asks, f"  {TEXT}\n", who=anna)
    assert (answer(street, number).state, answer(street, number).drafted_by) == ("draft", "person:Анна")
    drafts.agree(street.house, number, version=1, who=pyotr)
    agreed = answer(street, number)
    assert (agreed.state, agreed.agreed_by, agreed.agreed_post) == ("agreed", "person:Пётр", "начальник отдела")
    assert street.appeal(asks).closed_at is None
    street.clock.advance(1_000_000)
    drafts.publish(street.house, number, version=1, who=anna)
    assert (street.appeal(asks).ended, street.appeal(asks).answered_at) == ("answered", street.clock.now())
    drafts.close(street.house, number, who=anna)
    closed = answer(street, number)
    assert (closed.state, closed.published_by, closed.closed_by) == ("closed", "person:Анна", "person:Анна")
    steps = ["answer_drafted", "answer_agreed", "answer_published", "appeal_answered", "answer_closed"]
    assert street.told(asks) == ["appeal_opened", *steps]
    bodies = [json.loads(entry.body) for entry in street.rows_of_journal() if entry.kind == "answer_agreed"]
    assert bodies[0] | {"by": f"person:{pyotr.account_id}", "alone": False, "answer": number} == bodies[0]
    assert not any(word in entry.body for entry in street.rows_of_journal() for word in ("Анна", "Мира", "отдела"))


def test_nobody_agrees_to_a_text_that_they_have_not_seen(street):
    """A change between reading and agreeing is told with who and when; the change takes an agreement away."""
    anna, pyotr = clerk(street), clerk(street, "Пётр", "начальник отдела")
    number = drafts.draft(street.house, street.says(), TEXT, who=anna)
    assert drafts.edit(street.house, number, f"{TEXT} Ждите.", version=1, who=anna) == 2
    with pytest.raises(ConflictError, match=r"Анна.*версия 2, а не 1"):
        drafts.agree(street.house, number, version=1, who=pyotr)
    drafts.agree(street.house, number, version=2, who=pyotr)
    assert drafts.edit(street.house, number, TEXT, version=2, who=anna) == 3
    changed = answer(street, number)
    assert (changed.state, changed.agreed_by, changed.agreed_post, changed.agreed_at) == ("draft", "", "", None)
    with pytest.raises(ConflictError, match="пока черновик"):
        drafts.publish(street.house, number, version=3, who=anna)
    drafts.agree(street.house, number, version=3, who=pyotr)
    with pytest.raises(ConflictError, match="версия 3"):
        drafts.publish(street.house, number, version=2, who=anna)
    with street.house.database.read() as session:
        assert text_of(session, number) == TEXT


def test_agreeing_needs_a_post_and_another_person_where_there_is_one(quick):
    """Without a post nobody agrees; with one, not to one's own words while somebody else could."""
    anna = clerk(quick)
    number = drafts.draft(quick.house, quick.says(), TEXT, who=anna)
    with pytest.raises(NotAllowedError, match="должностью"):
        drafts.agree(quick.house, number, version=1, who=anna)
    set_post(quick.house, "Анна", "пресс-секретарь", by="cli")
    pyotr = clerk(quick, "Пётр", "глава", Role.ADMIN)
    with pytest.raises(NotAllowedError, match="написали вы"):
        drafts.agree(quick.house, number, version=1, who=anna)
    # Whoever changes the text is its author from then on.
    drafts.edit(quick.house, number, f"{TEXT} Глава.", version=1, who=pyotr)
    drafts.agree(quick.house, number, version=2, who=anna)
    assert answer(quick, number).agreed_post == "пресс-секретарь"


def test_an_office_of_one_agrees_alone_and_the_journal_says_so(quick):
    """Colleagues without a post, of other roles or of other pages are no second person."""
    anna = clerk(quick, post="глава")
    clerk(quick, "Без должности")
    clerk(quick, "Аудитор", "аудитор", Role.AUDITOR)
    quick.token(Role.RESPONDER, "Другая страница", [quick.add_page("229000009", "shadow")])
    set_post(quick.house, "Другая страница", "глава", by="cli")
    number = drafts.draft(quick.house, quick.says(), TEXT, who=anna)
    drafts.agree(quick.house, number, version=1, who=anna)
    assert json.loads(quick.journal("answer_agreed")[0].body)["alone"] is True


def test_two_answers_to_one_message_are_one_too_many(street):
    """Whoever comes second learns who works on it; once it is closed there may be another."""
    anna, pyotr = clerk(street), clerk(street, "Пётр")
    asks = street.says()
    number = drafts.draft(street.house, asks, TEXT, who=anna)
    with pytest.raises(ConflictError, match="Анна"):
        drafts.draft(street.house, asks, TEXT, who=pyotr)
    drafts.close(street.house, number, who=anna)
    with pytest.raises(ConflictError, match="уже закрыт"):
        drafts.edit(street.house, number, TEXT, version=1, who=anna)
    with pytest.raises(ConflictError, match="уже закрыт"):
        drafts.close(street.house, number, who=anna)
    assert drafts.draft(street.house, asks, TEXT, who=pyotr) != number


def test_agreed_words_that_appear_in_the_thread_are_published(street):
    """Whoever copied them into the network did the step; other words leave the draft alone, and both end the waiting."""
    anna, pyotr = clerk(street), clerk(street, "Пётр", "глава")
    asked = [street.says(author=author, post=author) for author in ("501", "502")]
    street.walk()
    numbers = [drafts.draft(street.house, comment, TEXT, who=anna) for comment in asked]
    for number in numbers:
        drafts.agree(street.house, number, version=1, who=pyotr)
    for comment, words in zip(
        asked, (f"[id501|Анна], {TEXT.lower()}", "Уже ответили в личных сообщениях"), strict=True
    ):
        street.page_says(words, post=street.post_of(comment), reply_to=street.number_of(comment))
    street.walk()
    assert [answer(street, number).state for number in numbers] == ["published", "agreed"]
    assert answer(street, numbers[0]).published_by == "network:page"
    assert [street.appeal(comment).ended for comment in asked] == ["answered", "answered"]


@pytest.mark.parametrize("text", ["", "  \n", "а" * 4_001, "нельзя\0"])
def test_words_that_are_no_answer_are_refused(quick, text):
    """Nothing, too much, and what no database keeps."""
    anna = clerk(quick)
    asks = quick.says()
    with pytest.raises(InvalidInputError, match="text"):
        drafts.draft(quick.house, asks, text, who=anna)
    number = drafts.draft(quick.house, asks, TEXT, who=anna)
    with pytest.raises(InvalidInputError, match="text"):
        drafts.edit(quick.house, number, text, version=1, who=anna)


def test_only_a_resident_s_message_that_is_there_is_answered(quick):
    """The page does not answer itself, nor what was taken back."""
    anna = clerk(quick)
    gone = quick.says()
    quick.goes(gone, deleter="501")
    with pytest.raises(ConflictError):
        drafts.draft(quick.house, gone, TEXT, who=anna)
    with pytest.raises(InvalidInputError, match="comment_id"):
        drafts.draft(quick.house, quick.page_says(), TEXT, who=anna)


def test_foreign_pages_and_private_messages_are_not_there(quick):
    """Whoever may not see them gets the answer of what does not exist, at every step."""
    anna, viewer = clerk(quick), quick.person("Зритель", Role.VIEWER)
    from app.pipeline.administration.accounts import authenticate

    stranger = authenticate(quick.house, quick.token(Role.ADMIN, "Чужой", [quick.add_page("229000009", "shadow")]))
    for who, asks in ((stranger, quick.says()), (viewer, quick.says(private=True))):
        number = drafts.draft(quick.house, asks, TEXT, who=anna)
        for step in (
            lambda who=who, asks=asks: drafts.draft(quick.house, asks, TEXT, who=who),
            lambda who=who, number=number: drafts.edit(quick.house, number, TEXT, version=1, who=who),
            lambda who=who, number=number: drafts.agree(quick.house, number, version=1, who=who),
            lambda who=who, number=number: drafts.publish(quick.house, number, version=1, who=who),
            lambda who=who, number=number: drafts.close(quick.house, number, who=who),
        ):
            with pytest.raises(NotFoundError):
                step()
    with pytest.raises(NotFoundError):
        drafts.draft(quick.house, 2**70, TEXT, who=anna)
    with pytest.raises(NotFoundError):
        drafts.close(quick.house, 1, who=anna)


def test_answers_are_listed_newest_first_by_state_and_page(street):
    """The list goes on where it ended."""
    anna = clerk(street)
    numbers = [drafts.draft(street.house, street.says(author=str(600 + one)), TEXT, who=anna) for one in range(3)]
    drafts.close(street.house, numbers[1], who=anna)
    with street.house.database.read() as session:
        first, before = list_answers(session, (street.page,), state=None, before=None, limit=2)
        rest, end = list_answers(session, None, state=None, before=before, limit=2)
        closed, _ = list_answers(session, None, state=drafts.AnswerState.CLOSED, before=None, limit=2)
        none, _ = list_answers(session, (), state=None, before=None, limit=2)
        (record,) = read_answers(session, [numbers[0]])
    assert [one.answer.id for one in (*first, *rest)] == numbers[::-1]
    assert (end, [one.answer.id for one in closed], none) == (None, [numbers[1]], [])
    assert (record.text, record.asked, record.author) == (TEXT, "Когда почините дорогу на Мира?", "600")
    assert record.page.external_id == PAGE
