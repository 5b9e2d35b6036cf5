"""The register of official pages that the acts oblige an office to keep and to publish."""

from sqlmodel import SQLModel

from app.storage.columns import big, key


class RegistryEntry(SQLModel, table=True):
    """One official page, or a body that is freed from having one; days are `YYYY-MM-DD`, '' = not known.

    A page that is moderated here has its network, title and kind in its own row, and mostly its address: an id of
    Telegram does not tell it.
    """

    __tablename__ = "registry_entry"
    id: int = key()
    page_id: int | None = big(nullable=True, unique=True)
    organisation: str = ""
    network: str = ""
    url: str = ""
    title: str = ""
    office: str = "administration"
    #: The post that answers for the page, which is published, and who holds it since when, which is not.
    responsible_post: str = ""
    responsible_name: str = ""
    responsible_since: str = ""
    #: The act that frees the body from having a page, and its day.
    exempt_act: str = ""
    exempt_on: str = ""
    #: When people last looked whether all this is still so; the acts ask for it each quarter.
    reviewed_at: int | None = big(nullable=True)
    reviewed_by: str = ""
    created_at: int = big()
    changed_at: int = big()
    removed_at: int | None = big(nullable=True)
