"""The queue's order, whose page it is and when it works, what hangs on a post."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The numbers of `app.domain.urgency`, as they were when this revision was written.
_DOUBTFUL = 2**60
_STEP = 2**42


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("account", sa.Column("post", sa.String(), nullable=False, server_default=""))
    op.add_column("page", sa.Column("office", sa.String(), nullable=False, server_default="administration"))
    op.add_column("page", sa.Column("calendar_json", sa.String(), nullable=False, server_default="{}"))
    op.add_column("post", sa.Column("attachments_json", sa.String(), nullable=False, server_default="[]"))
    op.create_index("ix_post_published", "post", ["page_id", "published_at"])
    op.add_column("review_case", sa.Column("category", sa.String(), nullable=False, server_default=""))
    # A case that the version before this one opens during the upgrade stands behind the protected ones.
    op.add_column("review_case", sa.Column("rank", sa.BigInteger(), nullable=False, server_default=str(_DOUBTFUL)))
    op.add_column("review_case", sa.Column("assigned_to", sa.String(), nullable=False, server_default=""))
    op.add_column("review_case", sa.Column("skipped_json", sa.String(), nullable=False, server_default="[]"))
    op.execute(
        "UPDATE review_case SET rank = CASE WHEN protected THEN opened_at "
        f"ELSE {_DOUBTFUL} + CAST(ROUND((1 - uncertainty) * 1000) AS BIGINT) * {_STEP} + opened_at / 1000000 END"
    )
    op.drop_index("ix_case_queue", table_name="review_case")
    is_open = sa.text("state <> 'closed'")
    for name, columns in (("ix_case_rank", ["rank", "id"]), ("ix_case_page_rank", ["page_id", "rank", "id"])):
        op.create_index(name, "review_case", columns, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_case_page", "review_case", ["page_id", "id"])
