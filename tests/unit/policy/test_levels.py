"""The three words for how strict a policy is, and a policy's text at another level."""

import pytest

from app.domain.errors import InvalidInputError
from app.policy.levels import LEVELS, at_level, level_named, level_of
from app.policy.rules import load_preset, parse, preset_names

STRICT = LEVELS["strict"]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_changes_in_its_promises_only(name: str) -> None:
    """At another level every removal keeps another promise; comments, clauses, ladders and blank lines stay."""
    preset = load_preset(name)
    strict = at_level(preset, STRICT)

    assert (level_of(preset), level_of(strict)) == (LEVELS["usual"], STRICT)
    before, after = preset.source.splitlines(), strict.source.splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert set(changed) == {('promise = "1/1000"', 'promise = "1/300"')}
    assert len(changed) == sum(rule is not None for rule in preset.categories.values())
    assert at_level(strict, LEVELS["usual"]) == preset


def test_a_policy_with_promises_of_its_own_has_no_level() -> None:
    """Where categories differ nobody is told that the policy is usual."""
    source = load_preset("default").source.replace('promise = "1/1000"', 'promise = "1/300"', 1)

    assert level_of(parse(source, file="own.toml")) is None


def test_what_cannot_be_changed_line_by_line_is_refused() -> None:
    """A promise inside an inline table stays as the office wrote it, and people are told where to change it."""
    source = load_preset("default").source
    table = '[categories.spam]\nclause = "п. 1"\npromise = "1/1000"\nactions = ["delete_comment"]\n'
    assert table in source
    inline = '[categories]\nspam = { clause = "п. 1", promise = "1/1000", actions = ["delete_comment"] }\n'
    policy = parse(source.replace(table, inline), file="own.toml")

    with pytest.raises(InvalidInputError, match="в самом файле правил"):
        at_level(policy, STRICT)


def test_an_unknown_level_is_named_with_those_that_there_are() -> None:
    """The error lists what belongs there."""
    with pytest.raises(InvalidInputError, match="careful, usual, strict"):
        level_named("loose")
