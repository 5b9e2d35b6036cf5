"""What VK is said to be able to do is what its client has a call for."""

import pytest

from app.domain.ports import Failed, Order
from app.domain.words import ActionKind, Kind
from app.networks.vk.abilities import ABILITIES
from app.networks.vk.calls import plan


@pytest.mark.parametrize("what", list(ActionKind))
@pytest.mark.parametrize("kind", list(Kind))
def test_abilities_and_calls_agree(what: ActionKind, kind: Kind) -> None:
    """For every action on every kind of comment: a call is planned if and only if VK is said to know it."""
    order = Order(what, "229000001", kind, "17", "5", "229000001_17", "7000001")
    assert ABILITIES.can(what, kind) is not isinstance(plan(order, 0), Failed)
