"""What is handed to the writer, and what comes back."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.copies import TextPrint
from app.domain.decisions import Judgement
from app.domain.events import Event


class Outcome(StrEnum):
    """What became of a delivery; stored with the event and counted."""

    DECIDED = "decided"
    #: Taken down without a decision: own words, a post, a change of the page, a deletion.
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    #: Older than what is known of the comment.
    LATE = "late"
    #: An edit that changed neither text nor attachments.
    SAME = "same"
    #: The network tells us what we did ourselves.
    ECHO = "echo"
    #: A person's act in the network that binds the machine.
    BOUND = "bound"
    #: Its text is stored and waits for a working model.
    UNJUDGED = "unjudged"
    #: The database refuses its data; kept aside without text.
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Item:
    """One verified, parsed and judged delivery; `judgement` is None where there is nothing to judge."""

    event: Event
    page_id: int
    received_at: int
    judgement: Judgement | None = None
    #: There is nothing to judge but a link, so it matters whether the author is new here.
    bare_link: bool = False
    #: What the words are compared by with other comments; None where they are nobody's copy by their nature.
    print: TextPrint | None = None
    #: The model fails too often to be asked about its text, which is stored and waits.
    unjudged: bool = False
    #: It is no delivery but this revision's text, which has waited for a working model.
    waited: int | None = None
    #: It was read again after a gap: nobody knows when its words were written, if not with the comment itself.
    read_again: bool = False
