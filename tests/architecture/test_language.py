"""What a person reads is Russian: every error that somebody at an office can cause or mend says so in its own words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Who builds a message for people, and which argument of the call is the message.
SPEAKERS = {
    "InvalidInputError": 1,
    "NotFoundError": 0,
    "ConflictError": 0,
    "NotAuthenticatedError": 0,
    "NotAllowedError": 0,
    "ConfigurationError": 0,
    "PolicyError": 0,
    "refuse": 1,
    "refuse_presence": 1,
    "tell": 0,
    "print": 0,
}
RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
#: Small words that sentences cannot do without and names of fields, options and commands can.
ENGLISH = re.compile(r"\b(the|an?|is|are|was|not|no|of|to|must|may|with|expected|found|unknown|missing)\b")
FEWEST = 60


def test_errors_for_people_are_russian() -> None:
    """No message of such an error, and nothing that a command prints, is English; codes and names stay as they are."""
    said = list(_said())

    assert len(said) >= FEWEST
    assert [(place, text) for place, text in said if not RUSSIAN.search(text) or ENGLISH.search(text)] == []


def _said() -> Iterator[tuple[str, str]]:
    """Every message that is written out where it is raised, or in the same function."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in ast.walk(tree):
            if isinstance(scope, ast.FunctionDef):
                yield from _said_in(scope, path.relative_to(ROOT).as_posix())


def _said_in(scope: ast.FunctionDef, file: str) -> Iterator[tuple[str, str]]:
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call)):
        position = SPEAKERS.get(_name(call.func))
        if position is None or len(call.args) <= position:
            continue
        message = call.args[position]
        for written in named.get(message.id, []) if isinstance(message, ast.Name) else [message]:
            text = _text(written)
            if re.search(r"\w", text):
                yield f"{file}:{call.lineno}", text


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _text(message: ast.expr) -> str:
    """The fixed words of a literal; '' for what is put together elsewhere."""
    if isinstance(message, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in message.values)
    if isinstance(message, ast.BinOp):
        return _text(message.left) + _text(message.right)
    return message.value if isinstance(message, ast.Constant) and isinstance(message.value, str) else ""
