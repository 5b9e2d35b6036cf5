"""What a policy would have removed: stored texts are judged again by the code that judges new ones."""

from time import monotonic
from typing import Final

import msgspec

from app.domain.clock import DAY, SECOND
from app.domain.decisions import Judgement, Remove
from app.domain.errors import NotFoundError
from app.domain.judged import has_text
from app.domain.words import Verdict
from app.pipeline.jobs.step import Progress, Tools
from app.pipeline.replay import facts_of, words_of
from app.policy.binding import BoundPolicy
from app.policy.decide import decide
from app.policy.levels import at_level, level_named
from app.policy.rules import parse
from app.storage.judged_texts import JudgedText, portion
from app.storage.tables import Job, PolicyVersion
from app.storage.walk import instant_of, last_id

PREVIEW: Final = "preview"
#: How far back a change of a policy and a change of a mode are tried.
POLICY_DAYS: Final = 30
MODE_DAYS: Final = 7
#: Comments that are named in the result, of each sort.
EXAMPLES: Final = 20
#: Decisions read in one transaction, and how long a step goes on.
_PORTION: Final = 200
_STEP_SECONDS: Final = 0.4


class Asked(msgspec.Struct, frozen=True):
    """A version of a policy, at another level if `level` names one, over pages and a time [since, until)."""

    version: int
    level: str
    pages: list[int]
    since: int
    until: int


class Found(msgspec.Struct):
    """What was found so far; examples are decisions' ids.

    Of the texts `seen`, `removed` would go: `kept` of these a person had kept and `taken` a person had removed;
    `before` would have gone by what the machine decided at the time. `erased` texts and those that could not be judged
    (`failed`) are seen and not counted further.
    """

    seen: int = 0
    erased: int = 0
    failed: int = 0
    before: int = 0
    removed: int = 0
    kept: int = 0
    taken: int = 0
    categories: dict[str, int] = {}
    examples: list[int] = []
    kept_examples: list[int] = []


def asked(version: PolicyVersion, pages: list[int], *, days: int, now: int, level: str = "") -> dict[str, object]:
    """Parameters of a preview over the last `days`; to the minute, so that asking twice is asking the same."""
    until = now - now % (60 * SECOND) + 60 * SECOND
    wish = Asked(version.id, level, sorted(pages), until - days * DAY, until)
    plain: dict[str, object] = msgspec.to_builtins(wish)
    return plain


def params_of(job: Job) -> Asked:
    """What a preview was asked."""
    return msgspec.json.decode(job.params_json, type=Asked)


def found_in(job: Job) -> Found:
    """What a preview has found so far."""
    return msgspec.json.decode(job.result_json, type=Found | None) or Found()


def preview_step(tools: Tools, job: Job) -> Progress:
    """Judge the next texts, newest first.

    Raises:
        NotFoundError: the policy's version is gone.
        InvalidInputError: its level cannot be changed.
        PolicyError: the model does not keep what the level promises.
    """
    params, found = params_of(job), found_in(job)
    policy = candidate(tools, params)
    position = job.position or last_id(params.until)
    end = monotonic() + _STEP_SECONDS
    while True:
        with tools.house.database.read() as session:
            read = portion(
                session, params.pages, since=params.since, until=params.until, before=position, size=_PORTION
            )
        for text in read.texts:
            _look(tools, policy, text, found)
            position = text.decision_id
            if monotonic() > end:
                break
        else:
            if read.next_before is None:
                return _progress(params, found, position, ended=True)
            position = read.next_before
        if monotonic() > end:
            return _progress(params, found, position)


def candidate(tools: Tools, params: Asked) -> BoundPolicy:
    """The policy that is tried."""
    with tools.house.database.read() as session:
        version = session.get(PolicyVersion, params.version)
    if version is None:
        raise NotFoundError("этой версии правил больше нет")
    if not params.level:
        return tools.configuration.policy(version)
    policy = parse(version.source, file=f"{version.name}, версия {version.version}")
    return tools.configuration.candidate(at_level(policy, level_named(params.level)))


def _progress(params: Asked, found: Found, position: int, *, ended: bool = False) -> Progress:
    """The walk goes back in time, so the time that it has covered is how far it has got."""
    total = (params.until - params.since) // SECOND
    covered = total if ended else (params.until - instant_of(position)) // SECOND
    return Progress(min(max(covered, 0), total), total, position, found, ended)


def _look(tools: Tools, policy: BoundPolicy, text: JudgedText, found: Found) -> None:
    found.seen += 1
    found.before += text.verdict == Verdict.REMOVE
    words = words_of(text)
    if words is None:
        found.erased += 1
        return
    judgement = tools.moderator.weigh(words) if has_text(words) else Judgement(None)
    if has_text(words) and judgement.scores is None:
        found.failed += 1
        return
    ruling = decide(policy, judgement, facts_of(text))
    if isinstance(ruling, Remove):
        _count(text, ruling, found)


def _count(text: JudgedText, ruling: Remove, found: Found) -> None:
    found.removed += 1
    found.kept += text.by_people is Verdict.KEEP
    found.taken += text.by_people is Verdict.REMOVE
    category = str(ruling.first.category)
    found.categories[category] = found.categories.get(category, 0) + 1
    examples = found.kept_examples if text.by_people is Verdict.KEEP else found.examples
    if len(examples) < EXAMPLES:
        examples.append(text.decision_id)
