"""Which addresses may be given to a network as ours."""

import pytest

from app.domain.errors import ConfigurationError
from app.domain.public_url import checked_public_url, is_inside
from app.settings import load_settings


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://dvornik.example.ru", "https://dvornik.example.ru"),
        (" https://dvornik.example.ru/ ", "https://dvornik.example.ru"),
        ("https://dvornik.example.ru/callbacks/vk", "https://dvornik.example.ru"),
        ("https://example.ru:8443/dvornik/", "https://example.ru:8443/dvornik"),
        ("https://президент.рф", "https://xn--d1abbgf6aiiy.xn--p1ai"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("", ""),
    ],
)
def test_an_address_is_kept_in_one_form(given: str, taken: str) -> None:
    """Slashes, the callback's path and Cyrillic names do not make another address."""
    assert checked_public_url(given) == taken


@pytest.mark.parametrize(
    "given",
    [
        "http://dvornik.example.ru",
        "dvornik.example.ru",
        "ftp://dvornik.example.ru",
        "https://",
        "https://user:word@example.ru",
        "https://example.ru/?a=1",
        "https://example.ru/#part",
        "https://example.ru:port",
        "https://exam\x00ple.ru",
        "https://example .ru",
        "https://example.ru/a b",
        "https://exa%20mple.ru",
        "https://example..ru",
        "https://[::1",
    ],
)
def test_what_a_network_could_not_use_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses without TLS, with passwords or with a query are no public address, and the setting's name is told."""
    with pytest.raises(ValueError, match="адрес сервиса в интернете"):
        checked_public_url(given)
    if "\x00" not in given:
        monkeypatch.setenv("DVORNIK_PUBLIC_URL", given)
        with pytest.raises(ConfigurationError, match="DVORNIK_PUBLIC_URL: ожидается адрес сервиса"):
            load_settings()


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://localhost", True),
        ("https://server", True),
        ("https://dvornik.local", True),
        ("https://192.168.1.5", True),
        ("https://10.0.0.7:8443", True),
        ("https://[fd00::1]", True),
        ("https://dvornik.example.ru", False),
        ("https://8.8.8.8", False),
    ],
)
def test_addresses_of_an_own_network_are_known(url: str, inside: bool) -> None:
    """Names without a dot, private numbers and names of local networks are not seen from outside."""
    assert is_inside(url) is inside
