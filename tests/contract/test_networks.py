"""What the house expects of a network, whichever it is: one suite for every adapter and its simulator, over real HTTP."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from types import EllipsisType
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.calling import http as calling
from app.calling.pace import Pace
from app.domain.clock import DAY, SECOND, SystemClock
from app.domain.connecting import Refusal, Why
from app.domain.doors import Delivered
from app.domain.errors import InvalidInputError, PayloadRejectedError
from app.domain.events import Act, Event, Ignored, Removed, Written
from app.domain.polling import Place, Unheard, Unreadable
from app.domain.ports import (
    Adapter,
    Credential,
    Done,
    Failed,
    Manual,
    NetworkClient,
    Order,
    Retry,
    Right,
    Sight,
    Untold,
)
from app.domain.states import Outcome, WaitingFor
from app.domain.words import ActionKind, IntakeKind, Kind
from tests.stands.all import STANDS
from tests.stands.answering import Anything
from tests.stands.hearing import Asking, AtTheDoor, Both, Ear, Hearing, Threshold, ear_of
from tests.stands.stand import Mishap, Said, Stand, Standing

WORDS: Final = "Когда дадут воду? Ёжик 👍"
WEEK_S: Final = 7 * 86_400
PRIVATE: Final = frozenset({Kind.MESSAGE})
FUZZ: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SLOTS: Final = frozenset({"secret", "confirmation", "user_token", "community_token"})
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(params=STANDS, ids=lambda one: one.name)
def stand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """Every network in turn; how fast one may call is the business of each network's own tests."""
    monkeypatch.setattr(Pace, "wait", lambda *_: None)
    with request.param() as stand:
        yield stand


@pytest.fixture
def adapter(stand: Stand) -> Adapter:
    """The network as the house sees it."""
    return stand.adapter()


@pytest.fixture
def client(adapter: Adapter) -> Iterator[NetworkClient]:
    """Who carries out orders there."""
    client = adapter.client(SystemClock())
    yield client
    client.close()


@pytest.fixture
def door(stand: Stand) -> Iterator[AtTheDoor]:
    """Our server's place."""
    if not Threshold(stand.adapter()).is_there:
        pytest.skip("the network calls nobody")
    with AtTheDoor(stand) as door:
        yield door


@pytest.fixture
def anything() -> Iterator[Anything]:
    """A network that answers whatever it likes."""
    with Anything() as anything:
        yield anything


@pytest.fixture(params=IntakeKind)
def ear(stand: Stand, request: pytest.FixtureRequest) -> Iterator[Ear]:
    """Every way in which a page can be heard."""
    ear = ear_of(stand, request.param)
    if ear is None:
        pytest.skip("the network does not offer this way")
    with ear:
        yield ear


def ears(stand: Stand) -> Ear:
    """The first way that there is."""
    return next(ear for ear in (ear_of(stand, intake) for intake in IntakeKind) if ear is not None)


def told(ear: Ear, said: Said) -> Event:
    """The newest word about a text."""
    about = ear.hear().about(said)
    assert about, f"nothing was told of {said}"
    return about[-1]


def written(stand: Stand, kind: Kind | None = None, author: str = "") -> tuple[Said, Written]:
    """Somebody writes; the text, and what the house knows of it."""
    with ears(stand) as ear:
        said = stand.write(WORDS, kind=kind, author=author)
        body = told(ear, said).body
    assert isinstance(body, Written)
    return said, body


def order_for(what: ActionKind, page: str, body: Written, **fields: Any) -> Order:
    """An order as the house makes it of what it was told."""
    ref = body.ref
    return replace(Order(what, page, ref.kind, ref.scope, ref.external_id, body.post, body.author), **fields)


# --- what an adapter says of itself ----------------------------------------------------------------------------------


def test_an_adapter_says_what_it_is(stand: Stand, adapter: Adapter) -> None:
    """Name, title and abilities fit each other and the form, so that nobody needs to ask for the name."""
    abilities, form = adapter.abilities, adapter.form
    assert adapter.name == stand.name
    assert re.fullmatch("[a-z0-9]{1,16}", adapter.name)
    assert adapter.title.strip()
    assert form.uses <= SLOTS
    assert form.intakes
    assert (IntakeKind.CALLBACK in form.intakes) == Threshold(adapter).is_there
    assert (IntakeKind.LONGPOLL in form.intakes) == (IntakeKind.LONGPOLL in adapter.sources)
    assert set(adapter.sources) <= form.intakes
    assert not adapter.sources or adapter.read_update is not None
    assert not (adapter.common_door and adapter.door)
    assert form.secret_on_page == (adapter.common_door is not None)
    assert "secret" not in form.uses or re.fullmatch(form.secret_pattern, stand.secret)
    assert f"{form.owner}_token" in form.uses
    assert not abilities.can_unban or abilities.can_ban
    assert abilities.can_restore <= abilities.can_delete
    assert abilities.delete_within is None or abilities.delete_within > 0
    asked = bool(adapter.sources) or adapter.reader is not None
    assert asked or set(stand.kinds) <= abilities.can_push, "who neither calls nor answers is never heard"


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_every_kind_of_text_is_told_whole(stand: Stand, adapter: Adapter, ear: Ear) -> None:
    """Words, author, place and time come as they are; ids are strings, and the page can be found by its own."""
    now = SystemClock().now()
    for kind in stand.kinds:
        said = stand.write(WORDS, kind=kind)
        event = told(ear, said)
        body = event.body
        assert isinstance(body, Written)
        assert (event.network, event.page) == (adapter.name, stand.page)
        assert (body.text, body.author, body.act) == (WORDS, said.author, Act.NEW)
        assert event.type.endswith("_new")
        assert len(event.type) <= 64
        assert 0 < len(event.key) <= 128
        assert event.delayed_by >= 0
        assert body.private == (kind in PRIVATE)
        assert body.url == "" or body.url.startswith("https://")
        strings = (body.ref.scope, body.ref.external_id, body.post, body.thread_root, body.reply_to)
        assert all(isinstance(one, str) for one in strings)
        assert body.written_at is None or abs(body.written_at - now) < DAY


def test_whose_words_they_are(stand: Stand, adapter: Adapter) -> None:
    """Two people are two authors, and neither is the page."""
    with ears(stand) as ear:
        mine, other = stand.write(WORDS), stand.write(WORDS, author=stand.neighbour)
        hearing = ear.hear()
    authors = [event.body.author for said in (mine, other) for event in hearing.about(said)]  # type: ignore[union-attr]
    assert list(dict.fromkeys(authors)) == [stand.citizen, stand.neighbour]
    assert f"-{stand.page}" not in authors


def test_an_edit_and_a_removal_are_told_of_the_same_comment(stand: Stand, ear: Ear) -> None:
    """The text is found by the same reference as before; a network that only lists does not list it any more."""
    said = stand.write(WORDS)
    first = told(ear, said)
    stand.edit(said, f"{WORDS} И свет!")
    edited = told(ear, said)
    assert isinstance(first.body, Written)
    assert isinstance(edited.body, Written)
    assert (edited.body.ref, edited.body.author) == (first.body.ref, first.body.author)
    assert edited.body.text == f"{WORDS} И свет!"
    assert edited.key != first.key
    stand.remove(said)
    hearing = ear.hear()
    for event in hearing.about(said):
        assert isinstance(event.body, Removed)
        assert event.body.ref == first.body.ref
        assert event.type.endswith("_delete")
    listed = [event.body for listing in hearing.listings for event in listing.events]
    assert first.body.ref not in [body.ref for body in listed if isinstance(body, Written)]


def test_different_happenings_have_different_keys(stand: Stand, ear: Ear) -> None:
    """The same words twice, and a text that is changed there and back, are as many happenings."""
    one, other = stand.write("да"), stand.write("да")
    hearing = ear.hear()
    keys = [event.key for said in (one, other) for event in hearing.about(said)[-1:]]
    for words in ("нет", "да"):
        stand.edit(one, words)
        event = told(ear, one)
        if _is_told(ear, hearing):
            assert event.body.act is Act.EDIT  # type: ignore[union-attr]
        keys.append(event.key)
    if _is_told(ear, hearing):
        assert len(set(keys)) == 4
    assert len(set(keys)) >= 3, "a list shows a text that was changed back as it was"


def _is_told(ear: Ear, hearing: Hearing) -> bool:
    return not hearing.listings


def test_evidence_holds_no_secret(stand: Stand, ear: Ear) -> None:
    """What is kept of an event shows neither the secret nor a token."""
    said = stand.write(WORDS)
    secrets = [stand.secret, *(one.token for one in stand.credentials)]
    event = told(ear, said)
    assert event.raw
    assert not [secret for secret in secrets if secret.encode() in event.raw]
    assert not [secret for secret in secrets if secret in repr(event)]


# --- the door --------------------------------------------------------------------------------------------------------


def pushed(stand: Stand, door: AtTheDoor) -> Delivered:
    """A delivery that tells of a text."""
    kind = next(kind for kind in stand.kinds if kind in door.threshold.adapter.abilities.can_push)
    stand.write(WORDS, kind=kind)
    return door.requests()[-1]


@pytest.mark.parametrize("wrong", ["", "wrong", "{right}x", "{right:.5}", "ключ"])
def test_the_door_opens_to_the_secret_alone(stand: Stand, door: AtTheDoor, wrong: str) -> None:
    """Whoever does not know it stays outside; one of several secrets is enough, an empty one is none."""
    if "secret" not in stand.adapter().form.uses:
        pytest.skip("the network knows of no secret: the address is one")
    request = pushed(stand, door)
    false = wrong.format(right=stand.secret)
    assert door.threshold.lets_in(request, stand.secret)
    assert door.threshold.lets_in(request, false, stand.secret)
    assert not door.threshold.lets_in(request, false)
    assert not door.threshold.lets_in(request)
    bare = replace(request, headers={"content-type": "application/json"})
    if door.threshold.adapter.door is not None and bare.headers != request.headers:
        assert not door.threshold.lets_in(bare, "")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b"1", b'"a"', b"[" * 100_000])
def test_the_door_refuses_what_is_no_protocol(stand: Stand, door: AtTheDoor, body: bytes) -> None:
    """The refusal is one for which the sender is answered 400."""
    request = replace(pushed(stand, door), body=body)
    with pytest.raises(PayloadRejectedError):
        door.threshold.read(request)


def test_a_repeated_delivery_is_known_again(stand: Stand, door: AtTheDoor) -> None:
    """What was not taken comes once more, under the same key; another happening has another."""
    door.refuse = 1
    kind = next(kind for kind in stand.kinds if kind in door.threshold.adapter.abilities.can_push)
    said = stand.write(WORDS, kind=kind)
    repeated = door.hear().about(said)
    assert len(repeated) >= 2
    assert len({event.key for event in repeated}) == 1
    assert len({event.body.text for event in repeated}) == 1  # type: ignore[union-attr]


def test_the_network_believes_our_address(stand: Stand, door: AtTheDoor) -> None:
    """Where it asks whether we are the page's server, it hears what it wants."""
    if not stand.confirmation:
        pytest.skip("the network asks for nothing")
    assert "confirmation" in door.threshold.adapter.form.uses
    assert stand.confirm()


def _spoiled(body: Any, data: st.DataObject) -> Any:
    """A body in which one value, however deep, is something else, or missing."""
    path, here = [], body
    while isinstance(here, dict | list) and here and data.draw(st.integers(0, 5)):
        step = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        path.append(step)
        here = here[step]
    if not path:
        return data.draw(JSON)
    copy = json.loads(json.dumps(body))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    value: Any | EllipsisType = data.draw(JSON | st.just(...))
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy


def _is_sound(found: object) -> bool:
    """Whether what was read can be stored."""
    if isinstance(found, Event):
        texts = [found.page, found.type, found.key]
        if isinstance(found.body, Written):
            texts += [found.body.ref.external_id, found.body.author, found.body.text, found.body.url]
            assert found.body.ref.external_id
            assert found.body.written_at is None or 0 < found.body.written_at < 2**62
        "".join(texts).encode()
        return "\0" not in "".join(texts) and 0 < len(found.key) <= 128
    return isinstance(found, Ignored | Unreadable)


@FUZZ
@given(data=st.data())
def test_whatever_comes_is_read_or_refused(door: AtTheDoor, samples: list[Delivered], data: st.DataObject) -> None:
    """A real delivery in which anything is spoilt is still one of two things: sound events, or a refusal."""
    sample = data.draw(st.sampled_from(samples))
    body = json.dumps(_spoiled(json.loads(sample.body), data)).encode("utf-8", "surrogatepass")
    try:
        found = door.threshold.read(replace(sample, body=body))
    except PayloadRejectedError:
        return
    assert all(_is_sound(one) for one in found)


@pytest.fixture
def samples(stand: Stand, door: AtTheDoor) -> list[Delivered]:
    """Deliveries of each kind and act."""
    for kind in stand.kinds:
        said = stand.write(WORDS, kind=kind)
        stand.edit(said, WORDS * 2)
        stand.remove(said)
    return door.requests()


# --- asking ----------------------------------------------------------------------------------------------------------


def asking(ear: Ear) -> list[Asking]:
    """The part of an ear that asks."""
    assert isinstance(ear, Both)
    found = [one for one in ear.ears if isinstance(one, Asking)]
    if not found:
        pytest.skip("nobody asks where the network calls")
    return found


def test_nothing_is_lost_or_repeated_over_a_restart(stand: Stand, ear: Ear) -> None:
    """A process that starts again asks from where the last answer stood; an answer that was lost comes once more."""
    (source,) = asking(ear)
    first = stand.write("первый")
    heard = source.hear()
    assert len(heard.about(first)) == 1
    second = stand.write("второй")
    again = source.hear()
    assert len(again.about(second)) == 1
    assert [event.key for event in again.about(first)] in ([], [heard.about(first)[0].key])
    if not again.listings:
        assert not again.about(first)


def test_an_answer_that_is_lost_comes_once_more(stand: Stand, ear: Ear) -> None:
    """Asking from the same place again, without having confirmed anything, brings the same happening by the same key."""
    (source,) = asking(ear)
    said = stand.write("первый")
    before = source.place
    first = source.hear().about(said)
    source.place = before
    second = source.hear().about(said)
    assert [event.key for event in first] == [event.key for event in second] != []


@pytest.mark.parametrize("mishap", Mishap)
def test_asking_survives_whatever_the_network_answers(stand: Stand, ear: Ear, mishap: Mishap) -> None:
    """Trouble is a value, costs no place, and passes with the network's."""
    (source,) = asking(ear)
    said = stand.write("в беде")
    stand.misbehave(mishap)
    answer = source.ask()
    assert isinstance(answer, Unheard)
    assert answer.code
    assert not answer.learned.dead
    stand.misbehave(None)
    assert len(source.hear().about(said)) == 1


def test_asking_without_a_living_token_waits_for_a_person(stand: Stand, ear: Ear) -> None:
    """A dead token is named, having none is told; both are a person's business."""
    (source,) = asking(ear)
    stand.kill_tokens()
    source.place = Place()
    answer = source.ask()
    assert isinstance(answer, Unheard)
    assert answer.lasting
    assert {number for number, _ in answer.learned.dead} <= {one.id for one in stand.credentials}
    assert answer.learned.dead
    source.tokens = ()
    bare = source.ask()
    assert isinstance(bare, Unheard)
    assert (bare.code, bare.lasting) == ("no_token", True)


@FUZZ
@given(body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")))
def test_an_update_is_read_whatever_it_is(stand: Stand, body: bytes) -> None:
    """One that cannot be read is kept aside by a code, and no update stops the others."""
    reader = stand.adapter().read_update
    if reader is None:
        pytest.skip("nobody asks this network")
    assert all(_is_sound(one) for one in reader(body, stand.page))


# --- actions ---------------------------------------------------------------------------------------------------------

UNDONE_BY: Final = {
    ActionKind.DELETE_COMMENT: ActionKind.RESTORE_COMMENT,
    ActionKind.HIDE_COMMENT: ActionKind.RESTORE_COMMENT,
    ActionKind.BAN_AUTHOR: ActionKind.UNBAN_AUTHOR,
}


def shows(stand: Stand, what: ActionKind, said: Said) -> bool:
    """Whether the network shows what was ordered."""
    match what:
        case ActionKind.DELETE_COMMENT:
            return stand.standing(said) is Standing.GONE
        case ActionKind.HIDE_COMMENT:
            return stand.standing(said) is Standing.HIDDEN
        case _:
            return stand.is_barred(said.author)


def term(adapter: Adapter) -> int | None:
    """An end of a ban that the network keeps; None = for ever."""
    return SystemClock().now() + WEEK_S * SECOND if adapter.abilities.ban_terms.holds(WEEK_S) else None


@pytest.mark.parametrize("what", UNDONE_BY)
def test_what_the_abilities_promise_happens_and_is_taken_back(
    stand: Stand, adapter: Adapter, client: NetworkClient, what: ActionKind
) -> None:
    """For every kind of text: the network shows it done, says so when it is looked at, and shows it undone again."""
    kinds = [kind for kind in stand.kinds if adapter.abilities.can(what, kind)]
    if not kinds:
        pytest.skip("the network does not do this to anything")
    for number, kind in enumerate(kinds):
        author = (stand.citizen, stand.neighbour)[number % 2] if what is ActionKind.BAN_AUTHOR else ""
        said, body = written(stand, kind, author)
        order = order_for(what, stand.page, body, ban_until=term(adapter), ban_reason="spam")
        assert client.look(order, stand.credentials) is not Sight.DONE
        assert client.carry_out(order, stand.credentials) == Done(Outcome.ACTED)
        assert shows(stand, what, said)
        assert client.look(order, stand.credentials) is not Sight.NOT_DONE
        repeated = client.carry_out(order, stand.credentials)
        assert isinstance(repeated, Done), "a repeat after a lost answer is no failure"
        back = order_for(UNDONE_BY[what], stand.page, body, undoes=what)
        undone = client.carry_out(back, stand.credentials)
        if adapter.abilities.can_undo(what, kind):
            assert undone == Done(Outcome.ACTED)
            assert not shows(stand, what, said)
            assert client.look(back, stand.credentials) is not Sight.NOT_DONE
            assert isinstance(client.carry_out(back, stand.credentials), Done)
        else:
            assert _is_denied(undone), undone
            assert shows(stand, what, said)


@pytest.mark.parametrize("what", ActionKind)
def test_what_the_abilities_deny_the_client_denies(
    stand: Stand, adapter: Adapter, client: NetworkClient, what: ActionKind
) -> None:
    """It is a person's task or not supported, and nothing happens."""
    kinds = [kind for kind in stand.kinds if not adapter.abilities.can(what, kind)]
    if not kinds:
        pytest.skip("the network does this to everything")
    for kind in kinds:
        said, body = written(stand, kind)
        answer = client.carry_out(order_for(what, stand.page, body), stand.credentials)
        assert _is_denied(answer), answer
        assert stand.standing(said) is Standing.VISIBLE
        assert not stand.is_barred(said.author)


def _is_denied(answer: object) -> bool:
    return isinstance(answer, Manual) or (isinstance(answer, Failed) and answer.code == "not_supported")


def removable(stand: Stand, adapter: Adapter) -> tuple[Said, Order]:
    """A text and the order to take it away."""
    for what, kinds in (
        (ActionKind.DELETE_COMMENT, adapter.abilities.can_delete),
        (ActionKind.HIDE_COMMENT, adapter.abilities.can_hide),
    ):
        kind = next((kind for kind in stand.kinds if kind in kinds), None)
        if kind is not None:
            said, body = written(stand, kind)
            return said, order_for(what, stand.page, body)
    pytest.skip("nothing is removed here")


def test_what_is_gone_already_is_done(stand: Stand, adapter: Adapter, client: NetworkClient) -> None:
    """Somebody was faster: there is nothing left to do, which is no failure."""
    said, order = removable(stand, adapter)
    stand.remove(said)
    assert client.carry_out(order, stand.credentials) == Done(Outcome.GONE)
    assert client.look(order, stand.credentials) is not Sight.NOT_DONE


def test_dead_tokens_are_named_and_waited_for(stand: Stand, adapter: Adapter, client: NetworkClient) -> None:
    """One after another; when none is left the action waits for a person to renew them."""
    said, order = removable(stand, adapter)
    living = list(stand.credentials)
    stand.kill_tokens()
    answer: object = None
    while living:
        answer = client.carry_out(order, living)
        if isinstance(answer, Manual):
            break
        assert isinstance(answer, Retry)
        assert set(answer.dead) <= {one.id for one in living}
        assert answer.dead
        assert answer.alert
        living = [one for one in living if one.id not in answer.dead]
    assert isinstance(answer, Manual) or (isinstance(answer, Retry) and answer.waiting is WaitingFor.TOKEN)
    none = client.carry_out(order, ())
    assert isinstance(none, Retry)
    assert (none.code, none.waiting) == ("no_token", WaitingFor.TOKEN)
    assert stand.standing(said) is Standing.VISIBLE


@pytest.mark.parametrize("mishap", Mishap)
def test_trouble_of_the_network_is_tried_again(
    stand: Stand, adapter: Adapter, client: NetworkClient, mishap: Mishap
) -> None:
    """Nothing is lost: the same order works when the network works again. A limit holds the whole connection back."""
    said, order = removable(stand, adapter)
    stand.misbehave(mishap)
    answer = client.carry_out(order, stand.credentials)
    assert isinstance(answer, Retry)
    assert answer.code
    assert not answer.dead
    assert (answer.waiting, answer.pause_connection) == (
        (WaitingFor.LIMIT, True) if mishap is Mishap.LIMIT else (None, False)
    )
    assert client.look(order, stand.credentials) is Sight.UNKNOWN
    untold = client.managers(stand.page, stand.credentials)
    assert isinstance(untold, Untold)
    stand.misbehave(None)
    assert client.carry_out(order, stand.credentials) in (Done(Outcome.ACTED), Done(Outcome.GONE))
    assert stand.standing(said) is not Standing.VISIBLE


def test_a_network_that_does_not_answer_in_time_is_tried_again(
    stand: Stand, adapter: Adapter, anything: Anything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever, and a timeout says nothing about the token."""
    _, order = removable(stand, adapter)
    patient = calling._arguments
    monkeypatch.setattr(calling, "_arguments", lambda request, _: patient(request, httpx.Timeout(0.1)))
    anything.delay = 0.4
    client = stand.adapter(anything.url).client(SystemClock())
    answer = client.carry_out(order, stand.credentials)
    client.close()
    assert anything.asked == 1
    assert isinstance(answer, Retry)
    assert (answer.dead, answer.waiting) == ((), None)


STATUSES: Final = st.sampled_from([200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503])
BODIES: Final = st.binary(max_size=40) | st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "ok": JSON,
            "result": JSON,
            "success": JSON,
            "response": JSON,
            "error": JSON,
            "error_code": JSON,
            "code": JSON,
            "message": JSON,
            "data": JSON,
            "parameters": JSON,
        },
    ),
).map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))


Mad = tuple[NetworkClient, Written]


@pytest.fixture
def mad(stand: Stand, anything: Anything) -> Iterator[Mad]:
    """A client that talks to whoever answers anything, and a comment that it may ask about."""
    _, body = written(stand)
    client = stand.adapter(anything.url).client(SystemClock())
    yield client, body
    client.close()


@FUZZ
@given(status=STATUSES, body=BODIES, after=st.none() | st.sampled_from(["7", "-1", "999999999", "soon"]))
def test_a_client_is_total(
    stand: Stand, anything: Anything, mad: Mad, status: int, body: bytes, after: str | None
) -> None:
    """Whatever a network answers becomes a value: no order, question or look raises."""
    # HTTP has no body there.
    anything.status, anything.body = status, b"" if status == 204 else body
    anything.headers = {"Retry-After": after} if after else {}
    client, ref = mad
    for what in ActionKind:
        order = order_for(what, stand.page, ref, undoes=ActionKind.HIDE_COMMENT)
        assert isinstance(client.carry_out(order, stand.credentials), Done | Retry | Manual | Failed)
        assert isinstance(client.look(order, stand.credentials), Sight)
    managers = client.managers(stand.page, stand.credentials)
    assert isinstance(managers, Untold) or (managers and all(managers))
    for credential in stand.credentials:
        examined = client.examine(stand.page, credential)
        assert isinstance(examined, Untold) or all(isinstance(one, Right) for one in examined)


# --- who may what ----------------------------------------------------------------------------------------------------


def test_who_runs_the_page_is_told_or_not(stand: Stand, client: NetworkClient) -> None:
    """Ids as authors have them; a network that tells nobody says so, and nobody is banned there."""
    managers = client.managers(stand.page, stand.credentials)
    if isinstance(managers, Untold):
        assert managers.code
        assert not managers.transient
    else:
        assert stand.manager in managers
        assert stand.citizen not in managers
    none = client.managers(stand.page, ())
    assert isinstance(none, Untold)


def test_a_token_is_examined_without_changing_anything(stand: Stand, adapter: Adapter, client: NetworkClient) -> None:
    """Rights are about what the network knows at all; a dead token has none, and its end is no passing trouble."""
    said, _ = written(stand)
    possible = {what for what in ActionKind if any(adapter.abilities.can(what, kind) for kind in Kind)}
    for credential in stand.credentials:
        examined = client.examine(stand.page, credential)
        if isinstance(examined, Untold):
            assert not examined.transient
            continue
        assert {right.what for right in examined if right.can is not False} <= possible
        assert len({right.what for right in examined}) == len(examined)
    assert stand.standing(said) is Standing.VISIBLE


# --- setting it up ---------------------------------------------------------------------------------------------------


def test_the_form_takes_what_people_copy(stand: Stand, adapter: Adapter) -> None:
    """However a page's address was copied, the same page is meant; what was checked passes again."""
    form = adapter.form
    for typed in (*stand.pages_as_typed, stand.page):
        assert form.checked_id(typed) == stand.page
    assert form.page_url(stand.page).startswith("https://")
    for author in (stand.citizen, stand.neighbour):
        assert form.checked_author(author) == author
        assert form.author_url(author) == "" or form.author_url(author).startswith("https://")


def test_the_form_refuses_what_is_no_page(stand: Stand, adapter: Adapter) -> None:
    """The refusal names the field; a person's own profile is refused with the reason."""
    for typed in stand.no_pages:
        with pytest.raises(InvalidInputError) as refused:
            adapter.form.checked_id(typed)
        assert refused.value.where == "external_id"
    if stand.profile:
        with pytest.raises(InvalidInputError, match="профил"):
            adapter.form.checked_id(stand.profile)


@FUZZ
@given(typed=st.text(max_size=40))
def test_the_form_takes_or_refuses_whatever_is_typed(stand: Stand, typed: str) -> None:
    """There is no third way out."""
    for check in (stand.adapter().form.checked_id, stand.adapter().form.checked_author):
        try:
            found = check(typed)
        except InvalidInputError:
            continue
        assert found == found.strip()
        assert found.isprintable()


def test_the_network_is_told_where_to_call(stand: Stand, adapter: Adapter) -> None:
    """It keeps the address, calls it with the secret, and forgets it when it is told to."""
    if adapter.subscriber is None:
        pytest.skip("nobody sets up addresses here through the API")
    credential = _owner(stand, adapter)
    subscriber = adapter.subscriber()
    assert subscriber.on_loopback
    with AtTheDoor(stand) as door:
        stand.call("")
        kind = next(kind for kind in stand.kinds if kind in adapter.abilities.can_push)
        stand.write("никому", kind=kind)
        assert subscriber.subscribe(stand.page, door.receiver.url, stand.secret, credential) is None
        kept = subscriber.subscription(stand.page, credential, ours=door.receiver.url)
        assert not isinstance(kept, Refusal)
        assert kept.url == door.receiver.url
        said = stand.write(WORDS, kind=kind)
        assert door.hear().about(said)
        assert subscriber.unsubscribe(stand.page, door.receiver.url, credential) is None
        left = subscriber.subscription(stand.page, credential, ours=door.receiver.url)
        assert not isinstance(left, Refusal)
        assert left.url == ""
    stand.kill_tokens()
    dead = subscriber.subscribe(stand.page, "https://dvornik.example/callbacks", stand.secret, credential)
    assert isinstance(dead, Refusal)
    assert dead.why is Why.DEAD
    subscriber.close()


@pytest.mark.parametrize("mishap", Mishap)
def test_setting_up_survives_trouble(stand: Stand, adapter: Adapter, mishap: Mishap) -> None:
    """Trouble of the network is a refusal that passes: later, or nobody there."""
    if adapter.subscriber is None:
        pytest.skip("nobody sets up addresses here through the API")
    subscriber = adapter.subscriber()
    stand.misbehave(mishap)
    credential = _owner(stand, adapter)
    expected = Why.LATER if mishap is Mishap.LIMIT else Why.AWAY
    answers = (
        subscriber.subscribe(stand.page, "https://dvornik.example/callbacks", stand.secret, credential),
        subscriber.subscription(stand.page, credential, ours="https://dvornik.example/callbacks"),
        subscriber.unsubscribe(stand.page, "https://dvornik.example/callbacks", credential),
    )
    assert [answer.why for answer in answers if isinstance(answer, Refusal)] == [expected] * 3
    subscriber.close()


def _owner(stand: Stand, adapter: Adapter) -> Credential:
    return next(one for one in stand.credentials if one.slot is (stand.subscribes_with or adapter.form.owner))


# --- reading again ---------------------------------------------------------------------------------------------------


def test_what_stands_is_read_again(stand: Stand, adapter: Adapter) -> None:
    """A list names a text by the same reference as its event did, and leaves out what is gone."""
    if adapter.reader is None:
        pytest.skip("the network lists nothing")
    since = SystemClock().now() - DAY
    said, body = written(stand)
    gone, gone_body = written(stand)
    stand.remove(gone)
    reader = adapter.reader()
    found: list[Event] = []
    for credential in stand.credentials:
        for surface in reader.surfaces:
            things = reader.things(stand.page, surface, since, credential)
            for thing in () if isinstance(things, Refusal) else things:
                comments = reader.comments(stand.page, thing, since, credential)
                found += () if isinstance(comments, Refusal) else comments
    reader.close()
    read = {event.body.ref: event.body for event in found if isinstance(event.body, Written)}
    assert body.ref in read
    assert (read[body.ref].text, read[body.ref].author) == (said.words, said.author)
    assert gone_body.ref not in read
    assert all(event.page == stand.page and event.network == adapter.name for event in found)


@pytest.mark.parametrize("mishap", Mishap)
def test_reading_again_survives_trouble(stand: Stand, adapter: Adapter, mishap: Mishap) -> None:
    """Trouble of the network is a refusal."""
    if adapter.reader is None:
        pytest.skip("the network lists nothing")
    reader = adapter.reader()
    stand.misbehave(mishap)
    refused = []
    for surface in reader.surfaces:
        things = reader.things(stand.page, surface, 0, stand.credentials[0])
        if isinstance(things, Refusal):
            refused.append(things.why)
            continue
        for thing in things:
            comments = reader.comments(stand.page, thing, 0, stand.credentials[0])
            assert isinstance(comments, Refusal)
            refused.append(comments.why)
    reader.close()
    assert refused
    assert set(refused) <= {Why.LATER, Why.AWAY}
