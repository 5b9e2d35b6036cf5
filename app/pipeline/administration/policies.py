"""Policies in use: every text that was ever in force is a row that nobody changes."""

import difflib
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.domain.clock import rfc3339
from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.words import Mode
from app.journal.chain import Entry
from app.pipeline.administration.acting import Acting
from app.pipeline.house import House
from app.policy.binding import Thresholds, bind
from app.policy.rules import Policy, allowed_mode, load_preset, parse, preset_names
from app.storage import policies as queries
from app.storage.nodes import bump_config
from app.storage.tables import PolicyVersion

#: Who adds the texts that come with the product.
PRESET = "preset"


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """A policy in force: whose act it carries out ('' without one), and how many pages follow it."""

    name: str
    version: int
    title: str
    act: str
    live_modes: tuple[str, ...]
    pages: int
    created_at: int
    created_by: str


def ensure_presets(house: House) -> None:
    """Register the policies that come with the product; an office's own text of the same name stays in force."""
    with house.database.read() as session:
        if not _unregistered(session):
            return
    with house.database.write() as session:
        # Replicas that start at one moment all find them missing: the counter's row lets one after another look again.
        bump_config(session)
        acting = Acting(session, house, house.clock.now(), PRESET)
        acting.settle([_insert(acting, policy) for policy in _unregistered(session)])


def _unregistered(session: Session) -> list[Policy]:
    """Presets whose text is not in force although nobody but us has ever set that name's text."""
    texts = []
    for name in preset_names():
        preset = load_preset(name)
        present = queries.newest(session, name)
        if present is None or (present.created_by == PRESET and present.digest != preset.digest):
            texts.append(preset)
    return texts


def _insert(acting: Acting, policy: Policy) -> Entry:
    newest = queries.newest(acting.session, policy.name)
    row = PolicyVersion(
        id=acting.house.ids(),
        name=policy.name,
        version=newest.version + 1 if newest else 1,
        digest=policy.digest,
        source=policy.source,
        created_at=acting.at,
        created_by=acting.by,
    )
    acting.session.add(row)
    acting.session.flush()
    body = {"by": acting.who, "policy": row.name, "version": row.version, "digest": row.digest}
    return Entry("policy_added", row.id, body)


def add_policy(
    house: House, source: str, file: str, *, manifest: Thresholds, by: str, instead_of: int | None = None
) -> PolicyVersion:
    """Put a policy's text in force; a text that is in force already adds nothing. `file` is how errors call it.

    `instead_of` is the version that the new text was made from; None = whichever is in force.

    Raises:
        PolicyError: the text is not a policy, or asks for what the model does not hold.
        ConflictError: pages that follow the policy run in a mode that the new text does not allow, or another version
            than `instead_of` is in force.
    """
    policy = parse(source, file=file)
    bind(policy, manifest)
    try:
        with house.database.write() as session:
            present = queries.newest(session, policy.name)
            _check_replaced(present, instead_of)
            if present is not None and present.digest == policy.digest:
                return present
            _check_followers(session, policy)
            acting = Acting(session, house, house.clock.now(), by)
            acting.settle([_insert(acting, policy)])
            return policy_in_force(session, policy.name)
    except IntegrityError:
        raise ConflictError(f"правила {policy.name} только что изменил кто-то другой: повторите") from None


def _check_replaced(present: PolicyVersion | None, instead_of: int | None) -> None:
    if present is not None and instead_of not in {None, present.version}:
        raise ConflictError(
            f"правила {present.name} тем временем изменили: теперь действует версия {present.version}, "
            f"{present.created_by}, {rfc3339(present.created_at)}"
        )


def _check_followers(session: Session, policy: Policy) -> None:
    stuck = [page for page in queries.pages_under(session, policy.name) if Mode(page.mode) not in policy.live_modes]
    if stuck:
        named = ", ".join(f"{page.id} ({page.mode})" for page in stuck[:5])
        raise ConflictError(
            f"правила {policy.name}: новый текст не разрешает режим, в котором работают страницы: {named}"
        )


def policy_in_force(session: Session, name: str) -> PolicyVersion:
    """The newest version of a policy.

    Raises:
        NotFoundError: no policy has this name; the message lists those that there are.
    """
    version = queries.newest(session, name)
    if version is None:
        raise NotFoundError(f"правил «{name}» нет, есть: {_names(session)}")
    return version


def _names(session: Session) -> str:
    return ", ".join(dict.fromkeys(row.name for row in queries.versions(session)))


def check_mode(session: Session, name: str, mode: Mode) -> None:
    """Refuse a policy that is not there, and a mode that it does not allow.

    Raises:
        InvalidInputError: says which of the two and what was expected.
    """
    version = queries.newest(session, name)
    if version is None:
        raise InvalidInputError("policy", f"правил «{name}» нет, ожидается одно из: {_names(session)}")
    policy = parse(version.source, file=f"{name}, версия {version.version}")
    allowed_mode(policy, mode)


def list_policies(house: House) -> tuple[PolicyShown, ...]:
    """Every policy in force, by name."""
    with house.database.read() as session:
        newest = {row.name: row for row in reversed(queries.versions(session))}
        return tuple(_shown(session, row) for _, row in sorted(newest.items()))


def _shown(session: Session, row: PolicyVersion) -> PolicyShown:
    policy = parse(row.source, file=row.name)
    return PolicyShown(
        name=row.name,
        version=row.version,
        title=policy.title,
        act=str(policy.act or ""),
        live_modes=tuple(mode.value for mode in policy.live_modes),
        pages=len(queries.pages_under(session, row.name)),
        created_at=row.created_at,
        created_by=row.created_by,
    )


def show_policy(house: House, name: str, version: int | None = None) -> PolicyVersion:
    """One version of a policy with its text; None = the one in force.

    Raises:
        NotFoundError: there is no such policy or version.
    """
    with house.database.read() as session:
        newest = policy_in_force(session, name)
        row = newest if version is None else queries.version_of(session, name, version)
        if row is None:
            raise NotFoundError(f"у правил {name} нет версии {version}, последняя: {newest.version}")
        return row


def diff_policy(house: House, name: str, before: int | None, after: int | None) -> str:
    """How two versions of a policy differ, as a unified diff; without numbers, the last change. '' = they are equal.

    Raises:
        NotFoundError: there is no such policy or version.
    """
    new = show_policy(house, name, after)
    old = show_policy(house, name, max(new.version - 1, 1) if before is None else before)
    return unified_diff((f"{name}, версия {old.version}", old.source), (f"{name}, версия {new.version}", new.source))


def unified_diff(old: tuple[str, str], new: tuple[str, str]) -> str:
    """The difference of two named texts."""
    lines = difflib.unified_diff(old[1].splitlines(), new[1].splitlines(), old[0], new[0], lineterm="")
    return "\n".join(lines)
