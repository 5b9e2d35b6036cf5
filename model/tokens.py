"""Cuts a normalised text into the tokens that are scored, and tokens into their character n-grams."""

import re
from typing import Final, NamedTuple

FIXED: Final = frozenset({"<link>", "<chat>", "<phone>", "<email>", "<card>", "@user", "@club"})
SHORTEST, LONGEST = 2, 5
# A longer token is judged by its ends.
MAX_TOKEN: Final = 64
_TOKEN = re.compile(r"<(?:link|chat|phone|email|card)>|@(?:user|club)\b|[^\W_]+")


class Token(NamedTuple):
    """One token: its form as a feature and its span in the normalised text."""

    form: str
    start: int
    end: int


def form(raw: str) -> str:
    """The feature form: ё as е, digits as zeros (only the length of a number matters), long tokens by their ends."""
    if raw.isdigit():
        return "0" * min(len(raw), 7)
    return raw if len(raw) <= MAX_TOKEN else raw[: MAX_TOKEN // 2] + raw[-MAX_TOKEN // 2 :]


def forms(text: str) -> list[str]:
    """Feature forms of a normalised text, in order."""
    return [form(t) if len(t) > MAX_TOKEN or t[0].isdigit() else t for t in _TOKEN.findall(text.replace("ё", "е"))]


def tokens(text: str) -> list[Token]:
    """The same forms with their spans."""
    return [Token(form(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text.replace("ё", "е"))]


def ngrams(token: str) -> list[str]:
    """Character n-grams of a token form inside its borders; a fixed token or a number is one n-gram."""
    if token in FIXED or token[0] == "0" and not token.strip("0"):
        return [token]
    padded = f" {token} "
    size = len(padded)
    return [padded[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(size - n + 1)]
