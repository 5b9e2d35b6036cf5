"""What a page says of itself: title, time zone, whose it is, when its office works, whom it never bans."""

import msgspec

from app.pipeline.administration import page_fields as fields
from app.pipeline.administration.page_fields import PageChanges
from app.storage.tables import Page


def change_description(page: Page, changes: PageChanges) -> dict[str, object]:
    """Write what `changes` names of it; returns what the journal keeps.

    Raises:
        InvalidInputError: a field is wrong.
    """
    body: dict[str, object] = {}
    if changes.title is not None:
        page.title, body["title"] = fields.checked_title(changes.title), True
    if changes.timezone is not None and fields.checked_timezone(changes.timezone) != page.timezone:
        body["timezone"] = [page.timezone, changes.timezone]
        page.timezone = changes.timezone
    if changes.office is not None and fields.office_named(changes.office).value != page.office:
        body["office"] = [page.office, changes.office]
        page.office = changes.office
    if changes.calendar is not None:
        page.calendar_json, body["calendar"] = fields.checked_calendar(changes.calendar), True
    if changes.trusted is not None:
        trusted = fields.checked_trusted(changes.trusted)
        page.trusted_json, body["trusted"] = msgspec.json.encode(trusted).decode(), len(trusted)
    return body
