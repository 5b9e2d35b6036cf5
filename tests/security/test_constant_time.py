"""Secrets are compared in constant time by construction: no operator of ours ever stands between two of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
#: How values that only their owner may know, or that prove something, are called.
_SECRET: Final = re.compile(r"secret|passw|token|(^|_)mac(_|$)|signature|csrf|pepper|api_key|_hash$")
_ID: Final = re.compile(r"(^|_)id$")
#: Comparisons in which nothing can be guessed, each with the reason.
HARMLESS: Final = {
    "col(ApiToken.token_hash) == digest": "the index finds the digest of what was shown",
    "col(DeskSession.secret_hash) == digest": "the same",
    "col(SignInLink.secret_hash) == digest": "the same",
    "col(Credential.token_enc) == sealed": "what the database itself had said a moment before",
    "col(SeenText.text_hash) == number": "the print of a comment's words",
    "text_hash in self._entries": "the print of a comment's words",
    "self._by_mark.get(mark) == text_hash": "the same",
    "found.get(chain) != head.mac": "both stand in the database and in a file that the office publishes",
    "previous != head.mac": "both stand in the database",
    "row.mac != sealed.mac": "one stands in the database, the other in a file that the office publishes",
    "name != CSRF_FIELD": "the name of a field",
    "hold.code == endings.NO_TOKEN": "a code of ours",
    "unheard.code in _WITHOUT_TOKEN": "codes of ours",
    "len(value) == _SECRET_LENGTH": "a length that everybody knows",
}


def _name(node: ast.AST) -> str:
    """The last word of what a value is called."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _name(node.args[0]) if _name(node.func) == "col" and node.args else _name(node.func)
    if isinstance(node, ast.Subscript):
        return str(node.slice.value) if isinstance(node.slice, ast.Constant) else _name(node.slice)
    return ""


def compared_secrets(source: str) -> Iterator[str]:
    """Every `==`, `!=`, `in` and `not in` with a secret on one side, as it is written."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        # Whether there is one at all is no comparison of two.
        sides = [one for one in (node.left, *node.comparators) if not isinstance(one, ast.Constant)]
        if (
            len(sides) > 1
            and any(isinstance(one, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for one in node.ops)
            and any(_SECRET.search(_name(one).lower()) and not _ID.search(_name(one)) for one in sides)
        ):
            yield ast.unparse(node)


def test_no_secret_is_compared_by_an_operator() -> None:
    """Whatever is called a secret in the service is compared by hmac.compare_digest or found by an index."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        found |= {one: path.relative_to(ROOT) for one in compared_secrets(path.read_text(encoding="utf-8"))}

    assert {one: str(path) for one, path in found.items() if one not in HARMLESS} == {}
    assert set(HARMLESS) <= set(found), "a reason for a comparison that is gone"


def test_the_eye_sees_what_it_is_for() -> None:
    """A comparison of a secret is found however it is reached; other comparisons are not."""
    seen = [
        *(
            "page.secret == given",
            "given != settings.smtp_password",
            "token in known_tokens",
            "mac_of(key, body) == mac",
        ),
        *("sent['csrf'] == mine", "self._api_key == x", "a == b == row.mac"),
    ]
    assert list(compared_secrets("\n".join(seen))) == seen
    assert not list(compared_secrets('token.role == role\nif secret == "":\n    pass\nmachine == other\ntokens > 5'))


def test_constant_time_is_used_where_secrets_come_from_outside() -> None:
    """The doors at which somebody shows a secret or a proof compare it by hmac.compare_digest."""
    for door in (
        *("app/domain/secrets.py", "app/networks/meta/door.py", "app/console/shell.py", "app/journal/seal.py"),
        *("app/journal/verify.py", "app/pipeline/decision_number.py"),
    ):
        assert "hmac.compare_digest(" in (ROOT / door).read_text(encoding="utf-8"), door
    for door in ("app/networks/vk/verify.py", "app/networks/telegram/door.py", "app/networks/max/door.py"):
        assert " knows_one(" in (ROOT / door).read_text(encoding="utf-8"), door
