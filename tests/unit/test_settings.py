"""A setting that cannot be used is refused by its name, in Russian, without its value."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from app.domain.errors import ConfigurationError
from app.settings import load_settings

ADDRESS = "ожидается адрес https:// (http:// только на этой же машине): по нему уходят ключи"

UNREADABLE = "ожидается адрес базы данных, в пароле которого знаки @ : / заменены на %40 %3A %2F"
IN_MEMORY = "ожидается sqlite:/// и путь к файлу: база в памяти не пережила бы перезапуск"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("VK_API_URL", "http://elsewhere.test/hidden", ADDRESS),
        ("VK_API_URL", "hidden", ADDRESS),
        (
            "DATABASE_URL",
            "mysql://hidden",
            "ожидается адрес, который начинается с sqlite:/// или postgresql+psycopg://",
        ),
        ("DATABASE_URL", "postgresql+psycopg://u:hid@w:den@host/name", UNREADABLE),
        ("DATABASE_URL", "postgresql+psycopg://u:hidden@[::1/name", UNREADABLE),
        ("DATABASE_URL", "sqlite:///:memory:", IN_MEMORY),
        ("DATABASE_URL", "sqlite:///", IN_MEMORY),
        ("QUEUE_LIMIT", "hidden", "ожидается целое число"),
        ("QUEUE_LIMIT", "0", "ожидается число не меньше 1"),
        ("BATCH_LIMIT", "5001", "ожидается число не больше 5000"),
        ("WORKER_INSIDE", "hidden", "ожидается true или false"),
        (
            "TRUSTED_PROXIES",
            "10.0.0.5,hidden",
            "ожидается список адресов или сетей через запятую, например 10.0.0.5, 192.168.1.0/24",
        ),
        ("NETWORKS", "vk;hidden", "ожидается список имён сетей через запятую, например vk,telegram"),
        ("LOG_FORMAT", "hidden", "ожидается одно из слов (auto, json, console)"),
    ],
)
def test_a_wrong_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str) -> None:
    """The line names the variable and what belongs there, and does not repeat what may be a secret."""
    monkeypatch.setenv(f"DVORNIK_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert str(caught.value) == f"DVORNIK_{name}: {complaint}"


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes are told at once."""
    monkeypatch.setenv("DVORNIK_QUEUE_LIMIT", "0")
    monkeypatch.setenv("DVORNIK_LOG_LEVEL", "LOUD")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert str(caught.value) == (
        "DVORNIK_QUEUE_LIMIT: ожидается число не меньше 1; "
        "DVORNIK_LOG_LEVEL: ожидается одно из слов (DEBUG, INFO, WARNING, ERROR)"
    )


def test_an_empty_model_is_the_shipped_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is there and empty, as compose files pass it, names no folder."""
    monkeypatch.setenv("DVORNIK_MODEL", "")
    assert load_settings().model is None


def test_a_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file's words are the value, without the line's end, and belong into the database's address as they are."""
    file = tmp_path / "password"
    file.write_text("p@ss:w/rd%\n", encoding="utf-8")
    monkeypatch.setenv("DVORNIK_DATABASE_URL", "postgresql+psycopg://dvornik@database/dvornik")
    monkeypatch.setenv("DVORNIK_DATABASE_PASSWORD_FILE", str(file))
    settings = load_settings()

    assert make_url(settings.resolved_database_url).password == "p@ss:w/rd%"
    assert "p@ss" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("hidden", "DVORNIK_JOURNAL_KEY: ожидается или она, или DVORNIK_JOURNAL_KEY_FILE, а заданы обе"),
        ("", "DVORNIK_JOURNAL_KEY_FILE: ожидается файл, который сервис может прочесть"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, complaint: str) -> None:
    """A secret given twice and a file that is not there stop the start."""
    monkeypatch.setenv("DVORNIK_JOURNAL_KEY", value)
    monkeypatch.setenv("DVORNIK_JOURNAL_KEY_FILE", "/nowhere/hidden")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert str(caught.value) == complaint


def test_only_secrets_lie_in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """`…_FILE` of a setting that is no secret is refused like any unknown name."""
    monkeypatch.setenv("DVORNIK_QUEUE_LIMIT_FILE", "/run/limit")
    with pytest.raises(ConfigurationError, match="DVORNIK_QUEUE_LIMIT_FILE: такой настройки нет"):
        load_settings()
