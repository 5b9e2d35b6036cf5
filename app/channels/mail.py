"""Sends a letter by e-mail through the office's own server, over TLS."""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from app.domain.clock import SECOND, Clock
from app.domain.mailbox import mailbox
from app.domain.watching import Handed, Letter

#: For each step of the conversation, seconds.
TIMEOUT: Final = 10.0
_PORTS: Final = {"smtps": 465, "smtp": 587}
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in: `smtps` speaks TLS at once, `smtp` asks for it before anything is said."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    #: Whom letters come from, as `mailbox` writes it.
    sender: str


def server_at(url: str, password: str, sender: str) -> MailServer:
    """The server that an address like `smtps://user@mail.example:465` names."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    return MailServer(parts.scheme, parts.hostname or "", port, unquote(parts.username or ""), password, sender)


class MailSender:
    """A `Sender`; the target names its address under `address`."""

    def __init__(
        self, server: MailServer, clock: Clock, *, tls: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._server = server
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._timeout = timeout

    def send(self, target: Mapping[str, str], letter: Letter) -> Handed:
        """See `Sender`; codes: `smtp_<answer>`, `smtp_login`, `smtp_tls`, `unreachable`, `timeout`, `address`."""
        try:
            message = self.message(target["address"], letter)
        except (ValueError, KeyError):
            return Handed("address")
        try:
            self._hand_in(message)
        except (OSError, smtplib.SMTPException) as error:
            return Handed(_code(error))
        return Handed()

    def _hand_in(self, message: EmailMessage) -> None:
        server, seconds = self._server, self._timeout
        # Without a name of ours the library looks this machine's up and tells it.
        name = server.sender.rpartition("@")[2]
        if server.scheme == "smtps":
            with closing(smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=self._tls)) as smtp:
                self._say(smtp, message)
            return
        with closing(smtplib.SMTP(server.host, server.port, name, timeout=seconds)) as smtp:
            smtp.ehlo_or_helo_if_needed()
            # Nobody can listen on this machine's own loopback; anywhere else nothing is said without TLS.
            if server.host not in LOOPBACK or smtp.has_extn("starttls"):
                smtp.starttls(context=self._tls)
            self._say(smtp, message)

    def _say(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        if self._server.user:
            smtp.login(self._server.user, self._server.password)
        smtp.send_message(message)
        # The letter is taken: whatever is answered to a goodbye must not have it sent again.
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()

    def message(self, address: str, letter: Letter) -> EmailMessage:
        """The letter as it is handed in.

        Raises:
            ValueError: there can be no such address.
        """
        message = EmailMessage(policy=SMTP)
        message["Subject"] = _one_line(letter.subject)
        message["From"] = Address("Дворник", addr_spec=self._server.sender)
        message["To"] = Address(addr_spec=mailbox(address))
        message["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now() // SECOND, UTC))
        # The same for a repeat, so that a mail program shows one letter.
        message["Message-ID"] = f"<dvornik-{letter.key}@{self._server.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _one_line(subject: str) -> str:
    """A subject that is one header and no other."""
    visible = "".join(sign if sign.isprintable() else " " for sign in subject)
    # The library reads an encoded word in what it is given, and writes the line ends in it as line ends.
    return " ".join(visible.replace("=?", "= ?").split())


def _code(error: Exception) -> str:
    """What went wrong, without the server's words: they may repeat an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "smtp_login"
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return f"smtp_{next(iter(refused.values()))[0]}"
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"smtp_{code}"
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            return "smtp_tls"
        case TimeoutError():
            return "timeout"
        case _:
            return "unreachable"
