"""What the rules order is compared with what network and tokens offer."""

from dataclasses import replace
from importlib.resources import files

import pytest

from app.domain.abilities import NOTHING, Abilities
from app.domain.ports import Right
from app.domain.words import ActionKind
from app.networks.vk.abilities import ABILITIES as VK
from app.pipeline.administration.page_needs import ordered, unmet
from app.policy.rules import Policy, parse

BAN, DELETE = ActionKind.BAN_AUTHOR, ActionKind.DELETE_COMMENT


@pytest.fixture(scope="module")
def policy() -> Policy:
    """An act that removes and bans."""
    source = (files("app.policy") / "presets" / "novokuznetsk-59.toml").read_text(encoding="utf-8")
    return parse(source, file="novokuznetsk-59")


def test_the_act_orders_removals_and_bans(policy: Policy) -> None:
    """Each kind once, the removals first."""
    assert ordered(policy) == (DELETE, BAN)


@pytest.mark.parametrize(
    ("abilities", "rights", "told"),
    [
        (VK, (), []),
        (VK, (Right(DELETE, None), Right(BAN, None)), []),
        (VK, (Right(DELETE, False), Right(DELETE, True), Right(BAN, True)), []),
        (VK, (Right(DELETE, False), Right(BAN, True)), ["Правила велят удалить комментарий, а ни один ключ"]),
        (replace(VK, can_ban=False), (), ["Правила велят заблокировать автора, а сеть этого программе не позволяет"]),
        (replace(VK, can_ban=False, bans_by_deleting=True), (), []),
        (
            replace(VK, can_delete=NOTHING, can_ban=False),
            (Right(DELETE, False),),
            ["Правила велят удалить комментарий, а сеть", "Правила велят заблокировать автора, а сеть"],
        ),
    ],
)
def test_what_only_a_person_can_do_is_named(
    policy: Policy, abilities: Abilities, rights: tuple[Right, ...], told: list[str]
) -> None:
    """One token that may is enough; where the network offers nothing the tokens do not matter."""
    found = unmet(policy, abilities, rights)

    assert len(found) == len(told)
    assert all(line.startswith(start) for line, start in zip(found, told, strict=True))
