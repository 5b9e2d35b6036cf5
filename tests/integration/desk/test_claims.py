"""Who looks at a case: claiming, giving back, passing by, handing over."""

import threading

import pytest

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.words import Role
from app.pipeline.overrule import claims
from app.storage.tables import Note, ReviewCase
from tests.fakes.desk import REMOVE_INSULT, SECOND, Desk


def test_a_claim_pins_the_text_and_ends_by_itself(desk: Desk) -> None:
    """A claimed case names the text's number and its end; after that anybody may have it."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment())
    claimed = claims.claim(desk.house, case.id, who=anna)
    assert (claimed.revision_number, claimed.until) == (1, desk.clock.now() + 600 * SECOND)
    with pytest.raises(ConflictError, match=f"вопрос {case.id} сейчас смотрит anna до 20"):
        claims.claim(desk.house, case.id, who=boris)
    desk.clock.advance(601 * SECOND)
    assert claims.claim(desk.house, case.id, who=boris).case.claimed_by == "person:boris"


def test_claiming_again_prolongs_and_is_signed_once(desk: Desk) -> None:
    """The holder's second claim moves the end and leaves no second entry in the journal."""
    anna = desk.person("anna")
    comment = desk.comment()
    case = desk.case_of(comment)
    claims.claim(desk.house, case.id, who=anna)
    desk.clock.advance(300 * SECOND)
    assert claims.claim(desk.house, case.id, who=anna).until == desk.clock.now() + 600 * SECOND
    assert desk.journal(comment).count("case_claimed") == 1


def test_a_released_case_is_free_at_once(desk: Desk) -> None:
    """Releasing gives the case back; releasing what nobody holds changes nothing."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment())
    claims.claim(desk.house, case.id, who=anna)
    with pytest.raises(ConflictError, match="смотрит anna"):
        claims.release(desk.house, case.id, who=boris)
    assert claims.release(desk.house, case.id, who=anna).state == "open"
    assert claims.release(desk.house, case.id, who=anna).claimed_by == ""
    assert claims.claim(desk.house, case.id, who=boris).case.claimed_by == "person:boris"


def test_a_skipped_case_remembers_who_passed_it_by(desk: Desk) -> None:
    """Skipping releases the case and notes the account once."""
    anna = desk.person("anna")
    case = desk.case_of(desk.comment())
    claims.claim(desk.house, case.id, who=anna)
    claims.skip(desk.house, case.id, who=anna)
    skipped = claims.skip(desk.house, case.id, who=anna)
    assert (skipped.state, skipped.claimed_by, skipped.skipped_json) == ("open", "", '["person:anna"]')


def test_a_case_is_handed_to_somebody_who_may_decide(desk: Desk) -> None:
    """Handing over names the colleague, keeps the words erasable, and gives the case back."""
    anna, boris = desk.person("anna"), desk.person("boris")
    desk.person("vera", Role.VIEWER)
    elsewhere = desk.add_page(desk.connection)
    desk.person("galina", pages=[elsewhere])
    case = desk.case_of(desk.comment())
    claims.claim(desk.house, case.id, who=anna)
    for name in ("vera", "galina", "anna", "nobody", ""):
        with pytest.raises(InvalidInputError):
            claims.hand_over(desk.house, case.id, who=anna, to=name, note="")
    given = claims.hand_over(desk.house, case.id, who=anna, to="boris", note="Вы знаете эту улицу")
    assert (given.assigned_to, given.state) == ("person:boris", "open")
    assert [desk.row(Note, one).text for one in desk.ids_of(Note)] == ["Вы знаете эту улицу"]
    assert claims.claim(desk.house, case.id, who=boris).case.assigned_to == "person:boris"


def test_a_strange_case_is_not_there(desk: Desk) -> None:
    """Whoever may not touch the page hears the same as about a case that does not exist."""
    elsewhere = desk.add_page(desk.connection)
    stranger = desk.person("stranger", pages=[elsewhere])
    case = desk.case_of(desk.comment())
    for number in (case.id, case.id + 1, 0, -1, 1 << 70):
        for act in (claims.claim, claims.release, claims.skip):
            with pytest.raises(NotFoundError, match=f"вопроса {number} нет"):
                act(desk.house, number, who=stranger)


def test_a_closed_case_says_who_did_what_and_when(desk: Desk) -> None:
    """Whoever comes late learns how the case was closed."""
    anna, boris = desk.person("anna"), desk.person("boris")
    case = desk.case_of(desk.comment())
    desk.rule(case.id, REMOVE_INSULT, anna)
    with pytest.raises(ConflictError, match=r"уже закрыт: комментарий удалён, anna \(2026-"):
        claims.claim(desk.house, case.id, who=boris)


def test_of_two_who_claim_at_once_one_gets_it(desk: Desk) -> None:
    """Two people at the same moment: one holds the case, the other hears who does."""
    people = [desk.person("anna"), desk.person("boris")]
    case = desk.case_of(desk.comment())
    start, told = threading.Barrier(2), []

    def run(who: object) -> None:
        start.wait()
        try:
            told.append(claims.claim(desk.house, case.id, who=who).case.claimed_by)
        except ConflictError as error:
            told.append(str(error))

    threads = [threading.Thread(target=run, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    holder = desk.row(ReviewCase, case.id).claimed_by
    assert holder in told
    assert [one for one in told if "сейчас смотрит" in one]
