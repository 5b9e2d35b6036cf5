"""Several encryption keys at a time, and a file of keys that changes while it is used."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest
from cryptography.fernet import Fernet, InvalidToken

from app.domain.errors import ConfigurationError
from app.storage.folders import replace_whole, write_once
from app.storage.keyring import KeyRing, key_name
from app.storage.vault import Vault, key_from, open_vault

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()


@pytest.mark.parametrize("between", [b",", b", ", b"\n", b"\r\n", b" "])
def test_the_first_key_seals_and_all_open(between: bytes) -> None:
    """A setting holds them in one line, a file in several; the same one twice is one."""
    ring = KeyRing(NEW + between + OLD + between + OLD)

    assert ring.keys == (NEW, OLD)
    assert Fernet(NEW).decrypt(ring.seal(b"new")) == b"new"
    assert ring.open(Fernet(OLD).encrypt(b"old")) == b"old"
    assert ring.opener(Fernet(OLD).encrypt(b"old")) == OLD
    assert ring.opener(Fernet(Fernet.generate_key()).encrypt(b"strange")) is None


@pytest.mark.parametrize(
    "text", [b"s3cr3t", OLD + b",s3cr3t", b",", b""], ids=["no key", "a key and none", "a comma", "nothing"]
)
def test_what_is_no_key_is_refused_unseen(text: bytes) -> None:
    """The message says what belongs there, and holds nothing of what stood there."""
    with pytest.raises(ConfigurationError, match="ожидается ключ Fernet") as refusal:
        KeyRing(text)
    assert "s3cr3t" not in str(refusal.value)


def test_a_changed_file_is_read_when_something_does_not_open_and_before_something_is_sealed(tmp_path: Path) -> None:
    """A running process follows a change of keys without being told of it."""
    file = tmp_path / "encryption.key"
    file.write_bytes(OLD)
    opening, sealing = Vault(KeyRing(file)), Vault(KeyRing(file))
    replace_whole(file, NEW + b"\n" + OLD + b"\n")

    assert opening.open(Fernet(NEW).encrypt(b"a token").decode()) == "a token"
    assert Fernet(NEW).decrypt(sealing.seal("a secret").encode()) == b"a secret"
    assert opening.key_names == (key_name(NEW), key_name(OLD))


def test_a_file_that_changes_under_the_first_reader_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that starts while somebody adds a key opens what is sealed with it."""
    file = tmp_path / "encryption.key"
    file.write_bytes(OLD)
    read = Path.read_bytes

    def read_too_early(path: Path) -> bytes:
        data = read(path)
        replace_whole(file, NEW + b"\n" + OLD + b"\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", read_too_early)
    ring = KeyRing(file)
    monkeypatch.undo()

    assert ring.keys == (OLD,)
    assert ring.open(Fernet(NEW).encrypt(b"a token")) == b"a token"


def test_a_file_that_breaks_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The keys that were read stay good while somebody writes nonsense, or takes the file away; the log says so."""
    file = tmp_path / "encryption.key"
    file.write_bytes(OLD)
    ring = KeyRing(file)
    for broken in (b"nonsense", None):
        file.unlink() if broken is None else file.write_bytes(broken)
        assert ring.open(ring.seal(b"a token")) == b"a token"
        assert ring.keys == (OLD,)
        with pytest.raises(InvalidToken):
            ring.open(Fernet(NEW).encrypt(b"strange"))
    said = "".join(capsys.readouterr())
    assert "encryption_key_file_unreadable" in said
    assert "nonsense" not in said


def test_threads_that_meet_a_new_key_together_all_open_it(tmp_path: Path) -> None:
    """Only one of them reads the file again; the others use what it has read."""
    file = tmp_path / "encryption.key"
    for _ in range(50):
        file.write_bytes(OLD)
        ring = KeyRing(file)
        replace_whole(file, NEW + b"\n" + OLD + b"\n")
        sealed = Fernet(NEW).encrypt(b"a token")
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ring.open, [sealed] * 4)) == [b"a token"] * 4


def test_keys_in_a_setting_are_nobody_elses_to_change(tmp_path: Path) -> None:
    """No file is made for them, and writing is refused."""
    vault = open_vault(f"{NEW.decode()},{OLD.decode()}", tmp_path)
    with pytest.raises(ConfigurationError, match="DVORNIK_ENCRYPTION_KEY"):
        vault.ring.write((NEW,))
    assert not list(tmp_path.iterdir())


def test_a_replaced_file_keeps_mode_and_owner(tmp_path: Path) -> None:
    """The administrator turns the keys, the service's account goes on reading them."""
    file = tmp_path / "encryption.key"
    file.write_bytes(OLD)
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    before = file.stat()
    KeyRing(file).write((NEW, OLD))
    after = file.stat()

    assert file.read_bytes() == NEW + b"\n" + OLD + b"\n"
    assert (stat.S_IMODE(after.st_mode), after.st_uid, after.st_gid) == (0o640, before.st_uid, before.st_gid)
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_without_hard_links_holds_keys_too(tmp_path: Path) -> None:
    """A memory stick or a share: the file is made all the same, once, for its owner alone, and leaves no draft."""

    def refuse(_source: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    file = tmp_path / "encryption.key"
    write_once(file, OLD, link=refuse)
    with pytest.raises(FileExistsError):
        write_once(file, NEW, link=refuse)

    assert file.read_bytes() == OLD
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_key_that_is_just_being_written_is_waited_for(tmp_path: Path) -> None:
    """Without hard links the file is there before its contents."""
    file = tmp_path / "encryption.key"
    file.touch()
    started = Thread(target=lambda: file.write_bytes(OLD))
    started.start()
    assert key_from("", file, NEW) == OLD
    started.join()
