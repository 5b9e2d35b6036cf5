"""Signs calls of OK's REST methods: MD5 of the sorted parameters and a key made of the token and the app's secret."""

import hashlib
from collections.abc import Mapping
from typing import Final

#: Sent along, but not signed.
_UNSIGNED: Final = frozenset({"access_token", "session_key", "sig"})


def session_key(token: str, application_secret: str) -> str:
    """The secret of a token's calls, 32 hexadecimal digits."""
    return _md5(token + application_secret)


def signature(params: Mapping[str, str], secret: str) -> str:
    """What goes into `sig`: parameters in the order of their names, without separators, as they are before encoding."""
    joined = "".join(f"{name}={params[name]}" for name in sorted(params) if name not in _UNSIGNED)
    return _md5(joined + secret)


def _md5(text: str) -> str:
    # A lone surrogate is sent as a question mark, so it is signed as one.
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
