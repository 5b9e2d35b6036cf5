"""What waits is found without reading what is done; indexes that no query uses are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    waits = sa.text("state <> 'answered'")
    for name, columns in (("ix_objection_due", ["page_id", "due_at"]), ("ix_objection_unanswered", ["id"])):
        op.create_index(name, "objection", columns, sqlite_where=waits, postgresql_where=waits)
    op.drop_index("ix_objection_page", "objection")
    op.drop_index("ix_answer_page", "answer")
    op.drop_index("ix_label_labelled_at", "label")
