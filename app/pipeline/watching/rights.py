"""Tells people that a network has taken rights on a page away, and that they are back."""

from sqlmodel import Session

from app.domain.watching import Matter
from app.pipeline.house import House
from app.pipeline.watching import incidents
from app.storage.incidents import rename
from app.storage.pages import forget_on_page


def tell_rights(session: Session, house: House, page_id: int, lost: str) -> None:
    """Open or close the page's incident; `lost` names rights by their codes, with commas, '' = none is missing."""
    if not lost:
        forget_on_page(session, page_id)
        incidents.end(session, house, Matter.RIGHTS, page_id=page_id)
        return
    if not incidents.begin(session, house, Matter.RIGHTS, page_id=page_id, code=lost):
        rename(session, Matter.RIGHTS, lost, page_id=page_id)
