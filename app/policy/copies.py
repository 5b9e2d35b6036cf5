"""When copies of a text are a mailing or a campaign, in numbers that a policy may change; pure."""

from dataclasses import dataclass, fields

from app.domain.decisions import Context
from app.domain.words import Reason
from app.policy.reading import Table

#: Copies are remembered for so long; no policy can ask for more.
LONGEST_WINDOW_HOURS = 72
_BOUNDS = {
    "hours": (1, LONGEST_WINDOW_HOURS),
    "own_texts": (2, 20),
    "own_places": (2, 20),
    "contact_authors": (2, 50),
    "campaign_authors": (2, 50),
}


@dataclass(frozen=True, slots=True)
class CopyRules:
    """The numbers of `[copies]`; whoever leaves one out gets the value that stands here.

    One author's `own_texts` copies under `own_places` posts, or a text with a contact from `contact_authors` authors,
    are a mailing; a text without a contact from `campaign_authors` authors of the page is a campaign.
    """

    hours: int = 24
    own_texts: int = 3
    own_places: int = 2
    contact_authors: int = 3
    campaign_authors: int = 5

    def numbers(self) -> dict[str, int]:
        """As JSON-able values."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def read_copies(table: Table) -> CopyRules:
    """Read `[copies]`.

    Raises:
        PolicyError: a key is unknown or a number is out of its bounds.
    """
    given = {key: table.whole(key, *bounds) for key, bounds in _BOUNDS.items() if table.has(key)}
    table.close()
    rules = CopyRules(**given)
    if rules.own_places > rules.own_texts:
        raise table.refuse(
            "own_places",
            f"число не больше own_texts ({rules.own_texts}): записей не больше, чем копий",
            rules.own_places,
        )
    return rules


def is_mailing(rules: CopyRules, context: Context) -> bool:
    """Whether the copies look like a рассылка: one author in several places, or several with the same contact."""
    own = context.own_texts >= rules.own_texts and context.own_places >= rules.own_places
    return own or _shares_contact(rules, context)


def reason_to_look(rules: CopyRules, context: Context, *, appeal: bool) -> Reason | None:
    """Why the copies are worth one look of a person, whatever the scores are; None while they are few.

    An appeal that is repeated is a campaign, whoever repeats it.
    """
    repeated = context.own_texts >= rules.own_texts or _shares_contact(rules, context)
    if repeated and not appeal:
        return Reason.REPEAT
    return Reason.CAMPAIGN if repeated or context.authors >= rules.campaign_authors else None


def _shares_contact(rules: CopyRules, context: Context) -> bool:
    return context.contact and context.authors_everywhere >= rules.contact_authors
