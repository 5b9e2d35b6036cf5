"""`replay` and `labels` through the real command, on an installation with stored comments."""

import json

import pytest

from tests.fakes.artefact import WORDS, write_artefact
from tests.functional.commands.conftest import Run
from tests.functional.commands.seeding import seeded


@pytest.fixture
def other_model(tmp_path, monkeypatch):
    """A model that takes «мост» for an insult and «дурак» for nothing."""
    monkeypatch.delitem(WORDS, "дурак")
    monkeypatch.setitem(WORDS, "мост", "insult")
    write_artefact(tmp_path / "other")
    return tmp_path / "other"


def test_another_model_is_tried(tell: Run, place, artefact, other_model):
    """What would go and what would stay is told by number, with the decisions' ids and no text."""
    with seeded(place.data_dir, artefact, "Какой дурак", "Новый мост", "Погода") as (_, decisions):
        pass
    done = tell("replay", "--model", str(other_model), "--since", "2020-01-01")

    assert done.code == 0, done.err
    assert "Рассужено заново: 3, решение другое: 2. Стёртых текстов: 0." in done.out
    assert "Удалялось: 1, удалялось бы: 1." in done.out
    assert f"Удалилось бы впервые: 1; из них люди оставили: 0, удалили: 0.\n  решения: {decisions[1]}" in done.out
    assert f"Больше не удалялось бы: 1; из них люди оставили: 0, удалили: 0.\n  решения: {decisions[0]}" in done.out
    assert "мост" not in done.out


def test_texts_are_shown_on_request_and_noted(tell: Run, place, artefact, other_model):
    """With `--texts` the examples' words are there, and the journal knows."""
    with seeded(place.data_dir, artefact, "Какой дурак", "Новый мост") as (_, decisions):
        pass
    found = json.loads(tell("replay", "--model", str(other_model), "--since", "2020-01-01", "--texts", "--json").out)

    assert found["texts"] == {str(decisions[1]): "Новый мост", str(decisions[0]): "Какой дурак"}
    assert found["newly_removed"]["examples"] == [str(decisions[1])]
    from contextlib import closing
    from sqlite3 import connect

    with closing(connect(place.data_dir / "dvornik.sqlite3")) as base:
        [(body,)] = base.execute("SELECT body FROM journal WHERE kind = 'texts_shown'").fetchall()
    assert set(json.loads(body)["decisions"]) == set(decisions)
    assert "мост" not in body


def test_other_rules_are_tried(tell: Run, place, artefact):
    """Threats go under the act that names aggression; a policy's file is tried as its name is."""
    with seeded(place.data_dir, artefact, "Убить", policy="talmenka-414"):
        pass
    since = ("--since", "2020-01-01", "--json")
    named = json.loads(tell("replay", "--policy", "kozhevnikovo-650", *since).out)
    file = place.data_dir / "own.toml"
    file.write_text(tell("policy", "show", "kozhevnikovo-650").out, encoding="utf-8")
    filed = json.loads(tell("replay", "--policy", str(file), *since).out)

    assert named["newly_removed"]["decisions"] == 1
    assert {**named, "policy": ""} == {**filed, "policy": ""}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", "--since", "2020-01-01"), "--model"),
        (("replay", "--model", "/nowhere", "--since", "2020-01-01"), "модель не годится"),
        (("replay", "--policy", "none", "--since", "2020-01-01"), "правил «none» нет"),
        (("replay", "--policy", "default", "--since", "вчера"), "--since: ожидается день вида 2026-11-01"),
        (("replay", "--policy", "default", "--since", "20200101"), "--since: ожидается день вида 2026-11-01"),
        (("replay", "--policy", "default", "--since", "2020-01-01", "--page", "5"), "страницы 5 нет"),
        (("labels", "export", "/nowhere/a.jsonl"), "ожидается файл в существующей папке"),
        (("labels", "export", "-", "--page", "5"), "страницы 5 нет"),
    ],
)
def test_a_mistake_is_one_clear_line(tell: Run, arguments, said):
    """Nothing on standard output, one line of what was expected."""
    done = tell(*arguments)

    assert done.code in {1, 2}
    assert done.out == ""
    assert said in done.err.splitlines()[-1]


def test_an_export_of_nothing_is_an_empty_file(tell: Run, tmp_path):
    """A file that only its owner may read, and a count on standard error; the sample has measured nothing yet."""
    target = tmp_path / "labels.jsonl"
    done = tell("labels", "export", str(target))

    assert done.code == 0, done.err
    assert target.read_bytes() == b""
    assert target.stat().st_mode & 0o777 == 0o600
    assert "Выгружено меток: 0." in done.err
    assert "проверенных ещё нет" in tell("labels", "measure").out
    assert json.loads(tell("labels", "measure", "--json").out)["precision"]["share"] is None
