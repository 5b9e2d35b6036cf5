"""The VK client against a VK that keeps VK's rules, over real HTTP."""

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import httpx
import pytest

from app.calling.pace import Pace
from app.domain.clock import DAY, HOUR, MINUTE, SECOND
from app.domain.ports import Credential, Done, Failed, Lesson, Manual, Order, Retry, Slot, Untold
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, Kind
from app.networks.vk.client import VkClient
from app.networks.vk.failures import HANDLINGS, LESSON_SUBCODES, Handling, Move
from tests.fakes.clock import FakeClock
from tests.simulators.vk import ACCESS_DENIED, Comment, VkSimulator
from tests.simulators.vk_state import Surface

GROUP = 229_000_001
PAGE = str(GROUP)
MANAGER = 900_000_001
CITIZEN = 700_000_001
NOW = 1_790_000_000_000_000
#: Every surface with the family of its methods.
FAMILIES: dict[Surface, tuple[Kind, str]] = {
    "wall": (Kind.WALL, "wall"),
    "photo": (Kind.PHOTO, "photos"),
    "video": (Kind.VIDEO, "video"),
    "market": (Kind.MARKET, "market"),
    "board": (Kind.DISCUSSION, "board"),
}
DELETE, RESTORE = ActionKind.DELETE_COMMENT, ActionKind.RESTORE_COMMENT
BAN, UNBAN = ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR
Connect = Callable[..., VkClient]


def codes_of(*moves: Move) -> list[int]:
    return sorted(code for code, found in HANDLINGS.items() if found.move in moves and code)


@pytest.fixture
def vk() -> Iterator[VkSimulator]:
    with VkSimulator(clock=FakeClock(NOW)) as simulator:
        simulator.add_community(GROUP, managers=[MANAGER])
        yield simulator


@pytest.fixture
def connect(vk: VkSimulator) -> Iterator[Connect]:
    clients: list[VkClient] = []

    def make(base_url: str = "", *, timeout: float = 15.0, pace: Pace | None = None) -> VkClient:
        # Loopback speaks no TLS, and a context for it takes longer to make than most tests take.
        http = httpx.Client(verify=False)  # noqa: S501
        # At most three calls a test: only where pace is what is tested does the client wait.
        pace = pace or Pace(sleep=lambda _: None)
        limit = httpx.Timeout(timeout)
        client = VkClient(base_url or vk.base_url, http=http, clock=FakeClock(NOW), pace=pace, timeout=limit)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Connect) -> VkClient:
    return connect()


@pytest.fixture
def user(vk: VkSimulator) -> Credential:
    return Credential(1, Slot.USER, vk.add_token("user", GROUP, user_id=MANAGER))


@pytest.fixture
def community(vk: VkSimulator) -> Credential:
    return Credential(2, Slot.COMMUNITY, vk.add_token("community", GROUP))


@pytest.fixture
def newer_community(vk: VkSimulator) -> Credential:
    return Credential(3, Slot.COMMUNITY, vk.add_token("community", GROUP, can_moderate=True))


def order(kind: ActionKind, comment: Comment | None = None, **fields: object) -> Order:
    blank = Order(kind, PAGE, None, "", "", "", str(CITIZEN))
    if comment is not None:
        surface = comment.surface
        names = {"post": Kind.POST, "message": Kind.MESSAGE}
        comment_kind = names[surface] if surface in names else FAMILIES[surface][0]
        scope = str(comment.thing) if surface in ("board", "message") else ""
        post = str(comment.thing) if surface == "wall" else f"{surface}-{GROUP}_{comment.thing}"
        blank = replace(blank, comment_kind=comment_kind, scope=scope, external_id=str(comment.id), post=post)
    return replace(blank, **fields)  # type: ignore[arg-type]


def methods(vk: VkSimulator) -> list[tuple[str, str]]:
    return [(call.method, call.token_kind) for call in vk.calls]


@pytest.mark.parametrize("surface", list(FAMILIES))
def test_a_comment_is_deleted_and_restored(
    vk: VkSimulator, client: VkClient, user: Credential, surface: Surface
) -> None:
    """On every surface a comment goes away and comes back, each by one call."""
    comment = vk.post_comment(GROUP, "текст", surface=surface, thing=12)

    assert client.carry_out(order(DELETE, comment), [user]) == Done(Outcome.ACTED)
    assert comment.deleted
    assert client.carry_out(order(RESTORE, comment), [user]) == Done(Outcome.ACTED)
    assert not comment.deleted
    family = FAMILIES[surface][1]
    assert [call.method for call in vk.calls] == [f"{family}.deleteComment", f"{family}.restoreComment"]


@pytest.mark.parametrize(("surface", "thing"), [("post", 5), ("message", 2_000_000_004)])
def test_posts_and_messages_are_deleted(
    vk: VkSimulator, client: VkClient, user: Credential, community: Credential, surface: Surface, thing: int
) -> None:
    """A suggested post goes by the user's token, a message by the community's and for everybody."""
    target = vk.post_comment(GROUP, "текст", surface=surface, thing=thing)

    assert client.carry_out(order(DELETE, target), [user, community]) == Done(Outcome.ACTED)
    assert target.deleted
    [call] = vk.calls
    if surface == "message":
        assert (call.method, call.token_kind) == ("messages.delete", "community")
        assert (call.params["peer_id"], call.params["delete_for_all"]) == (str(thing), "1")
    else:
        assert (call.method, call.token_kind) == ("wall.delete", "user")


def test_the_clients_requests_are_forms_with_version_and_bearer(
    vk: VkSimulator, client: VkClient, user: Credential
) -> None:
    """Parameters go as a form with the version; the token is in the header and nowhere else."""
    comment = vk.post_comment(GROUP, "текст")
    client.carry_out(order(DELETE, comment), [user])

    assert vk.calls[0].params == {"owner_id": f"-{GROUP}", "comment_id": str(comment.id), "v": "5.199"}
    assert vk.calls[0].token_kind == "user"


def test_an_old_community_key_teaches_and_the_user_goes_on(
    vk: VkSimulator, client: VkClient, user: Credential, community: Credential
) -> None:
    """A key that may not delete photo comments is noted down as unable; nothing else is tried with it again."""
    comment = vk.post_comment(GROUP, "текст", surface="photo")
    lesson = Lesson(community.id, "photos.deleteComment", "vk_27")

    assert client.carry_out(order(DELETE, comment), [community]) == Manual("vk_27", (lesson,))
    blocked = replace(community, blocked_methods=frozenset({"photos.deleteComment"}))
    assert client.carry_out(order(DELETE, comment), [blocked]) == Manual("no_capable_token")
    assert client.carry_out(order(DELETE, comment), [blocked, user]) == Done(Outcome.ACTED)
    assert methods(vk) == [("photos.deleteComment", "community"), ("photos.deleteComment", "user")]


@pytest.mark.parametrize("lesson", [20, 27, 28, 1051, *(ACCESS_DENIED + code for code in sorted(LESSON_SUBCODES))])
def test_only_a_statement_about_the_token_is_a_lesson(
    vk: VkSimulator, client: VkClient, user: Credential, newer_community: Credential, lesson: int
) -> None:
    """Errors that speak of the token block it for the method, and the other token does the work."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next("wall.deleteComment", lesson)
    code = f"vk_{lesson}" if lesson < ACCESS_DENIED else f"vk_15_{lesson - ACCESS_DENIED}"

    delivery = client.carry_out(order(DELETE, comment), [newer_community, user])
    assert delivery == Done(Outcome.ACTED, (Lesson(user.id, "wall.deleteComment", code),))
    assert methods(vk) == [("wall.deleteComment", "user"), ("wall.deleteComment", "community")]


@pytest.mark.parametrize("code", codes_of(Move.LOOK))
def test_an_ambiguous_refusal_of_a_standing_comment_goes_to_a_person(
    vk: VkSimulator, client: VkClient, user: Credential, newer_community: Credential, code: int
) -> None:
    """The comment is read and stands: the other token tries, then a person must. No token is blamed."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next("wall.deleteComment", code, code)

    delivery = client.carry_out(order(DELETE, comment), [user, newer_community])
    assert delivery == Manual(f"vk_{code}")
    assert methods(vk) == [
        ("wall.deleteComment", "user"),
        ("wall.getComment", "user"),
        ("wall.deleteComment", "community"),
    ]


@pytest.mark.parametrize("code", [0, *codes_of(Move.LOOK)])
@pytest.mark.parametrize("surface", list(FAMILIES))
def test_a_comment_that_was_gone_is_done(
    vk: VkSimulator, client: VkClient, user: Credential, surface: Surface, code: int
) -> None:
    """Whatever VK answers about a missing comment, reading tells that it is gone."""
    comment = vk.post_comment(GROUP, "текст", surface=surface, thing=12)
    neighbour = vk.post_comment(GROUP, "сосед", surface=surface, thing=12)
    comment.deleted = True
    vk.set_missing(f"{FAMILIES[surface][1]}.deleteComment", code)

    assert client.carry_out(order(DELETE, comment), [user]) == Done(Outcome.GONE)
    assert len(vk.calls) == 2
    assert not neighbour.deleted


@pytest.mark.parametrize(("surface", "thing"), [("post", 5), ("message", 2_000_000_004), ("message", 700_000_001)])
def test_posts_and_messages_that_were_gone_are_done(
    vk: VkSimulator, client: VkClient, user: Credential, community: Credential, surface: Surface, thing: int
) -> None:
    """The same holds for posts and messages."""
    target = vk.post_comment(GROUP, "текст", surface=surface, thing=thing)
    target.deleted = True

    assert client.carry_out(order(DELETE, target), [user, community]) == Done(Outcome.GONE)


def test_reading_may_need_the_other_token(
    vk: VkSimulator, client: VkClient, user: Credential, newer_community: Credential
) -> None:
    """A key that cannot read teaches so, and the next one reads."""
    comment = vk.post_comment(GROUP, "текст", surface="board", thing=3)
    comment.deleted = True
    vk.fail_next("board.getComments", 27)

    delivery = client.carry_out(order(DELETE, comment), [user, newer_community])
    assert delivery == Done(Outcome.GONE, (Lesson(user.id, "board.getComments", "vk_27"),))


def test_a_comment_that_nobody_can_read_goes_to_a_person(
    vk: VkSimulator, client: VkClient, newer_community: Credential
) -> None:
    """Not being able to look is not the same as being gone."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next("wall.deleteComment", 15)
    vk.fail_next("wall.getComment", 212)

    assert client.carry_out(order(DELETE, comment), [newer_community]) == Manual("vk_15")


def test_a_photo_comment_without_its_photo_is_not_looked_for(
    vk: VkSimulator, client: VkClient, user: Credential
) -> None:
    """Without the photo's id nobody can look, so an ambiguous answer goes to a person."""
    comment = vk.post_comment(GROUP, "текст", surface="photo")
    comment.deleted = True

    assert client.carry_out(order(DELETE, comment, post=""), [user]) == Manual("vk_0")
    assert len(vk.calls) == 1


def _expected(code: int, handling: Handling, credential: int) -> Retry:
    label = f"vk_{code}"
    match handling.move:
        case Move.AGAIN:
            return Retry(label)
        case Move.WAIT:
            return Retry(label, after=SECOND, waiting=WaitingFor.LIMIT)
        case Move.REST:
            after = {9: 15 * MINUTE, 29: 3 * HOUR}[code]
            return Retry(label, after=after, waiting=WaitingFor.LIMIT, pause_connection=True, alert=code == 29)
        case Move.PERSON:
            return Retry(label, after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True)
        case Move.DEAD:
            return Retry(label, waiting=WaitingFor.TOKEN, dead=(credential,), alert=True)
        case _:
            raise AssertionError(code)


@pytest.mark.parametrize("where", ["wall.deleteComment", "wall.getComment", "groups.ban"])
@pytest.mark.parametrize("code", codes_of(Move.AGAIN, Move.WAIT, Move.REST, Move.PERSON, Move.DEAD))
def test_a_hindrance_is_told_as_it_is(
    vk: VkSimulator, client: VkClient, user: Credential, code: int, where: str
) -> None:
    """Limits, captchas, dead tokens and VK's own trouble have their answers, also while reading and banning."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next(where, code)
    if where == "wall.getComment":
        vk.fail_next("wall.deleteComment", 15)
    asked = order(BAN) if where == "groups.ban" else order(DELETE, comment)

    assert client.carry_out(asked, [user]) == _expected(code, HANDLINGS[code], user.id)
    assert not comment.deleted
    assert vk.calls[-1].method == where


@pytest.mark.parametrize("code", codes_of(Move.NEVER))
def test_what_will_never_work_fails(vk: VkSimulator, client: VkClient, user: Credential, code: int) -> None:
    """A mistake of ours is not repeated."""
    vk.fail_next("*", code)

    assert client.carry_out(order(DELETE, vk.post_comment(GROUP, "текст")), [user]) == Failed(f"vk_{code}")


def test_an_unknown_error_is_tried_again(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """A code that no table knows costs an attempt and is named."""
    vk.fail_next("*", 4711)

    assert client.carry_out(order(DELETE, vk.post_comment(GROUP, "текст")), [user]) == Retry("vk_4711")


def test_a_dead_token_makes_way_for_the_other(
    vk: VkSimulator, client: VkClient, user: Credential, newer_community: Credential
) -> None:
    """The dead token is reported at once and costs no attempt; without it the comment is deleted."""
    comment = vk.post_comment(GROUP, "текст")
    vk.kill_token(user.token)

    first = client.carry_out(order(DELETE, comment), [user, newer_community])
    assert first == Retry("vk_5", after=0, waiting=WaitingFor.LIMIT, dead=(user.id,), alert=True)
    assert client.carry_out(order(DELETE, comment), [newer_community]) == Done(Outcome.ACTED)


def test_without_a_token_an_order_waits(vk: VkSimulator, client: VkClient) -> None:
    """A page without a usable token keeps its actions."""
    comment = vk.post_comment(GROUP, "текст")

    assert client.carry_out(order(DELETE, comment), []) == Retry("no_token", waiting=WaitingFor.TOKEN)
    assert vk.calls == []


@pytest.mark.parametrize("token", ["", "a\nb", "ключ", "a\x00"])
def test_a_token_that_cannot_be_sent_is_dead(client: VkClient, token: str) -> None:
    """Characters that no header can hold never reach the library that would quote them."""
    delivery = client.carry_out(order(BAN), [Credential(9, Slot.USER, token)])

    assert delivery == Retry("vk_5", waiting=WaitingFor.TOKEN, dead=(9,), alert=True)


@pytest.mark.parametrize(
    ("disturbance", "delivery"),
    [
        ("http_502", Retry("http_502")),
        ("http_503", Retry("http_503", after=7 * SECOND)),
        ("redirect", Retry("http_302")),
        ("garbage", Retry("garbage")),
        ("not_json_object", Retry("garbage")),
        ("close", Retry("unreachable")),
    ],
)
def test_trouble_on_the_way_is_tried_again(
    vk: VkSimulator, client: VkClient, user: Credential, disturbance: str, delivery: Retry
) -> None:
    """Broken answers, gateways' errors and redirects never end an order, and no redirect is followed."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next("*", disturbance)

    assert client.carry_out(order(DELETE, comment), [user]) == delivery
    assert client.carry_out(order(DELETE, comment), [user]) == Done(Outcome.ACTED)


def test_a_slow_answer_is_a_timeout(vk: VkSimulator, connect: Connect, user: Credential) -> None:
    """The client gives up; the deed was done, and the repeat finds out."""
    comment = vk.post_comment(GROUP, "текст")
    vk.slow_answers(0.6)
    vk.fail_next("*", "slow")
    impatient = connect(timeout=0.2)

    assert impatient.carry_out(order(DELETE, comment), [user]) == Retry("timeout")
    assert connect().carry_out(order(DELETE, comment), [user]) == Done(Outcome.GONE)


def test_a_lost_answer_does_no_harm(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """A deletion whose answer was lost is found to be done when it is repeated."""
    comment = vk.post_comment(GROUP, "текст")
    vk.fail_next("wall.deleteComment", "late")

    assert client.carry_out(order(DELETE, comment), [user]) == Retry("unreachable")
    assert comment.deleted
    assert client.carry_out(order(DELETE, comment), [user]) == Done(Outcome.GONE)


def test_nobody_listening_is_tried_again(connect: Connect, user: Credential) -> None:
    """A refused connection is trouble on the way."""
    with socket.socket() as taken:
        # Bound and not listening: nobody else gets the port, and whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        away = connect(f"http://127.0.0.1:{taken.getsockname()[1]}/method")

        assert away.carry_out(order(BAN), [user]) == Retry("unreachable")


@pytest.mark.parametrize(
    ("category", "reason"), [("spam", "1"), ("insult", "2"), ("threat", "2"), ("obscenity", "3"), ("", "0")]
)
def test_a_ban_says_why_and_until_when(
    vk: VkSimulator, client: VkClient, user: Credential, category: str, reason: str
) -> None:
    """VK gets its own code of the reason, the clause for the banned to see, and the end in seconds."""
    asked = order(BAN, ban_until=NOW + 3 * DAY, ban_reason=category, ban_comment="п. 2.5 Порядка")

    assert client.carry_out(asked, [user]) == Done(Outcome.ACTED)
    params = vk.calls[0].params
    assert {name: params[name] for name in ("group_id", "owner_id", "reason", "comment", "comment_visible")} == {
        "group_id": PAGE,
        "owner_id": str(CITIZEN),
        "reason": reason,
        "comment": "п. 2.5 Порядка",
        "comment_visible": "1",
    }
    assert int(params["end_date"]) * SECOND == NOW + 3 * DAY
    assert vk.state.communities[GROUP].bans[CITIZEN]["end_date"] == int(params["end_date"])


def test_a_ban_for_ever_has_no_end(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """No end date is sent when a ban is for ever."""
    assert client.carry_out(order(BAN, ban_until=None), [user]) == Done(Outcome.ACTED)
    assert "end_date" not in vk.calls[0].params


def test_a_ban_ends_within_vks_year(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """An end beyond what VK allows is brought back to it."""
    assert client.carry_out(order(BAN, ban_until=NOW + 800 * DAY), [user]) == Done(Outcome.ACTED)
    assert int(vk.calls[0].params["end_date"]) * SECOND == NOW + 365 * DAY


@pytest.mark.parametrize("code", [18, 37])
def test_a_deleted_account_needs_no_ban(vk: VkSimulator, client: VkClient, user: Credential, code: int) -> None:
    """A target that is deleted or blocked by VK itself counts as banned."""
    vk.fail_next("groups.ban", code)

    assert client.carry_out(order(BAN), [user]) == Done(Outcome.ALREADY)


def test_a_refused_ban_goes_to_a_person(
    vk: VkSimulator, client: VkClient, user: Credential, newer_community: Credential
) -> None:
    """VK refuses to ban a manager with every token; a wrong parameter fails at once."""
    protected = order(BAN, author=str(MANAGER))
    assert client.carry_out(protected, [user, newer_community]) == Manual("vk_15")
    vk.fail_next("groups.ban", 100)
    assert client.carry_out(order(BAN), [user, newer_community]) == Failed("vk_100")


def test_a_ban_is_lifted_once(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """Lifting works, and lifting what is lifted is done already."""
    vk.state.communities[GROUP].bans[CITIZEN] = {"end_date": 0}

    assert client.carry_out(order(UNBAN), [user]) == Done(Outcome.ACTED)
    assert client.carry_out(order(UNBAN), [user]) == Done(Outcome.ALREADY)
    assert vk.calls[-1].method == "groups.getBanned"


def test_restoring_what_stands_is_done_already(vk: VkSimulator, client: VkClient, user: Credential) -> None:
    """A comment that somebody has restored before us is no failure; one that cannot come back is a person's task."""
    comment = vk.post_comment(GROUP, "текст")
    assert client.carry_out(order(RESTORE, comment), [user]) == Done(Outcome.ALREADY)

    comment.deleted = True
    vk.fail_next("wall.restoreComment", 211)
    assert client.carry_out(order(RESTORE, comment), [user]) == Manual("vk_211")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (order(ActionKind.HIDE_COMMENT, comment_kind=Kind.WALL, external_id="5"), "not_supported"),
        (order(RESTORE, comment_kind=Kind.MESSAGE, scope="5", external_id="5"), "not_supported"),
        (order(DELETE), "bad_order"),
        (order(DELETE, comment_kind=Kind.WALL, external_id="x"), "bad_order"),
        (order(DELETE, comment_kind=Kind.WALL, external_id="5&access_token=1"), "bad_order"),
        (order(DELETE, comment_kind=Kind.DISCUSSION, external_id="5"), "bad_order"),
        (order(DELETE, comment_kind=Kind.MESSAGE, external_id="5"), "bad_order"),
        (order(DELETE, comment_kind=Kind.WALL, external_id="5", page="-1"), "bad_order"),
        (order(BAN, author=""), "no_author"),
        (order(BAN, author=f"-{GROUP}"), "own_page"),
        (order(BAN, ban_until=NOW - 1), "ban_term_over"),
    ],
)
def test_a_senseless_order_fails_without_a_call(
    vk: VkSimulator, client: VkClient, user: Credential, asked: Order, code: str
) -> None:
    """What VK cannot do, or nobody may ask for, ends before any call."""
    assert client.carry_out(asked, [user]) == Failed(code)
    assert vk.calls == []


def test_managers_are_told_by_any_token(
    vk: VkSimulator, client: VkClient, user: Credential, community: Credential
) -> None:
    """The community's key is asked first; without an answer from any token the list is unknown."""
    assert client.managers(PAGE, [user, community]) == frozenset({str(MANAGER)})
    assert vk.calls[-1].token_kind == "community"
    vk.fail_next("groups.getMembers", 15)
    assert client.managers(PAGE, [user, community]) == frozenset({str(MANAGER)})
    assert vk.calls[-1].token_kind == "user"
    vk.fail_next("groups.getMembers", 15, "garbage")
    assert client.managers(PAGE, [user, community]) == Untold("garbage", transient=True)
    assert client.managers(PAGE, []) == Untold("no_capable_token")
    for code, transient in ((5, False), (27, False), (10, True), (29, True)):
        vk.fail_next("groups.getMembers", code)
        assert client.managers(PAGE, [user]) == Untold(f"vk_{code}", transient)


def test_managers_without_an_end_are_not_counted(user: Credential) -> None:
    """Whoever names new managers in every answer is asked a few times, and what was heard is not taken for the list."""
    asked: list[bytes] = []

    def more(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return httpx.Response(200, json={"response": {"count": 10**9, "items": [{"id": 1000 + len(asked)}]}})

    http = httpx.Client(transport=httpx.MockTransport(more))
    client = VkClient("https://vk.test/method", http=http, clock=FakeClock(NOW), pace=Pace(sleep=lambda _: None))
    assert client.managers(PAGE, [user]) == Untold("garbage", transient=True)
    assert len(asked) == len(set(asked)) == 10
    client.close()


def test_a_token_keeps_to_its_rate(vk: VkSimulator, connect: Connect, user: Credential) -> None:
    """Seven deletions in a row with one user's token meet no error 6, because the client waits its turn."""
    client = connect(pace=Pace())
    comments = [vk.post_comment(GROUP, f"текст {number}") for number in range(7)]

    deliveries = [client.carry_out(order(DELETE, comment), [user]) for comment in comments]
    assert deliveries == [Done(Outcome.ACTED)] * 7
    moments = [call.at for call in vk.calls]
    assert all(later - earlier >= 1.0 for earlier, later in zip(moments, moments[3:], strict=False))


@pytest.mark.parametrize(("per_second", "waits"), [(3, 1.1 / 3), (20, 1.1 / 20)])
def test_each_token_waits_for_itself_alone(per_second: int, waits: float) -> None:
    """Calls of one token are spaced by its rate; another token does not wait."""
    moment = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += seconds

    pace = Pace(monotonic=lambda: moment[0], sleep=sleep)
    for credential in (1, 1, 2, 1):
        pace.wait(credential, per_second)
    assert slept == pytest.approx([waits, waits])
    moment[0] += 60
    pace.wait(1, per_second)
    assert len(slept) == 2


@pytest.mark.parametrize(
    "answers", [(5,), (14,), (15, 15), (27, 27), (29,), ("close",), ("garbage",), ("redirect",), ("http_502",)]
)
def test_tokens_and_texts_stay_out_of_logs_and_values(
    vk: VkSimulator,
    client: VkClient,
    user: Credential,
    newer_community: Credential,
    caplog: pytest.LogCaptureFixture,
    answers: Sequence[int | str],
) -> None:
    """VK echoes tokens in its errors; neither they nor texts appear in what is logged or handed on."""
    comment = vk.post_comment(GROUP, "очень личный текст")
    vk.fail_next("wall.deleteComment", *answers)
    with caplog.at_level(logging.DEBUG):
        delivery = client.carry_out(order(DELETE, comment), [user, newer_community])

    seen = f"{caplog.text} {delivery!r}"
    assert len(caplog.records) > 0
    for secret in (user.token, newer_community.token, "личный", "captcha_sid"):
        assert secret not in seen
