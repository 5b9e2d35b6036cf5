"""A policy's strictness as people choose it: what each level promises, and a new version at another level."""

from dataclasses import dataclass

from app.domain.errors import InvalidInputError, NotAllowedError, PolicyError
from app.domain.principals import Principal
from app.pipeline.administration.policies import add_policy, policy_in_force
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.policy.levels import LEVELS, Level, at_level, level_named, level_of
from app.policy.rules import Policy, parse
from app.storage import policies as queries
from app.storage.tables import Page, PolicyVersion


@dataclass(frozen=True, slots=True)
class LevelOffered:
    """One level of a policy; `refused` says why it cannot be chosen, '' where it can. `present`: it is in force."""

    level: Level
    present: bool
    refused: str
    #: Clean comments that the promise was shown on, and how many of them would have gone.
    n: int
    errors: int


@dataclass(frozen=True, slots=True)
class PolicyLevels:
    """A policy in force and its levels; `pages` are those that follow it and that the reader may touch."""

    version: PolicyVersion
    policy: Policy
    levels: tuple[LevelOffered, ...]
    pages: tuple[Page, ...]
    #: Pages that follow it and that the reader may not touch: then the policy is not theirs to change.
    foreign_pages: int

    @property
    def level(self) -> Level | None:
        """The level in force; None where the office wrote promises of its own."""
        return level_of(self.policy)


def levels_of(house: House, configuration: Configuration, name: str, *, who: Principal) -> PolicyLevels:
    """A policy's levels.

    Raises:
        NotFoundError: there is no such policy.
    """
    with house.database.read() as session:
        version = policy_in_force(session, name)
        followers = queries.pages_under(session, name)
    policy = parse(version.source, file=f"{name}, версия {version.version}")
    offered = tuple(_offered(configuration, policy, level) for level in LEVELS.values())
    own = tuple(page for page in followers if who.may_touch(page.id))
    return PolicyLevels(version, policy, offered, own, len(followers) - len(own))


def _offered(configuration: Configuration, policy: Policy, level: Level) -> LevelOffered:
    held = configuration.promises.get(level.promise)
    if held is None:
        refused = "программа такого обещания пока не держит: проверенных чистых комментариев для него мало"
        return LevelOffered(level, present=False, refused=refused, n=0, errors=0)
    refused = ""
    try:
        configuration.candidate(at_level(policy, level))
    except InvalidInputError as error:
        refused = error.expected
    except PolicyError as error:
        refused = str(error)
    return LevelOffered(level, level_of(policy) == level, refused, held.n, held.errors_observed)


def set_level(
    house: House, configuration: Configuration, name: str, code: str, *, instead_of: int, who: Principal
) -> PolicyVersion:
    """Put a new version of the policy in force for every page that follows it: the office's text with other promises.

    Raises:
        NotFoundError: there is no such policy.
        InvalidInputError: there is no such level, or the policy cannot take it.
        PolicyError: the model does not keep the promise.
        NotAllowedError: pages follow the policy that this person may not touch.
        ConflictError: another version than `instead_of` is in force.
    """
    level = level_named(code)
    shown = levels_of(house, configuration, name, who=who)
    if who.pages is not None and (shown.foreign_pages or not shown.pages):
        raise NotAllowedError(f"по правилам {name} работают и чужие страницы: их меняет тот, кому они доступны")
    changed = at_level(shown.policy, level)
    return add_policy(
        house, changed.source, changed.file, manifest=configuration.manifest, by=who.by, instead_of=instead_of
    )
