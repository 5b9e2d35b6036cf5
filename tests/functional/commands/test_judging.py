"""`check` and `score` through the real command, on a small model."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.functional.commands.conftest import Run
from tests.functional.running import DVORNIK, wait_until

LINES = (
    '{"id": 1, "text": "Какой дурак"}\n'
    "\n"
    '{"id": "b", "text": "Где дорога, дурак?"}\n'
    '{"id": 3}\n'
    '{"id": 4, "text": "a\\u0000"}\n'
    '{"id": 5, "text": "\\ud800"}\n'
    "nonsense\n"
    '{"id": 7, "text": ""}'
)


def test_a_text_is_judged_and_explained(run: Run):
    """Verdict, score, the telling word and the clause stand on the screen."""
    done = run("check", "Какой дурак это придумал", "--policy", "talmenka-414")

    assert done.code == 0, done.err
    assert "УДАЛИТЬ" in done.out
    assert "Какой [дурак] это придумал" in done.out
    assert "п. 10 Порядка" in done.out
    assert "█" in done.out
    assert "100,0 %" in done.out
    assert "Без слова «дурак» решение было бы: оставить." in done.out


def test_a_judgement_as_data(tell: Run):
    """`--json` gives scores, verdict, actions, clauses, and words with their offsets."""
    found = json.loads(tell("check", "Какой дурак", "--json", "--policy", "novokuznetsk-59").out)

    assert found["verdict"] == "remove"
    assert found["actions"] == ["delete_comment", "ban_author"]
    assert set(found["scores"]) == {"spam", "insult", "obscenity", "threat", "appeal"}
    assert [(word["text"], word["start"], word["end"], word["category"]) for word in found["explanation"]] == [
        ("дурак", 6, 11, "insult")
    ]
    assert found["change"] == {"without": [{"text": "дурак", "start": 6, "end": 11}], "verdict": "keep"}


def test_scores_stand_beside_what_they_are_held_to(tell: Run):
    """A person sees from which score something happens; what the policy may not remove has no such score."""
    ask = ("check", "Какой дурак", "--policy", "novokuznetsk-59")
    limits = json.loads(tell(*ask, "--json").out)["thresholds"]
    lines = {line.split("  ")[0]: line for line in tell(*ask).out.splitlines()}

    def shown(share: float) -> str:
        return f"{share * 100:.1f} %".replace(".", ",")

    assert lines["оскорбление"].endswith(
        f"человеку от {shown(limits['review']['insult'])}, удалить от {shown(limits['remove']['insult'])}"
    )
    assert lines["угроза"].endswith(f"человеку от {shown(limits['review']['threat'])}")
    assert lines["обращение"].endswith(f"беречь от {shown(limits['appeal'])}")


def test_a_rude_complaint_is_protected(tell: Run):
    """The answer says that a person decides."""
    done = tell("check", "Где дорога, дурак?")

    assert "ПОКАЗАТЬ ЧЕЛОВЕКУ" in done.out
    assert "только человек" in done.out


@pytest.mark.parametrize("text", ["\x1b[31mдень\x07", "день\r\nночь", "[bold]день[/bold]", "\u202eнеь"])
def test_a_text_cannot_draw_on_the_terminal(tell: Run, text: str):
    """Control characters and the markup of the screen's library are shown, not obeyed."""
    done = tell("check", text)

    assert done.code == 0, done.err
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(done.out)
    assert "[bold]" in done.out or "bold" not in text


def test_a_text_comes_from_standard_input(tell: Run):
    """`-` keeps the text out of the shell's history."""
    assert json.loads(tell("check", "-", "--json", stdin="дурак\n").out)["verdict"] == "remove"


MISTAKES = [
    (("check", "я" * 16_001), 2, "16000"),
    (("check", "a", "--policy", "none"), 1, "talmenka-414"),
    (
        ("check", "a", "--policy", "/none.toml"),
        2,
        "Ошибка: --policy: ожидается имя правил или файл .toml, а /none.toml не найден",
    ),
    (("score", "/nowhere.jsonl", "-"), 2, "/nowhere.jsonl"),
    (("score", "-", "/nowhere/out.jsonl"), 2, "/nowhere"),
    (("score", "-", "-", "--jobs", "-1"), 2, "--jobs"),
    (("check",), 2, "не указано: ТЕКСТ"),
]


@pytest.fixture(scope="module")
def mistakes(answers):
    """What each of them is answered."""
    return answers([arguments for arguments, _, _ in MISTAKES])


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda number: " ".join(MISTAKES[number][0])[:60])
def test_a_mistake_is_one_clear_line(mistakes, number):
    """Nothing is written to standard output."""
    _, code, said = MISTAKES[number]
    answer = mistakes[number]

    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_a_missing_model_is_named(tell: Run):
    """One line says where it was looked for."""
    done = tell("check", "день", DVORNIK_MODEL="/nowhere/model")

    assert done.code == 1
    assert "модель не годится" in done.err
    assert "/nowhere/model" in done.err


def test_a_file_is_scored_line_by_line(run: Run, tmp_path):
    """Every line has its answer in its place; bad ones are named by number and make the exit code 1."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(LINES, encoding="utf-8")
    done = run("score", str(source), str(target))
    found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]

    assert done.code == 1
    assert done.out == ""
    assert [line.get("verdict") for line in found] == ["remove", None, "review", None, None, None, None, "keep"]
    assert [line.get("line") for line in found] == [None, 2, None, 4, 5, 6, 7, None]
    assert [line["id"] for line in found] == [1, None, "b", 3, 4, None, None, 7]
    for number in (2, 4, 5, 6, 7):
        assert f"строка {number}: " in done.err
    assert "негодных: 5" in done.err
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["in.jsonl", "out.jsonl"]


def test_a_file_is_not_replaced_by_its_own_scores(tell: Run, tmp_path):
    """Comments cannot be had back from scores, so the same file under another name is refused too."""
    source = tmp_path / "in.jsonl"
    source.write_text(LINES, encoding="utf-8")
    (tmp_path / "link.jsonl").symlink_to(source)
    done = tell("score", str(source), str(tmp_path / "link.jsonl"))

    assert (done.code, done.out) == (2, "")
    assert "Ошибка: ИТОГ: ожидается не тот файл" in done.err
    assert source.read_text(encoding="utf-8") == LINES


def test_scoring_is_a_filter(script: Run):
    """`-` on both sides reads and writes the standard streams; good lines alone end with 0."""
    lines = "".join(f'{{"id": {n}, "text": "дурак"}}\n' for n in range(1000))
    done = script("score", "-", "-", "--policy", "kozhevnikovo-650", "--jobs", "2", stdin=lines)

    assert done.code == 0, done.err
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [line["id"] for line in found] == list(range(1000))
    assert {line["verdict"] for line in found} == {"remove"}
    assert {line["clauses"][0][:5] for line in found} == {"п. 11"}


def test_an_empty_file_gives_an_empty_file(tell: Run, tmp_path):
    """No lines in, no lines out."""
    (tmp_path / "in.jsonl").touch()
    done = tell("score", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))

    assert done.code == 0, done.err
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_many_bad_lines_are_counted(tell: Run):
    """The first twenty are named, the rest is a number."""
    done = tell("score", "-", "-", stdin="?\n" * 100)

    assert done.err.count("строка ") == 20
    assert "ещё 80" in done.err


def test_a_reader_that_leaves_ends_the_command(place):
    """A broken pipe is no stack trace."""
    lines = b'{"id": 1, "text": "x"}\n' * 20_000
    process = subprocess.Popen(
        [DVORNIK, "score", "-", "-", "--jobs", "1"],
        env=place.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(lines, timeout=60)

    assert process.returncode == 1
    assert b"Traceback" not in errors


@contextmanager
def _interruptible() -> Iterator[None]:
    """A process that is started meanwhile hears Ctrl-C, also where the tests run in the background and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_command_leaves_no_output(place, tmp_path, number):
    """However it ends before the end of its input, nothing has the name of the result."""
    target = tmp_path / "out.jsonl"
    place.run("policy", "list")
    with _interruptible():
        process = subprocess.Popen(
            [DVORNIK, "score", "-", str(target), "--jobs", "1"],
            env=place.environment(),
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    assert process.stdin is not None
    process.stdin.write(b'{"id": 1, "text": "x"}\n' * 1000)
    process.stdin.flush()
    wait_until(lambda: list(tmp_path.glob(".out.jsonl.*.part")), what="the command has begun to write")
    os.kill(process.pid, number)
    process.wait(timeout=60)
    process.stdin.close()

    assert not target.exists()
    if number != signal.SIGKILL:
        assert list(tmp_path.glob(".out.jsonl.*")) == []
