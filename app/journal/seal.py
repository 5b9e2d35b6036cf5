"""A seal: the last link of every chain at one moment, signed; kept elsewhere, it proves later that no tail was cut."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec
from sqlmodel import Session, and_, col, or_, select

from app.domain.errors import InvalidInputError
from app.journal.chain import Head
from app.storage.tables import ChainHead, Journal
from app.storage.vault import JournalKey

_canonical: Final = msgspec.json.Encoder(order="sorted").encode


class Seal(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When it was made, the heads, and whose key signed it; `mac` '' = nobody signed it."""

    at: int
    heads: list[Head]
    key_id: str = ""
    mac: str = ""


class SealCheck(StrEnum):
    """What a seal's own signature says."""

    SIGNED = "signed"
    #: Only the place where it was kept vouches for it.
    UNSIGNED = "unsigned"
    #: Signed with a key that is not at hand.
    OTHER_KEY = "other_key"
    FORGED = "forged"


def head_seals(session: Session) -> list[Head]:
    """The last link of every chain as it is."""
    query = select(ChainHead.chain, ChainHead.seq, ChainHead.mac).order_by(col(ChainHead.chain))
    return [Head(*row) for row in session.exec(query)]


def make_seal(heads: Sequence[Head], at: int, key: JournalKey) -> Seal:
    """A seal of these heads; `at` in microseconds."""
    return Seal(at, list(heads), key.id, _mac(key, at, heads))


def seal_text(seal: Seal) -> bytes:
    """A seal as the line of JSON that its file holds."""
    return msgspec.json.encode(seal) + b"\n"


def read_seal(data: bytes, file: str) -> Seal:
    """The seal of a file.

    Raises:
        InvalidInputError: the file is no seal.
    """
    try:
        return msgspec.json.decode(data, type=Seal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidInputError(file, "ожидается печать, какую пишет команда journal seal") from None


def check_seal(seal: Seal, keys: Mapping[str, JournalKey]) -> SealCheck:
    """Whether whoever held one of these keys made the seal."""
    if not seal.mac:
        return SealCheck.UNSIGNED
    key = keys.get(seal.key_id)
    if key is None:
        return SealCheck.OTHER_KEY
    is_ours = hmac.compare_digest(_mac(key, seal.at, seal.heads).encode(), seal.mac.encode("utf-8", "replace"))
    return SealCheck.SIGNED if is_ours else SealCheck.FORGED


def departures(session: Session, seal: Seal) -> list[int]:
    """Chains whose sealed entry is no longer there as it was sealed; a quick look, no verification."""
    sealed = {head.chain: head for head in seal.heads if head.seq}
    if not sealed:
        return []
    place = or_(*(and_(col(Journal.chain) == head.chain, col(Journal.seq) == head.seq) for head in sealed.values()))
    found = {row[0]: row[1] for row in session.exec(select(Journal.chain, Journal.mac).where(place))}
    return [chain for chain, head in sorted(sealed.items()) if found.get(chain) != head.mac]


def _mac(key: JournalKey, at: int, heads: Sequence[Head]) -> str:
    """Told apart from an entry's digest by its first word."""
    body = _canonical({"at": at, "heads": heads})
    return hmac.new(key.secret, b"dvornik seal\x1f" + body, hashlib.sha256).hexdigest()
