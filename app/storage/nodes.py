"""Each process draws its own node number, so that ids never meet."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.storage.tables import Control


def draw_node(session: Session) -> int:
    """A number that no process drew lately; it wraps after 1,024 starts."""
    statement = (
        update(Control)
        .where(col(Control.id) == 1)
        .values(next_node=col(Control.next_node) + 1)
        .returning(col(Control.next_node))
    )
    return int(session.execute(statement).scalar_one())


def bump_config(session: Session) -> None:
    """Tell every process that pages, policies, connections or the pause have changed: from the next transaction on."""
    session.execute(update(Control).where(col(Control.id) == 1).values(config_version=col(Control.config_version) + 1))


def config_version(session: Session) -> int:
    """How often pages, policies, connections or the pause have changed."""
    return session.exec(select(Control.config_version).where(Control.id == 1)).one()
