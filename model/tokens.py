"""Cuts a normalised text into the tokens that are scored, and tokens into their character n-grams."""

import re
from typing import Final, NamedTuple

# Stands for every name of a person; no text can spell it, the pattern below does not cut it out.
NAME: Final = "<name>"
#: Insulting emoji keep one token each.
DRAWINGS: Final = frozenset({"<finger>", "<clown>", "<dung>", "<vomit>", "<swine>", "<abuse>"})
FIXED: Final = frozenset(
    {"<link>", "<chat>", "<page>", "<phone>", "<email>", "<card>", "<nick>", "@user", "@club", NAME, *DRAWINGS}
)
SHORTEST, LONGEST = 2, 5
# A longer token is judged by its ends.
MAX_TOKEN: Final = 64
LONGEST_NUMBER: Final = 7
_TOKEN = re.compile(
    r"<(?:link|chat|page|phone|email|card|nick|finger|clown|dung|vomit|swine|abuse)>|@(?:user|club)\b|[^\W_]+"
)


# A mention that opens a text says whom it answers, not what it is.
_ADDRESS = re.compile(r"(?:[\s,]*@(?:user|club)\b[\s,:]*)+").match


class Token(NamedTuple):
    """One token: its form as a feature and its span in the normalised text."""

    form: str
    start: int
    end: int


def form(raw: str) -> str:
    """The feature form: ё as е, digits as zeros (only the length of a number matters), long tokens by their ends."""
    if raw.isdigit():
        return "0" * min(len(raw), LONGEST_NUMBER)
    return raw if len(raw) <= MAX_TOKEN else raw[: MAX_TOKEN // 2] + raw[-MAX_TOKEN // 2 :]


def _body(text: str) -> int:
    """Where the text begins behind the mentions that open it; at 0 when it holds nothing else."""
    address = _ADDRESS(text) if "@" in text else None
    return address.end() if address and address.end() < len(text) else 0


def forms(text: str) -> list[str]:
    """Feature forms of a normalised text, in order."""
    if "ё" in text:
        text = text.replace("ё", "е")
    found: list[str] = _TOKEN.findall(text, _body(text))
    # One look at all tokens together is cheaper than one at each.
    if found and not "".join(found).isalpha():
        found = [t if t.isalpha() else form(t) for t in found]
    if len(text) > MAX_TOKEN and found and max(map(len, found)) > MAX_TOKEN:
        return [form(t) for t in found]
    return found


def tokens(text: str) -> list[Token]:
    """The same forms with their spans."""
    return [Token(form(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text.replace("ё", "е"), _body(text))]


def places(text: str) -> list[tuple[int, int]]:
    """The spans alone."""
    return [m.span() for m in _TOKEN.finditer(text.replace("ё", "е"), _body(text))]


def ngrams(token: str) -> list[str]:
    """Character n-grams of a token form inside its borders; a fixed token or a number is one n-gram."""
    if token in FIXED or (token[0] == "0" and not token.strip("0")):
        return [token]
    padded = f" {token} "
    size = len(padded)
    return [padded[i : i + n] for n in range(SHORTEST, LONGEST + 1) for i in range(size - n + 1)]
