"""Polling, the health of deliveries, incidents and who is told, texts that wait for a model, secrets in turn."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger()


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("control", sa.Column("pepper_enc", sa.String(), nullable=True))
    op.add_column("page", sa.Column("intake", sa.String(), nullable=False, server_default="callback"))
    op.add_column("page", sa.Column("callback_server", sa.String(), nullable=False, server_default=""))
    op.add_column("page", sa.Column("previous_secret_enc", sa.String(), nullable=True))
    op.add_column("page", sa.Column("previous_secret_until", _BIG, nullable=True))
    _polling()
    _incidents()
    _waiting()


def _polling() -> None:
    op.create_table(
        "poll",
        sa.Column("page_id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("key_enc", sa.String(), nullable=True),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("due_at", _BIG, nullable=False),
        sa.Column("polled_at", _BIG, nullable=True),
        sa.Column("trouble_began_at", _BIG, nullable=True),
        sa.Column("trouble_code", sa.String(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", _BIG, nullable=False),
    )
    op.create_table(
        "watch",
        sa.Column("page_id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("checked_at", _BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("silence_limit", _BIG, nullable=True),
        sa.Column("silence_limit_at", _BIG, nullable=True),
    )


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("page_id", _BIG, nullable=False),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("began_at", _BIG, nullable=False),
        sa.Column("seen_at", _BIG, nullable=False),
        sa.Column("ended_at", _BIG, nullable=True),
    )
    is_open = sa.text("ended_at IS NULL")
    matter = ["what", "page_id", "connection_id"]
    op.create_index("ix_incident_open", "incident", matter, unique=True, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_incident_page", "incident", ["page_id", "id"])
    op.create_table(
        "alert_channel",
        sa.Column("id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target_enc", sa.String(), nullable=False),
        sa.Column("pages_json", sa.String(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("removed_at", _BIG, nullable=True),
    )
    op.create_table(
        "alert_message",
        sa.Column("id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("incident_id", _BIG, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("channel_id", _BIG, sa.ForeignKey("alert_channel.id"), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("due_at", _BIG, nullable=False),
        sa.Column("sent_at", _BIG, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.UniqueConstraint("incident_id", "channel_id", "part"),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("ix_alert_message_due", "alert_message", ["due_at"], sqlite_where=unsent, postgresql_where=unsent)


def _waiting() -> None:
    op.create_table(
        "reread",
        sa.Column("id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("page_id", _BIG, nullable=False),
        sa.Column("from_at", _BIG, nullable=False),
        sa.Column("to_at", _BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor_json", sa.String(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created_at", _BIG, nullable=False),
        sa.Column("ended_at", _BIG, nullable=True),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index("ix_reread_open", "reread", ["page_id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "unjudged",
        sa.Column("revision_id", _BIG, primary_key=True, autoincrement=False),
        sa.Column("comment_id", _BIG, nullable=False),
        sa.Column("page_id", _BIG, nullable=False),
        sa.Column("received_at", _BIG, nullable=False),
        sa.Column("read_again", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_unjudged_comment_id", "unjudged", ["comment_id"])
    op.create_index("ix_unjudged_page_id", "unjudged", ["page_id"])
