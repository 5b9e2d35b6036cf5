"""The register of official pages; each page that is there already gets its entry."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger()
_TEXTS = (
    *("organisation", "network", "url", "title", "office", "responsible_post", "responsible_name"),
    *("responsible_since", "exempt_act", "exempt_on", "reviewed_by"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "registry_entry",
        sa.Column("id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("page_id", _BIG, nullable=True, unique=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        sa.Column("reviewed_at", _BIG, nullable=True),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("changed_at", _BIG, nullable=False),
        sa.Column("removed_at", _BIG, nullable=True),
    )
    empty = ", ".join(f"'' AS {name}" for name in _TEXTS)
    # A page's own id is free in this table, and keeps the order in which pages were added.
    columns = f"id, page_id, {', '.join(_TEXTS)}, created_at, changed_at, removed_at"
    op.execute(
        f"INSERT INTO registry_entry ({columns}) SELECT id, id, {empty}, created_at, created_at, removed_at FROM page"
    )
