"""Decides whether a model may take another's place: promises, samples with known answers, and stored comments.

Every limit stands here. Whoever overrules a refusal says why.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.errors import PolicyError
from app.pipeline.house import House
from app.pipeline.promotion.golden import Fates, Sample, fates, judged
from app.pipeline.replay import Candidate, Past, Tally, pages_own, take_all_again
from app.policy.binding import HeldPromise, bind
from app.policy.rules import Policy, load_preset, parse, preset_names
from app.storage.pages import live_pages
from app.storage.policies import newest
from model.artefact import Artefact
from model.scorer import Scorer

#: Of the samples' violations, a candidate may let this share more pass unseen, and remove this share fewer.
LESS_SEEN: Final = 0.02
LESS_REMOVED: Final = 0.1
#: Of stored comments: so many more removals than the model in use makes; a few are no evidence.
MORE_REMOVALS: Final = 0.2
FEW: Final = 10
#: Of the removals that people confirmed, this share may get lost.
LOST: Final = 0.05
CONFIDENCE: Final = 0.95
#: Samples or decisions that a refusal names.
_NAMED: Final = 5


@dataclass(slots=True)
class Report:
    """What was checked, in words for whoever asked, and why the candidate is refused (empty: it may pass)."""

    checked: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    tally: Tally | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """The model in use and the one that shall take its place."""

    present: Artefact
    candidate: Artefact


def check(house: House, pair: Pair, samples: Sequence[Sample], past: Past, told: Callable[[float], None]) -> Report:
    """Run every check; `told` hears how far the replay has got, 0…1."""
    report = Report()
    policies = policies_in_use(house)
    held = [policy for policy in policies if _is_bound(policy, pair.candidate, report)]
    _promises(pair.candidate, {rule.promise for one in held for rule in one.categories.values() if rule}, report)
    _golden(pair, samples, held, report)
    if len(held) == len(policies):
        _replay(house, pair, past, report, told)
    return report


def policies_in_use(house: House) -> list[Policy]:
    """The shipped policies, and those that pages follow; each text once."""
    found = {policy.digest: policy for policy in map(load_preset, preset_names())}
    with house.database.read() as session:
        for name in sorted({page.policy_name for page in live_pages(session, None)}):
            version = newest(session, name)
            if version is not None and version.digest not in found:
                found[version.digest] = parse(version.source, file=f"{name}, версия {version.version}")
    return list(found.values())


def _is_bound(policy: Policy, candidate: Artefact, report: Report) -> bool:
    try:
        bind(policy, candidate.manifest)
    except PolicyError as error:
        report.refusals.append(f"обещание нарушено: {error}")
        return False
    return True


def _promises(candidate: Artefact, named: Iterable[str], report: Report) -> None:
    """A promise must follow from the sample that the manifest names, whatever else it says."""
    for name in sorted(named):
        held = candidate.manifest.promises[name]
        if chance(held, 1 / int(name.partition("/")[2])) > 1 - CONFIDENCE:
            report.refusals.append(
                f"обещание {name} не доказано: чистых комментариев {held.n}, ошибок {held.errors_observed}"
            )
        else:
            report.checked.append(f"обещание {name}: чистых комментариев {held.n}, ошибок {held.errors_observed}")


def chance(held: HeldPromise, share: float) -> float:
    """How likely so few errors would be if the true share of errors were `share`."""
    n = held.n
    if n <= 0:
        return 1.0

    def log_probability(errors: int) -> float:
        ways = math.lgamma(n + 1) - math.lgamma(errors + 1) - math.lgamma(n - errors + 1)
        return ways + errors * math.log(share) + (n - errors) * math.log1p(-share)

    return min(1.0, math.fsum(math.exp(log_probability(k)) for k in range(min(held.errors_observed, n) + 1)))


def _golden(pair: Pair, samples: Sequence[Sample], policies: Sequence[Policy], report: Report) -> None:
    if not samples:
        report.refusals.append("эталонных примеров в этой поставке нет: проверить модель не на чем")
        return
    before, after = (judged(samples, Scorer(artefact)) for artefact in (pair.present, pair.candidate))
    said: dict[str, None] = {}
    for policy in policies:
        try:
            present = fates(samples, before, bind(policy, pair.present.manifest))
        except PolicyError:
            # The model in use does not hold this policy at all: there is nothing to compare with.
            present = Fates(frozenset(), frozenset(), frozenset(), frozenset(), 0)
        candidate = fates(samples, after, bind(policy, pair.candidate.manifest))
        # Policies that differ in their bans alone refuse in the same words.
        said |= dict.fromkeys(_compare(present, candidate))
        report.checked.append(_line(policy.name, candidate))
    report.refusals += said


def _compare(present: Fates, candidate: Fates) -> Iterable[str]:
    """Why the candidate is worse on the samples. A complaint that the model in use removes too is an old wound."""
    appeals = candidate.appeals_removed - present.appeals_removed
    if appeals:
        yield f"удаляет обращения жителей, которые сейчас не удаляются: {len(appeals)} ({_some(appeals)})"
    clean = candidate.clean_removed - present.clean_removed
    if len(candidate.clean_removed) > len(present.clean_removed):
        yield f"удаляет больше чистых примеров: {len(candidate.clean_removed)} ({_some(clean)})"
    total = candidate.violations
    if len(present.seen) - len(candidate.seen) > LESS_SEEN * total:
        yield f"видит меньше нарушений: {len(candidate.seen)} из {total}, сейчас {len(present.seen)}"
    if len(present.violations_removed) - len(candidate.violations_removed) > LESS_REMOVED * total:
        removed, before = len(candidate.violations_removed), len(present.violations_removed)
        yield f"сама удаляет меньше нарушений: {removed} из {total}, сейчас {before}"


def _line(name: str, found: Fates) -> str:
    removed = f"обращений удалено {len(found.appeals_removed)}, чистых {len(found.clean_removed)}"
    seen = f"нарушений удалено {len(found.violations_removed)}, замечено {len(found.seen)} из {found.violations}"
    return f"эталонные примеры, {name}: {removed}, {seen}"


def _some(ids: Iterable[str | int]) -> str:
    ordered = sorted(map(str, ids))
    return ", ".join(ordered[:_NAMED]) + (", …" if len(ordered) > _NAMED else "")


def _replay(house: House, pair: Pair, past: Past, report: Report, told: Callable[[float], None]) -> None:
    try:
        present = Candidate(Scorer(pair.present), pages_own(house, pair.present.manifest))
    except PolicyError:
        present = None
    candidate = Candidate(Scorer(pair.candidate), pages_own(house, pair.candidate.manifest), present)
    tally = report.tally = take_all_again(house, past, candidate, told)
    if not tally.judged:
        report.checked.append("сохранённых комментариев нет: на них модель не проверена")
        return
    report.checked.append(
        f"сохранённые комментарии: {tally.judged}, решение другое: {tally.changed}, удалялось {tally.removed_before}, "
        f"удалялось бы {tally.removed_after}"
    )
    report.refusals += _judge(tally)


def _judge(tally: Tally) -> Iterable[str]:
    """Why the candidate is worse on stored comments."""
    new, lost = tally.newly_removed, tally.no_longer_removed
    if new.people_kept:
        yield f"удалила бы то, что люди оставили: {new.people_kept} (решения {_some(new.kept_examples)})"
    more = tally.removed_after - tally.removed_before
    if more > max(FEW, MORE_REMOVALS * tally.removed_before):
        yield f"удаляла бы много больше: {tally.removed_after}, сейчас {tally.removed_before}"
    if lost.people_removed > max(1, LOST * tally.confirmed):
        yield (
            f"перестала бы удалять то, что люди тоже удалили: {lost.people_removed} из {tally.confirmed} "
            f"(решения {_some(lost.examples)})"
        )
