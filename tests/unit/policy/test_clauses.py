"""The clauses that a person may choose from, and how a choice is found again."""

from app.domain.words import Category
from app.policy.clauses import clauses_of, find_clause
from app.policy.rules import load_preset


def test_each_clause_stands_once_with_all_its_categories() -> None:
    """One clause of the act covers three categories; the sample's rules have one each."""
    (only,) = clauses_of(load_preset("novokuznetsk-59"))
    assert only.categories == (Category.SPAM, Category.INSULT, Category.OBSCENITY)
    assert [one.clause.clause for one in clauses_of(load_preset("default"))] == ["п. 1", "п. 2", "п. 3"]


def test_a_clause_is_found_in_full_and_by_its_number() -> None:
    """What was shown comes back as it was shown or short; anything else is no clause."""
    policy = load_preset("novokuznetsk-59")
    (only,) = clauses_of(policy)
    assert find_clause(policy, str(only.clause)) == find_clause(policy, " п. 2.5   Порядка ") == only
    assert find_clause(policy, "п. 2.6 Порядка") is None
