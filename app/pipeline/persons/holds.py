"""Legal holds: setting and lifting one, each on a paper that is named, each journalled."""

from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, select

from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.storage import holds as queries
from app.storage.accounts import actor
from app.storage.fates import lock_comments
from app.storage.holds import AUTHOR, COMMENT, SCOPES
from app.storage.tables import Author, LegalHold

LONGEST_GROUND: Final = 500
SHORTEST_GROUND: Final = 5
LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: `by` is `person:<account>` or `cli`; `pages` None = every page."""

    by: str
    pages: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What is held: a page or a comment by our id, an author by network and id there."""

    scope: str
    id: int | None = None
    network: str = ""
    external_id: str = ""


def set_hold(house: House, subject: Subject, *, ground: str, who: Who) -> LegalHold:
    """Keep everything of a page, an author or a comment until the hold is lifted.

    Raises:
        InvalidInputError: the scope or the ground is wrong.
        NotFoundError: there is no such page, author or comment, or not for this person.
        NotAllowedError: an author may write on pages that this person may not touch.
        ConflictError: a hold stands there already.
    """
    ground = checked_ground(ground)
    if subject.scope not in SCOPES:
        raise InvalidInputError("scope", "ожидается page, author или comment")
    with house.database.write() as session:
        number = _subject_id(house, session, subject, who)
        if subject.scope == COMMENT:
            # Whoever erases the comment at this moment is waited for.
            lock_comments(session, [number])
        known = queries.standing_on(session, subject.scope, number)
        if known is not None:
            raise ConflictError(f"запрет уже стоит, № {known.id}: {known.ground}")
        at = house.clock.now()
        hold = LegalHold(
            id=house.ids(), scope=subject.scope, subject_id=number, ground=ground, set_by=who.by, set_at=at
        )
        session.add(hold)
        body = {"hold": hold.id, "scope": hold.scope, "by": actor(session, who.by)}
        session.flush()
        append(session, house.journal_key, [Entry("hold_set", number, body)], at)
    return hold


def lift_hold(house: House, hold_id: int, *, who: Who) -> LegalHold:
    """Let what was held be erased again when its time comes.

    Raises:
        NotFoundError: there is no such hold, or not for this person.
        ConflictError: it was lifted before.
    """
    with house.database.write() as session:
        hold = queries.hold_of(session, hold_id, lock=True)
        if hold is None or not _is_theirs(session, hold, who):
            raise NotFoundError(f"запрета {hold_id} нет")
        if hold.lifted_at is not None:
            raise ConflictError(f"запрет {hold_id} уже снят ({hold.lifted_by})")
        hold.lifted_at, hold.lifted_by = house.clock.now(), who.by
        session.add(hold)
        session.flush()
        body = {"hold": hold.id, "scope": hold.scope, "by": actor(session, who.by)}
        append(session, house.journal_key, [Entry("hold_lifted", hold.subject_id, body)], hold.lifted_at)
    return hold


def list_holds(
    house: House, *, who: Who, lifted_too: bool = False, before: int | None = None, limit: int = 500
) -> list[LegalHold]:
    """The holds that this person may know of, newest first."""
    with house.database.read() as session:
        return queries.list_holds(session, who.pages, lifted_too=lifted_too, before=before, limit=limit)


def checked_ground(ground: str, where: str = "ground") -> str:
    """The requisites of a paper, on one line.

    Raises:
        InvalidInputError: nothing is named, or too much.
    """
    line = " ".join(ground.split())
    if not SHORTEST_GROUND <= len(line) <= LONGEST_GROUND or not line.isprintable():
        expected = f"ожидаются реквизиты документа, от {SHORTEST_GROUND} до {LONGEST_GROUND} знаков, без имён граждан"
        raise InvalidInputError(where, expected)
    return line


def author_of(house: House, session: Session, network: str, external_id: str) -> Author:
    """Who bears this id on the network.

    Raises:
        InvalidInputError: there is no such network, or this can be nobody's id.
        NotFoundError: nobody of this id has written to the pages, or their data were erased.
    """
    if network not in house.networks:
        raise InvalidInputError("network", f"ожидается одна из сетей: {', '.join(house.networks)}")
    if not 1 <= len(external_id) <= LONGEST_ID or not external_id.isprintable():
        raise InvalidInputError("id", f"ожидается номер автора в сети, от 1 до {LONGEST_ID} знаков")
    query = select(Author).where(Author.network == network, Author.external_id == external_id)
    author = session.exec(query).first()
    if author is None:
        raise NotFoundError("о таком авторе ничего не хранится")
    return author


def _subject_id(house: House, session: Session, subject: Subject, who: Who) -> int:
    if subject.scope == AUTHOR:
        if who.pages is not None:
            raise NotAllowedError("ключ действует только на своих страницах, а автор может писать на всех")
        return author_of(house, session, subject.network, subject.external_id).id
    page = queries.page_of_subject(session, subject.scope, subject.id or 0)
    if page is None or (who.pages is not None and page not in who.pages):
        raise NotFoundError("такого комментария нет" if subject.scope == COMMENT else "такой страницы нет")
    return subject.id or 0


def _is_theirs(session: Session, hold: LegalHold, who: Who) -> bool:
    if who.pages is None:
        return True
    if hold.scope == AUTHOR:
        return False
    return queries.page_of_subject(session, hold.scope, hold.subject_id) in who.pages
