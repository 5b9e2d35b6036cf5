"""A page's change of mode and the machine's unsent actions, on both engines."""

from app.domain.words import ActionKind, Mode
from app.pipeline.mode_change import apply_mode_change
from app.storage.tables import Page


def switch(world, mode):
    """Change the page's mode as the pages' room does."""
    with world.database.write() as session:
        page = session.get_one(Page, world.page)
        apply_mode_change(session, world.house, page, mode, world.clock.now(), "person:Иванова")


def test_review_proposes_what_the_machine_has_not_sent(world):
    """Pending orders of the machine become proposals with one case a comment; persons' orders stay as they are."""
    comment = world.add_comment()
    removal = world.add_action(comment)
    ban = world.add_action(comment, ActionKind.BAN_AUTHOR)
    mine = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    sent = world.add_action(world.add_comment(), state="sending")
    switch(world, Mode.REVIEW)
    states = [world.action(n).state for n in (removal, ban, mine, sent)]
    assert states == ["proposed", "proposed", "pending", "sending"]
    assert [(case.comment_id, case.reason, case.category) for case in world.cases()] == [(comment, "mode", "insult")]
    assert world.row(Page, world.page).mode == Mode.REVIEW
    assert world.journal(comment) == ["action_proposed", "case_opened", "action_proposed"]


def test_shadow_cancels_what_the_machine_has_not_sent(world):
    """Pending and proposed orders of the machine are cancelled; what a person has confirmed stays."""
    pending, proposed = world.add_action(world.add_comment()), world.add_action(world.add_comment(), state="proposed")
    confirmed = world.add_ban(world.add_comment())
    switch(world, Mode.SHADOW)
    assert [world.action(n).state for n in (pending, proposed, confirmed)] == ["cancelled", "cancelled", "pending"]
    assert world.action(pending).ended_by == "person:Иванова"
    assert world.cases() == []


def test_enforce_sends_nothing_old_by_itself(world):
    """Towards `enforce` proposals and shadow actions stay what they are."""
    world.sql("UPDATE page SET mode = 'review'")
    numbers = [world.add_action(world.add_comment(), state=state) for state in ("proposed", "shadow")]
    switch(world, Mode.ENFORCE)
    world.work_off()
    assert [world.action(n).state for n in numbers] == ["proposed", "shadow"]
    assert world.network.calls == []


def test_a_superseded_order_is_cancelled_and_not_proposed(world):
    """Nobody is asked about a decision that is no longer the comment's."""
    number = world.add_action(world.add_comment())
    world.sql("UPDATE comment SET decision_id = 1")
    switch(world, Mode.REVIEW)
    assert (world.action(number).state, world.action(number).last_error) == ("cancelled", "superseded")
    assert world.cases() == []
