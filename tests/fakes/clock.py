"""A clock that a test moves."""


class FakeClock:
    """Stands still until it is told otherwise; microseconds."""

    def __init__(self, now: int = 1_790_000_000_000_000) -> None:
        self.instant = now

    def now(self) -> int:
        """The present instant."""
        return self.instant

    def advance(self, microseconds: int) -> None:
        """Move on."""
        self.instant += microseconds
