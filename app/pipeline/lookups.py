"""Looking for a person is an act of its own: who did it, and for whom, stands in the journal."""

from typing import Final

from app.domain.errors import NotAllowedError
from app.domain.principals import Principal
from app.domain.words import Role
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.storage.decisions import authors_called

#: Who may ask what a person has written here.
MAY_LOOK: Final = frozenset({Role.MODERATOR, Role.AUDITOR, Role.ADMIN})


def look_for(house: House, external_id: str, *, who: Principal) -> None:
    """Write down that somebody looks for a person by the network's id; the id itself stays out of the journal.

    Raises:
        NotAllowedError: the role may not.
    """
    if who.role not in MAY_LOOK:
        raise NotAllowedError("искать по автору могут модератор, проверяющий и администратор")
    with house.database.write() as session:
        found = authors_called(session, external_id)
        body = {"by": who.signed, "authors": list(found)}
        entry = Entry("author_looked_for", found[0] if found else None, body)
        append(session, house.journal_key, [entry], house.clock.now())
