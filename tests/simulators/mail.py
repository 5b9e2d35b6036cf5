"""A mail server on loopback that keeps SMTP's rules: TLS before a password, one order of commands, whole lines."""

import base64
import email
import email.policy
import ipaddress
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.clock import SECOND, SystemClock
from tests.simulators.listening import Listening


@dataclass
class Delivered:
    """One letter as it came in: its envelope and what was in it."""

    sender: str
    recipients: list[str]
    tls: bool
    user: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """The letter's words."""
        return cast("str", self.message.get_content()).replace("\r\n", "\n")


@dataclass
class MailSimulator(Listening):
    """A context manager; `tls` is `none`, `starttls` or `implicit`, a `password` makes signing in necessary.

    `refusals` are answers to give instead of taking a letter, by the command that they answer: `{"RCPT": [(550, "no")]}`.
    """

    folder: Path
    tls: str = "none"
    password: str = ""
    user: str = "dvornik"
    letters: list[Delivered] = field(default_factory=list)
    refusals: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.changed = threading.Condition()
        self.certificate = self.folder / "mail.pem"
        self.context: ssl.SSLContext | None = None
        if self.tls != "none":
            key = _write_certificate(self.certificate, self.folder / "mail.key")
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(self.certificate, key)
        self._server = _Server(self)

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What a client is told."""
        who = f"{self.user}@" if self.password else ""
        return f"{'smtps' if self.tls == 'implicit' else 'smtp'}://{who}127.0.0.1:{self.port}"

    def trusting(self) -> ssl.SSLContext:
        """How a client that trusts this server's certificate checks it."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def wait_for(self, number: int, timeout: float = 20.0) -> bool:
        """Wait until so many letters have come; False when they did not in time."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.letters) >= number, timeout)

    def take(self, letter: Delivered) -> None:
        """Keep a letter."""
        with self.changed:
            self.letters.append(letter)
            self.changed.notify_all()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, simulator: MailSimulator) -> None:
        self.simulator = simulator
        super().__init__(("127.0.0.1", 0), _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is its own affair."""


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.simulator = self.server.simulator
        self.encrypted = False
        if self.simulator.tls == "implicit":
            self._encrypt()
        super().setup()

    def _encrypt(self) -> None:
        assert self.simulator.context is not None
        self.request = self.simulator.context.wrap_socket(self.request, server_side=True)
        self.encrypted = True

    def handle(self) -> None:
        self.who, self.sender, self.recipients = "", "", []
        self._answer(220, "ready")
        while line := self.rfile.readline():
            assert line.endswith(b"\r\n"), "SMTP's lines end with CR LF"
            command, _, rest = line.decode("ascii").strip().partition(" ")
            if command.upper() == "QUIT" and not self.simulator.refusals.get("QUIT"):
                self._answer(221, "bye")
                return
            self._obey(command.upper(), rest)

    def _obey(self, command: str, rest: str) -> None:
        waiting = self.simulator.refusals.get(command)
        if waiting:
            self._answer(*waiting.pop(0))
            return
        act = getattr(self, f"_{command.lower()}", None)
        if act is None:
            self._answer(500, "unknown command")
            return
        act(rest)

    def _ehlo(self, _: str) -> None:
        extensions = ["127.0.0.1", "8BITMIME", "SMTPUTF8"]
        if self.simulator.tls == "starttls" and not self.encrypted:
            extensions.append("STARTTLS")
        elif self.simulator.password:
            extensions.append("AUTH PLAIN")
        for one in extensions[:-1]:
            self._write(f"250-{one}")
        self._write(f"250 {extensions[-1]}")

    def _starttls(self, _: str) -> None:
        self._answer(220, "go on")
        super().finish()
        self._encrypt()
        super().setup()

    def finish(self) -> None:
        super().finish()
        if self.encrypted:
            # The server knows the plain socket only.
            self.request.close()

    def _auth(self, rest: str) -> None:
        if self.simulator.tls != "none" and not self.encrypted:
            self._answer(538, "encryption first")
            return
        kind, _, response = rest.partition(" ")
        assert kind == "PLAIN"
        _, user, password = base64.b64decode(response).decode().split("\0")
        if (user, password) != (self.simulator.user, self.simulator.password):
            self._answer(535, "no such user")
            return
        self.who = user
        self._answer(235, "welcome")

    def _mail(self, rest: str) -> None:
        if self.simulator.password and not self.who:
            self._answer(530, "sign in first")
            return
        self.sender = _address(rest, "FROM:")
        self._answer(250, "ok")

    def _rcpt(self, rest: str) -> None:
        if not self.sender:
            self._answer(503, "MAIL first")
            return
        self.recipients.append(_address(rest, "TO:"))
        self._answer(250, "ok")

    def _data(self, _: str) -> None:
        if not self.recipients:
            self._answer(503, "RCPT first")
            return
        self._answer(354, "go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            assert len(line) <= 1000, "SMTP's lines have at most 1000 octets"
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        letter = Delivered(self.sender, self.recipients, self.encrypted, self.who, cast("EmailMessage", message))
        self.simulator.take(letter)
        self.sender, self.recipients = "", []
        self._answer(250, "taken")

    def _rset(self, _: str) -> None:
        self.sender, self.recipients = "", []
        self._answer(250, "ok")

    def _answer(self, code: int, words: str) -> None:
        self._write(f"{code} {words}")

    def _write(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode("ascii"))


def _address(rest: str, word: str) -> str:
    assert rest.upper().startswith(word), rest
    return rest[len(word) :].split(">", maxsplit=1)[0].strip(" <")


def _write_certificate(file: Path, key_file: Path) -> Path:
    """A certificate of its own for 127.0.0.1, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail simulator")])
    now = datetime.fromtimestamp(SystemClock().now() // SECOND, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return key_file
