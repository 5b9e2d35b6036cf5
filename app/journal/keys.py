"""Whose key the journal goes on with: a start under another key is refused, a change of key is itself an entry."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select
from sqlmodel import Session, col

from app.domain.errors import ConfigurationError
from app.journal.chain import Entry, Head, extend
from app.storage.tables import ChainHead, Journal
from app.storage.vault import JournalKey

#: The entry that names the key of the entries before it; the new key signs it.
KEY_CHANGED: Final = "key_changed"


@dataclass(frozen=True, slots=True)
class Signed:
    """The end of a chain that has entries; `key_id` None = its last entry is missing, which a verification tells."""

    head: Head
    key_id: str | None


def signed_ends(session: Session, *, lock: bool = False) -> list[Signed]:
    """Who signed last, on each chain that has entries; `lock` keeps every writer out until the transaction ends."""
    last = and_(col(Journal.chain) == col(ChainHead.chain), col(Journal.seq) == col(ChainHead.seq))
    query = (
        select(col(ChainHead.chain), col(ChainHead.seq), col(ChainHead.mac), col(Journal.key_id))
        .outerjoin(Journal, last)
        .order_by(col(ChainHead.chain))
    )
    if lock and session.get_bind().dialect.name == "postgresql":
        # Locked first and read then: a head that was waited for would be joined to the entry that was last before.
        session.execute(select(col(ChainHead.chain)).order_by(col(ChainHead.chain)).with_for_update())
    rows = session.execute(query.where(col(ChainHead.seq) > 0))
    return [Signed(Head(chain, seq, mac), key_id) for chain, seq, mac, key_id in rows]


def refuse_other_keys(ends: list[Signed], key: JournalKey) -> None:
    """Entries under several keys without a word about it could not be told from forged ones.

    Raises:
        ConfigurationError: a chain goes on from an entry that another key signed.
    """
    other = next((end.key_id for end in ends if end.key_id not in {None, key.id}), None)
    if other is not None:
        message = (
            f"последние записи журнала подписаны ключом {other}, а здесь ключ {key.id}: верните прежний ключ из копии"
            " в DVORNIK_JOURNAL_KEY или в файл keys/journal.key папки данных (у всех машин с общей базой он один);"
            " если прежнего ключа больше нет, остановите сервис и выполните `dvornik journal new-key`"
        )
        raise ConfigurationError(message)


def change_key(session: Session, key: JournalKey, at: int, by: str) -> int:
    """Go on with this key on every chain that another one signed last; returns how many there were."""
    ends = [end for end in signed_ends(session, lock=True) if end.key_id not in {None, key.id}]
    for end in ends:
        body = {"was": end.key_id, "key": key.id, "by": by}
        extend(session, key, end.head, [Entry(KEY_CHANGED, None, body)], at)
    return len(ends)
