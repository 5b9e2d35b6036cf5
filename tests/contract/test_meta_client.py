"""The client of Facebook and Instagram against a Graph API that keeps its rules, over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import HOUR, MINUTE
from app.domain.ports import Credential, Done, Failed, Lesson, Manual, Order, Retry, Right, Sight, Slot, Untold
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind
from app.networks.meta.client import MetaClient
from app.networks.meta.failures import HANDLINGS, Move
from tests.simulators.meta import Account, Comment, GraphError, MetaSimulator

PAGE = "102030405060708"
ACCOUNT = "17841499999999999"
CITIZEN = "300400500600700"
DELETE, HIDE, RESTORE = ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT, ActionKind.RESTORE_COMMENT
BAN, UNBAN = ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR
Prepare = Callable[..., None]


@pytest.fixture
def meta() -> Iterator[MetaSimulator]:
    """A network of this test alone."""
    with MetaSimulator() as simulator:
        yield simulator


@pytest.fixture
def page(meta: MetaSimulator) -> Account:
    """A Facebook page with more people than one answer lists."""
    return meta.add_account(PAGE, roles=("901", "902", "903", "904", "905"))


@pytest.fixture
def account(meta: MetaSimulator) -> Account:
    """An Instagram account."""
    return meta.add_account(ACCOUNT, instagram=True)


@pytest.fixture
def own(meta: MetaSimulator, page: Account) -> Credential:
    """The page's own key."""
    return Credential(1, Slot.COMMUNITY, meta.add_token("page", PAGE))


@pytest.fixture
def system(meta: MetaSimulator) -> Credential:
    """A system user's key, which reads only."""
    return Credential(2, Slot.USER, meta.add_token("system"))


@pytest.fixture
def client(meta: MetaSimulator) -> Iterator[MetaClient]:
    """Who carries out orders, without pauses."""
    # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
    http = httpx.Client(verify=False)  # noqa: S501
    client = MetaClient(meta.url, http=http, pace=Pace(sleep=lambda _: None))
    yield client
    client.close()


def order(kind: ActionKind, comment: Comment | None = None, **fields: object) -> Order:
    """An order about a comment, or about the citizen."""
    blank = Order(kind, PAGE, None, "", "", "", CITIZEN)
    if comment is not None:
        mark = "instagram:" if comment.account.instagram else ""
        blank = replace(blank, page=f"{mark}{comment.account.id}", author=f"{mark}{comment.author}")
        blank = replace(blank, comment_kind=Kind.WALL, external_id=comment.id, post=comment.post)
    return replace(blank, **fields)  # type: ignore[arg-type]


def test_a_call_names_its_version_and_hides_its_token(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient
) -> None:
    """The token stands in a header, not in an address or a form, which others write into logs."""
    comment = meta.write(page, "спам", CITIZEN)
    assert client.carry_out(order(HIDE, comment), [own]) == Done(Outcome.ACTED)
    assert meta.calls == [("POST", f"v25.0/{comment.id}", {"is_hidden": "true"})]
    assert comment.hidden
    assert own.token not in repr(meta.calls)


def test_instagram_hides_by_its_own_word(meta: MetaSimulator, account: Account, client: MetaClient) -> None:
    """Hiding, showing again and deleting; an account blocks nobody, which is a person's task."""
    key = Credential(1, Slot.COMMUNITY, meta.add_token("page", ACCOUNT))
    comment = meta.write(account, "спам", CITIZEN)
    hide, show = order(HIDE, comment), order(RESTORE, comment, undoes=HIDE)
    assert client.carry_out(hide, [key]) == Done(Outcome.ACTED)
    assert (comment.hidden, client.look(hide, [key]), client.look(show, [key])) == (True, Sight.DONE, Sight.NOT_DONE)
    assert client.carry_out(show, [key]) == Done(Outcome.ACTED)
    assert (comment.hidden, client.look(show, [key])) == (False, Sight.DONE)
    assert client.carry_out(order(DELETE, comment), [key]) == Done(Outcome.ACTED)
    assert comment.gone
    for what in (BAN, UNBAN):
        assert client.carry_out(order(what, comment), [key]) == Manual("instagram_blocks_nobody")
        assert client.look(order(what, comment), [key]) is Sight.UNKNOWN
    assert client.managers(f"instagram:{ACCOUNT}", [key]) == Untold("instagram_tells_no_managers")
    rights = client.examine(f"instagram:{ACCOUNT}", key)
    assert isinstance(rights, tuple)
    assert Right(BAN, False, "instagram_blocks_nobody") in rights
    assert Right(HIDE, None) in rights


def test_a_key_that_only_reads_gives_way_to_the_pages_own(
    meta: MetaSimulator, page: Account, own: Credential, system: Credential, client: MetaClient
) -> None:
    """The page's key is tried first; alone, the other one teaches what it cannot and leaves the rest to people."""
    comment = meta.write(page, "спам", CITIZEN)
    assert client.carry_out(order(DELETE, comment), [system, own]) == Done(Outcome.ACTED)
    assert len(meta.calls) == 1
    other = meta.write(page, "спам", CITIZEN)
    lesson = Lesson(system.id, "delete_comment", "meta_210")
    assert client.carry_out(order(DELETE, other), [system]) == Manual("meta_210", (lesson,))
    taught = replace(system, blocked_methods=frozenset({"delete_comment"}))
    assert client.carry_out(order(DELETE, other), [taught]) == Manual("no_capable_token")
    assert not other.gone


def test_what_was_deleted_stays_deleted(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient
) -> None:
    """Only a hiding is taken back; a restore of anything else is refused without a call."""
    comment = meta.write(page, "спам", CITIZEN)
    for undoes in (DELETE, None):
        assert client.carry_out(order(RESTORE, comment, undoes=undoes), [own]) == Failed("not_supported")
    assert client.carry_out(order(DELETE, comment, comment_kind=Kind.POST), [own]) == Manual("posts_by_hand")
    assert meta.calls == []


def test_a_stranger_cannot_be_told_from_a_gone_comment_but_by_the_page(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient
) -> None:
    """What is not there and what is not shown look alike: only a key that sees the page may say it is gone."""
    comment = meta.write(page, "спам", CITIZEN)
    foreign = Credential(3, Slot.COMMUNITY, meta.add_token("page", "555"))
    assert client.carry_out(order(DELETE, comment), [foreign]) == Manual("meta_100_33")
    assert client.look(order(DELETE, comment), [foreign]) is Sight.UNKNOWN
    comment.gone = True
    assert client.carry_out(order(DELETE, comment), [own]) == Done(Outcome.GONE)
    assert client.carry_out(order(HIDE, comment), [own]) == Done(Outcome.GONE)
    assert client.look(order(HIDE, comment), [own]) is Sight.DONE
    assert client.look(order(RESTORE, comment, undoes=HIDE), [own]) is Sight.NOT_DONE
    assert client.carry_out(order(RESTORE, comment, undoes=HIDE), [own]) == Manual("meta_100_33")


def test_a_block_is_seen_and_lifted(meta: MetaSimulator, page: Account, own: Credential, client: MetaClient) -> None:
    """By the author's number; the page itself and nobody are refused before a call."""
    assert client.look(order(BAN), [own]) is Sight.NOT_DONE
    assert client.carry_out(order(BAN), [own]) == Done(Outcome.ACTED)
    assert page.blocked == {CITIZEN}
    assert (client.look(order(BAN), [own]), client.look(order(UNBAN), [own])) == (Sight.DONE, Sight.NOT_DONE)
    assert client.carry_out(order(UNBAN), [own]) == Done(Outcome.ACTED)
    assert page.blocked == set()
    calls = len(meta.calls)
    assert client.carry_out(order(BAN, author=f"-{PAGE}"), [own]) == Failed("own_page")
    for author in ("", "instagram:5", "anna", "-77", "0"):
        assert client.carry_out(order(BAN, author=author), [own]) == Failed("no_author")
    assert len(meta.calls) == calls


@pytest.mark.parametrize("bad", [{"page": ""}, {"page": "raion"}, {"external_id": ""}, {"external_id": "1/../2"}])
def test_an_order_that_could_lead_elsewhere_is_none(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient, bad: dict[str, str]
) -> None:
    """Ids become parts of an address: what is no id is refused."""
    comment = meta.write(page, "спам", CITIZEN)
    assert client.carry_out(order(DELETE, comment, **bad), [own]) == Failed("bad_order")
    assert meta.calls == []


EXPECTED = {
    Move.AGAIN: (None, False, None),
    Move.REST: (WaitingFor.LIMIT, True, 15 * MINUTE),
    Move.PERSON: (WaitingFor.CAPTCHA, True, HOUR),
}


@pytest.mark.parametrize("code", [*(code for code in HANDLINGS if HANDLINGS[code].move in EXPECTED), 99999])
def test_errors_that_pass(meta: MetaSimulator, page: Account, own: Credential, client: MetaClient, code: int) -> None:
    """Each is tried again, a quota after a rest of the whole connection; a code that nobody knows is taken to pass."""
    comment = meta.write(page, "спам", CITIZEN)
    meta.prepared.append(GraphError(code))
    answer = client.carry_out(order(DELETE, comment), [own])
    assert isinstance(answer, Retry)
    move = HANDLINGS[code].move if code in HANDLINGS else Move.AGAIN
    assert (answer.waiting, answer.pause_connection, answer.after) == EXPECTED[move]
    assert (answer.code, answer.dead) == (f"meta_{code}", ())
    assert client.carry_out(order(DELETE, comment), [own]) == Done(Outcome.ACTED)


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (GraphError(100), Failed("meta_100")),
        (GraphError(10), Manual("meta_10")),
        (GraphError(200), Manual("meta_200")),
        (GraphError(299, 1), Manual("meta_299_1")),
        (GraphError(3), Manual("meta_3", (Lesson(1, "delete_comment", "meta_3"),))),
        (GraphError(283), Manual("meta_283", (Lesson(1, "delete_comment", "meta_283"),))),
        (GraphError(190, 2069032), Manual("meta_190_2069032", (Lesson(1, "delete_comment", "meta_190_2069032"),))),
        (GraphError(190, 460), Retry("meta_190_460", waiting=WaitingFor.TOKEN, dead=(1,), alert=True)),
        (GraphError(102), Retry("meta_102", waiting=WaitingFor.TOKEN, dead=(1,), alert=True)),
        (GraphError(200, transient=True), Retry("meta_200")),
    ],
)
def test_errors_that_stay(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient, error: GraphError, end: object
) -> None:
    """What this token may not, people do; a dead one waits for them; a comment that stands is not called gone."""
    comment = meta.write(page, "спам", CITIZEN)
    meta.prepared.append(error)
    assert client.carry_out(order(DELETE, comment), [own]) == end
    assert not comment.gone


def test_a_dead_key_does_not_hold_the_other_up(
    meta: MetaSimulator, page: Account, own: Credential, system: Credential, client: MetaClient
) -> None:
    """The action goes on at once with the living one."""
    comment = meta.write(page, "спам", CITIZEN)
    meta.tokens[own.token].dead = True
    dead = Retry("meta_190_463", after=0, waiting=WaitingFor.LIMIT, dead=(own.id,), alert=True)
    assert client.carry_out(order(DELETE, comment), [own, system]) == dead
    unsendable = replace(own, token="ключ")
    answer = client.carry_out(order(DELETE, comment), [unsendable])
    assert isinstance(answer, Retry)
    assert answer.dead == (own.id,)


def test_everybody_who_runs_the_page_is_listed(
    meta: MetaSimulator, page: Account, own: Credential, client: MetaClient
) -> None:
    """The list is followed to its end; a part of it, or none, protects nobody and is not told."""
    assert client.managers(PAGE, [own]) == frozenset({"901", "902", "903", "904", "905"})
    page.roles = [str(number) for number in range(1, 40)]
    assert client.managers(PAGE, [own]) == Untold("too_many_managers")
    page.roles = []
    assert client.managers(PAGE, [own]) == Untold("no_managers")
    meta.prepared.append(GraphError(4))
    assert client.managers(PAGE, [own]) == Untold("meta_4", transient=True)
    meta.prepared.append(GraphError(200))
    assert client.managers(PAGE, [own]) == Untold("meta_200")


def test_a_version_that_is_served_no_more_is_an_error(meta: MetaSimulator, own: Credential) -> None:
    """The simulated network keeps versions as the real one does."""
    answer = httpx.get(f"{meta.url}v2.0/{PAGE}", headers={"Authorization": f"Bearer {own.token}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2635)
