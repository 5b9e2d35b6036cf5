"""A page goes: nothing more is taken or sent for it, and what was decided there stays."""

from app.domain.states import CANCELLABLE, ActionState
from app.domain.words import Mode
from app.journal.chain import Entry
from app.outbox.moves import move
from app.pipeline.administration import page_tokens
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_overview import missing
from app.pipeline.administration.page_secret import forget_previous
from app.pipeline.house import House
from app.storage import outbox, registry
from app.storage import pages as queries
from app.storage.tables import Page


def remove_page(house: House, page_id: int, *, by: str) -> None:
    """Stop taking a page's events, cancel what nobody has sent yet, forget its secrets; decisions and history stay.

    Raises:
        NotFoundError: there is no such page.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by)
        page = queries.page_of(session, page_id, lock=True)
        if page is None:
            raise missing(page_id)
        entries = _cancel_held(acting, page)
        old = page.connection_id
        page.mode, page.removed_at, page.secret_enc, page.confirmation = Mode.SHADOW.value, acting.at, None, ""
        forget_previous(page)
        session.add(page)
        session.flush()
        own = [one.id for one in queries.credentials_of(session, [old]) if one.page_id == page.id]
        queries.drop_credentials(session, own)
        page_tokens.abandon(acting, old)
        registry.strike_page(session, page.id, acting.at)
        acting.settle([*entries, Entry("page_removed", page.id, {"by": acting.who})])


def _cancel_held(acting: Acting, page: Page) -> list[Entry]:
    """What was ordered and not sent has no page to go to, whoever ordered it."""
    entries = []
    for action_id, comment_id in queries.held_actions(acting.session, page.id):
        outbox.lock_comment(acting.session, comment_id)
        action = outbox.lock_action(acting.session, action_id)
        if action is not None and ActionState(action.state) in CANCELLABLE:
            entries.append(move(action, ActionState.CANCELLED, acting.at, code="page_removed", by=acting.who))
            acting.session.add(action)
    return entries
