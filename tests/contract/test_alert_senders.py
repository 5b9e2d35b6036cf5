"""Letters reach a real mail server, VK and Telegram on loopback, and every refusal is a code without an address."""

import email
import email.policy
import socket
from contextlib import closing

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calling.pace import Pace
from app.channels.mail import MailSender, server_at
from app.channels.telegram import TelegramSender
from app.channels.vk import VkSender
from app.domain.clock import SECOND
from app.domain.watching import Handed, Letter
from app.networks.vk.transport import Transport
from tests.fakes.clock import FakeClock
from tests.simulators.mail import MailSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.vk import VkSimulator

LETTER = Letter("Дворник: «Администрация»: событий нет", "Первая строка\n.точка в начале\nhttps://a.example/console", 7)
TO = {"address": "press@adm.example"}
SENDER = MailSender(server_at("smtp://127.0.0.1", "", "dvornik@adm.example"), FakeClock())
BOT = "100500:AAE-token_of_a_bot"


def mail(server: MailSimulator, *, password: str = "", tls=None, url: str = "") -> MailSender:
    tls = tls or (server.trusting() if server.tls != "none" else None)
    at = server_at(url or server.url, password, "dvornik@adm.example")
    return MailSender(at, FakeClock(), tls=tls, timeout=5.0)


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_a_letter_is_handed_in(tmp_path, tls):
    """Subject and text arrive as they are written, over TLS where the server has it, and say that a machine wrote."""
    with MailSimulator(tmp_path, tls=tls, password="" if tls == "none" else "s3cret") as server:
        assert mail(server, password="s3cret").send(TO, LETTER).code == ""
        [got] = server.letters
    assert got.recipients == ["press@adm.example"]
    assert (got.tls, bool(got.user)) == (tls != "none", tls != "none")
    assert got.message["Subject"] == LETTER.subject
    assert got.text.rstrip("\n") == LETTER.text
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert got.message["Message-ID"] == "<dvornik-7@adm.example>"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    """Without trust in the server's certificate neither password nor letter is sent."""
    import ssl

    with MailSimulator(tmp_path, tls="implicit", password="s3cret") as server:
        assert mail(server, password="s3cret", tls=ssl.create_default_context()).send(TO, LETTER).code == "smtp_tls"
        assert server.letters == []


def test_a_server_without_tls_is_told_nothing_unless_it_is_this_machine(tmp_path, monkeypatch):
    """Where STARTTLS is missing the conversation ends before a password."""
    monkeypatch.setattr("app.channels.mail.LOOPBACK", frozenset())
    with MailSimulator(tmp_path) as server:
        assert mail(server).send(TO, LETTER).code == "smtp_tls"
        assert server.letters == []


@pytest.mark.parametrize(
    ("command", "answer", "code"),
    [("RCPT", 550, "smtp_550"), ("MAIL", 451, "smtp_451"), ("DATA", 552, "smtp_552"), ("EHLO", 421, "smtp_500")],
)
def test_what_a_mail_server_refuses_has_its_number(tmp_path, command, answer, code):
    """A refusal at any step is the server's number, and the next letter goes through."""
    with MailSimulator(tmp_path, refusals={command: [(answer, "no press@adm.example here")] * 2}) as server:
        assert mail(server).send(TO, LETTER).code == code
        server.refusals.clear()
        assert mail(server).send(TO, LETTER).code == ""


def test_a_wrong_password_and_a_dead_server_have_their_codes(tmp_path):
    """Signing in fails as `smtp_login`; nobody at the address is `unreachable`."""
    with MailSimulator(tmp_path, tls="implicit", password="s3cret") as server:
        assert mail(server, password="wrong").send(TO, LETTER).code == "smtp_login"
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{free.getsockname()[1]}"
        assert mail(server, tls=None, url=url).send(TO, LETTER).code == "unreachable"


@pytest.mark.parametrize(
    "subject",
    [
        "Страница\r\nBcc: other@adm.example",
        "Page\x0bBcc: other@adm.example",
        "Page\u2028Bcc: other@adm.example\x00",
        # A header's own way of writing any sign, line ends too.
        "=?utf-8?q?Page=0d=0aBcc:_other@adm.example?=",
        "==??utf-8?b?DQpCY2M6IG90aGVyQGFkbS5leGFtcGxl?=",
        "=?utf-8?q?=0d=0a=0d=0aanother text?=",
    ],
)
def test_a_subject_cannot_bring_a_header(tmp_path, subject):
    """Line ends in a title, however they are written, stay words of the subject."""
    with MailSimulator(tmp_path) as server:
        assert mail(server).send(TO, Letter("Дворник", "текст", 1)).code == ""
        assert mail(server).send(TO, Letter(subject, "текст", 1)).code == ""
        usual, got = server.letters
    assert got.recipients == ["press@adm.example"]
    assert got.message.keys() == usual.message.keys()
    assert got.text == usual.text


@settings(max_examples=200, deadline=None)
@given(st.text(st.one_of(st.sampled_from("=?utf-8qbQB\r\n_:0dDaA "), st.characters()), max_size=120))
def test_no_subject_whatever_brings_a_header(subject):
    """Every text makes one header, which is read back as one line without what is not seen."""
    written = SENDER.message("press@adm.example", Letter(subject, "текст", 1)).as_bytes()
    read = email.message_from_bytes(written, policy=email.policy.default)
    assert read.keys()[:5] == ["Subject", "From", "To", "Date", "Message-ID"]
    assert read.keys().count("Subject") == 1
    assert read["Subject"].isprintable()
    assert read.get_content().strip() == "текст"


def test_a_letter_that_was_taken_is_taken_however_the_conversation_ends(tmp_path):
    """An odd answer to the goodbye does not have it sent again."""
    with MailSimulator(tmp_path, refusals={"QUIT": [(421, "too busy")]}) as server:
        assert mail(server).send(TO, LETTER).code == ""
        assert len(server.letters) == 1
        assert server.refusals == {"QUIT": []}


def vk(server: VkSimulator) -> VkSender:
    return VkSender(lambda: Transport(server.base_url, httpx.Client(trust_env=False), Pace()))


def test_vk_takes_a_letter_for_who_has_allowed_it(caplog):
    """A repeat with the same number is the same message; who has not allowed it is `vk_901`, a dead key `vk_5`."""
    with VkSimulator() as server:
        community = server.add_community(229_000_001)
        token = server.add_token("community", 229_000_001)
        target = {"user": "15170", "token": token}
        assert vk(server).send(target, LETTER).code == "vk_901"
        community.allowed.add(15170)
        assert [vk(server).send(target, LETTER) for _ in range(2)] == [Handed(), Handed()]
        assert [words for _, words in community.sent.values()] == [f"{LETTER.subject}\n\n{LETTER.text}"]
        server.kill_token(token)
        assert vk(server).send(target, LETTER).code == "vk_5"


def test_telegram_takes_a_letter_for_who_has_spoken_to_the_bot():
    """A chat that never spoke to the bot is `telegram_403`, a wrong token `telegram_401`, nobody there `unreachable`.

    How long a bot that wrote too much is to wait is told.
    """
    with TelegramSimulator(BOT, frozenset({"42"})) as server:
        sender = TelegramSender(server.base_url, lambda: httpx.Client(trust_env=False))
        assert sender.send({"chat": "42", "token": BOT}, LETTER).code == ""
        assert sender.send({"chat": "43", "token": BOT}, LETTER).code == "telegram_403"
        assert sender.send({"chat": "42", "token": "1:aaaaaaaaaa"}, LETTER).code == "telegram_401"
        server.flood = 7
        waits = sender.send({"chat": "42", "token": BOT}, LETTER)
        [message] = server.messages
    assert waits == Handed("telegram_429", after=7 * SECOND)
    assert message["text"] == f"{LETTER.subject}\n\n{LETTER.text}"
    assert sender.send({"chat": "42", "token": BOT}, LETTER).code == "unreachable"
