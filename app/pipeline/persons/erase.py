"""Erases what is held about one person, a portion of comments a transaction; ids, codes and the journal stay.

The person's id goes last: until then an erasure that was cut off can be asked for again and goes on where it stopped.
Whoever writes again afterwards is somebody new to the house.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

import msgspec
import structlog
from sqlmodel import Session

from app.domain.errors import ConflictError, NotAllowedError
from app.domain.wording import WAITS
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.persons.asked import Person, find, portions, pseudonym
from app.pipeline.persons.holds import Who, checked_ground
from app.pipeline.record.copies import Occurrence
from app.storage import erasing
from app.storage import persons as queries
from app.storage.accounts import actor
from app.storage.fates import fates, lock_comments
from app.storage.tables import Author, Note

_log = structlog.get_logger()
#: Walks in a row before somebody who keeps writing is given up on.
WALKS: Final = 10
#: How long transactions that may still know the person by the old row are waited for, seconds.
PATIENCE: Final = 20.0
_seen: Final = msgspec.json.Decoder(list[Occurrence])


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased, by table; what forbids it, by the reason; what stays in any case."""

    person: Person
    rows: Mapping[str, int]
    waits: Mapping[str, int]
    bans: int

    @property
    def may_be_erased(self) -> bool:
        """Whether nothing holds it."""
        return not self.waits


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, by table; `author_id` is the row that is left of the person."""

    author_id: int
    rows: Mapping[str, int]
    bans: int


def plan(house: House, network: str, external_id: str, *, who: Who) -> Plan:
    """What an erasure would do; nothing is changed, the search is journalled.

    Raises:
        NotFoundError: nobody of this id has written to the pages.
        NotAllowedError: whoever asks is limited to some pages, and the person's data may be on all.
    """
    _check_everywhere(who)
    person = find(house, network, external_id, who=who)
    rows: Counter[str] = Counter()
    for ids in portions(house, person, who):
        with house.database.read() as session:
            for words in erasing.ALL:
                rows[words.name] += len(erasing.of_comments(session, words, ids))
            rows["dialogue"] += queries.dialogues(session, ids)
    rows["seen_text"] = len(_texts_with(house, person.author_id))
    with house.database.read() as session:
        bans = queries.standing_bans(session, person.author_id, house.clock.now())
    return Plan(person, _some(rows), person.waits, bans)


def erase(house: House, network: str, external_id: str, *, ground: str, who: Who) -> Erased:
    """Erase everything that is held about somebody, on a paper that is named; a refusal is journalled as a search.

    Raises:
        InvalidInputError: no ground is named.
        NotFoundError: nobody of this id has written to the pages.
        NotAllowedError: whoever asks is limited to some pages.
        ConflictError: a hold, an open question, an action or an answer stands in the way; all of them are named.
    """
    _check_everywhere(who)
    ground = checked_ground(ground)
    person = find(house, network, external_id, who=who)
    _check_free(person.waits)
    rows: Counter[str] = Counter()
    for _ in range(WALKS):
        more = _walk(house, person, who)
        rows += more
        if not more:
            break
    rows["seen_text"] = _leave_texts(house, person.author_id)
    writer, bans = _forget(house, person, ground, who, _some(rows))
    _wait_for(house, writer)
    # What was being written while the row still told who it is.
    rows += _walk(house, person, who, strict=False)
    rows["seen_text"] += _leave_texts(house, person.author_id)
    return Erased(person.author_id, _some(rows), bans)


def _check_everywhere(who: Who) -> None:
    if who.pages is not None:
        raise NotAllowedError("ключ действует только на своих страницах, а автор может писать на всех")


def _check_free(waits: Mapping[str, int]) -> None:
    if waits:
        told = "; ".join(f"{WAITS[why]} ({count})" for why, count in sorted(waits.items()))
        raise ConflictError(f"данные этого автора пока нельзя стирать: {told}")


def _some(rows: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(rows.items()) if count}


def _walk(house: House, person: Person, who: Who, *, strict: bool = True) -> Counter[str]:
    """Erase the words of every comment that has any; returns rows by table.

    Not `strict`: a comment that something holds is passed by, its words go when their time comes.
    """
    rows: Counter[str] = Counter()
    for ids in portions(house, person, who):
        with house.database.read() as session:
            left = [id_ for words in erasing.ALL for _, id_ in erasing.of_comments(session, words, ids)]
            open_dialogues = queries.dialogues(session, ids)
        if left or open_dialogues:
            rows += _erase(house, person, ids, who, strict=strict)
    return rows


def _erase(house: House, person: Person, ids: list[int], who: Who, *, strict: bool) -> Counter[str]:
    rows: Counter[str] = Counter()
    with house.database.write() as session:
        lock_comments(session, ids)
        known = fates(session, ids)
        if strict:
            _check_free(Counter(why for fate in known.values() for why in fate.waits))
        ids = [id_ for id_, fate in known.items() if not fate.waits]
        at = house.clock.now()
        for words in erasing.ALL:
            found = [id_ for id_, _ in erasing.of_comments(session, words, ids)]
            rows[words.name] += erasing.erase(session, words, found, at)
        rows["dialogue"] += queries.cut_dialogues(session, ids)
        body = {"person": _pseudonym(house, person), "rows": _some(rows), "by": actor(session, who.by)}
        append(session, house.journal_key, [Entry("person_words_erased", person.author_id, body)], at)
    return rows


def _pseudonym(house: House, person: Person) -> str:
    return pseudonym(house, person.network, person.external_id)


def _forget(house: House, person: Person, ground: str, who: Who, rows: Mapping[str, int]) -> tuple[int | None, int]:
    """Take the id off the author's row, unless something has come in between; the ground is kept in words."""
    with house.database.write() as session:
        author = session.get(Author, person.author_id, with_for_update=True, populate_existing=True)
        _check_free(queries.waiting(session, person.author_id))
        if author is None or author.external_id is None:
            raise ConflictError("данные этого автора только что стёр кто-то другой")
        at = house.clock.now()
        author.external_id, author.erased_at = None, at
        session.add(author)
        note = Note(id=house.ids(), comment_id=0, account_id=_account(session, who), text=ground, written_at=at)
        session.add(note)
        session.flush()
        bans = queries.standing_bans(session, person.author_id, at)
        body = {"person": _pseudonym(house, person), "rows": rows, "note": note.id, "by": actor(session, who.by)}
        append(session, house.journal_key, [Entry("person_erased", person.author_id, {**body, "bans": bans})], at)
        return queries.this_writer(session), bans


def _account(session: Session, who: Who) -> int | None:
    name = actor(session, who.by).removeprefix("person:")
    return int(name) if name.isdecimal() else None


def _wait_for(house: House, writer: int | None) -> None:
    """Until every transaction has ended that may have read the author's row before it was emptied."""
    end, pause = monotonic() + PATIENCE, threading.Event()
    while writer is not None:
        with house.database.read() as session:
            oldest = queries.oldest_writer(session)
        if oldest is None or oldest > writer:
            return
        if monotonic() > end:
            _log.warning("old_transactions_still_run")
            return
        pause.wait(0.02)


def _texts_with(house: House, author_id: int) -> list[int]:
    """Texts seen lately among whose occurrences is one of the author's."""
    found, after, more = [], 0, True
    while more:
        with house.database.read() as session:
            rows, more = queries.seen_texts(session, after=after)
        after = rows[-1][0] if rows else after
        mark = str(author_id)
        found += [id_ for id_, seen in rows if mark in seen and _is_in(author_id, seen)]
    return found


def _is_in(author_id: int, seen: str) -> bool:
    return any(one.author == author_id for one in _seen.decode(seen))


def _leave_texts(house: House, author_id: int) -> int:
    """Take the author's occurrences out; a text that nobody else has said loses its words, too."""
    done = 0
    for id_ in _texts_with(house, author_id):
        with house.database.write() as session:
            row = queries.lock_seen_text(session, id_)
            if row is None:
                continue
            left = [one for one in _seen.decode(row.seen_json) if one.author != author_id]
            row.seen_json = msgspec.json.encode(left).decode()
            # Not null: an empty beginning is like no other text.
            row.text = row.text if left else ""
            session.add(row)
            done += 1
    return done
