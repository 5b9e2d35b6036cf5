"""Who stands behind a request: a named account, its role and the pages it may touch."""

from dataclasses import dataclass

from app.domain.words import Role


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

    def may_touch(self, page_id: int) -> bool:
        """Whether the token is good for a page."""
        return self.pages is None or page_id in self.pages
