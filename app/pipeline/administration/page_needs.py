"""Compares what a page's rules order with what its network and its tokens offer; pure."""

from collections.abc import Collection

from app.domain.abilities import Abilities
from app.domain.ports import Right
from app.domain.wording import ACTIONS
from app.domain.words import ActionKind, Kind
from app.policy.rules import Policy


def ordered(policy: Policy) -> tuple[ActionKind, ...]:
    """What the rules order to be done in the network, the removals first."""
    removals = [removal for removal in policy.categories.values() if removal is not None]
    wanted = [removal.how for removal in removals]
    if any(removal.ladder for removal in removals):
        wanted.append(ActionKind.BAN_AUTHOR)
    return tuple(dict.fromkeys(wanted))


def unmet(policy: Policy, abilities: Abilities, rights: Collection[Right]) -> tuple[str, ...]:
    """What a person will have to do by hand, in words; `rights` are those of all tokens, empty = nobody knows."""
    told = []
    for what in ordered(policy):
        name = ACTIONS[what]
        if not offers(abilities, what):
            told.append(f"Правила велят {name}, а сеть этого программе не позволяет: она поставит задачу человеку.")
        elif _refused(rights, what):
            told.append(f"Правила велят {name}, а ни один ключ страницы этого не может: программа поставит задачу.")
    return tuple(told)


def offers(abilities: Abilities, what: ActionKind) -> bool:
    """Whether the network knows this for any kind of comment."""
    if what is ActionKind.BAN_AUTHOR and abilities.bans_by_deleting:
        return True
    return any(abilities.can(what, kind) for kind in Kind)


def _refused(rights: Collection[Right], what: ActionKind) -> bool:
    about = [right.can for right in rights if right.what is what]
    return bool(about) and all(can is False for can in about)
