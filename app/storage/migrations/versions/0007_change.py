"""What would have changed a verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("decision", sa.Column("change_json", sa.String(), nullable=False, server_default="null"))
