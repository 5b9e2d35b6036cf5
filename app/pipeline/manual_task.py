"""Puts together what a person needs for a task in a network: where it is, what to do there, on which ground."""

from dataclasses import dataclass

from sqlmodel import Session

from app.domain.manual_wording import what_to_do
from app.domain.words import ActionKind
from app.outbox.together import goes_with
from app.pipeline.house import House
from app.storage.tables import Action, Author, Comment, Page

_OF_AUTHORS = frozenset({ActionKind.BAN_AUTHOR, ActionKind.UNBAN_AUTHOR})


@dataclass(frozen=True, slots=True)
class ManualTask:
    """One task; `place` is where to go first, the other links are '' where the network has none."""

    what: str
    clause: str
    place: str
    comment: str
    author: str
    page: str


def task_of(session: Session, house: House, action: Action) -> ManualTask:
    """The task that a manual action is."""
    kind = ActionKind(action.kind)
    comment, page = session.get_one(Comment, action.comment_id), session.get_one(Page, action.page_id)
    author = session.get(Author, action.author_id) if action.author_id is not None else None
    network = house.networks.get(page.network)
    form = network.form if network else None
    at_page = _link(form.page_url(page.external_id)) if form else ""
    profile = _link(form.author_url(author.external_id)) if form and author and author.external_id else ""
    at_comment = _link(comment.url)
    first = (profile, at_comment, at_page) if kind in _OF_AUTHORS else (at_comment, at_page)
    return ManualTask(
        what=what_to_do(
            kind,
            action.ban_seconds,
            network.abilities if network else None,
            album=bool(goes_with(session, comment, kind)),
        ),
        clause=action.clause,
        place=next(filter(None, first), ""),
        comment=at_comment,
        author=profile,
        page=at_page,
    )


def _link(url: str) -> str:
    """Only what may be opened: an address came from a network, and it is put before people."""
    return url if url.startswith("https://") else ""
