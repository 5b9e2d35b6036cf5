"""What OK is said to be able to do is what its client has a call for."""

import pytest

from app.domain.ports import Order
from app.domain.words import ActionKind, Kind
from app.networks.ok.abilities import abilities
from app.networks.ok.calls import DELETE, Plan, plan


@pytest.mark.parametrize("deletes", [True, False])
@pytest.mark.parametrize("what", list(ActionKind))
@pytest.mark.parametrize("kind", list(Kind))
def test_abilities_and_calls_agree(what: ActionKind, kind: Kind, deletes: bool) -> None:
    """With the switch and without it: a call changes something if and only if OK is said to know it."""
    order = Order(what, "70000001234567", kind, "151", "QQ==", "151", "561000000001")
    planned = plan(order, deletes=deletes)
    changes = isinstance(planned, Plan) and planned.act is not None
    assert abilities(deletes=deletes).can(what, kind) is changes


@pytest.mark.parametrize("deletes", [True, False])
def test_a_ban_goes_with_a_deletion_or_not_at_all(deletes: bool) -> None:
    """The call that deletes carries it only where it was ordered; nothing comes back."""
    one = abilities(deletes=deletes)
    assert (one.can_ban, one.bans_by_deleting) == (False, deletes)
    assert not any(one.can_undo(what, kind) for what in ActionKind for kind in Kind)
    order = Order(ActionKind.DELETE_COMMENT, "7", Kind.WALL, "151", "QQ==", "151", "561", with_ban=True)
    planned = plan(order, deletes=True)
    assert isinstance(planned, Plan)
    assert planned.act is not None
    assert (planned.act.method, planned.act.params["block_author"]) == (DELETE, "true")
