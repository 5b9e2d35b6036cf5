"""What residents read, word for word."""

from datetime import date

from app.domain.decisions import Clause
from app.domain.notices import Decider, NoticeFacts, NoticeKind, notice, short_ground
from app.policy.rules import Act

#: 2026-11-23T07:05:00Z, which is 14:05 in Novokuznetsk.
AT = 1_795_417_500_000_000
DAY = 86_400_000_000
CLAUSE = str(
    Clause(
        str(Act("Постановление администрации Новокузнецкого муниципального района", "59", date(2020, 3, 16), "")),
        "п. 2.5 Порядка",
    )
)
FACTS = NoticeFacts(
    "1А2С6-АС867-343УМ",
    "Asia/Novokuznetsk",
    at=AT,
    post_at=AT - DAY,
    until=AT + DAY,
    categories=("insult", "obscenity"),
    clause=CLAUSE,
    decider=Decider.BOTH,
)


def test_a_removed_author_learns_what_went_why_and_what_to_do() -> None:
    """The notice of a removal names time, post, rule, clause, who decided, and the way to object."""
    assert notice(NoticeKind.DELETED, FACTS) == (
        "Ваш комментарий к записи от 22.11.2026 удалён 23.11.2026 в 14:05. "
        "Причина: оскорбление, нецензурная брань (п. 2.5 Порядка, постановление № 59 от 16.03.2020). "
        "Предложила программа, решил сотрудник. Вопрос можно задать ещё раз без этого: мы ответим. "
        "Не согласны? Напишите в сообщения страницы «возражение» и номер 1А2С6-АС867-343УМ."
    )


def test_a_blocked_author_learns_until_when() -> None:
    """The visible comment of a ban says until when by the page's clock, and where else the office can be heard."""
    assert notice(NoticeKind.BLOCKED, FACTS) == (
        "Писать здесь вы не можете до 24.11.2026 в 14:05 (местное время). "
        "Причина: оскорбление, нецензурная брань (п. 2.5 Порядка, постановление № 59 от 16.03.2020). "
        "Предложила программа, решил сотрудник. Новости и ответы — на нашем сайте, по телефону и на Госуслугах. "
        "Возразить можно там же, номер решения 1А2С6-АС867-343УМ."
    )


def test_a_ban_without_term_says_so() -> None:
    """A ban that has no end is not given one."""
    assert "не можете без срока." in notice(NoticeKind.BLOCKED, NoticeFacts("N", "UTC"))


def test_a_ban_that_was_not_sent_yet_has_a_length() -> None:
    """Before the end is fixed the notice says how long; it never takes a short ban for one without end."""
    assert "не можете 7 дней." in notice(NoticeKind.BLOCKED, NoticeFacts("N", "UTC", seconds=7 * 86_400))
    assert "не можете 1 день." in notice(NoticeKind.BLOCKED, NoticeFacts("N", "UTC", seconds=86_400))
    assert "не можете 12 часов." in notice(NoticeKind.BLOCKED, NoticeFacts("N", "UTC", seconds=43_200))


def test_an_objection_is_answered_with_what_comes_next() -> None:
    """A decision that stands names its ground, the post that decided, and who stands above the office."""
    facts = NoticeFacts("N", "UTC", clause=CLAUSE, post="начальник отдела")

    assert notice(NoticeKind.OBJECTION_UPHELD, facts) == (
        "Мы проверили решение N по вашему возражению и оставляем его в силе. "
        "Основание: п. 2.5 Порядка, постановление № 59 от 16.03.2020. Кто решил: начальник отдела. "
        "Если вы не согласны, обратитесь к руководителю, в прокуратуру или в суд. "
        "Вопрос можно задать ещё раз, соблюдая правила страницы: мы ответим."
    )


def test_a_network_that_restores_nothing_is_not_promised_to_restore() -> None:
    """Where the network cannot bring the comment back, its author is asked to write it again."""
    gone = notice(NoticeKind.CANNOT_RESTORE, NoticeFacts("N", "UTC", can_restore=False, unbanned=True))

    assert "Вернуть комментарий соцсеть не даёт: напишите его снова, мы не удалим. Блокировка снята." in gone
    assert "вернётся" not in gone


def test_a_violation_of_law_names_the_article_that_a_person_chose() -> None:
    """A removal by law is grounded on the article, not on the page's rules."""
    facts = NoticeFacts("N", "UTC", law="ст. 20.3.1 КоАП РФ", clause=CLAUSE)

    assert "Причина: такое не разрешает публиковать закон (ст. 20.3.1 КоАП РФ)." in notice(NoticeKind.DELETED, facts)


def test_a_clause_of_an_unknown_shape_is_only_shortened() -> None:
    """What is cited otherwise stays as it is, cut between words."""
    assert short_ground("п. 2, правила страницы (образец)") == "п. 2, правила страницы (образец)"
    assert short_ground("п. 1 " + "очень " * 40).endswith("очень…")


def test_each_of_several_grounds_keeps_its_number() -> None:
    """A clause beside an article of law is shortened as if it stood alone, and so is the only ground of a ban."""
    short = "п. 2.5 Порядка, постановление № 59 от 16.03.2020"
    assert short_ground(f"{CLAUSE}; ст. 20.3 КоАП РФ") == f"{short}; ст. 20.3 КоАП РФ"
    by_law = NoticeFacts("1А2С6-АС867-343УМ", "Asia/Novokuznetsk", seconds=86_400, clause=CLAUSE, law=CLAUSE)
    assert f"такое не разрешает публиковать закон ({short})." in notice(NoticeKind.BLOCKED, by_law)
