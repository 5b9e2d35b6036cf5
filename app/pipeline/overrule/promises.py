"""What the token of a list holds: for whom it was made, which verdict, and the text of everything that was listed."""

from dataclasses import replace
from hashlib import sha256
from typing import Final

import msgspec

from app.domain.clock import HOUR
from app.domain.errors import ConfigurationError, InvalidInputError
from app.domain.principals import Principal
from app.pipeline.house import House
from app.pipeline.overrule.wishes import PersonVerdict

#: Whoever looked at the list longer ago looks again.
PLAN_LIFE: Final = HOUR
_encode: Final = msgspec.json.Encoder(order="sorted").encode


class Promise(msgspec.Struct):
    """Cases with the numbers of their texts; for copies the question, its campaign, and their texts by comment."""

    account: int
    verdict: str
    at: int
    cases: dict[int, int]
    question: int = 0
    campaign: int = 0
    copies: dict[int, int] = {}


def promise(verdict: PersonVerdict, cases: dict[int, int], *, who: Principal, at: int) -> Promise:
    """This verdict, of this person, about these cases."""
    return Promise(who.account_id, _digest(verdict), at, cases)


def seal(house: House, made: Promise) -> str:
    """The token."""
    return house.vault.seal(msgspec.json.encode(made).decode())


def unseal(house: House, token: str, verdict: PersonVerdict, *, who: Principal) -> Promise:
    """What a token holds.

    Raises:
        InvalidInputError: the token is none, is another person's, is older than an hour, or the verdict is another one.
    """
    try:
        made = msgspec.json.decode(house.vault.open(token), type=Promise)
    except (ConfigurationError, msgspec.DecodeError):
        raise InvalidInputError("token", "ожидается ключ, который дал предварительный просмотр") from None
    old = house.clock.now() - made.at > PLAN_LIFE
    if made.account != who.account_id or made.verdict != _digest(verdict) or old:
        raise InvalidInputError(
            "token", "ожидается ответ на предварительный просмотр этого же решения за последний час"
        )
    return made


def _digest(verdict: PersonVerdict) -> str:
    """The same for the same verdict; the text that it is about is pinned by case."""
    return sha256(_encode(replace(verdict, revision=0))).hexdigest()
