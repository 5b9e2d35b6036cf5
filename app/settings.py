"""Every knob of the service, typed, each with its reason; unsafe values are refused at start."""

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path, PurePath
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import (
    AnyHttpUrl,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.domain.errors import ConfigurationError
from app.domain.mailbox import checked_mail_server, mailbox
from app.domain.public_url import checked_public_url

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SAFE_URL: Final = "адрес https:// (http:// только на этой же машине): по нему уходят ключи"
#: What belongs in a variable, by pydantic's name of what is wrong with it.
_EXPECTED: Final[Mapping[str, str]] = {
    "int_parsing": "целое число",
    "float_parsing": "число",
    "bool_parsing": "true или false",
    "greater_than_equal": "число не меньше {ge}",
    "less_than_equal": "число не больше {le}",
    "string_pattern_mismatch": "одно из слов ({words})",
    "url_parsing": _SAFE_URL,
    "url_scheme": _SAFE_URL,
    "value_error": "{error}",
}


class Settings(BaseSettings):
    """Read from environment variables `DVORNIK_*`."""

    model_config = SettingsConfigDict(env_prefix="DVORNIK_", extra="ignore", frozen=True)

    #: Where SQLite and the keys live.
    data_dir: Path = Path("var")
    #: Empty: SQLite in `data_dir`. `postgresql+psycopg://…` turns the same code into many replicas.
    database_url: str = ""
    #: The password of that address, written plainly, so that the address itself holds no secret.
    database_password: SecretStr = SecretStr("")
    #: An artefact folder; empty: the shipped one.
    model: Path | None = None
    #: Fernet key for tokens at rest; empty: a file in `data_dir` made on first start. Replicas must share it.
    encryption_key: SecretStr = SecretStr("")
    #: Key of the journal's chain; empty: a file in `data_dir` made on first start. Replicas must share it.
    journal_key: SecretStr = SecretStr("")
    #: Where each network's API answers; https, or loopback for a simulator.
    vk_api_url: str = "https://api.vk.ru/method/"
    ok_api_url: str = "https://api.ok.ru/"
    telegram_api_url: str = "https://api.telegram.org/"
    max_api_url: str = "https://platform-api2.max.ru/"
    meta_api_url: str = "https://graph.facebook.com/"
    #: A PEM file with authorities that MAX's certificate is checked against too, as that of Минцифры; empty: only those
    #: of the library.
    max_ca_bundle: Path | None = None
    #: The installation's own application at Odnoklassniki: every call is signed with its keys.
    ok_application_key: str = ""
    ok_application_secret: SecretStr = SecretStr("")
    #: OK's public documents list no method that deletes comments: on only where OK has allowed it.
    ok_deletes: bool = False
    #: Networks from which OK's messages are taken, comma separated; empty: the key in the address is proof enough.
    ok_source_networks: str = ""
    #: Networks whose events are taken; the others' pages can be added and wait. Meta's are named by whoever wants them.
    networks: str = "vk,ok,telegram,max"
    #: Where networks and people reach this service; empty: nobody is told, `page connect --public-url` names it.
    public_url: str = ""
    #: The mail server that takes letters about incidents, the password of its user, and whom they come from.
    smtp_url: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    #: The worker runs inside the web process: right for one machine, off for many replicas.
    worker_inside: bool = True
    #: Addresses whose `X-Forwarded-*` headers are believed, comma separated.
    trusted_proxies: str = ""
    #: Events that may wait for the writer; beyond it the network is told 503 and sends again.
    queue_limit: int = Field(default=2000, ge=1, le=100_000)
    #: Events in one transaction.
    batch_limit: int = Field(default=256, ge=1, le=5000)
    #: Largest request body, bytes; a network's event is under 100 KiB.
    body_limit: int = Field(default=256 * 1024, ge=1024)
    #: Which share of the machine's removals and of the comments that it keeps is put to people to measure it, 0…1.
    audit_removals: float = Field(default=0.02, ge=0, le=1)
    audit_keeps: float = Field(default=0.001, ge=0, le=1)
    #: At most so many of these questions for a page in 24 hours: people's time is for what waits for them.
    audit_a_day: int = Field(default=20, ge=0, le=1000)
    #: Terms of 152-ФЗ in days, counted from the last thing that happened to a comment. Off: only by the command.
    retention_daily: bool = True
    #: Comments that stayed, and the network's events about them; previews look back 30 days.
    retention_kept_days: int = Field(default=60, ge=1, le=36500)
    #: Removed comments and those for which somebody was banned, with the evidence: the general term of limitation.
    retention_removed_days: int = Field(default=1095, ge=1, le=36500)
    #: Private messages.
    retention_private_days: int = Field(default=30, ge=1, le=36500)
    #: What colleagues wrote beside comments.
    retention_notes_days: int = Field(default=1095, ge=1, le=36500)
    #: Objections with their answers, and answers to residents: as papers of that kind are kept.
    retention_objections_days: int = Field(default=1825, ge=1, le=36500)
    retention_answers_days: int = Field(default=1825, ge=1, le=36500)
    #: Masked copies for training.
    retention_labels_days: int = Field(default=1095, ge=1, le=36500)
    #: Keys by which a delivery that comes again is known.
    retention_event_keys_days: int = Field(default=7, ge=1, le=36500)
    #: Words of a text that is repeated on and on; nobody who repeats one today needs to be compared with last month.
    retention_repeated_texts_days: int = Field(default=30, ge=3, le=36500)
    #: Ended sessions of the console and sign-in links; ended jobs with their results.
    retention_sessions_days: int = Field(default=30, ge=1, le=36500)
    retention_jobs_days: int = Field(default=30, ge=1, le=36500)
    #: From the end of an incident, with the messages about it.
    retention_incidents_days: int = Field(default=365, ge=1, le=36500)
    #: `json` for machines, `console` for people, `auto` looks at the terminal.
    log_format: str = Field(default="auto", pattern="^(auto|json|console)$")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    #: Spans and request metrics go where the OTEL_* variables say; needs the extra `telemetry`.
    opentelemetry: bool = False

    @field_validator("vk_api_url", "ok_api_url", "telegram_api_url", "max_api_url", "meta_api_url")
    @classmethod
    def _safe_url(cls, value: str) -> str:
        AnyHttpUrl(value)
        parts = urlsplit(value)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError(_SAFE_URL)
        return value if value.endswith("/") else value + "/"

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return checked_public_url(value)

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        return checked_mail_server(value)

    @field_validator("smtp_from")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        return mailbox(value) if value else ""

    @field_validator("model", "max_ca_bundle", mode="before")
    @classmethod
    def _shipped_model(cls, value: object) -> object:
        # An empty variable is no path; the current folder is what a path would make of it.
        return value or None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value:
            return value
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("адрес, который начинается с sqlite:/// или postgresql+psycopg://")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            # Whatever the parser complains of may be a part of the password.
            raise ValueError("адрес базы данных, в пароле которого знаки @ : / заменены на %40 %3A %2F") from None
        if value.startswith("sqlite") and url.database in {None, "", ":memory:"}:
            raise ValueError("sqlite:/// и путь к файлу: база в памяти не пережила бы перезапуск")
        return value

    @field_validator("trusted_proxies", "ok_source_networks")
    @classmethod
    def _addresses(cls, value: str) -> str:
        try:
            for part in filter(None, (part.strip() for part in value.split(","))):
                ip_network(part)
        except ValueError:
            message = "список адресов или сетей через запятую, например 10.0.0.5, 192.168.1.0/24"
            raise ValueError(message) from None
        return value

    @field_validator("networks")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        # Which names there are is known where the adapters are.
        if not re.fullmatch(r"[a-z0-9 ,]*", value):
            message = "список имён сетей через запятую, например vk,telegram"
            raise ValueError(message)
        return value

    @cached_property
    def resolved_database_url(self) -> str:
        """The database that is really used."""
        if not self.database_url:
            return sqlite_address((self.data_dir / "dvornik.sqlite3").absolute())
        if not (password := self.database_password.get_secret_value()):
            return self.database_url
        return make_url(self.database_url).set(password=password).render_as_string(hide_password=False)

    @property
    def sqlite_file(self) -> Path | None:
        """The file of the database; None on PostgreSQL."""
        url = make_url(self.resolved_database_url)
        return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None

    @property
    def enabled_networks(self) -> frozenset[str]:
        """Networks that are switched on."""
        return frozenset(name.strip() for name in self.networks.split(",") if name.strip())


def sqlite_address(file: PurePath) -> str:
    """The address of a SQLite file, in which no sign of its path means anything else."""
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


#: Settings that may be given as `…_FILE`: the name of a file that holds the value.
_SECRETS: Final = tuple(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        ConfigurationError: a variable is unknown or its value not usable; the message names it and what was expected,
            never the value.
    """
    _refuse_unknown(os.environ)
    try:
        return Settings(**_secrets_in_files(os.environ))
    except ValidationError as error:
        raise ConfigurationError("; ".join(_complaint(wrong) for wrong in error.errors())) from None


def _secrets_in_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """What lies in files, so that it stands in no list of a process's or a container's variables."""
    found: dict[str, Any] = {}
    for name in _SECRETS:
        variable = f"DVORNIK_{name.upper()}"
        if not (file := environment.get(f"{variable}_FILE")):
            continue
        if environment.get(variable):
            raise ConfigurationError(f"{variable}: ожидается или она, или {variable}_FILE, а заданы обе")
        try:
            found[name] = SecretStr(Path(file).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeError):
            raise ConfigurationError(f"{variable}_FILE: ожидается файл, который сервис может прочесть") from None
    return found


def _refuse_unknown(environment: Iterable[str]) -> None:
    """A misspelt variable would leave a default in force without a word: another database, another key."""
    prefix = str(Settings.model_config["env_prefix"])
    known = {f"{prefix}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{prefix}{name.upper()}_FILE" for name in _SECRETS}
    unknown = sorted({name.upper() for name in environment if name.upper().startswith(prefix)} - known)
    if unknown:
        raise ConfigurationError("; ".join(_unknown(name, known) for name in unknown))


def _unknown(name: str, known: Iterable[str]) -> str:
    like = get_close_matches(name, list(known), n=1)
    return f"{name}: такой настройки нет" + (f", есть похожая {like[0]}" if like else ", уберите её")


def _complaint(wrong: Mapping[str, Any]) -> str:
    """Variable and what was expected; never the value, because it may hold a password."""
    details = wrong.get("ctx", {})
    words = str(details.get("pattern", "")).strip("^()$").replace("|", ", ")
    expected = _EXPECTED.get(wrong["type"], "другое значение").format(words=words, **details)
    return f"DVORNIK_{str(wrong['loc'][0]).upper()}: ожидается {expected}"
