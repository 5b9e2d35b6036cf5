"""What can go wrong, sorted by what the caller can do about it; no HTTP status lives here."""


class DvornikError(Exception):
    """Base of every error that the house raises on purpose."""


class ConfigurationError(DvornikError):
    """A setting, a policy or an artefact is not fit for use; the message says what and where."""


class PolicyError(ConfigurationError):
    """A policy file is refused: the message names file, key path and what was expected."""


class IntakeError(DvornikError):
    """A network's request cannot be taken."""


class SignatureRejectedError(IntakeError):
    """The page is unknown or the secret is wrong; both look the same to the caller."""


class PayloadRejectedError(IntakeError):
    """The body is not what the network's protocol says: `where` is a path, `expected` a sentence part."""

    def __init__(self, where: str, expected: str, *, code: str = "payload") -> None:
        super().__init__(f"{where}: expected {expected}")
        self.where = where
        self.expected = expected
        self.code = code


class BusyError(DvornikError):
    """The writer's queue is full or the database does not answer; try again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooOftenError(DvornikError):
    """The caller has done this as often as it may for now; again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotFoundError(DvornikError):
    """There is no such thing, or the caller may not know of it."""


class ConflictError(DvornikError):
    """Somebody was faster, or the thing is no longer in the state that the request assumes."""


class ForbiddenTransitionError(ConflictError):
    """A state machine has no such move."""

    def __init__(self, machine: str, before: str, after: str) -> None:
        super().__init__(f"{machine}: {before} cannot become {after}")
        self.before = before
        self.after = after


class InvalidInputError(DvornikError):
    """A person's input is wrong: `where` names the field, `expected` what belongs there."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: {expected}")
        self.where = where
        self.expected = expected


class NotAuthenticatedError(DvornikError):
    """No token, or one that is unknown or revoked."""


class NotAllowedError(DvornikError):
    """The token's role does not allow this."""
