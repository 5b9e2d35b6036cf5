"""One line of a bulk file: what goes in, what comes out, and what is said about a line that cannot be judged."""

import json

import pytest

from app.pipeline.scoring import LINE_LIMIT, Chunk, Judge, judge_lines
from app.policy.binding import bind
from app.policy.rules import load_preset
from model.scorer import Scores
from tests.fakes.house import CLEAN, INSULT, RUDE_APPEAL
from tests.fakes.thresholds import FakeThresholds


class FakeScorer:
    """Knows a few texts."""

    def score(self, text: str) -> Scores:
        if text == "сломано":
            raise ValueError("no weights")
        if text == "nan":
            return CLEAN._replace(spam=float("nan"))
        return {"оскорбление": INSULT, "жалоба": RUDE_APPEAL}.get(text, CLEAN)

    def score_many(self, texts: list[str]) -> list[Scores]:
        return [self.score(text) for text in texts]


def judge(policy: str = "talmenka-414") -> Judge:
    return Judge(FakeScorer(), bind(load_preset(policy), FakeThresholds()))


def answer(raw: bytes, policy: str = "talmenka-414") -> dict:
    ((output, _),) = judge(policy).lines(7, [raw])
    assert output.endswith(b"\n")
    assert output.count(b"\n") == 1
    return json.loads(output)


def line(text: str, identity: object = 1) -> bytes:
    return json.dumps({"id": identity, "text": text}).encode()


def test_a_violation_is_removed_under_its_clause():
    """A removal names category, action, reason and the clause of the act."""
    found = answer(line("оскорбление", "к-1"))

    assert list(found) == ["id", "scores", "verdict", "categories", "actions", "reasons", "clauses"]
    assert found["id"] == "к-1"
    assert found["scores"] == INSULT._asdict()
    assert (found["verdict"], found["categories"], found["reasons"]) == ("remove", ["insult"], ["score_over_remove"])
    assert found["actions"] == ["delete_comment"]
    assert found["clauses"] == ["п. 10 Порядка, Постановление Администрации Тальменского района от 23.05.2023 № 414"]


def test_a_first_ban_follows_the_policy():
    """Where the act says to blacklist at once, the ban stands beside the removal."""
    assert answer(line("оскорбление"), "novokuznetsk-59")["actions"] == ["delete_comment", "ban_author"]


def test_a_rude_complaint_goes_to_a_person():
    """A protected appeal has no actions, whatever it is rude with."""
    found = answer(line("жалоба"))

    assert (found["verdict"], found["reasons"], found["actions"]) == ("review", ["protected_appeal"], [])


@pytest.mark.parametrize("text", ["сломано", "nan"])
def test_a_failed_judgement_goes_to_a_person(text):
    """Neither an error of the model nor a score that is no number keeps or removes anything."""
    found = answer(line(text))

    assert (found["verdict"], found["reasons"]) == ("review", ["indeterminate"])
    assert None in found["scores"].values()


def test_an_empty_text_is_kept():
    """There is nothing to judge in it, and it is said so."""
    found = answer(line(" \n"))

    assert (found["verdict"], found["reasons"]) == ("keep", ["no_text"])


@pytest.mark.parametrize(("identity", "shown"), [(5, 5), ("5", "5"), (None, None), (2**63, 2**63), ("", "")])
def test_an_id_comes_back_as_it_went_in(identity, shown):
    """Strings stay strings, numbers numbers, nothing nothing."""
    assert answer(line("день", identity))["id"] == shown


def test_a_line_without_an_id_is_judged():
    """Its place in the file says which one it is."""
    assert answer(b'{"text": "\xd0\xb4\xd0\xb0"}')["verdict"] == "keep"


@pytest.mark.parametrize(
    ("raw", "identity", "said"),
    [
        (b"", None, "пустая строка"),
        (b" \r", None, "пустая строка"),
        (b"nonsense", None, "не JSON"),
        (b'{"id": 1, "text": "a"', None, "не JSON"),
        (b"[" * 20_000, None, "объект"),
        (b'{"id": 1, "text": ' + b"[" * 20_000, None, "не JSON"),
        (b"[1, 2]", None, "объект"),
        (b'"text"', None, "объект"),
        (b"null", None, "объект"),
        (b'{"id": 9}', 9, "text: поля нет"),
        (b'{"id": 9, "text": null}', 9, "text: ожидается строка"),
        (b'{"id": 9, "text": 5}', 9, "text: ожидается строка"),
        (b'{"id": 9, "text": ["a"]}', 9, "text: ожидается строка"),
        (b'{"id": 9, "text": "a\\u0000b"}', 9, "с кодом 0"),
        (b'{"id": 9, "text": "\xff"}', 9, "неверный UTF-8"),
        (b'{"id": {"a": 1}, "text": "a"}', None, "id: ожидается"),
        (b'{"id": 1.5, "text": "a"}', None, "id: ожидается"),
        (b'{"id": true, "text": "a"}', None, "id: ожидается"),
        (json.dumps({"id": 9, "text": "я" * 16_001}, ensure_ascii=False).encode(), 9, "16001 знаков"),
        (b'{"id": 9, "text": "a"}' + b" " * LINE_LIMIT, None, "строка длиннее"),
    ],
)  # fmt: skip
def test_a_bad_line_says_what_is_wrong(raw, identity, said):
    """The answer has the line's number, its id where it could be read, and what was expected."""
    found = answer(raw)

    assert list(found) == ["line", "id", "error"]
    assert (found["line"], found["id"]) == (7, identity)
    assert said in found["error"]


@pytest.mark.parametrize("text", [b"\\ud800", b"\\ud800x", b"a\\udc00", b"\\ud800\\ud800"])
def test_half_a_character_is_a_bad_line(text):
    """A lone surrogate is no text in any encoding."""
    assert "error" in answer(b'{"id": 1, "text": "' + text + b'"}')


def test_the_longest_text_is_judged():
    """16,000 characters are within the limit, also where they take four bytes each."""
    assert answer(line("😀" * 16_000))["verdict"] == "keep"


def test_a_bad_line_does_not_harm_its_neighbours():
    """A chunk answers every line in order and names the bad ones by their number in the file."""
    lines = (line("оскорбление", 1), b"?", line("день", 3), line("сломано", 4), line("жалоба", 5))
    scored = judge_lines(judge(), Chunk(101, lines))

    verdicts = [json.loads(raw).get("verdict") for raw in scored.output.splitlines()]
    assert verdicts == ["remove", None, "keep", "review", "review"]
    assert scored.lines == 5
    assert [number for number, _ in scored.bad] == [102]
