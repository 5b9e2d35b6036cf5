"""E-mail addresses and mail servers as people write them, checked before anything is sent there."""

from email.errors import MessageError
from email.headerregistry import Address
from typing import Final
from urllib.parse import urlsplit

EXPECTED: Final = "адрес электронной почты: имя@домен"
SERVER_EXPECTED: Final = (
    "адрес почтового сервера: smtps://имя@сервер:465 или smtp://имя@сервер:587; пароль задаёт DVORNIK_SMTP_PASSWORD"
)
_LONGEST: Final = 254


def mailbox(address: str) -> str:
    """An e-mail address as servers write it, a Russian domain in its Latin form.

    Raises:
        ValueError: it is none; with what was expected.
    """
    name, at, domain = address.strip().rpartition("@")
    fits = at and name and domain and name.isascii() and name.isprintable() and len(address) <= _LONGEST
    if not fits:
        raise ValueError(EXPECTED)
    try:
        # Refuses spaces, brackets and line ends, which would make another header or another recipient.
        return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}").addr_spec
    except (ValueError, LookupError, MessageError) as error:
        raise ValueError(EXPECTED) from error


def checked_mail_server(url: str) -> str:
    """The address of a mail server; '' stays ''.

    Raises:
        ValueError: it is none, or holds a password; with what was expected.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(SERVER_EXPECTED) from None
    if not url.strip():
        return ""
    known = parts.scheme in {"smtp", "smtps"} and parts.hostname and port != 0
    if not known or parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(SERVER_EXPECTED)
    return url.strip()
