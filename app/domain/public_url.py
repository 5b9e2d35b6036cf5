"""The address at which networks and people reach this service: what it must look like, and who can see it."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

EXPECTED: Final = "адрес сервиса в интернете: https://имя-сервера (http:// только на этой же машине)"
#: What `page show` calls the address for the network; a person may give it whole.
_CALLBACK: Final = "/callbacks/vk"
#: A name as the network's servers ask for it: an underscore stands in some, a space in none.
_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
#: Names that no public server answers to.
_INSIDE: Final = (".local", ".lan", ".internal", ".intranet", ".localdomain", ".home.arpa", ".localhost", ".corp")


def checked_public_url(value: str) -> str:
    """The address without a slash at its end, its name in ASCII; '' stays ''.

    Raises:
        ValueError: with what was expected, in words for people.
    """
    value = value.strip()
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise ValueError(EXPECTED) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    name = f"[{host}]" if ":" in host else host
    is_name = ":" in host or _NAME.fullmatch(host) is not None
    if not (safe and is_name) or "@" in parts.netloc or parts.query or parts.fragment or not _is_plain(value):
        raise ValueError(EXPECTED)
    netloc = name if port is None else f"{name}:{port}"
    path = parts.path.rstrip("/").removesuffix(_CALLBACK)
    return urlunsplit(SplitResult(parts.scheme, netloc, path, "", ""))


def is_inside(url: str) -> bool:
    """Whether only this machine or its own network can see the address."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)


def _is_plain(value: str) -> bool:
    """Whether nobody has to guess where the address ends."""
    return value.isprintable() and " " not in value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
