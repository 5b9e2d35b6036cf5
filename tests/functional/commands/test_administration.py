"""Pages, rules, keys and the red button through the real command."""

import json
import os
import pty
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from app.journal.verify import _SQLITE
from tests.functional.running import DVORNIK

PAGE = ("page", "add", "--network", "vk", "--external-id", "229000001", "--title", "Администрация")


def added(run, *more: str, stdin: str = "") -> dict:
    done = run(*PAGE, *more, "--json", stdin=stdin)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_first_command_sets_everything_up(run, place):
    """There is no database before and a migrated one after; keys are readable by their owner alone."""
    page = added(run, "--policy", "kozhevnikovo-650", "--mode", "enforce", "--confirmation", "c0ffee")

    assert page.keys() >= {"id", "network", "external_id", "callback_url", "secret", "mode"}
    assert isinstance(page["id"], str)
    assert (page["network"], page["external_id"], page["mode"]) == ("vk", "229000001", "enforce")
    assert page["callback_url"].endswith("/callbacks/vk")
    keys = list((place.data_dir / "keys").iterdir())
    assert len(keys) == 2
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_secrets_come_from_standard_input_in_order(run, place):
    """`-` reads a line each: secret, user token, community token; none of them is stored as it is."""
    page = added(run, *("--community-token", "-", "--secret", "-", "--user-token", "-"), stdin="sek\nusr\ncom\n")

    assert page["secret"] == "sek"
    shown = run("page", "show", page["id"], "--json").out
    assert [token["slot"] for token in json.loads(shown)["tokens"]] == ["user", "community"]
    content = b"".join(file.read_bytes() for file in place.data_dir.glob("dvornik.sqlite3*"))
    assert b"gAAAA" in content
    for secret in ("sek", "usr", "com\n"):
        assert f'"{secret.strip()}"' not in shown
    with closing(sqlite3.connect(place.data_dir / "dvornik.sqlite3")) as database:
        stored = database.execute("SELECT token_enc FROM credential").fetchall()
    assert len(stored) == 2
    assert all(token.startswith("gAAAA") for (token,) in stored)


def test_too_few_lines_are_a_usage_error(tell):
    """A `-` without its line stores no empty secret."""
    done = tell(*PAGE, "--secret", "-", "--user-token", "-", stdin="only\n")

    assert done.code == 2
    assert "по непустой строке" in done.err


def test_a_page_of_a_network_that_is_off_waits(tell):
    """It is added; options that the network has no use for and the switch are warned of."""
    chat = ("--network", "telegram", "--external-id=-1001", "--title", "Район", "--user-token", "t")
    done = tell("page", "add", *chat, DVORNIK_NETWORKS="vk")

    assert done.code == 0
    assert "user_token" in done.err
    assert "выключена" in done.err


MISTAKES = [
    (PAGE, 1, "уже добавлена"),
    ((*PAGE[:4], "--external-id", "-5", "--title", "x"), 2, "--external-id: ожидается номер сообщества"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--timezone", "Mars"), 2, "--timezone: ожидается"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--policy", "none"), 2, "talmenka-414"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--mode", "enforce"), 2, "нет опубликованного акта"),
    (
        (*PAGE[:4], "--external-id", "6", "--title", "x", "--mode", "kill"),
        2,
        "--mode: неверное значение kill, ожидается: shadow, review, enforce",
    ),
    (("page", "add", "--network", "vk"), 2, "не указано: --external-id"),
    (("page", "show", "12"), 1, "страницы 12 нет"),
    (("page", "show", "twelve"), 2, "целое число"),
    (("page", "show", "9" * 30), 1, "страницы " + "9" * 30),
    (("token", "revoke", "9" * 30), 1, "нет"),
    (("pause", "--page", "-1"), 1, "страницы -1 нет"),
    (("page", "set", "12", "--title", "x"), 1, "страницы 12 нет"),
    (("page", "remove", "12"), 1, "страницы 12 нет"),
    (("page", "check", "12"), 1, "страницы 12 нет"),
    (("page", "fly"), 2, "нет команды «fly»"),
    (("page", "list", "--colour"), 2, "нет такого параметра: --colour"),
    (("pause", "--page", "12"), 1, "страницы 12 нет"),
    (("policy", "show", "none"), 1, "talmenka-414"),
    (("policy", "show", "default", "--version", "7"), 1, "последняя: 1"),
    (("policy", "show", "default", "--version", "99999999999999999999"), 1, "последняя: 1"),
    (("policy", "diff", "default", "3000000000"), 1, "последняя: 1"),
    (("policy", "add", "/nowhere.toml"), 2, "/nowhere.toml"),
    (
        ("token", "create", "--role", "king", "--name", "x"),
        2,
        "ожидается: viewer, responder, moderator, auditor, admin, site",
    ),
    (("token", "create", "--role", "admin", "--name", "x", "--page", "12"), 2, "--page: ожидаются"),
    (("token", "revoke", "12"), 1, "ключа 12 нет"),
    (("journal", "verify", "--seal", "/nowhere"), 2, "Ошибка: --seal: ожидается файл печати, а /nowhere не читается"),
    (("journal", "verify", "--seal", __file__), 2, f"Ошибка: --seal {__file__}: ожидается печать"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--network", "vk", "x"), 2, "лишние аргументы: x"),
    (("serve", "--port", "70000"), 2, "--port: ожидается не больше 65535"),
]


@pytest.fixture(scope="module")
def mistakes(answers):
    """What each of them is answered, after a page was added."""
    first, *others = answers([PAGE, *(arguments for arguments, _, _ in MISTAKES)])
    assert first.code == 0, first.err
    return others


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda number: " ".join(MISTAKES[number][0])[:60])
def test_a_mistake_is_one_clear_line(mistakes, number):
    """The line is Russian and on standard error, standard output stays empty, the exit code tells usage from trouble."""
    _, code, said = MISTAKES[number]
    answer = mistakes[number]

    assert (answer.code, answer.out) == (code, "")
    assert answer.err.startswith("Ошибка: ")
    assert answer.err.count("\n") == 1
    assert said in answer.err


def test_a_page_is_changed_shown_and_removed(tell):
    """The list tells what is set and what waits; a removed page is no longer there."""
    page = added(tell)["id"]
    done = tell("page", "set", page, "--mode", "review", "--policy", "talmenka-414", "--trust", "-44", "--json")
    assert done.code == 0, done.err
    changed = json.loads(done.out)

    assert (changed["mode"], changed["policy"], changed["trusted"]) == ("review", "talmenka-414", ["-44"])
    (listed,) = json.loads(tell("page", "list", "--json").out)
    assert listed == changed
    assert "Администрация" in tell("page", "list").out
    assert json.loads(tell("page", "set", page, "--trust", "", "--json").out)["trusted"] == []
    assert tell("page", "remove", page).code == 0
    assert json.loads(tell("page", "list", "--json").out) == []


def test_enforcing_unseen_is_warned_of(tell):
    """The mode changes in one command, and whoever has not looked what would have gone is told so, once."""
    page = added(tell, "--policy", "talmenka-414", "--mode", "review")["id"]
    done, again = (tell("page", "set", page, "--mode", "enforce", "--json") for _ in range(2))

    assert (done.code, json.loads(done.out)["mode"]) == (0, "enforce")
    assert "Внимание: за последние сутки никто не смотрел" in done.err
    assert "не смотрел" not in again.err


def test_the_red_button_is_seen_in_the_list(tell):
    """`pause --page` stands in the list until `resume --page`."""
    page = added(tell)["id"]
    assert "остановлена" in tell("pause", "--page", page).out
    assert "уже" in tell("pause", "--page", page).out
    assert "пауза" in tell("page", "list").out
    assert "продолжается" in tell("resume", "--page", page).out
    assert "пауза" not in tell("page", "list").out
    assert "остановлена" in tell("pause").out
    assert "продолжается" in tell("resume").out


def test_a_token_is_printed_once(tell):
    """`token list` knows the name, never the token; a revoked one stays in the list with its date."""
    page = added(tell)["id"]
    made = json.loads(tell("token", "create", "--role", "moderator", "--name", "Иванова", "--page", page, "--json").out)
    listed = tell("token", "list", "--json").out

    assert made["token"].startswith("dv_")
    assert made["token"] not in listed
    (token,) = json.loads(listed)
    assert (token["name"], token["role"], token["pages"], token["revoked_at"]) == ("Иванова", "moderator", [page], None)
    assert tell("token", "revoke", made["id"]).code == 0
    assert json.loads(tell("token", "list", "--json").out)[0]["revoked_at"].endswith("Z")


def test_rules_have_versions(tell, tmp_path):
    """A changed text becomes the next version, the difference can be read, a slip names its key."""
    shown = tell("policy", "show", "talmenka-414").out
    file = tmp_path / "own.toml"
    file.write_text(shown.replace("warnings = 1", "warnings = 2"), encoding="utf-8")
    made = tell("policy", "add", str(file), "--json")

    assert made.code == 0, made.err
    assert json.loads(made.out)["version"] == 2
    assert "+warnings = 2" in tell("policy", "diff", "talmenka-414").out
    diff = json.loads(tell("policy", "diff", "talmenka-414", "--json").out)
    assert (diff["name"], diff["differ"], "+warnings = 2" in diff["diff"]) == ("talmenka-414", True, True)
    listed = {policy["name"]: policy["version"] for policy in json.loads(tell("policy", "list", "--json").out)}
    assert listed == {"default": 1, "kozhevnikovo-650": 1, "novokuznetsk-59": 1, "talmenka-414": 2}
    file.write_text(shown.replace("warnings = 1", "warning = 1"), encoding="utf-8")
    wrong = tell("policy", "add", str(file))
    assert wrong.code == 1
    assert "own.toml" in wrong.err
    assert "bans.warnings: ожидается целое число от 0 до 10, а в файле этого нет" in wrong.err


def test_the_journal_tells_of_a_forgery(tell, place, tmp_path):
    """Whole, it says so and can be sealed; with an entry changed behind its triggers it names the entry."""
    added(tell)
    seal = tmp_path / "seal.json"
    whole = tell("journal", "verify", "--write-seal", str(seal))
    assert (whole.code, whole.err) == (0, "")
    assert tell("journal", "verify", "--seal", str(seal)).code == 0
    assert tell("journal", "verify", "--write-seal", str(seal)).code == 2
    with closing(sqlite3.connect(place.data_dir / "dvornik.sqlite3")) as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET body = replace(body, 'shadow', 'enforce') WHERE kind = 'page_added'")
        database.commit()
    forged = tell("journal", "verify")

    assert forged.code == 1
    assert "journal_no_update" in forged.err
    assert "запись изменена" in forged.err


def test_a_seal_finds_a_cut_tail(tell, place, tmp_path):
    """A chain that was cut together with its head looks whole by itself; the seal tells, unless it was forged too."""
    added(tell)
    kept = tmp_path / "seal.json"
    assert tell("journal", "seal", "--out", str(kept)).code == 0
    assert tell("journal", "seal", "--out", str(kept)).code == 2
    assert "Сверено с печатью от" in tell("journal", "verify", "--seal", str(kept)).out
    told = json.loads(tell("journal", "seal", "--json").out)
    assert Path(told["file"]).parent == place.data_dir / "seals"
    with closing(sqlite3.connect(place.data_dir / "dvornik.sqlite3")) as database:
        database.execute("DROP TRIGGER journal_no_delete")
        database.execute("DELETE FROM journal WHERE seq > 1")
        database.execute("UPDATE chain_head SET seq = 1, mac = (SELECT mac FROM journal WHERE seq = 1) WHERE chain = 0")
        (trigger,) = [sql for name, sql in _SQLITE.items() if name == "journal_no_delete"]
        database.execute(trigger)
        database.commit()
    for arguments in (("--seal", str(kept)), ()):
        cut = tell("journal", "verify", *arguments)
        assert (cut.code, "конец журнала отрезан" in cut.err) == (1, True)
    Path(told["file"]).unlink()
    assert tell("journal", "verify").code == 0

    forged = json.loads(kept.read_bytes())
    forged["at"] += 1
    kept.write_text(json.dumps(forged))
    told = tell("journal", "verify", "--seal", str(kept))
    assert "печать подделана: её подпись не сходится" in told.err


def test_a_lost_journal_key_stops_everything_until_the_change_is_recorded(tell, place, tmp_path):
    """No new key is made in silence; `new-key` asks, records the change, and old entries need the old key's file."""
    page = added(tell)["id"]
    file, kept = place.data_dir / "keys" / "journal.key", tmp_path / "kept.key"
    file.rename(kept)
    lost = tell("page", "list")
    assert (lost.code, file.exists()) == (1, False)
    assert "ключа, которым они подписаны, нет" in lost.err
    assert "journal new-key" in lost.err

    other = {"DVORNIK_JOURNAL_KEY": "another machine's key, made apart"}
    assert "подписаны ключом" in tell("page", "show", page, **other).err
    assert tell("journal", "new-key", DVORNIK_JOURNAL_KEY="").code == 2
    assert not file.exists()
    assert "смена записана" in tell("journal", "new-key", "--yes").out
    assert "менять нечего" in tell("journal", "new-key", "--yes").out

    assert tell("page", "show", page).code == 0
    partly = tell("journal", "verify", "--write-seal", str(tmp_path / "seal.json"))
    assert (partly.code, (tmp_path / "seal.json").exists()) == (1, True)
    assert "Записей подписано другим ключом: " in partly.err
    assert "О смене ключа есть запись" in partly.err
    assert "Журнал изменён" not in partly.err
    told = json.loads(tell("journal", "verify", "--json").out)
    assert (told["ok"], told["problems"], told["of_old_keys"]["entries"] > 0) == (False, [], True)
    whole = tell("journal", "verify", "--key-file", str(kept))
    assert (whole.code, whole.err) == (0, "")
    assert tell("journal", "verify", "--key-file", "/nowhere").code == 2


def test_a_change_of_the_journal_key_is_asked_for_on_a_terminal(place):
    """Any answer but «да» changes nothing, and no key is made."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [DVORNIK, "journal", "new-key"], env=place.environment(), stdin=terminal, stderr=subprocess.PIPE, text=True
    )
    os.close(terminal)
    os.write(master, "д\n".encode())
    _, errors = process.communicate(timeout=60)
    os.close(master)

    assert process.returncode == 1
    assert "Ключ не сменён." in errors
    assert not place.data_dir.exists()


def test_settings_that_are_not_safe_stop_a_command(run):
    """The variable is named, what it holds is not."""
    done = run("page", "list", DVORNIK_VK_API_URL="http://example.org/secret-path")

    assert done.code == 1
    assert "DVORNIK_VK_API_URL" in done.err
    assert "secret-path" not in done.err


def test_a_database_that_does_not_answer_is_one_line(run):
    """No stack trace, no password."""
    done = run("page", "list", DVORNIK_DATABASE_URL="postgresql+psycopg://user:pass-word@127.0.0.1:1/x")

    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "база данных" in done.err
    assert "pass-word" not in done.err


def test_help_is_russian_and_quick_to_come_by(run):
    """Help needs neither database nor model, and says in Russian what each command does."""
    done = run("--help", DVORNIK_DATABASE_URL="nonsense", DVORNIK_MODEL="/nowhere")

    assert done.code == 0
    for command in (
        "serve",
        "worker",
        "migrate",
        "check",
        "score",
        "page",
        "policy",
        "token",
        "pause",
        "resume",
        "journal",
    ):
        assert f" {command} " in done.out
    for theirs in ("Usage", "Options", "Commands", "Show this message"):
        assert theirs not in done.out


def test_whose_page_it_is_and_when_its_office_works(run, tell, place):
    """The kind and a file of hours are stored; a file that is no calendar is refused with its place."""
    hours = place.data_dir.parent / "hours.json"
    hours.write_text('{"week": {"mon": ["08:30", "17:30"]}}', encoding="utf-8")
    page = added(run, "--office", "institution", "--calendar", str(hours))
    shown = json.loads(run("page", "show", page["id"], "--json").out)
    assert (shown["office"], shown["calendar"]) == ("institution", {"week": {"mon": ["08:30", "17:30"]}})
    assert "учреждение" in run("page", "show", page["id"]).out
    hours.write_text('{"week": {"mon": "с утра"}}', encoding="utf-8")
    refused = tell("page", "set", page["id"], "--calendar", str(hours))
    assert refused.code == 2
    assert "calendar.week.mon" in refused.err
    assert tell("page", "set", page["id"], "--calendar", "нет.json").code == 2
    reset = json.loads(run("page", "set", page["id"], "--calendar", "", "--json").out)
    assert reset["calendar"] == {}


def test_a_post_is_given_with_a_key_or_later(run, tell):
    """Whoever agrees to answers does so by a post; nobody gets one without a key."""
    run("token", "create", "--role", "responder", "--name", "Анна", "--post", "начальник отдела")
    assert [one["post"] for one in json.loads(run("token", "list", "--json").out)] == ["начальник отдела"]
    assert run("account", "set", "Анна", "--post", "").code == 0
    assert [one["post"] for one in json.loads(run("token", "list", "--json").out)] == [""]
    assert "учётной записи" in tell("account", "set", "Пётр", "--post", "глава").err


def test_a_channel_by_mail_without_a_mail_server_is_warned_of(tell):
    """It is stored and works once there is a server; what is said to programs stays whole."""
    warned = tell("alerts", "add", "--email", "press@adm.example", "--json")
    assert warned.code == 0
    assert json.loads(warned.out)["address"] == "press@adm.example"
    assert "DVORNIK_SMTP_URL" in warned.err
    mail = {"DVORNIK_SMTP_URL": "smtp://127.0.0.1:9", "DVORNIK_SMTP_FROM": "dvornik@adm.example"}
    assert tell("alerts", "add", "--email", "head@adm.example", **mail).err == ""
    assert tell("alerts", "list").out.count("@adm.example") == 2


@pytest.mark.parametrize(
    ("given", "option"),
    [
        (("--email", "x"), "--email:"),
        (("--vk", "x", "--from", "1"), "--vk:"),
        (("--vk", "15170"), "--from:"),
        (("--telegram", "-100123", "--bot-token", "x"), "--bot-token:"),
        (("--email", "press@adm.example", "--quiet", "night"), "--quiet:"),
    ],
)
def test_a_wrong_channel_is_named_by_the_option_that_was_used(tell, given, option):
    """Nobody is told of an option that the command does not have."""
    refused = tell("alerts", "add", *given)
    assert refused.code == 2
    assert option in refused.err
    assert "--address" not in refused.err
