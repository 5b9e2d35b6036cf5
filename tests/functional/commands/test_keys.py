"""What the commands about keys and secrets say, and what they never show."""

import json

from cryptography.fernet import Fernet

from tests.functional.commands.conftest import Run
from tests.functional.running import Installation

ADD = ("page", "add", "--network", "vk", "--external-id", "229000001", "--title", "Район")
#: Marks by which a secret would be found wherever it is shown.
SECRET, USER, COMMUNITY = "marked-secret-1", "marked-user-2", "marked-community-3"
MARKS = (SECRET, USER, COMMUNITY)


def add(tell: Run, **settings: str) -> None:
    """A page with a secret and both keys, given as they should be."""
    secrets = ("--secret", "-", "--user-token", "-", "--community-token", "-", "--json")
    added = tell(*ADD, *secrets, stdin="\n".join(MARKS) + "\n", **settings)
    assert added.code == 0, added.err


def test_a_key_in_a_file_is_turned(tell: Run, place: Installation) -> None:
    """One command makes the key and seals anew, the next takes the old one away; repeated they change nothing."""
    add(tell)
    file = place.data_dir / "keys" / "encryption.key"
    old = file.read_bytes().strip()
    assert "уберите прежний ключ" in tell("keys", "rotate").out
    new = file.read_bytes().split()[0]
    assert file.read_bytes().split() == [new, old]
    assert "заново: 0" in tell("keys", "rotate").out
    shown = tell("keys", "show")
    assert shown.out.count("шифрует") == 1
    assert "только открывает" in shown.out
    retired = tell("keys", "retire")
    assert "храните" in retired.out
    assert "Прежних ключей нет" in tell("keys", "retire").out
    assert file.read_bytes().split() == [new]
    assert file.stat().st_mode & 0o777 == 0o600
    for said in (shown, retired):
        assert not any(key.decode() in said.out + said.err for key in (old, new))


def test_keys_in_a_setting_are_turned_by_whoever_keeps_it(tell: Run, place: Installation) -> None:
    """The command makes a key and says what to do, seals anew once both are there, and the old one is needed no more."""
    old = Fernet.generate_key().decode()
    add(tell, DVORNIK_ENCRYPTION_KEY=old)
    told = tell("keys", "rotate", DVORNIK_ENCRYPTION_KEY=old)
    new = told.out.strip()
    assert told.code == 1
    assert new != old
    assert Fernet(new).decrypt(Fernet(new).encrypt(b"fit for use")) == b"fit for use"
    assert "DVORNIK_ENCRYPTION_KEY" in told.err
    for_programs = tell("keys", "rotate", "--json", DVORNIK_ENCRYPTION_KEY=old)
    assert for_programs.code == 1
    assert Fernet(json.loads(for_programs.out)["secret"])

    both = f"{new},{old}"
    assert tell("keys", "retire", DVORNIK_ENCRYPTION_KEY=both).code == 1
    assert tell("keys", "rotate", "--json", DVORNIK_ENCRYPTION_KEY=both).code == 0
    assert "уберите" in tell("keys", "retire", DVORNIK_ENCRYPTION_KEY=both).out
    assert "только открывает" not in tell("keys", "show", DVORNIK_ENCRYPTION_KEY=new).out
    refused = tell("page", "list", DVORNIK_ENCRYPTION_KEY=old)
    assert (refused.code, "keys lost" in refused.err) == (1, True)
    assert not list((place.data_dir / "keys").glob("encryption*"))


def test_a_lost_key_is_given_up_on_purpose(tell: Run, place: Installation) -> None:
    """Without the file everything stops and says why; what has to be entered again is counted."""
    add(tell)
    file = place.data_dir / "keys" / "encryption.key"
    file.rename(file.with_suffix(".kept"))
    refused = tell("page", "list")
    assert (refused.code, "keys lost" in refused.err, file.exists()) == (1, True, False)
    assert tell("keys", "lost").code == 2

    lost = tell("keys", "lost", "--yes")
    assert lost.code == 0
    assert "ключи доступа: 2" in lost.err
    assert "секреты страниц: 1" in lost.err
    assert "менять нечего" in tell("keys", "lost", "--yes").out
    assert tell("page", "list").code == 0
    assert tell("journal", "verify").code == 0


def test_a_pages_secret_is_turned(tell: Run) -> None:
    """The new one is shown once; while the one before is still believed there is no third, unless at once."""
    add(tell)
    page = tell("page", "list", "--json").out.split('"id": "')[1].split('"')[0]
    turned = tell("page", "rotate-secret", page)
    assert (turned.code, turned.err) == (0, "")
    assert "Прежний принимается до" in turned.out
    assert "Впишите новый секрет" in turned.out
    again = tell("page", "rotate-secret", page)
    assert (again.code, "--hours 0" in again.err) == (1, True)
    at_once = tell("page", "rotate-secret", page, "--hours", "0", "--secret", "-", stdin=f"{SECRET}\n")
    assert at_once.code == 0
    assert SECRET not in at_once.out + at_once.err
    assert "Прежний" not in at_once.out
    assert tell("page", "rotate-secret", page, "--hours", "-1").code == 2
    assert tell("page", "rotate-secret", page, "--hours", "0", "--secret", "с пробелом").code == 2


def test_a_polled_pages_secret_is_entered_nowhere(tell: Run) -> None:
    """Whoever turns it is not sent to settings that the page does not use."""
    add(tell)
    page = tell("page", "list", "--json").out.split('"id": "')[1].split('"')[0]
    assert tell("page", "set", page, "--intake", "longpoll").code == 0
    turned = tell("page", "rotate-secret", page)
    assert (turned.code, turned.err) == (0, "")
    assert "Callback API" not in turned.out
    assert "Вписывать его никуда не нужно" in turned.out


def test_a_secret_on_the_command_line_is_warned_of(tell: Run) -> None:
    """It works, because scripts do so, but its owner learns who else can read it; the line does not repeat it."""
    for given in (("--secret", SECRET), ("--user-token", USER), ("--community-token", COMMUNITY)):
        number = str(229_000_010 + len(given[0]))
        seen = tell(*ADD[:4], "--external-id", number, "--title", "Район", *given)
        assert seen.code == 0
        assert "истории оболочки" in seen.err
        assert given[1] not in seen.err
    assert "истории оболочки" not in tell(*ADD, "--secret", "-", stdin="s\n").err


def test_a_misspelt_variable_is_refused(run: Run) -> None:
    """A default in its place would be another database or another key; the value is not shown."""
    wrong = run("page", "list", DVORNIK_ENCRIPTION_KEY=SECRET, DVORNIK_XYZ="1")
    assert wrong.code == 1
    assert "DVORNIK_ENCRIPTION_KEY: такой настройки нет, есть похожая DVORNIK_ENCRYPTION_KEY" in wrong.err
    assert "DVORNIK_XYZ: такой настройки нет" in wrong.err
    assert SECRET not in wrong.err
