"""The clauses that a policy's act gives for removals, to choose from and to check a person's choice against; pure."""

from dataclasses import dataclass

from app.domain.decisions import Clause
from app.domain.words import Category
from app.policy.rules import Policy


@dataclass(frozen=True, slots=True)
class NamedClause:
    """A clause and the categories that it lets a person remove."""

    clause: Clause
    categories: tuple[Category, ...]


def clauses_of(policy: Policy) -> tuple[NamedClause, ...]:
    """Every clause of the policy once, in the order of the categories."""
    found: dict[Clause, tuple[Category, ...]] = {}
    for category, right in policy.categories.items():
        if right is not None:
            found[right.clause] = (*found.get(right.clause, ()), category)
    return tuple(NamedClause(clause, categories) for clause, categories in found.items())


def find_clause(policy: Policy, written: str) -> NamedClause | None:
    """The clause that is meant, written in full or by its number alone («п. 2.5»); None if the act has no such."""
    wanted = " ".join(written.split())
    return next((one for one in clauses_of(policy) if wanted in {str(one.clause), one.clause.clause}), None)
