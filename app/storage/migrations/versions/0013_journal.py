"""The journal is found by its chain and by its subject: nobody looks for an instant, and every entry paid for it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_index("ix_journal_at", table_name="journal")
