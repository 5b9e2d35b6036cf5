"""Which number stands for which decision: made with the house's key, found again without a table.

A number carries when its decision was made, to about two minutes, and a keyed digest of the decision's id; the time is
masked with the digest, so that a number tells a stranger nothing and cannot be made from another one.
"""

import hmac
from typing import Final

from sqlmodel import Session, col, select

from app.domain import decision_number
from app.domain.words import Verdict
from app.pipeline.house import House
from app.storage.tables import Decision
from app.storage.vault import Vault

#: Of an id's 63 bits the upper 24 are its time in steps of 131 seconds.
_TIME_BITS: Final = 24
_TIME_SHIFT: Final = 63 - _TIME_BITS
_MAC_BITS: Final = decision_number.BITS - _TIME_BITS
_MAC_MASK: Final = (1 << _MAC_BITS) - 1


def number_of(house: House, decision_id: int) -> str:
    """The number under which a decision is known outside."""
    mac = _mac(house.vault, decision_id)
    return decision_number.write((((decision_id >> _TIME_SHIFT) ^ _mask(house.vault, mac)) << _MAC_BITS) | mac)


def decision_of(house: House, number: str) -> int | None:
    """The removal that a number stands for; None if it is no number or stands for none."""
    with house.database.read() as session:
        return find_decision(session, house, number)


def find_decision(session: Session, house: House, number: str) -> int | None:
    """The same inside a transaction."""
    value = decision_number.read(number)
    if value is None:
        return None
    mac = value & _MAC_MASK
    first = ((value >> _MAC_BITS) ^ _mask(house.vault, mac)) << _TIME_SHIFT
    last = first + (1 << _TIME_SHIFT) - 1
    of_that_time = select(Decision.id).where(
        col(Decision.id) >= first, col(Decision.id) <= last, Decision.verdict == Verdict.REMOVE.value
    )
    made_then = session.exec(of_that_time.order_by(col(Decision.id)))
    return next((one for one in made_then if _same(_mac(house.vault, one), mac)), None)


def _same(one: int, other: int) -> bool:
    """Takes as long for a near miss as for a wild guess."""
    return hmac.compare_digest(one.to_bytes(8), other.to_bytes(8))


def _mac(vault: Vault, decision_id: int) -> int:
    return int(vault.fingerprint(f"decision number: {decision_id}"), 16) & _MAC_MASK


def _mask(vault: Vault, mac: int) -> int:
    return int(vault.fingerprint(f"time of a decision number: {mac}"), 16) >> (256 - _TIME_BITS)
