"""What a batch makes of repeated texts: counts for the ruling, a campaign for the comments, one case for all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.decisions import NO_CONTEXT, Context, Ruling
from app.domain.events import Written
from app.domain.ids import IdSource
from app.pipeline.configuration import PageConfig
from app.pipeline.record.campaigns import CampaignRow, Campaigns
from app.pipeline.record.copies import Copies
from app.pipeline.record.handover import hand_over
from app.pipeline.record.items import Item
from app.pipeline.record.ledger import CommentRow, Ledger
from app.pipeline.record.nearby import Nearby
from app.storage.bulk import Bulk
from app.storage.vault import Vault


class Repeats:
    """Copies and campaigns of one batch."""

    def __init__(self, bulk: Bulk, ledger: Ledger, vault: Vault, ids: IdSource, nearby: Nearby) -> None:
        self._bulk = bulk
        self._ledger = ledger
        self._ids = ids
        self._copies = Copies(bulk, ledger, vault, ids, nearby)
        self._campaigns = Campaigns(bulk, ledger, ids)

    def load(self, fresh: Sequence[tuple[Item, PageConfig]]) -> None:
        """Lock the texts of these deliveries, then the campaigns of those that were seen before."""
        self._copies.load(fresh)
        self._campaigns.load(self._copies.known(fresh))

    def may_repeat(self, item: Item) -> bool:
        """Whether the text may have a copy."""
        return self._copies.may_repeat(item)

    def is_alone(self, comment: CommentRow, item: Item) -> bool:
        """Whether nobody else says the same, so that the text counts for nothing."""
        return self._copies.is_alone(comment, item)

    def own_words(self, item: Item) -> None:
        """The page itself or a manager says this."""
        self._copies.own_words(item)

    def count(self, comment: CommentRow, item: Item, body: Written, page: PageConfig) -> Context:
        """What stands beside this text."""
        return self._copies.count(comment, item, body, page)

    def join(
        self, comment: CommentRow, item: Item, context: Context, ruling: Ruling
    ) -> tuple[Ruling, CampaignRow | None]:
        """The comment's campaign, if it has one, and the ruling with the campaign's id beside the counts."""
        said = self._copies.of(item)
        if said is None or context is NO_CONTEXT:
            return ruling, None
        campaign = self._campaigns.join(comment, said, ruling, context)
        if campaign is None:
            return ruling, None
        known = ruling.basis.get("context")
        counts = known if isinstance(known, Mapping) else {}
        return replace(ruling, basis={**ruling.basis, "context": {**counts, "campaign": campaign.id}}), campaign

    def case_opened(self, comment: CommentRow, case_id: int, ruling: Ruling, campaign: CampaignRow | None) -> None:
        """A person is asked about this comment, and with it about those that say the same after it."""
        if campaign is None:
            self._campaigns.case_opened(comment, case_id, ruling)
        else:
            campaign.asks(case_id, ruling)

    def write(self) -> None:
        """Store what was counted and hand the campaigns' rows to the ledger."""
        self._copies.write()
        self._campaigns.write()

    def hand_over(self, pages: Mapping[int, PageConfig]) -> None:
        """See to it that a question for many does not end with the one comment it was asked about; after writing."""
        hand_over(self._bulk, self._ledger, self._ids, pages)
