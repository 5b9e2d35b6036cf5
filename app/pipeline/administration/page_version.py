"""The version of a page's settings: another one after every change, whoever made it, so that none is made unseen."""

import hashlib
from collections.abc import Iterable

import msgspec

from app.domain.errors import ConflictError
from app.storage.tables import Credential, Page


def version_of(page: Page, tokens: Iterable[Credential]) -> str:
    """A digest of all that a person can set; events, pauses and dead tokens leave it as it is.

    It covers sealed secrets and keyed digests of tokens, from which nobody can guess them.
    """
    settings = (
        page.title,
        page.policy_name,
        page.mode,
        page.timezone,
        page.office,
        page.calendar_json,
        page.trusted_json,
        page.intake,
        page.confirmation,
        page.secret_enc,
        sorted(f"{one.slot} {one.fingerprint}" for one in tokens),
    )
    return hashlib.sha256(msgspec.json.encode(settings)).hexdigest()[:16]


def own_tokens(page: Page, tokens: Iterable[Credential]) -> list[Credential]:
    """Of a connection's tokens those that this page uses."""
    return [one for one in tokens if one.page_id in {0, page.id}]


def refuse_other_version(page: Page, tokens: Iterable[Credential], read: str | None) -> None:
    """Let a change through that was meant for the page as it is; `read` None = whatever it is.

    Raises:
        ConflictError: somebody has changed the page since it was read.
    """
    if read is not None and read != version_of(page, own_tokens(page, tokens)):
        raise ConflictError("страницу изменили после того, как вы её прочитали: прочитайте её снова")
