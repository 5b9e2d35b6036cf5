"""Turns a policy's promises into the thresholds of one model artefact, so that ruling is comparing numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from app.domain.errors import PolicyError
from app.domain.words import Category
from app.policy.reading import listed
from app.policy.rules import Policy, Removal

#: As decisions are stored.
_json: Final = msgspec.json.Encoder(order="deterministic").encode


class HeldPromise(Protocol):
    """What is read of one promise: a threshold per category, and the sample that it was shown on."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Scores from which a removal keeps the promise, by category."""
        ...

    @property
    def n(self) -> int:
        """How many clean comments it was shown on."""
        ...

    @property
    def errors_observed(self) -> int:
        """How many of them reach a threshold."""
        ...


class Thresholds(Protocol):
    """What is read of an artefact's manifest."""

    @property
    def version(self) -> str:
        """The artefact's version."""
        ...

    @property
    def digest(self) -> str:
        """The artefact's SHA-256."""
        ...

    @property
    def promises(self) -> Mapping[str, HeldPromise]:
        """The promises that it keeps, by their text (`1/1000`)."""
        ...

    @property
    def review(self) -> Mapping[str, Mapping[str, float]]:
        """For a share of comments that people can look at (`0.03`): review thresholds by category."""
        ...

    @property
    def appeal(self) -> float:
        """The score from which a text is a protected appeal."""
        ...


@dataclass(frozen=True, slots=True)
class Bound:
    """One category with its numbers: `remove` and `review` are scores from which something happens, 0…1.

    `removal` and `remove` are None where only a person may decide.
    """

    category: Category
    removal: Removal | None
    remove: float | None
    review: float


@dataclass(frozen=True, slots=True)
class BoundPolicy:
    """A policy with the thresholds of one artefact."""

    policy: Policy
    model_version: str
    model_digest: str
    categories: tuple[Bound, ...]
    appeal: float
    #: The numbers above as JSON-able values; the same object for every decision that used nothing else.
    basis: Mapping[str, object]
    #: The same as JSON text.
    basis_json: str


def bind(policy: Policy, manifest: Thresholds) -> BoundPolicy:
    """Resolve each promise and the review share against an artefact.

    Raises:
        PolicyError: the artefact does not hold what the policy asks for, or holds a number that is no probability.
    """
    share = _review(policy, manifest)
    bound = tuple(_category(policy, manifest, category, share) for category in Category)
    appeal = _probability(policy, manifest, "appeal", {"appeal": manifest.appeal})
    named = {rule.promise: manifest.promises[rule.promise] for rule in policy.categories.values() if rule}
    basis: dict[str, object] = {
        "promises": {name: {"n": held.n, "errors": held.errors_observed} for name, held in named.items()},
        "remove": {str(one.category): one.remove for one in bound if one.remove is not None},
        "review_share": policy.review_share,
        "review": {str(one.category): one.review for one in bound},
        "appeal": appeal,
    }
    return BoundPolicy(policy, manifest.version, manifest.digest, bound, appeal, basis, _json(basis).decode())


def _review(policy: Policy, manifest: Thresholds) -> Mapping[str, float]:
    share = manifest.review.get(policy.review_share)
    if share is None:
        held = _listed(manifest.review)
        raise PolicyError(
            f"{policy.file}: review_share: ожидается доля, которую знает модель {manifest.version} ({held}), "
            f"найдено {policy.review_share}"
        )
    return share


def _category(policy: Policy, manifest: Thresholds, category: Category, share: Mapping[str, float]) -> Bound:
    review = _probability(policy, manifest, category, share)
    rule = policy.categories[category]
    if rule is None:
        return Bound(category, None, None, review)
    promise = manifest.promises.get(rule.promise)
    if promise is None:
        held = _listed(manifest.promises)
        raise PolicyError(
            f"{policy.file}: categories.{category}.promise: ожидается обещание, которое держит модель "
            f"{manifest.version} ({held}), найдено {rule.promise}"
        )
    return Bound(category, rule, _probability(policy, manifest, category, promise.thresholds), review)


def _probability(policy: Policy, manifest: Thresholds, head: str, numbers: Mapping[str, float]) -> float:
    """A threshold that comparisons can trust: a NaN would let everything pass without a word."""
    value = numbers.get(head)
    if value is None or not math.isfinite(value) or not 0 <= value <= 1:
        where = "appeal" if head == "appeal" else f"categories.{head}"
        found = "а его нет" if value is None else f"найдено {value}"
        raise PolicyError(f"{policy.file}: {where}: ожидается порог от 0 до 1 в модели {manifest.version}, {found}")
    return float(value)


def _listed(held: Mapping[str, object]) -> str:
    return listed(sorted(held)) or "список пуст"
