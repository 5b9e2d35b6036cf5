"""How strict a policy is, in the three words that an office chooses from; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from app.domain.errors import InvalidInputError, PolicyError
from app.policy.rules import Policy, parse


@dataclass(frozen=True, slots=True)
class Level:
    """A word for a promise: `careful` removes least and errs least."""

    code: str
    title: str
    promise: str


LEVELS: Final[Mapping[str, Level]] = MappingProxyType(
    {
        level.code: level
        for level in (
            Level("careful", "осторожно", "1/3000"),
            Level("usual", "обычно", "1/1000"),
            Level("strict", "строго", "1/300"),
        )
    }
)
#: A promise as presets write it: a line of its own inside a table.
_LINE: Final = re.compile(r'^([ \t]*promise[ \t]*=[ \t]*)(["\'])1/[0-9]+\2', re.MULTILINE)


def level_named(code: str) -> Level:
    """The level of this code.

    Raises:
        InvalidInputError: there is none.
    """
    if code not in LEVELS:
        raise InvalidInputError("level", f"ожидается один из уровней: {', '.join(LEVELS)}")
    return LEVELS[code]


def level_of(policy: Policy) -> Level | None:
    """The level that all of a policy's removals keep; None where they differ or keep a promise of their own."""
    promises = {rule.promise for rule in policy.categories.values() if rule is not None}
    return next((level for level in LEVELS.values() if promises == {level.promise}), None)


def at_level(policy: Policy, level: Level) -> Policy:
    """The policy with another promise in every category, its text otherwise as the office wrote it, comments too.

    Raises:
        InvalidInputError: the text writes its promises in a way that cannot be changed line by line.
    """
    source = _LINE.sub(rf'\g<1>"{level.promise}"', policy.source)
    try:
        changed = parse(source, file=policy.file)
    except PolicyError:
        changed = policy
    wanted = {category: rule and replace(rule, promise=level.promise) for category, rule in policy.categories.items()}
    if changed != replace(policy, categories=wanted, source=source, digest=changed.digest):
        raise InvalidInputError(
            "level",
            f"обещания в правилах {policy.name} записаны не отдельными строками promise = "
            '"1/…", поэтому уровень меняют в самом файле правил',
        )
    return changed
