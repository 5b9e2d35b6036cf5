"""`promote`: a model is checked, copied and put in use; the one before it comes back by one command."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from app.journal.verify import verify
from app.pipeline.house import House
from app.pipeline.promotion.shelf import Shelf
from app.settings import Settings
from app.storage.tables import Comment, Decision, Journal
from app.wiring import open_artefact, open_house
from model.artefact import DEFAULT_ARTEFACT, load
from tests.fakes.artefact import WORDS, write_artefact
from tests.functional.commands.conftest import Run
from tests.functional.commands.seeding import seeded

SHIPPED = load(DEFAULT_ARTEFACT).manifest


@pytest.fixture
def candidate(tmp_path):
    """A model that judges as the shipped one does, under another date."""
    return _like_shipped(tmp_path / "candidate", version="ru-candidate")


def _like_shipped(folder: Path, **changes: object) -> Path:
    from dataclasses import replace

    from model.artefact import save

    artefact = load(DEFAULT_ARTEFACT)
    save(folder, replace(artefact.manifest, **changes), artefact.arrays)
    return folder


@pytest.fixture
def own(place, monkeypatch):
    """The installation without DVORNIK_MODEL: it judges with what is promoted or shipped."""
    place.extra.pop("DVORNIK_MODEL", None)
    monkeypatch.delenv("DVORNIK_MODEL", raising=False)
    return place


@pytest.fixture
def say(own, tell: Run):
    """Run a command line of such an installation."""
    return lambda *arguments: tell(*arguments, DVORNIK_MODEL="")


def _in_use(place) -> str:
    return open_artefact(Settings(data_dir=place.data_dir)).manifest.version


def _journal(place, *kinds: str) -> list[dict[str, object]]:
    house = open_house(Settings(data_dir=place.data_dir))
    try:
        with house.database.read() as session:
            entries = [one for one in session.exec(select(Journal).order_by(Journal.seq)) if one.kind in kinds]
        assert verify(house.database, house.journal_key).problems == []
        return [json.loads(entry.body) for entry in entries]
    finally:
        house.database.dispose()


def test_a_good_model_is_put_in_use_and_taken_back(own, say, candidate):
    """It is copied, named as the one in use and noted; the shipped one comes back by one command, the copy stays."""
    done = say("promote", str(candidate))

    assert done.code == 0, done.err
    assert f"Модель ru-candidate введена вместо {SHIPPED.version}. Перезапустите сервис" in done.out
    assert "Проверено: обещание 1/1000" in done.out
    assert "сохранённых комментариев нет" in done.out
    assert _in_use(own) == "ru-candidate"
    assert (own.data_dir / "models" / "ru-candidate" / "manifest.json").is_file()

    back = say("promote", "--rollback")
    assert back.code == 0, back.err
    assert f"Возвращена модель {SHIPPED.version} вместо ru-candidate" in back.out
    assert _in_use(own) == SHIPPED.version
    assert (own.data_dir / "models" / "ru-candidate").is_dir()
    kinds = ("model_promoting", "model_promoted", "model_rolled_back")
    assert [entry["kind"] for entry in _journal(own, *kinds)] == list(kinds)

    again = say("promote", str(candidate), "--json")
    assert json.loads(again.out)["promoted"] is True
    assert _in_use(own) == "ru-candidate"


def test_models_are_taken_back_one_after_another(own, say, candidate, tmp_path):
    """Each rollback goes one step back, and with nothing left it says so."""
    second = _like_shipped(tmp_path / "second", version="ru-second")
    for folder in (candidate, second):
        assert say("promote", str(folder)).code == 0
    versions = []
    for _ in range(2):
        assert say("promote", "--rollback").code == 0
        versions.append(_in_use(own))
    nothing = say("promote", "--rollback")

    assert versions == ["ru-candidate", SHIPPED.version]
    assert (nothing.code, nothing.out) == (1, "")
    assert "возвращать нечего" in nothing.err


def test_a_model_that_is_in_use_is_not_promoted_twice(say, candidate):
    """The second time says that it is in use, and the history stays as it is."""
    say("promote", str(candidate))
    done = say("promote", str(candidate))

    assert done.code == 1
    assert "уже введена" in done.err


def test_another_manifest_of_the_same_version_gets_a_place_of_its_own(own, say, candidate, tmp_path):
    """What is on the shelf is never overwritten."""
    other = _like_shipped(tmp_path / "other", version="ru-candidate", created="2020-01-01")
    assert say("promote", str(candidate)).code == 0
    assert say("promote", str(other)).code == 0

    folders = sorted(path.name for path in (own.data_dir / "models").iterdir() if path.is_dir())
    assert folders == ["ru-candidate", f"ru-candidate-{load(other).manifest.digest[:8]}"]


def test_a_tampered_artefact_is_refused_whatever_is_said(own, say, candidate):
    """A changed byte is found before anything is copied, and no reason overrules it."""
    weights = candidate / "lemmas_weights.npy"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    for extra in ((), ("--force", "очень надо")):
        done = say("promote", str(candidate), *extra)

        assert done.code == 1
        assert "модель не годится" in done.err
        assert "SHA-256" in done.err
    assert not (own.data_dir / "models").exists()


def test_a_promoted_model_that_was_exchanged_is_found(own, say, candidate, tmp_path):
    """Another whole model in the promoted folder stops every start, until it is taken back."""
    say("promote", str(candidate))
    folder = own.data_dir / "models" / "ru-candidate"
    shutil.rmtree(folder)
    _like_shipped(folder, version="ru-candidate", created="1999-01-01")
    done = say("policy", "add", str(_policy_file(tmp_path)))

    assert done.code == 1
    assert "а там другая" in done.err
    assert say("promote", "--rollback").code == 0
    assert _in_use(own) == SHIPPED.version


def _policy_file(folder: Path) -> Path:
    from app.policy.rules import load_preset

    file = folder / "rules.toml"
    file.write_text(load_preset("default").source, encoding="utf-8")
    return file


@pytest.mark.parametrize("content", ["", "{", '{"history": 1}', '{"version": "a", "history": [{"folder": "../x"}]}'])
def test_a_broken_pointer_is_told(own, say, content, tmp_path):
    """Nobody guesses which model was meant."""
    (own.data_dir / "models").mkdir(parents=True)
    (own.data_dir / "models" / "current.json").write_text(content)
    for arguments in (("check", "день"), ("promote", "--rollback")):
        done = say(*arguments)

        assert done.code == 1
        assert "current.json: ожидается запись о введённой модели" in done.err


def test_a_setting_wins_and_the_command_says_so(place, tell: Run, artefact, candidate):
    """With DVORNIK_MODEL the service goes on with that folder."""
    done = tell("promote", str(_small(candidate.parent / "small")), "--force", "проба")

    assert done.code == 0, done.err
    assert "DVORNIK_MODEL указывает на" in done.err
    assert open_artefact(Settings(data_dir=place.data_dir, model=artefact)).manifest.version == "test-1"


def _small(folder: Path) -> Path:
    write_artefact(folder)
    return folder


def test_a_worse_model_is_refused_with_what_is_wrong(own, say, tmp_path):
    """A model of four words sees too little, loses a promise that nobody can prove, and removes a complaint."""
    folder = _small(tmp_path / "small")
    done = say("promote", str(folder))

    assert done.code == 1
    assert "Против: видит меньше нарушений" in done.err
    assert "Против: удаляет обращения жителей, которые сейчас не удаляются" in done.err
    assert 'Ввести её вопреки этому: --force "причина"' in done.err
    assert _in_use(own) == SHIPPED.version
    assert _journal(own, "model_promoting", "model_promoted") == []


def test_a_promise_must_follow_from_its_sample(say, tmp_path):
    """Errors that prove nothing are found, whatever the manifest says of them."""
    from dataclasses import replace

    weak = {name: replace(held, errors_observed=held.n // 100) for name, held in SHIPPED.promises.items()}
    done = say("promote", str(_like_shipped(tmp_path / "weak", promises=weak)))

    assert done.code == 1
    assert "Против: обещание 1/1000 не доказано" in done.err


def test_a_model_without_a_promise_that_a_policy_names_is_refused(say, tmp_path):
    """What the policies rest on must be there."""
    done = say("promote", str(_like_shipped(tmp_path / "none", promises={})))

    assert done.code == 1
    assert "Против: обещание нарушено" in done.err


def test_a_reason_overrules_and_stays(own, say, tmp_path):
    """The words stand beside the pointer, their digest in the journal; neither the words nor a name is in it."""
    done = say("promote", str(_small(tmp_path / "small")), "--force", "Проверка на стенде")

    assert done.code == 0, done.err
    assert _in_use(own) == "test-1"
    assert Shelf(own.data_dir).history()[-1].reason == "Проверка на стенде"
    [entry] = _journal(own, "model_promoted")
    assert len(entry["forced"]) == 64
    assert "стенде" not in json.dumps(entry, ensure_ascii=False)


@pytest.fixture
def rude_to_bridges(tmp_path, monkeypatch):
    """A small model that takes «мост» for an insult."""
    monkeypatch.setitem(WORDS, "мост", "insult")
    write_artefact(tmp_path / "rude")
    return tmp_path / "rude"


def test_stored_comments_that_people_kept_are_not_removed(place, tell: Run, artefact, rude_to_bridges):
    """A candidate that would remove what a person kept is refused, with the decision's id."""
    with (
        seeded(place.data_dir, artefact, "Новый мост", "Погода") as (house, [bridge, _]),
        house.database.write() as session,
    ):
        old = session.get_one(Decision, bridge)
        row = old.model_dump() | {"id": house.ids(), "decided_by": "person:Анна", "supersedes": old.id}
        session.add(Decision(**row))
        session.get_one(Comment, old.comment_id).decision_id = row["id"]
    done = tell("promote", str(rude_to_bridges))

    assert done.code == 1
    assert f"удалила бы то, что люди оставили: 1 (решения {bridge})" in done.err
    assert "сохранённые комментарии: 2, решение другое: 1, удалялось 0, удалялось бы 1" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("promote",), "ожидается папка модели или --rollback"),
        (("promote", "/nowhere", "--rollback"), "ожидается папка модели или --rollback"),
        (("promote", "--rollback", "--force", "x"), "--force"),
        (("promote", "/nowhere"), "модель не годится: /nowhere/manifest.json"),
        (("promote", "/nowhere", "--days", "0"), "--days"),
    ],
)
def test_a_mistake_is_one_clear_line(say, arguments, said):
    """What was expected, and a code that is not 0."""
    done = say(*arguments)

    assert done.code in {1, 2}
    assert said in done.err.splitlines()[-1]


KILL = """
import os, signal, sys
from pathlib import Path
point, arguments = sys.argv[1], sys.argv[2:]
place, real = point.split(":")
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
from app.pipeline.promotion import promote, shelf
if place == "copy":
    shelf._copy_file = die
if place == "rename":
    shelf._check_copy = die
if place == "pointer":
    shelf.Shelf.switch = die
if place == "journal":
    promote.append = lambda session, key, entries, at, real=promote.append: (
        die() if entries[0].kind == "model_promoted" else real(session, key, entries, at)
    )
from app.cli import main
sys.argv = ["dvornik", *arguments]
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("place_", "after"), [("copy", "old"), ("rename", "old"), ("pointer", "old"), ("journal", "new")]
)
def test_a_killed_promotion_leaves_one_whole_model_in_use(own, say, candidate, place_, after):
    """Whichever step it dies in, the next start has a whole model; the intention is noted; done again it is finished."""
    say("policy", "list")
    environment = own.environment() | {"DVORNIK_MODEL": ""}
    process = subprocess.run(
        [sys.executable, "-c", KILL, f"{place_}:", "promote", str(candidate)],
        env=environment, cwd=Path(__file__).parents[3], capture_output=True, check=False, timeout=100,
    )  # fmt: skip

    assert process.returncode == -signal.SIGKILL, process.stderr
    assert _in_use(own) == (SHIPPED.version if after == "old" else "ru-candidate")
    assert len(_journal(own, "model_promoting")) == 1
    assert _journal(own, "model_promoted") == []
    done = say("promote", str(candidate))
    assert (done.code == 0) is (after == "old")
    assert _in_use(own) == "ru-candidate"


def test_what_a_killed_copy_left_is_cleared_away(own, say, candidate, tmp_path):
    """An old half-made copy goes, a fresh one of another process stays."""
    old, fresh = (own.data_dir / "models" / f".ru.{name}.part" for name in ("old", "fresh"))
    for draft in (old, fresh):
        draft.mkdir(parents=True)
    os.utime(old, (1, 1))
    assert say("promote", str(candidate)).code == 0

    assert (old.exists(), fresh.exists()) == (False, True)


def test_the_shipped_model_is_never_written(say, candidate):
    """Promoting and rolling back leave the folder of the program as it is."""
    before = {path: path.stat().st_mtime_ns for path in DEFAULT_ARTEFACT.iterdir()}
    say("promote", str(candidate))
    say("promote", "--rollback")

    assert {path: path.stat().st_mtime_ns for path in DEFAULT_ARTEFACT.iterdir()} == before


def test_a_running_service_names_its_model_and_the_one_that_waits(own, say, candidate):
    """`/readyz` says with which version it judges, and that another one waits for a restart."""
    import httpx

    from tests.functional.running import Installation

    place = Installation(own.data_dir, own.database_url, own.vk_api_url, {"DVORNIK_MODEL": ""})
    with place.serve() as service:
        before = httpx.get(f"{service.url}/readyz", timeout=30).json()
        assert say("promote", str(candidate)).code == 0
        waits = httpx.get(f"{service.url}/readyz", timeout=30).json()
    with place.serve() as service:
        after = httpx.get(f"{service.url}/readyz", timeout=30).json()

    assert (before["model"], waits["model"], after["model"]) == (SHIPPED.version, SHIPPED.version, "ru-candidate")
    assert before["warnings"] == after["warnings"] == []
    assert waits["warnings"] == [
        f"model ru-candidate is promoted, this process judges with {SHIPPED.version}: restart it"
    ]


def test_two_promotions_at_one_moment_lose_nothing(own, say, candidate, tmp_path):
    """Both are in the history, one after the other, and the last one is in use."""
    from concurrent.futures import ThreadPoolExecutor

    from app.pipeline.models import open_model
    from app.pipeline.promotion.promote import promote

    say("policy", "list")
    folders = [candidate, *(_like_shipped(tmp_path / f"c{n}", version=f"ru-c{n}") for n in range(3))]

    houses = [open_house(Settings(data_dir=own.data_dir)) for _ in folders]

    def put(house: House, folder: Path) -> None:
        promote(house, Shelf(own.data_dir), folder, open_model(folder), by="cli")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, houses, folders))
    for house in houses:
        house.database.dispose()
    history = Shelf(own.data_dir).history()

    assert {one.version for one in history} == {"ru-candidate", "ru-c0", "ru-c1", "ru-c2"}
    assert _in_use(own) == history[-1].version == Shelf(own.data_dir).version()
    assert len(_journal(own, "model_promoted")) == 4
