"""Answers in a thread, found without reading a page's other comments."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    in_thread = sa.text("thread_root <> ''")
    op.create_index(
        "ix_comment_thread",
        "comment",
        ["page_id", "thread_root", "id"],
        sqlite_where=in_thread,
        postgresql_where=in_thread,
    )
