"""Who stands behind a request: a named account, its role and the pages it may touch."""

from dataclasses import dataclass
from typing import Final

from app.domain.words import Role

#: Who sees the words of a private message; for everybody else its decision stands there without them.
READS_PRIVATE: Final = frozenset({Role.RESPONDER, Role.MODERATOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Principal:
    """An account as one of its tokens shows it; `pages` None = every page."""

    account_id: int
    name: str
    role: Role
    pages: frozenset[int] | None

    @property
    def by(self) -> str:
        """How this person signs decisions and acts."""
        return f"person:{self.name}"

    @property
    def signed(self) -> str:
        """This person as the journal may keep them: by number, without the name."""
        return f"person:{self.account_id}"

    @property
    def page_ids(self) -> tuple[int, ...] | None:
        """The pages as a list is held to them, in order; None = every page."""
        return None if self.pages is None else tuple(sorted(self.pages))

    def may_touch(self, page_id: int) -> bool:
        """Whether the token is good for a page."""
        return self.pages is None or page_id in self.pages

    @property
    def reads_private(self) -> bool:
        """Whether this person sees the words of private messages."""
        return self.role in READS_PRIVATE
