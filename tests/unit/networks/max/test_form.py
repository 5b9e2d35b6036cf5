"""How pages and people of MAX are named, and whom MAX's certificate is believed for."""

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.errors import ConfigurationError, InvalidInputError
from app.domain.words import ActionKind, Kind
from app.networks.max.abilities import ABILITIES
from app.networks.max.adapter import max_messenger
from app.networks.max.failures import BY_CODE, BY_STATUS, Move, Refused, label, move, why
from app.networks.max.page_form import FORM
from app.networks.max.trust import trust_in
from app.settings import Settings


@pytest.mark.parametrize("typed", ["-71500200300400", " -71500200300400 ", "https://web.max.ru/-71500200300400/"])
def test_a_channel_is_named_by_its_number(typed: str) -> None:
    """With its minus, however it was copied."""
    assert FORM.checked_id(typed) == "-71500200300400"
    assert FORM.page_url("-71500200300400") == "https://web.max.ru/-71500200300400"


def test_a_person_is_no_page() -> None:
    """The refusal says why, and what the head of an office needs instead."""
    with pytest.raises(InvalidInputError, match=r"личный профиль.*нужен канал"):
        FORM.checked_id("640000001")


@pytest.mark.parametrize("typed", ["", "mcgov", "https://max.ru/mcgov", "-0", "-1.5", f"-{2**63}", "-７"])
def test_names_are_no_pages(typed: str) -> None:
    """A public name may be another channel's tomorrow."""
    with pytest.raises(InvalidInputError, match="с минусом"):
        FORM.checked_id(typed)


def test_authors_are_people_or_the_channel_itself() -> None:
    """A channel that writes as itself is its number with one minus more, as the house names pages."""
    assert FORM.checked_author("640000001") == "640000001"
    assert FORM.author_url("640000001") == ""
    assert FORM.checked_author("-71500200300400") == "--71500200300400"
    assert FORM.author_url("--71500200300400") == "https://web.max.ru/-71500200300400"
    with pytest.raises(InvalidInputError):
        FORM.checked_author("ivan_petrov")


def test_abilities_are_what_the_documents_say() -> None:
    """Comments go for good, blocks too; nothing is hidden, and in dialogues nothing is deleted."""
    for kind in (Kind.WALL, Kind.DISCUSSION):
        assert ABILITIES.can(ActionKind.DELETE_COMMENT, kind)
        assert not ABILITIES.can_undo(ActionKind.DELETE_COMMENT, kind)
        assert not ABILITIES.can(ActionKind.HIDE_COMMENT, kind)
    assert not ABILITIES.can(ActionKind.DELETE_COMMENT, Kind.MESSAGE)
    assert ABILITIES.can(ActionKind.BAN_AUTHOR, Kind.WALL)
    assert not ABILITIES.can_undo(ActionKind.BAN_AUTHOR, Kind.WALL)
    assert not ABILITIES.ban_terms.holds(86_400)
    assert ABILITIES.delete_within is None


def test_codes_go_before_statuses() -> None:
    """A bot that is not in a chat hears 404, which says nothing about the comment."""
    assert move(Refused(404, "chat.not.found")) is Move.LESSON
    assert move(Refused(404, "comment.not.found")) is Move.GONE
    assert move(Refused(404)) is Move.GONE
    assert move(Refused(200)) is Move.LOOK
    assert move(Refused(500)) is Move.AGAIN
    assert move(Refused(418, "teapot")) is Move.AGAIN
    for refused in [Refused(status) for status in BY_STATUS] + [Refused(0, code) for code in BY_CODE]:
        assert why(refused)


def test_labels_are_short_codes() -> None:
    """Whatever MAX calls an error, it is written down as a word."""
    assert label(Refused(401, "verify.token")) == "max_401_verify_token"
    assert label(Refused(403)) == "max_403"
    assert label(Refused(400, "Ой, всё <b>" + "x" * 500)) == "max_400_b_" + "x" * 29


def authority(folder: Path, *, is_ca: bool = True) -> Path:
    """A certificate that signs itself, in a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "authority.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


def test_an_authority_of_ones_own_is_believed_beside_the_usual(tmp_path: Path) -> None:
    """Certificates are still checked, and names of hosts too."""
    usual = len(trust_in_library().get_ca_certs())
    trust = trust_in(authority(tmp_path))

    assert trust is not None
    assert len(trust.get_ca_certs()) == usual + 1
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trust_in(None) is None


def trust_in_library() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context(trust_env=False)


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "может прочесть"), (b"", "PEM"), (b"not a certificate", "PEM")]
)
def test_an_unfit_file_stops_the_start(tmp_path: Path, content: bytes | None, expected: str) -> None:
    """The message names the setting, the file and what is expected there."""
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=expected) as refused:
        max_messenger(Settings(max_ca_bundle=file))
    assert "DVORNIK_MAX_CA_BUNDLE" in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_servers_certificate_is_no_authority(tmp_path: Path) -> None:
    """Whoever exported the wrong certificate from a browser hears so."""
    with pytest.raises(ConfigurationError, match="а не сервера"):
        trust_in(authority(tmp_path, is_ca=False))


def test_the_address_is_the_one_of_today() -> None:
    """The older host answers no more."""
    assert Settings().max_api_url == "https://platform-api2.max.ru/"
