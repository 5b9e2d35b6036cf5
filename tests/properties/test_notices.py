"""A notice is short, whatever it is made of, and tells nothing that it must not."""

import re
from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.domain.decisions import Clause
from app.domain.notices import LONGEST, Decider, NoticeFacts, NoticeKind, notice, short_ground
from app.domain.words import Category
from app.policy.rules import Act

NUMBER = "1А2С6-АС867-343УМ"
LATEST = 4_102_444_800_000_000
LONG_TITLE = "Постановление администрации Новокузнецкого муниципального района Кемеровской области — Кузбасса " * 3
LONG_CLAUSE = str(
    Clause(str(Act(LONG_TITLE, "1234567890-п/2020", date(2020, 12, 31), "")), "абзац 12 п. 12.15 Порядка " * 4)
)
POST = "заместитель начальника управления по связям с общественностью и средствами массовой информации " * 2

facts = st.builds(
    NoticeFacts,
    number=st.just(NUMBER),
    timezone=st.sampled_from(["Asia/Novokuznetsk", "UTC", "Asia/Kamchatka"]),
    at=st.none() | st.integers(0, LATEST),
    post_at=st.none() | st.integers(0, LATEST),
    until=st.none() | st.integers(0, LATEST),
    seconds=st.none() | st.integers(1, 365 * 86_400),
    categories=st.lists(st.sampled_from(sorted(Category)), max_size=4),
    clause=st.sampled_from(["", LONG_CLAUSE, "п. 2, правила страницы (образец)"]) | st.text(max_size=400),
    law=st.sampled_from(["", LONG_TITLE]) | st.text(max_size=400),
    decider=st.sampled_from(Decider),
    post=st.sampled_from(["", POST]) | st.text(max_size=200),
    unbanned=st.booleans(),
    can_restore=st.booleans(),
)


def test_the_longest_notices_have_room() -> None:
    """Every notice made of the longest of everything is at most 350 signs and keeps its number and its ground."""
    everything = product(NoticeKind, Decider, [True, False], [True, False], [LATEST, None], ["", LONG_TITLE])
    for kind, decider, unbanned, can_restore, until, law in everything:
        text = notice(
            kind,
            NoticeFacts(
                NUMBER,
                "Asia/Kamchatka",
                at=LATEST,
                post_at=LATEST,
                until=until,
                categories=tuple(Category),
                clause=LONG_CLAUSE,
                law=law,
                decider=decider,
                post=POST,
                unbanned=unbanned,
                can_restore=can_restore,
            ),
        )

        assert len(text) <= LONGEST, (kind, len(text), text)
        assert NUMBER in text
        if kind in {NoticeKind.DELETED, NoticeKind.BLOCKED, NoticeKind.OBJECTION_UPHELD}:
            assert ("Постановление" if law else "абзац 12 п. 12.15") in text


@given(kind=st.sampled_from(NoticeKind), facts=facts)
def test_no_notice_is_too_long(kind: NoticeKind, facts: NoticeFacts) -> None:
    """Whatever comes from outside, a notice is one line of 1 to 350 signs with the decision's number in it."""
    text = notice(kind, facts)

    assert 0 < len(text) <= LONGEST
    assert NUMBER in text
    assert "\n" not in text


def test_no_notice_scolds_or_boasts() -> None:
    """No notice says what the press office must not: a broken law, `for ever`, a registered appeal, machine terms."""
    forbidden = re.compile(
        r"нарушили закон|навсегда|обращение|зарегистр|порог|вероятност|модель|окончательн", re.IGNORECASE
    )
    for kind, decider in product(NoticeKind, Decider):
        text = notice(kind, NoticeFacts(NUMBER, "UTC", categories=tuple(Category), clause=LONG_CLAUSE, decider=decider))

        assert not forbidden.search(text), text
        assert re.search(r"\b(?:вы|вас|вам|ваш\w*|напишите|обратитесь)\b", text, re.IGNORECASE), text


@given(st.text(max_size=300))
def test_a_ground_is_shortened_to_its_bound(clause: str) -> None:
    """The ground of a notice is one line of at most 80 signs."""
    assert len(short_ground(clause)) <= 80
