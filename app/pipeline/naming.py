"""Finds the page that an event of a connection names: by the network's id, or as the only one that there is."""

from app.pipeline.configuration import PageConfig, Snapshot


def page_named(snapshot: Snapshot, network: str, external_id: str, connection_id: int) -> PageConfig | None:
    """The page; '' names the only one of the connection. None = it is another connection's, or nobody can tell which.

    A bot may sit in chats that are no pages of ours, and a dialogue with it names no page at all.
    """
    if external_id:
        page = snapshot.pages.get((network, external_id))
        return page if page is not None and page.connection_id == connection_id else None
    # Dialogues are few, and nothing else comes without a page.
    own = [page for page in snapshot.by_id.values() if page.connection_id == connection_id]
    return own[0] if len(own) == 1 else None


def why_foreign(external_id: str) -> str:
    """The code of an event for which there is no page."""
    return "foreign_page" if external_id else "no_single_page"
