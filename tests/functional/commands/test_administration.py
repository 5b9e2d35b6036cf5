"""Pages, rules, keys and the red button through the real command."""

import json
import sqlite3
import stat
from contextlib import closing

import pytest

PAGE = ("page", "add", "--network", "vk", "--external-id", "229000001", "--title", "Администрация")


def added(run, *more: str, stdin: str = "") -> dict:
    done = run(*PAGE, *more, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


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
    shown = run("page", "show", page["id"], "--json").stdout
    assert [token["slot"] for token in json.loads(shown)["tokens"]] == ["user", "community"]
    content = b"".join(file.read_bytes() for file in place.data_dir.glob("dvornik.sqlite3*"))
    assert b"gAAAA" in content
    for secret in ("sek", "usr", "com\n"):
        assert f'"{secret.strip()}"' not in shown
    with closing(sqlite3.connect(place.data_dir / "dvornik.sqlite3")) as database:
        stored = database.execute("SELECT token_enc FROM credential").fetchall()
    assert len(stored) == 2
    assert all(token.startswith("gAAAA") for (token,) in stored)


def test_too_few_lines_are_a_usage_error(run):
    """A `-` without its line stores no empty secret."""
    done = run(*PAGE, "--secret", "-", "--user-token", "-", stdin="only\n")

    assert done.returncode == 2
    assert "по непустой строке" in done.stderr


def test_a_page_of_a_network_that_is_off_waits(run):
    """It is added; options that the network has no use for and the switch are warned of."""
    done = run("page", "add", "--network", "ok", "--external-id", "77", "--title", "Район", "--user-token", "t")

    assert done.returncode == 0
    assert "user_token" in done.stderr
    assert "выключена" in done.stderr


MISTAKES = [
    (PAGE, 1, "уже добавлена"),
    ((*PAGE[:4], "--external-id", "-5", "--title", "x"), 2, "--external-id: ожидается номер сообщества"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--timezone", "Mars"), 2, "--timezone: ожидается"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--policy", "none"), 2, "talmenka-414"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--mode", "enforce"), 2, "нет опубликованного акта"),
    ((*PAGE[:4], "--external-id", "6", "--title", "x", "--mode", "kill"), 2, "'shadow', 'review', 'enforce'"),
    (("page", "add", "--network", "vk"), 2, "не указано: --external-id"),
    (("page", "show", "12"), 1, "страницы 12 нет"),
    (("page", "show", "twelve"), 2, "целое число"),
    (("page", "show", "9" * 30), 1, "страницы " + "9" * 30),
    (("token", "revoke", "9" * 30), 1, "нет"),
    (("pause", "--page", "-1"), 1, "страницы -1 нет"),
    (("page", "set", "12", "--title", "x"), 1, "страницы 12 нет"),
    (("page", "remove", "12"), 1, "страницы 12 нет"),
    (("page", "check", "12"), 1, "страницы 12 нет"),
    (("page", "fly"), 2, "нет команды"),
    (("page", "list", "--colour"), 2, "нет такого параметра: --colour"),
    (("pause", "--page", "12"), 1, "страницы 12 нет"),
    (("policy", "show", "none"), 1, "talmenka-414"),
    (("policy", "show", "default", "--version", "7"), 1, "последняя: 1"),
    (("policy", "add", "/nowhere.toml"), 2, "/nowhere.toml"),
    (("token", "create", "--role", "king", "--name", "x"), 2, "'moderator'"),
    (("token", "create", "--role", "admin", "--name", "x", "--page", "12"), 2, "--page: ожидаются"),
    (("token", "revoke", "12"), 1, "ключа 12 нет"),
    (("journal", "verify", "--seal", "/nowhere"), 2, "/nowhere"),
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


def test_a_page_is_changed_shown_and_removed(run):
    """The list tells what is set and what waits; a removed page is no longer there."""
    page = added(run)["id"]
    done = run("page", "set", page, "--mode", "review", "--policy", "talmenka-414", "--trust", "-44", "--json")
    assert done.returncode == 0, done.stderr
    changed = json.loads(done.stdout)

    assert (changed["mode"], changed["policy"], changed["trusted"]) == ("review", "talmenka-414", ["-44"])
    (listed,) = json.loads(run("page", "list", "--json").stdout)
    assert listed == changed
    assert "Администрация" in run("page", "list").stdout
    assert run("page", "remove", page).returncode == 0
    assert json.loads(run("page", "list", "--json").stdout) == []


def test_the_red_button_is_seen_in_the_list(run):
    """`pause --page` stands in the list until `resume --page`."""
    page = added(run)["id"]
    assert "остановлена" in run("pause", "--page", page).stdout
    assert "уже" in run("pause", "--page", page).stdout
    assert "пауза" in run("page", "list").stdout
    assert "продолжается" in run("resume", "--page", page).stdout
    assert "пауза" not in run("page", "list").stdout
    assert "остановлена" in run("pause").stdout
    assert "продолжается" in run("resume").stdout


def test_a_token_is_printed_once(run):
    """`token list` knows the name, never the token; a revoked one stays in the list with its date."""
    page = added(run)["id"]
    made = json.loads(
        run("token", "create", "--role", "moderator", "--name", "Иванова", "--page", page, "--json").stdout
    )
    listed = run("token", "list", "--json").stdout

    assert made["token"].startswith("dv_")
    assert made["token"] not in listed
    (token,) = json.loads(listed)
    assert (token["name"], token["role"], token["pages"], token["revoked_at"]) == ("Иванова", "moderator", [page], None)
    assert run("token", "revoke", made["id"]).returncode == 0
    assert json.loads(run("token", "list", "--json").stdout)[0]["revoked_at"].endswith("Z")


def test_rules_have_versions(run, tmp_path):
    """A changed text becomes the next version, the difference can be read, a slip names its key."""
    shown = run("policy", "show", "talmenka-414").stdout
    file = tmp_path / "own.toml"
    file.write_text(shown.replace("warnings = 1", "warnings = 2"), encoding="utf-8")
    made = run("policy", "add", str(file), "--json")

    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["version"] == 2
    assert "+warnings = 2" in run("policy", "diff", "talmenka-414").stdout
    listed = {policy["name"]: policy["version"] for policy in json.loads(run("policy", "list", "--json").stdout)}
    assert listed == {"default": 1, "kozhevnikovo-650": 1, "novokuznetsk-59": 1, "talmenka-414": 2}
    file.write_text(shown.replace("warnings = 1", "warning = 1"), encoding="utf-8")
    wrong = run("policy", "add", str(file))
    assert wrong.returncode == 1
    assert "own.toml" in wrong.stderr
    assert "bans.warning" in wrong.stderr


def test_the_journal_tells_of_a_forgery(run, place, tmp_path):
    """Whole, it says so and can be sealed; with an entry changed behind its triggers it names the entry."""
    added(run)
    seal = tmp_path / "seal.json"
    whole = run("journal", "verify", "--write-seal", str(seal))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert run("journal", "verify", "--seal", str(seal)).returncode == 0
    assert run("journal", "verify", "--write-seal", str(seal)).returncode == 2
    with closing(sqlite3.connect(place.data_dir / "dvornik.sqlite3")) as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET body = replace(body, 'shadow', 'enforce') WHERE kind = 'page_added'")
        database.commit()
    forged = run("journal", "verify")

    assert forged.returncode == 1
    assert "journal_no_update" in forged.stderr
    assert "запись изменена" in forged.stderr


def test_settings_that_are_not_safe_stop_a_command(run):
    """The variable is named, what it holds is not."""
    done = run("page", "list", DVORNIK_VK_API_URL="http://example.org/secret-path")

    assert done.returncode == 1
    assert "DVORNIK_VK_API_URL" in done.stderr
    assert "secret-path" not in done.stderr


def test_a_database_that_does_not_answer_is_one_line(run):
    """No stack trace, no password."""
    done = run("page", "list", DVORNIK_DATABASE_URL="postgresql+psycopg://user:pass-word@127.0.0.1:1/x")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "база данных" in done.stderr
    assert "pass-word" not in done.stderr


def test_help_is_russian_and_quick_to_come_by(run):
    """Help needs neither database nor model, and says in Russian what each command does."""
    done = run("--help", DVORNIK_DATABASE_URL="nonsense", DVORNIK_MODEL="/nowhere")

    assert done.returncode == 0
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
        assert f" {command} " in done.stdout
    for theirs in ("Usage", "Options", "Commands", "Show this message"):
        assert theirs not in done.stdout
