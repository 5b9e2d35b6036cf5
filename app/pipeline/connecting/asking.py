"""Asks a network with whichever key of the page it listens to, and says what each refusal asks of people."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from app.domain.connecting import Connector, Refusal, Why
from app.domain.findings import Finding, finding
from app.domain.ports import Credential, Slot
from app.pipeline.connecting.subject import Subject

T = TypeVar("T")
#: The right of a community's key without which nothing is set up.
MANAGE: Final = "manage"


class StoppedError(Exception):
    """The network refused a step, so the steps after it make no sense."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def must(answer: T | Refusal) -> T:
    """The answer.

    Raises:
        StoppedError: it is a refusal.
    """
    if isinstance(answer, Refusal):
        raise StoppedError(answer)
    return answer


def first_heard(
    keys: Sequence[Credential], ask: Callable[[Credential], T | Refusal]
) -> tuple[Credential, T] | list[Refusal]:
    """The first key that the network answers, with the answer; else what it says to each.

    A network that does not answer one key answers no other.
    """
    refusals = []
    for key in keys:
        answer = ask(key)
        if not isinstance(answer, Refusal):
            return key, answer
        refusals.append(answer)
        if answer.why is Why.AWAY:
            break
    return refusals


def lack(page: Subject, refusal: Refusal, connector: Connector) -> Finding:
    """What has to be done about a refusal; for a community's key its rights are looked up."""
    code = refusal.why.value
    if refusal.why is Why.NOT_ALLOWED and refusal.slot is Slot.COMMUNITY:
        rights = connector.rights(next(key for key in page.keys if key.slot is Slot.COMMUNITY))
        if not isinstance(rights, Refusal):
            code = "foreign_key" if MANAGE in rights else "no_manage"
    return finding(code, page=page.id, external_id=page.external_id, code=refusal.code, slot=refusal.slot)


def keyless(page: Subject) -> tuple[Finding, ...]:
    """What a page lacks none of whose keys can be used."""
    sealed = tuple(finding("sealed", page=page.id, slot=slot) for slot in page.sealed)
    return sealed or (finding("no_token", page=page.id),)
