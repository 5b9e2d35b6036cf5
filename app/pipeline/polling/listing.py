"""Compares what stands at a place of a page with what is stored: news of networks that tell of no changes.

It is compared in the thread that stores, right before it is stored: whoever is killed in between finds the same again.
"""

from dataclasses import replace

from sqlmodel import Session

from app.domain.events import CommentRef, Event, Removed
from app.domain.polling import Listing
from app.pipeline.configuration import PageConfig
from app.pipeline.rereading.finding import changed, name_of
from app.storage import rereads


def news(session: Session, page: PageConfig, listing: Listing, at: int) -> tuple[Event, ...]:
    """What of a listing is new, was edited or is gone; `at` (microseconds) tells this look from others.

    A text counts as edited only if the author's own words differ.
    """
    names = [name_of(event) for event in listing.events]
    known = rereads.known_texts(session, page.id, set(names))
    found: list[Event] = []
    for name, event in zip(names, listing.events, strict=True):
        told = known.get(name)
        if told is None:
            if not isinstance(event.body, Removed):
                found.append(event)
        elif edited := changed(event, *told):
            # The same words may come back after others: each change is told once.
            found.append(replace(edited, key=f"listed:{at}:{event.key}"))
    return (*found, *_gone(session, page, listing, at, {name[2] for name in names}))


def _gone(session: Session, page: PageConfig, listing: Listing, at: int, listed: set[str]) -> tuple[Event, ...]:
    """Texts that we know as visible and that the network does not list any more, deleted by whomever."""
    if listing.since is None:
        return ()
    standing = rereads.standing_texts(session, page.id, listing.kind, listing.scope, since=listing.since)
    gone = [one for one in standing if one not in listed]
    return tuple(
        Event(
            network=page.network,
            page=page.external_id,
            type="comment_delete",
            key=f"listed:{at}:gone:{listing.kind}:{listing.scope}:{one}",
            body=Removed(CommentRef(listing.kind, listing.scope, one), ""),
        )
        for one in gone
    )
