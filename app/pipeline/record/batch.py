"""One transaction for many deliveries: events in, what follows from them, the journal, all or nothing."""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from sqlmodel import Session

from app.domain.events import Event, Written
from app.domain.watching import Matter
from app.journal.chain import Entry, append_many
from app.outbox.moving import move_page
from app.outbox.terms import ends_itself, order_end
from app.pipeline.configuration import Configuration, PageConfig
from app.pipeline.house import House
from app.pipeline.record.budget import Budget, fall_to_review
from app.pipeline.record.deliveries import Deliveries
from app.pipeline.record.happenings import Happenings
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.known_posts import KnownPosts
from app.pipeline.record.ledger import Ledger
from app.pipeline.record.load import Loader
from app.pipeline.record.nearby import Nearby
from app.pipeline.record.past import AuthorOnPage, Past
from app.pipeline.record.people import People
from app.pipeline.record.plain import Plain
from app.pipeline.record.repeats import Repeats
from app.pipeline.record.rulings import Rulings
from app.pipeline.record.writing import write, write_rare
from app.pipeline.watching import incidents
from app.pipeline.watching.rights import tell_rights
from app.storage.tables import Action, Page, Unjudged
from app.storage.transaction import Transaction

#: An ordinary comment needs no more.
IDS: Final = 8


class Recorded(NamedTuple):
    """What became of each item of a batch, and how many actions wait for the worker since."""

    outcomes: list[Outcome]
    pending: int


def record(
    transaction: Transaction,
    house: House,
    configuration: Configuration,
    items: Sequence[Item],
    model_version_id: int,
    *,
    nearby: Nearby | None = None,
    known_posts: KnownPosts | None = None,
) -> Recorded:
    """Write a batch; no two items may be about the same comment.

    `nearby` and `known_posts` are what this process remembers of texts and posts.
    """
    pages = configuration.within(transaction).by_id
    bulk = transaction.bulk
    ledger = Ledger(house.clock.now())
    ids = chain(house.ids.many(IDS * len(items)), iter(house.ids, None)).__next__
    deliveries = Deliveries(bulk, house, ids)
    known = deliveries.take(items, pages)
    fresh = [(item, pages[item.page_id]) for item, outcome in zip(items, known, strict=True) if outcome is None]
    loader = Loader(bulk, ledger, ids, known_posts)
    loader.load([(item.event, page) for item, page in fresh])
    if waited := [item.waited for item, _ in fresh if item.waited is not None]:
        loader.load_waiting(waited)
    repeats = Repeats(bulk, ledger, house.vault, ids, nearby or Nearby())
    repeats.load(fresh)
    past = Past(bulk)
    past.load(_suspects(fresh, ledger, repeats))
    budget = Budget(transaction, ledger.at)
    rulings = Rulings(ledger, past, budget, repeats, ids=ids, model_version_id=model_version_id)
    plain = Plain(ledger, past, budget, repeats, model_version_id=model_version_id)
    happenings = Happenings(ledger, rulings, People(ledger, bulk, house.vault))
    outcomes = []
    for item, outcome in zip(items, known, strict=True):
        if outcome is None:
            page = pages[item.page_id]
            outcome = Outcome.DECIDED if plain.take(item, page) else happenings.apply(item, page)  # noqa: PLW2901 - known or not, it has one from here
            deliveries.done(item, outcome)
        outcomes.append(outcome)
    with bulk.together():
        deliveries.write()
        repeats.write()
        write(bulk, ledger)
    write_rare(transaction, ledger)
    for page_id, to in sorted(ledger.moved.items()):
        ledger.entries += move_page(transaction.session, house.ids, page_id, to, ledger.at)
    for page_id, lost in sorted(ledger.rights.items()):
        tell_rights(transaction.session, house, page_id, lost)
    for action_id in ledger.banned_by_hand:
        ledger.entries += _end_of_term(transaction.session, house, action_id, ledger.at)
    repeats.hand_over(pages)
    if ledger.inserts[Unjudged]:
        code = next(item.judgement.failure for item in items if item.unjudged and item.judgement)
        incidents.begin(transaction.session, house, Matter.MODEL, code=code)
    if transaction.opened:
        transaction.opened.flush()
    append_many(bulk, house.journal_key, ledger.entries, ledger.at)
    for page_id in sorted(budget.exceeded):
        fall_to_review(transaction.session, house, page_id, ledger.at)
    return Recorded(outcomes, ledger.pending)


def _end_of_term(session: Session, house: House, action_id: int, at: int) -> list[Entry]:
    """The end of a ban that a person has just done without one, where the network could set none."""
    ban = session.get_one(Action, action_id, populate_existing=True)
    network = house.networks.get(session.get_one(Page, ban.page_id).network)
    if ends_itself(network.abilities if network else None, ban.ban_seconds):
        return []
    return order_end(session, house.ids, ban, at)


def _suspects(fresh: Sequence[tuple[Item, PageConfig]], ledger: Ledger, repeats: Repeats) -> list[AuthorOnPage]:
    """Authors whose past can matter: of a text over a removal threshold, of a copied one, or of nothing but links."""
    return [
        (author_id, page.id)
        for item, page in fresh
        if (author_id := ledger.authors.get((page.network, _author(item.event))))
        and (_may_matter(item, page) or repeats.may_repeat(item))
    ]


def _author(event: Event) -> str:
    return event.body.author if isinstance(event.body, Written) else ""


def _may_matter(item: Item, page: PageConfig) -> bool:
    scores = item.judgement.scores if item.judgement else None
    if scores is None or item.bare_link:
        return True
    # The scores of the categories come first, in the policy's order.
    pairs = zip(page.policy.categories, scores, strict=False)
    return any(one.remove is not None and score >= one.remove for one, score in pairs)
