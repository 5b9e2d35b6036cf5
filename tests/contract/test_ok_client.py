"""The OK client against an OK that keeps OK's rules, over real HTTP."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import HOUR, MINUTE, SECOND
from app.domain.ports import Credential, Done, Failed, Lesson, Manual, Order, Retry, Right, Sight, Slot, Untold
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind
from app.networks.ok.client import OkClient
from app.networks.ok.comments import KINDS
from app.networks.ok.failures import HANDLINGS, Move
from app.networks.ok.transport import Application
from tests.simulators.ok import APPLICATION_KEY, APPLICATION_SECRET, Comment, OkSimulator, Talk

GROUP = "70000001234567"
ADMIN, MODERATOR, CITIZEN = "560000000001", "560000000002", "561000000001"
DELETE = "discussions.deleteDiscussionComment"
DELETION, BAN, UNBAN = ActionKind.DELETE_COMMENT, ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR
Connect = Callable[..., OkClient]


@pytest.fixture
def ok() -> Iterator[OkSimulator]:
    with OkSimulator() as simulator:
        simulator.add_group(GROUP, administrators=[ADMIN], moderators=[MODERATOR])
        simulator.state.deletes = True
        yield simulator


@pytest.fixture
def topic(ok: OkSimulator) -> Talk:
    return ok.add_talk(GROUP, "151000000000001")


@pytest.fixture
def key(ok: OkSimulator) -> Credential:
    return Credential(1, Slot.USER, ok.add_token(MODERATOR))


@pytest.fixture
def connect(ok: OkSimulator) -> Iterator[Connect]:
    clients: list[OkClient] = []

    def make(*, deletes: bool = True, pace: Pace | None = None, secret: str = APPLICATION_SECRET) -> OkClient:
        app = Application(ok.url, APPLICATION_KEY, secret)
        # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
        http = httpx.Client(verify=False)  # noqa: S501
        clients.append(OkClient(app, http=http, deletes=deletes, pace=pace or Pace(sleep=lambda _: None)))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


def about(talk: Talk, comment: Comment, what: ActionKind = DELETION) -> Order:
    """An order as the house gives it."""
    return Order(what, GROUP, KINDS[talk.type], talk.id, comment.id, talk.id, comment.author)


def of(what: ActionKind, author: str = CITIZEN) -> Order:
    """An order about an author."""
    return Order(what, GROUP, Kind.WALL, "151000000000001", "QQ==", "151000000000001", author)


@pytest.mark.parametrize("kind", KINDS)
def test_a_comment_is_deleted_and_its_author_stays(ok: OkSimulator, connect: Connect, key: Credential, kind: str):
    """On every surface; nobody is blocked or reported who was not to be."""
    talk = ok.add_talk(GROUP, "851000000000007", kind=kind)
    comment = ok.write(talk, "грубость")
    assert connect().carry_out(about(talk, comment), [key]) == Done(Outcome.ACTED)
    assert comment.removed
    assert ok.status(GROUP, CITIZEN) != "BLOCKED"
    sent = ok.calls_of(DELETE)[0].params
    assert (sent["block_author"], sent["mark_as_spam"]) == ("false", "false")
    assert ok.state.online == set()


def test_a_ban_goes_with_the_deletion(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """By one call, and it is looked whether the group has shut its author out."""
    comment = ok.write(topic, "грубость")
    order = replace(about(topic, comment), with_ban=True)
    assert connect().carry_out(order, [key]) == Done(Outcome.ACTED)
    assert (comment.removed, ok.status(GROUP, CITIZEN)) == (True, "BLOCKED")
    assert connect().carry_out(of(BAN), [key]) == Done(Outcome.ALREADY)


def test_a_ban_that_does_not_show_is_said(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """Another list of OK's would be no ban of the group's."""
    ok.fail_next("group.getUserGroupsByIds", "null", 10)
    for _ in range(2):
        order = replace(about(topic, ok.write(topic, "грубость")), with_ban=True)
        assert connect().carry_out(order, [key]) == Done(Outcome.ACTED, ban_unseen=True)


def test_several_go_together(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """By the method that takes a list."""
    first, second = ok.write(topic, "раз"), ok.write(topic, "два")
    assert connect().carry_out(replace(about(topic, first), together=(second.id,)), [key]) == Done(Outcome.ACTED)
    assert first.removed
    assert second.removed


def test_where_ok_has_not_allowed_it_people_delete(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """The switch is off: no method is tried, but what a person has done meanwhile is seen."""
    comment = ok.write(topic, "грубость")
    client, order = connect(deletes=False), about(topic, comment)
    assert client.carry_out(order, [key]) == Manual("not_offered")
    assert client.look(order, [key]) is Sight.NOT_DONE
    assert not ok.calls_of(DELETE)
    ok.remove(comment)
    assert client.look(order, [key]) is Sight.DONE
    assert client.carry_out(order, [key]) == Done(Outcome.GONE)


def test_a_switch_that_ok_knows_nothing_of(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """The method is not there for this application: it is learned, and people delete."""
    ok.state.deletes = False
    order = about(topic, ok.write(topic, "грубость"))
    assert connect().carry_out(order, [key]) == Manual("ok_3", lessons=(Lesson(1, DELETE, "ok_3"),))
    known = replace(key, blocked_methods=frozenset({DELETE}))
    assert connect().carry_out(order, [known]) == Manual("no_capable_token")


def test_whose_token_it_is_matters(ok: OkSimulator, connect: Connect, topic: Talk):
    """A right that the application lacks is learned; a group that somebody does not run is only this order's end."""
    order = about(topic, ok.write(topic, "грубость"))
    poor = Credential(1, Slot.USER, ok.add_token(ADMIN, permissions=["VALUABLE_ACCESS"]))
    assert connect().carry_out(order, [poor]) == Manual("ok_10", lessons=(Lesson(1, DELETE, "ok_10"),))
    stranger = Credential(2, Slot.USER, ok.add_token(CITIZEN))
    assert connect().carry_out(order, [stranger]) == Manual("ok_24")
    able = Credential(3, Slot.USER, ok.add_token(ADMIN))
    assert connect().carry_out(order, [poor, stranger, able]) == Done(
        Outcome.ACTED, lessons=(Lesson(1, DELETE, "ok_10"),)
    )


def test_a_group_s_own_token_only_hears_messages(ok: OkSimulator, connect: Connect, topic: Talk):
    """It is no use for comments."""
    own = Credential(2, Slot.COMMUNITY, ok.add_group_token(GROUP))
    assert connect().carry_out(about(topic, ok.write(topic, "грубость")), [own]) == Manual("no_capable_token")
    assert connect().managers(GROUP, [own]) == Untold("messages_only")
    assert connect().managers(GROUP, []) == Untold("no_capable_token")
    assert not ok.calls


def test_somebody_was_faster(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """The comment is gone, or the whole topic."""
    comment, other = ok.write(topic, "грубость"), ok.write(topic, "ещё")
    ok.remove(comment)
    assert connect().carry_out(about(topic, comment), [key]) == Done(Outcome.GONE)
    ok.drop_talk(topic)
    assert connect().carry_out(about(topic, other), [key]) == Done(Outcome.GONE)


def test_an_answer_that_says_nothing_is_looked_behind(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """OK documents no answer of this method: without a clear word the comment itself is looked at."""
    comment = ok.write(topic, "грубость")
    ok.fail_next(DELETE, "null")
    assert connect().carry_out(about(topic, comment), [key]) == Manual("result_unclear")
    ok.fail_next(DELETE, "late")
    assert connect().carry_out(about(topic, comment), [key]) == Retry("unreachable")
    assert connect().carry_out(about(topic, comment), [key]) == Done(Outcome.GONE), "the lost answer was a yes"


@pytest.mark.parametrize(
    ("code", "after", "waiting", "alert"),
    [
        (1, None, None, False),
        (2, None, None, False),
        (777, None, None, False),
        (7, 15 * MINUTE, WaitingFor.LIMIT, False),
        (8, 15 * MINUTE, WaitingFor.LIMIT, False),
        (11, HOUR, WaitingFor.LIMIT, False),
        (26, 3 * HOUR, WaitingFor.LIMIT, True),
        (9, HOUR, WaitingFor.CAPTCHA, True),
        (104, HOUR, WaitingFor.CAPTCHA, True),
    ],
)
def test_errors_that_pass(
    ok: OkSimulator,
    connect: Connect,
    key: Credential,
    topic: Talk,
    code: int,
    after: int | None,
    waiting: WaitingFor | None,
    alert: bool,
):
    """What costs an attempt, what rests how long, what people hear of."""
    order = about(topic, ok.write(topic, "грубость"))
    ok.fail_next(DELETE, code)
    found = connect().carry_out(order, [key])
    assert found == Retry(f"ok_{code}", after=after, waiting=waiting, pause_connection=waiting is not None, alert=alert)
    assert connect().carry_out(order, [key]) == Done(Outcome.ACTED)


@pytest.mark.parametrize("code", sorted(code for code, found in HANDLINGS.items() if found.move is Move.NEVER))
def test_errors_that_no_repeat_mends(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk, code: int):
    """The order is wrong as it is."""
    ok.fail_next(DELETE, code)
    assert connect().carry_out(about(topic, ok.write(topic, "грубость")), [key]) == Failed(f"ok_{code}")


def test_dead_tokens(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """The dead one is named; another one goes on at once."""
    order = about(topic, ok.write(topic, "грубость"))
    ok.kill(key.token)
    dead = Retry("ok_102", waiting=WaitingFor.TOKEN, dead=(1,), alert=True)
    assert connect().carry_out(order, [key]) == dead
    other = Credential(2, Slot.USER, ok.add_token(ADMIN))
    assert connect().carry_out(order, [key, other]) == replace(dead, waiting=WaitingFor.LIMIT, after=0)
    assert connect().carry_out(order, []) == Retry("no_token", waiting=WaitingFor.TOKEN)
    odd = Credential(3, Slot.USER, "ключ")
    assert connect().carry_out(order, [odd]) == replace(dead, code="ok_103", dead=(3,))


def test_a_wrong_application_kills_no_token(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """The signature is the installation's."""
    found = connect(secret="another").carry_out(about(topic, ok.write(topic, "грубость")), [key])
    assert isinstance(found, Retry)
    assert (found.code, found.dead, found.alert) == ("ok_104", (), True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"page": "gorod"}, Failed("bad_order")),
        ({"scope": ""}, Failed("bad_order")),
        ({"external_id": ""}, Failed("bad_order")),
        ({"comment_kind": Kind.MESSAGE}, Manual("not_offered")),
        ({"comment_kind": None}, Manual("not_offered")),
        ({"kind": ActionKind.RESTORE_COMMENT}, Manual("not_offered")),
        ({"kind": ActionKind.HIDE_COMMENT}, Manual("not_offered")),
        ({"kind": BAN, "author": ""}, Failed("no_author")),
        ({"kind": BAN, "author": f"-{GROUP}"}, Failed("own_page")),
        ({"kind": BAN, "author": "user:561"}, Manual("not_offered")),
    ],
)
def test_orders_that_are_not_tried(ok: OkSimulator, connect: Connect, key: Credential, changes: dict, expected: object):
    """What cannot be, and what only people can do."""
    assert connect().carry_out(replace(of(DELETION), **changes), [key]) == expected
    assert not ok.calls


def test_a_lone_ban_is_a_person_s_task_and_is_seen_when_done(ok: OkSimulator, connect: Connect, key: Credential):
    """OK tells who is shut out; who is not is told as well."""
    client = connect()
    assert client.carry_out(of(BAN), [key]) == Manual("not_offered")
    assert (client.look(of(BAN), [key]), client.look(of(UNBAN), [key])) == (Sight.NOT_DONE, Sight.DONE)
    ok.state.groups[GROUP].blocked.add(CITIZEN)
    assert (client.look(of(BAN), [key]), client.look(of(UNBAN), [key])) == (Sight.DONE, Sight.NOT_DONE)
    assert client.carry_out(of(BAN), [key]) == Done(Outcome.ALREADY)
    ok.fail_next("group.getUserGroupsByIds", 11, "null", "close")
    assert [client.look(of(BAN), [key]) for _ in range(3)] == [Sight.UNKNOWN] * 3


def test_who_runs_the_group(ok: OkSimulator, connect: Connect, key: Credential):
    """Administrators and moderators, list after list."""
    assert connect().managers(GROUP, [key]) == {ADMIN, MODERATOR}
    more = {str(562_000_000_000 + number) for number in range(150)}
    ok.state.groups[GROUP].moderators |= more
    assert connect().managers(GROUP, [key]) == {ADMIN, MODERATOR, *more}
    ok.fail_next("group.getMembers", 10, 11, "garbage", "null")
    told = [connect().managers(GROUP, [key]) for _ in range(4)]
    assert told == [Untold("ok_10"), Untold("ok_11", True), Untold("garbage", True), Untold("no_managers")]


def test_the_self_test(ok: OkSimulator, connect: Connect, key: Credential):
    """Whether it would be let delete, by asking for the calls that are left; a ban alone nobody may."""
    others = {what: Right(what, False, "not_offered") for what in ActionKind if what is not DELETION}

    def examined(client: OkClient, credential: Credential = key) -> Right:
        rights = client.examine(GROUP, credential)
        assert not isinstance(rights, Untold)
        found = {one.what: one for one in rights}
        assert found == others | {DELETION: found[DELETION]}
        return found[DELETION]

    assert examined(connect()) == Right(DELETION, None)
    assert examined(connect(deletes=False)) == Right(DELETION, False, "not_offered")
    ok.state.quotas[DELETE] = 0
    assert examined(connect()) == Right(DELETION, None, "no_calls_left")
    ok.state.deletes = False
    assert examined(connect()) == Right(DELETION, False, "method_unavailable")
    ok.fail_next("users.getCallsLeft", 3, 10)
    assert [examined(connect()).code for _ in range(2)] == ["ok_3", "ok_10"]
    own = Credential(2, Slot.COMMUNITY, ok.add_group_token(GROUP))
    assert examined(connect(), own) == Right(DELETION, False, "messages_only")
    ok.fail_next("me/subscriptions", 11)
    assert connect().examine(GROUP, own) == Untold("ok_11", True)
    ok.kill(own.token)
    assert connect().examine(GROUP, own) == Untold("ok_102")
    assert not ok.calls_of(DELETE)
    ok.fail_next("users.getCallsLeft", 8)
    assert connect().examine(GROUP, key) == Untold("ok_8", True)
    ok.kill(key.token)
    assert connect().examine(GROUP, key) == Untold("ok_102")


def test_a_token_keeps_its_rate(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """Two calls a second, and an OK that minds it is never in a hurry."""
    ok.state.per_second = 2
    client = connect(pace=Pace())
    began = time.monotonic()
    for _ in range(4):
        assert client.carry_out(about(topic, ok.write(topic, "грубость")), [key]) == Done(Outcome.ACTED)
    assert time.monotonic() - began >= 3 * 0.5


def test_nothing_secret_is_written_down(
    ok: OkSimulator, connect: Connect, key: Credential, topic: Talk, caplog: pytest.LogCaptureFixture
):
    """Neither the token nor the application's secret stands in a log, an address or what is shown of a value."""
    caplog.set_level(logging.DEBUG)
    client = connect()
    client.carry_out(about(topic, ok.write(topic, "грубость")), [key])
    shown = caplog.text + repr(client) + repr(Application(ok.url, APPLICATION_KEY, APPLICATION_SECRET)) + repr(key)
    assert key.token not in shown
    assert APPLICATION_SECRET not in shown
    assert "грубость" not in shown


def test_http_of_somebody_between_us_passes(ok: OkSimulator, connect: Connect, key: Credential, topic: Talk):
    """What says nothing in OK's words is tried again, after the pause that was asked for."""
    order = about(topic, ok.write(topic, "грубость"))
    ok.fail_next(DELETE, "http_503", "http_502", "garbage", "header_only")
    told = [connect().carry_out(order, [key]) for _ in range(4)]
    assert told == [Retry("http_503", after=7 * SECOND), Retry("http_502"), Retry("garbage"), Retry("ok_2")]
