"""Terms, one person's data and holds through the real command, on an installation with stored comments."""

import json
import stat
from contextlib import closing
from sqlite3 import connect

from app.domain.clock import DAY
from tests.functional.commands.conftest import Run
from tests.functional.commands.seeding import seeded

TEXTS = ("Спасибо за новый мост", "Хорошая погода сегодня")
#: Who wrote the first of them.
PERSON = ("--network", "vk", "--id", "1001")
GROUND = ("--ground", "требование вх. № 12")


def grow_old(place, days):
    """As if everything had happened so many days earlier; ids say when rows were made, so they move, too."""
    back = days * DAY
    with closing(connect(place.data_dir / "dvornik.sqlite3")) as base, base:
        shift = (back // 1000) << 22
        for table, keys, instants in (
            ("comment", ("id", "revision_id", "decision_id"), ("received_at", "changed_at")),
            ("revision", ("id", "comment_id"), ("received_at",)),
            ("revision_body", ("revision_id",), ()),
            ("decision", ("id", "comment_id", "revision_id"), ("decided_at",)),
        ):
            moved = [*(f"{key} = {key} - {shift}" for key in keys), *(f"{at} = {at} - {back}" for at in instants)]
            base.execute(f"UPDATE {table} SET {', '.join(moved)}")


def bodies(place):
    with closing(connect(place.data_dir / "dvornik.sqlite3")) as base:
        return [text for (text,) in base.execute("SELECT text FROM revision_body ORDER BY revision_id")]


def test_retention_is_tried_first(tell: Run, place, artefact):
    """The table says what would go, in Russian; `--apply` does it, and the journal stays whole."""
    with seeded(place.data_dir, artefact, *TEXTS):
        pass
    grow_old(place, 61)
    tried = tell("retention", "run")
    assert tried.code == 0, tried.err
    [line] = [line for line in tried.out.splitlines() if line.startswith("тексты оставленных комментариев")]
    assert line.split()[-4:] == ["60", "дн.", "2", "0"]
    assert "повторите с --apply" in tried.err
    assert bodies(place) == list(TEXTS)

    items = json.loads(tell("retention", "run", "--apply", "--json").out)["items"]
    assert [(one["days"], one["erased"], one["held"]) for one in items if one["kind"] == "kept_texts"] == [(60, 2, 0)]
    assert bodies(place) == [None, None]
    assert tell("journal", "verify").code == 0


def test_terms_are_the_installations(run: Run, place, artefact):
    """A term is a setting; one that makes no sense stops the command."""
    with seeded(place.data_dir, artefact, *TEXTS):
        pass
    grow_old(place, 61)
    longer = run("retention", "run", "--json", DVORNIK_RETENTION_KEPT_DAYS="90")
    assert [one["erased"] for one in json.loads(longer.out)["items"] if one["kind"] == "kept_texts"] == [0]
    wrong = run("retention", "run", DVORNIK_RETENTION_KEPT_DAYS="0")
    assert (wrong.code, wrong.out) == (1, "")
    assert "DVORNIK_RETENTION_KEPT_DAYS" in wrong.err


def test_a_person_is_exported_and_erased(tell: Run, place, artefact, tmp_path):
    """The file is new, private and whole; an erasure is tried first, needs a ground, and leaves the journal whole."""
    with seeded(place.data_dir, artefact, *TEXTS):
        pass
    file = tmp_path / "person.json"
    assert tell("person", "export", str(file), *PERSON).code == 0
    assert [one["revisions"][0]["text"] for one in json.loads(file.read_text())["comments"]] == [TEXTS[0]]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tell("person", "export", str(file), *PERSON).code == 2
    nowhere = tell("person", "export", str(tmp_path / "none" / "person.json"), *PERSON)
    assert (nowhere.code, nowhere.out) == (2, "")
    assert "не создаётся" in nowhere.err
    assert list(tmp_path.glob("*person*")) == [file]
    assert json.loads(tell("person", "export", "-", *PERSON).out)["comments_total"] == 1

    tried = tell("person", "erase", *PERSON)
    assert tried.code == 0, tried.err
    assert "тексты комментариев" in tried.out
    assert "Ничего не стёрто" in tried.err
    assert tell("person", "erase", *PERSON, "--apply").code == 2
    assert bodies(place) == list(TEXTS)

    done = tell("person", "erase", *PERSON, "--apply", *GROUND)
    assert done.code == 0, done.err
    assert "Останутся" in done.err
    assert bodies(place) == [None, TEXTS[1]]
    assert tell("journal", "verify").code == 0
    again = tell("person", "erase", *PERSON)
    assert (again.code, again.err) == (1, "Ошибка: о таком авторе ничего не хранится\n")


def test_a_hold_stops_both(tell: Run, place, artefact):
    """While an author is held neither the term nor the person's demand erases anything."""
    with seeded(place.data_dir, artefact, *TEXTS):
        pass
    hold = json.loads(tell("hold", "set", *PERSON, "--ground", "дело № 5", "--json").out)
    grow_old(place, 61)
    # The author is known by its own id, which did not move.
    refused = tell("person", "erase", *PERSON, "--apply", *GROUND)
    assert refused.code == 1
    assert "стоит запрет на удаление" in refused.err
    assert tell("person", "erase", *PERSON).code == 1
    tell("retention", "run", "--apply")
    assert bodies(place) == [TEXTS[0], None]
    assert "дело № 5" in tell("hold", "list").out

    assert tell("hold", "lift", hold["id"]).code == 0
    assert "дело № 5" not in tell("hold", "list").out
    tell("retention", "run", "--apply")
    assert bodies(place) == [None, None]
    assert tell("hold", "set", "--page", "1", *PERSON, "--ground", "дело № 5").code == 2
