"""Ids and names from outside are values to the database, never a part of a statement, on both engines."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.words import Role
from tests.fakes.yard import Yard

HOSTILE = [
    *("' OR '1'='1", "'; DROP TABLE comment; --", '" OR ""="', "1); DELETE FROM page; --", "%", "_", "\\", "\\'", "$$"),
    *("%(x)s", ":x", "?", "{0}", "${jndi:ldap://127.0.0.1/}", "{{7*7}}", "../../etc/passwd", "\u0000", "\ud800"),
    *("15170'||(SELECT 1)||'", "0x3B52", "NULL", "nan", "-1", "9" * 60, "１５１７０", "15170\n15171"),
]
#: Statements that are put together all the same, by their beginning, each with the reason.
HARMLESS = {
    "f\"action.state = '{ActionState(": "one of the words of our own vocabulary",
    "f'SELECT id, text_hash, text FROM seen_text WHERE id > {mark}": "the engine's sign for a parameter",
    "sql.SQL(": "psycopg quotes the names that it puts in",
}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def yard(database_url: str, tmp_path: Path):
    """An installation on each engine, with one author's comment in it."""
    made = Yard(database_url, tmp_path)
    made.comment("Ты дебил", author="15170")
    yield made
    made.close()


def _tables(yard: Yard) -> dict[str, int]:
    """How many rows each table of interest has."""
    with yard.house.database.read() as session:
        names = ("page", "comment", "decision", "action", "author", "api_token", "legal_hold")
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names}


def test_hostile_ids_find_nobody_and_touch_nothing(yard: Yard) -> None:
    """A filter, a path, a search for a person: each is refused or finds nothing, and every row is still there."""
    admin = yard.client(Role.ADMIN)
    before = _tables(yard)
    for hostile in HOSTILE:
        writable = hostile.encode("utf-8", "replace").decode()
        answers = [
            admin.get("/v1/decisions", params={"author_id": writable}),
            admin.get("/v1/decisions", params={"page_id": writable}),
            admin.get("/v1/decisions", params={"cursor": writable[:40]}),
            admin.get("/v1/actions", params={"kind": writable}),
            admin.post("/v1/persons/export", json={"network": "vk", "id": writable}),
            admin.post("/v1/persons/erase", json={"network": "vk", "id": writable, "apply": True, "ground": "№ 5"}),
            admin.post("/v1/moderate", json={"text": hostile.replace("\ud800", "x"), "policy": writable}),
        ]
        for answer in answers:
            assert answer.status_code in {200, 400, 404}, (hostile, answer.url, answer.text)
            if answer.status_code == 200 and "items" in answer.json():
                assert answer.json()["items"] == [], (hostile, answer.url)
            assert "15170" not in answer.text or "15170" in writable or "１" in writable, (hostile, answer.text)
    assert _tables(yard) == before


def test_no_statement_is_put_together_from_values() -> None:
    """Whatever is run as SQL text is a literal, or put together from names that stand in the same file."""
    loose = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in {"text", "exec_driver_sql", "execute", "executemany"}:
                loose |= {ast.unparse(one) for one in node.args[:1] if _is_put_together(one)}
    assert {one for one in loose if not one.startswith(tuple(HARMLESS))} == set()


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is_put_together(node: ast.AST) -> bool:
    """An f-string with a value in it that is no constant of the file, `%`, `+` or `.format`."""
    if isinstance(node, ast.JoinedStr):
        values = [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
        return not all(isinstance(one, ast.Name) and one.id.strip("_").isupper() for one in values)
    if isinstance(node, ast.BinOp):
        return any(isinstance(one, ast.Constant | ast.JoinedStr) for one in (node.left, node.right))
    return isinstance(node, ast.Call) and _called(node) == "format"
