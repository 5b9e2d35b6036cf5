"""Whom the page's own words answer, on every surface that VK has."""

from dataclasses import replace

import pytest

from app.domain.words import Kind
from app.review.threads import Voice, answers, thread_of

ROOT = Voice(Kind.WALL, "", "17", "100", "", "", "501")
#: Another resident in the same thread.
BESIDE = Voice(Kind.WALL, "", "17", "101", "100", "100", "502")
PAGE = Voice(Kind.WALL, "", "17", "110", "100", "", "-229000001")


@pytest.mark.parametrize("waiting", [ROOT, BESIDE])
def test_words_to_the_whole_thread_answer_everybody_in_it(waiting):
    """A comment in the thread that replies to nobody in particular is meant for all who speak there."""
    assert answers(PAGE, "Починим в пятницу.", waiting, replied=None)


def test_a_reply_answers_whom_it_replies_to_and_nobody_else():
    """What is said to one resident leaves the other one waiting."""
    to_beside = replace(PAGE, reply_to="101")
    assert answers(to_beside, "Ваш дом в плане.", BESIDE, replied="502")
    assert not answers(to_beside, "Ваш дом в плане.", ROOT, replied="502")


def test_a_reply_to_another_word_of_the_same_resident_answers_them():
    """Whoever asks twice in a thread and is answered once is answered."""
    second = replace(BESIDE, external_id="105")
    assert answers(replace(PAGE, reply_to="105"), "Да.", BESIDE, replied=second.author)


def test_a_reply_to_the_page_itself_speaks_to_the_thread():
    """The page goes on with what it said before."""
    assert answers(replace(PAGE, reply_to="110", external_id="111"), "И ещё: в среду.", ROOT, replied="")


def test_a_reply_without_a_thread_is_found_by_what_it_replies_to():
    """Old events and flat comments name the comment alone."""
    flat = replace(PAGE, thread_root="", reply_to="100")
    assert answers(flat, "Починим.", ROOT, replied="501")
    assert not answers(replace(flat, post="18"), "Починим.", ROOT, replied=None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[id501|Анна], починим в пятницу.", True),
        ("[id501:bp-229000001_100|Анна], починим.", True),
        ("[id501:bp-229000001_99|Анна], починим.", False),
        ("[id999|Пётр], это к вам.", False),
        ("[id999|Пётр], [id501|Анна], починим.", True),
        ("[club501|Двор], починим.", False),
    ],
)
def test_a_name_in_the_text_says_who_is_meant(text, meant):
    """A flat comment or a discussion has nothing else; a thread's reply to others is told by it too."""
    flat = replace(PAGE, thread_root="", external_id="120")
    assert answers(flat, text, ROOT, replied=None) is meant
    assert answers(PAGE, text, ROOT, replied=None) is meant


def test_a_new_comment_under_the_same_post_answers_nobody():
    """The page's own comment that is no part of the thread is a message to everybody, and no answer."""
    assert not answers(replace(PAGE, thread_root="", external_id="130"), "Уважаемые жители!", ROOT, replied=None)


def test_a_discussion_needs_the_name_of_the_resident():
    """A topic with a hundred residents is not answered by one message."""
    asks = Voice(Kind.DISCUSSION, "7", "topic-229000001_7", "5", "", "", "501")
    page = replace(asks, external_id="6", author="-229000001")
    assert not answers(page, "Спасибо всем.", asks, replied=None)
    assert answers(page, "[id501|Анна], спасибо.", asks, replied=None)
    assert not answers(replace(page, scope="8", post="topic-229000001_8"), "[id501|Анна], спасибо.", asks, replied=None)


def test_a_private_dialogue_is_one_conversation():
    """Whatever the page writes to the resident after the message answers it; another dialogue does not."""
    asks = Voice(Kind.MESSAGE, "501", "", "12", "", "", "501", private=True)
    page = replace(asks, external_id="13", author="-229000001")
    assert answers(page, "Здравствуйте!", asks, replied=None)
    assert not answers(replace(page, scope="502"), "Здравствуйте!", asks, replied=None)
    assert thread_of(asks) == thread_of(page)


def test_a_chat_of_many_is_answered_by_reply_or_name():
    """In the page's chat only a reply or a name tells who is meant."""
    asks = Voice(Kind.MESSAGE, "2000000001", "", "12", "", "", "501")
    page = replace(asks, external_id="13", author="-229000001")
    assert not answers(page, "Всем доброе утро!", asks, replied=None)
    assert answers(replace(page, reply_to="12"), "Да.", asks, replied="501")
