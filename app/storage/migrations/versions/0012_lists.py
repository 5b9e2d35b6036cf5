"""Lists of those who wait, of objections and of answers are walked along an index, however long they are."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    waits = sa.text("closed_at IS NULL")
    columns = ["due_at", "comment_id"]
    op.create_index("ix_appeal_due", "appeal", columns, sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_objection_walk", "objection", ["page_id", "id"])
    op.create_index("ix_answer_walk", "answer", ["page_id", "id"])
