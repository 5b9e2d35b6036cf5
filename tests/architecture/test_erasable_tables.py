"""What a person wrote can be erased without touching what the office did."""

from sqlalchemy import Table
from sqlmodel import SQLModel

import app.storage.tables  # noqa: F401 - describes the tables

#: Tables whose rows hold what a person wrote or is.
ERASABLE = {"answer_body", "author", "evidence", "label", "note", "objection_body", "post", "revision_body"}
#: Tables whose rows are deleted whole within days, whatever is in them.
SHORT_LIVED = {"seen_text"}
#: Columns that hold somebody's own words or files.
WORDS = {"text", "body", "segments_json", "attachments_json", "salt"}
#: Ids, codes and numbers only; its own tests hold it to that.
CODED = {("journal", "body")}


def _tables() -> list[Table]:
    return SQLModel.metadata.sorted_tables


def test_erasable_tables_say_when_they_were_erased() -> None:
    """Exactly the erasable tables have `erased_at`."""
    assert {table.name for table in _tables() if "erased_at" in table.columns} == ERASABLE


def test_permanent_tables_hold_no_words() -> None:
    """No permanent table has a column for a text, an attachment, a raw answer or the salt of a digest."""
    permanent = [table for table in _tables() if table.name not in ERASABLE | SHORT_LIVED]
    found = {(t.name, c.name) for t in permanent for c in t.columns if c.name in WORDS}

    assert found == CODED


def test_nothing_holds_an_erasable_row_fast() -> None:
    """No table refers to an erasable one by a foreign key, so erasing never waits for a permanent row."""
    held = [fk.target_fullname for table in _tables() for fk in table.foreign_keys if fk.column.table.name in ERASABLE]

    assert held == []
