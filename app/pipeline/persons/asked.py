"""Who is asked about: an author by network and id there, found or not, and journalled without the id."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain.errors import NotFoundError
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.persons.holds import Who, author_of
from app.storage import persons as queries
from app.storage.accounts import actor
from app.storage.holds import AUTHOR, standing_on
from app.storage.tables import Comment, LegalHold

#: Comments that one transaction looks at.
PORTION = 200


@dataclass(frozen=True, slots=True)
class Person:
    """An author as whoever asks may see them; `waits` says what holds an erasure, by the reason."""

    author_id: int
    network: str
    external_id: str
    first_seen_at: int
    #: By our page's id.
    comments: dict[int, int]
    waits: dict[str, int]
    hold: LegalHold | None

    @property
    def total(self) -> int:
        """Comments on all of these pages."""
        return sum(self.comments.values())


def pseudonym(house: House, network: str, external_id: str) -> str:
    """The person as the journal may keep them: without the house's key nobody can tell who it is."""
    return house.vault.fingerprint(f"{network}:{external_id}")[:16]


def find(house: House, network: str, external_id: str, *, who: Who) -> Person:
    """What is held about somebody, counted; the search is journalled whether or not it finds anybody.

    Whatever is done about a person begins here, so that nobody learns who is known without leaving a trace.

    Raises:
        InvalidInputError: there is no such network, or this can be nobody's id.
        NotFoundError: nobody of this id has written to pages that the asker may see.
    """
    try:
        with house.database.read() as session:
            found = _look_up(house, session, network, external_id, who)
    except NotFoundError:
        note(house, "person_searched", network, external_id, who, found=False)
        raise
    note(house, "person_searched", network, external_id, who, found=True)
    return found


def _look_up(house: House, session: Session, network: str, external_id: str, who: Who) -> Person:
    author = author_of(house, session, network, external_id)
    query = select(Comment.page_id).where(Comment.author_id == author.id)
    if who.pages is not None:
        query = query.where(col(Comment.page_id).in_(who.pages))
    comments = Counter(session.exec(query))
    if who.pages is not None and not comments:
        raise NotFoundError("о таком авторе ничего не хранится")
    return Person(
        author_id=author.id,
        network=author.network,
        external_id=external_id,
        first_seen_at=author.first_seen_at,
        comments=dict(sorted(comments.items())),
        waits=queries.waiting(session, author.id),
        hold=standing_on(session, AUTHOR, author.id),
    )


def portions(house: House, person: Person, who: Who) -> Iterator[list[int]]:
    """The person's comments, a portion at a time, each read in a transaction of its own."""
    after = 0
    while True:
        with house.database.read() as session:
            ids = queries.comments_of(session, person.author_id, after=after, limit=PORTION, pages=who.pages)
        if not ids:
            return
        yield ids
        after = ids[-1]


def note(house: House, kind: str, network: str, external_id: str, who: Who, **details: object) -> None:
    """Write into the journal that somebody was asked about."""
    at = house.clock.now()
    with house.database.write() as session:
        body = {"person": pseudonym(house, network, external_id), "by": actor(session, who.by), **details}
        append(session, house.journal_key, [Entry(kind, None, body)], at)
