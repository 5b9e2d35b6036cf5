"""Whatever stands in a file, a variable, an option or a network's answer: it is read, or refused in our own words."""

import json
import re
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.commands.moments import instant
from app.domain.errors import ConfigurationError, InvalidInputError, PolicyError
from app.domain.ports import Order
from app.domain.words import ActionKind, Kind
from app.journal.seal import check_seal, make_seal, read_seal, seal_text
from app.networks.vk.calls import plan, result
from app.networks.vk.transport import Answered, read_answer
from app.pipeline.reports.periods import parse_period
from app.pipeline.scoring import LINE_LIMIT, Judge
from app.policy.binding import bind
from app.policy.rules import load_preset, parse, preset_names
from app.review import calendar
from app.settings import Settings, load_settings
from app.storage.vault import JournalKey
from model.artefact import DEFAULT_ARTEFACT, MANIFEST, load
from model.errors import ArtefactError
from model.scorer import Scorer, Scores
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds
from tests.fuzz.effort import bounded

any_text = st.text(st.characters(exclude_categories=()), max_size=20)
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.sampled_from([2**63, -(2**63) - 1, 10**400])
)
any_json = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4), max_leaves=12
)


# ------------------------------------------------------------------------------------------------------------ policies

_VALUES = [
    *('""', '"x"', "0", "-1", "1.5", "nan", "inf", "true", "[]", "{}", '["spam"]', "2023-05-23", "07:32:00"),
    *("1979-05-27T07:32:00Z", "0x" + "f" * 5000, "[0x" + "f" * 5000 + "]", "9" * 5000, '"' + "я" * 3000 + '"'),
    *('"""', "[" * 400 + "]" * 400, "{a = {a = {a = 1}}}", '"\\ud800"', "'''\n'''", "1e999"),
]
_KEYS = ["name", "act", "promise", "bans", "categories", "a.b", '""', '"\\u0000"', "levels"]


@st.composite
def policies(draw: st.DrawFn) -> str:
    """A shipped policy in which lines were lost, doubled, moved, or given other values."""
    lines = load_preset(draw(st.sampled_from(preset_names()))).source.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), lines[at])
            case 2 | 3:
                key = lines[at].partition("=")[0] if "=" in lines[at] else draw(st.sampled_from(_KEYS))
                lines[at] = f"{key} = {draw(st.sampled_from(_VALUES))}"
            case 4:
                lines.insert(at, f"[{draw(st.sampled_from(_KEYS))}]")
            case _:
                lines.insert(at, draw(any_text))
        lines = lines or [""]
    return "\n".join(lines)


@bounded(120)
@given(source=policies() | any_text)
@example(source=load_preset("default").source + "\nx = 0x" + "f" * 5000)
def test_a_policy_is_read_or_refused_with_its_place(source: str) -> None:
    """Any change of a shipped policy gives a policy that can be bound, or one line in Russian with the file's name."""
    refusal = ""
    try:
        bind(parse(source, file="наши.toml"), FakeThresholds())
    except PolicyError as error:
        refusal = str(error)
    assert not refusal or re.search("[а-я]{4}", refusal)
    assert len(refusal) < 2000


# ------------------------------------------------------------------------------------------------ calendars and seals


@bounded(80)
@given(
    given_=any_json
    | st.fixed_dictionaries(
        {},
        optional={
            "week": st.dictionaries(
                st.sampled_from(calendar.WEEKDAYS) | any_text,
                st.lists(st.sampled_from(["09:00", "24:00", "00:00", "9:00", "٠٩:٠٠"]) | leaves, max_size=3) | leaves,
            ),
            "days_off": st.lists(st.sampled_from(["2027-01-11", "0001-01-01", "9999-12-31", "2027-02-30"]) | leaves),
            "work_days": st.dictionaries(any_text, leaves) | leaves,
        },
    )
)
def test_a_calendar_is_stored_or_refused(given_: Any) -> None:
    """What is stored of any JSON can be read again, and counts working time."""
    try:
        stored = calendar.checked(given_)
    except InvalidInputError:
        return
    read = calendar.read(stored, "Asia/Novokuznetsk")
    assert calendar.checked(json.loads(stored)) == stored
    assert read.zone.key == "Asia/Novokuznetsk"


_KEY = JournalKey("test", b"k" * 32)


@bounded(150)
@given(data=st.binary(max_size=60) | any_json.map(lambda value: json.dumps(value).encode()), cut=st.integers(0, 400))
def test_a_seal_is_read_or_refused(data: bytes, cut: int) -> None:
    """Neither foreign bytes nor a damaged seal is anything but a seal or a refusal."""
    honest = seal_text(make_seal([], 5, _KEY))
    for damaged in (data, honest[:cut] + data + honest[cut:], honest[:cut]):
        try:
            seal = read_seal(damaged, "seal.json")
        except InvalidInputError:
            continue
        check_seal(seal, {_KEY.id: _KEY})


# ---------------------------------------------------------------------------------------------- variables and options

_SETTINGS = sorted(Settings.model_fields)
_given = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30) | st.sampled_from(
    [
        *("http://", "https://", "https://[", "https://[::1", "https://u:p@h:99999/", "http://localhost.evil.test/"),
        *("//", "ftp://x", "postgresql+psycopg://", "postgresql+psycopg://u:%zz@h", "sqlite:///", "sqlite:////x\ny"),
        *("9" * 5000, "1e5", "nan", "inf", "-0", "0x10", " 5 ", "٥", "::/0", "10.0.0.0/33", ",,", "{0}", "{words}"),
    ]
)


@bounded(150)
@given(name=st.sampled_from(_SETTINGS), value=_given)
def test_a_setting_is_taken_or_refused_by_its_name(name: str, value: str) -> None:
    """No variable stops the start with anything but a line that names it; what was in it is not repeated."""
    marked = f"{value}-mark3d" if len(value) > 8 else value
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(f"DVORNIK_{name.upper()}", marked)
        refusal = ""
        try:
            load_settings()
        except ConfigurationError as error:
            refusal = str(error)
    assert not refusal or refusal.startswith(f"DVORNIK_{name.upper()}: ")
    assert "mark3d" not in refusal


@bounded(80)
@given(text=any_text | st.from_regex(r"[0-9-]{1,4}[WQ0-9:T.+Z-]{0,20}", fullmatch=True))
@example(text="0001-01-01T00:00:00+23:59")
@example(text="9999-12-31T23:59:59-23:59")
@example(text="2026-W53")
def test_a_time_is_read_or_refused(text: str) -> None:
    """Any text is a moment or a period, or is told to be none."""
    for read in (lambda: instant(text, "--since"), lambda: parse_period(text).mondays):
        try:
            read()
        except InvalidInputError:
            continue


# ----------------------------------------------------------------------------------------------------- lines of a file


class _Words(WordScorer, Scorer):
    """The foreseeable scorer, for many texts."""

    def __init__(self) -> None:
        """Without a model."""

    def score_many(self, texts: list[str]) -> list[Scores]:
        """One by one."""
        return [self.score(text) for text in texts]


@cache
def judge() -> Judge:
    """Judges by words."""
    return Judge(_Words(), bind(load_preset("novokuznetsk-59"), FakeThresholds()))


@bounded(80)
@given(
    st.lists(
        st.binary(max_size=40)
        | any_json.map(lambda value: json.dumps(value).encode())
        | st.fixed_dictionaries({"id": leaves, "text": leaves}).map(lambda value: json.dumps(value).encode()),
        max_size=6,
    )
)
def test_every_line_has_its_answer(lines: list[bytes]) -> None:
    """Any lines give as many lines of JSON in their order, each an opinion or what is wrong with it."""
    answers = judge().lines(7, [line.replace(b"\n", b" ")[:LINE_LIMIT] for line in lines])

    assert len(answers) == len(lines)
    for number, (written, wrong) in enumerate(answers, 7):
        answer = json.loads(written)
        assert written.count(b"\n") == 1
        assert ("error" in answer) is bool(wrong)
        assert answer["line"] == number if wrong else answer["verdict"] in {"keep", "review", "remove"}


# -------------------------------------------------------------------------------------------------- what a network says

_FIELDS = [
    "response",
    "error",
    "error_code",
    "error_subcode",
    "items",
    "count",
    "id",
    "thread",
    "deleted",
    "is_deleted",
]
_replies = st.recursive(
    leaves | st.sampled_from([0, 1, "1", 15, 100]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_FIELDS) | any_text, inner, max_size=5),
    max_leaves=15,
)
_ORDERS = [
    Order(kind, "229000001", comment, scope="5", external_id="7", post="3", author="9")
    for kind in (ActionKind.DELETE_COMMENT, ActionKind.RESTORE_COMMENT)
    for comment in Kind
]


@bounded(100)
@given(reply=_replies, order=st.sampled_from(_ORDERS))
@example(reply={"response": {"items": [1]}}, order=_ORDERS[0])
def test_no_answer_of_a_network_is_too_odd(reply: Any, order: Order) -> None:
    """Any JSON is an answer, an error or nothing that can be used; looking at the target ends in yes or no."""
    call = plan(order, 0)
    for body in (reply, {"response": reply}, {"error": reply}):
        answer = read_answer(json.dumps(body).encode())
        if isinstance(answer, Answered):
            result(answer.response)
            look = getattr(call, "look", None)
            assert look is None or look.sees(answer.response) in {True, False}


@pytest.mark.parametrize("depth", [50, 200, 300, 1000, 100_000])
def test_threads_in_threads_end_somewhere(depth: int) -> None:
    """However deep an answer is nested, looking into it is no error of ours."""
    call = plan(_ORDERS[0], 0)
    body = b'{"response":' + b'{"items":[{"thread":' * depth + b"{}" + b"}]}" * depth + b"}"
    answer = read_answer(body)
    if isinstance(answer, Answered):
        assert call.look.sees(answer.response) is False


# ------------------------------------------------------------------------------------------------------------- models


@cache
def manifest() -> dict[str, Any]:
    """The shipped model's manifest."""
    return json.loads((DEFAULT_ARTEFACT / MANIFEST).read_text(encoding="utf-8"))


@bounded(25)
@given(data=st.data())
def test_a_damaged_manifest_is_no_model(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A manifest with any value changed is refused with the file and what was expected."""
    changed = deepcopy(manifest())
    place = changed
    key = data.draw(st.sampled_from(sorted(place)))
    while isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place)))
    value = data.draw(any_json)
    if json.dumps(value) == json.dumps(place[key]):
        return
    place[key] = value
    folder = tmp_path_factory.mktemp("model")
    (folder / MANIFEST).write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ArtefactError):
        load(folder)
