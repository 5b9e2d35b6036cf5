"""Since when a connection's deliveries fail, and with which code."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("connection", sa.Column("trouble_began_at", sa.BigInteger(), nullable=True))
    op.add_column("connection", sa.Column("trouble_at", sa.BigInteger(), nullable=True))
    op.add_column("connection", sa.Column("trouble_code", sa.String(), nullable=False, server_default=""))
