"""Where networks call us."""

from app.domain.ports import PageForm
from app.storage.tables import Connection, Page


def callback_path(page: Page, connection: Connection, form: PageForm) -> str:
    """Where the network sends this page's events, as a path on our server."""
    common = f"/callbacks/{page.network}"
    keyed = f"{common}/{connection.callback_key}{form.address_ending(page.external_id)}"
    return common if form.secret_on_page else keyed
