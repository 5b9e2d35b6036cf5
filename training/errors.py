"""What can be wrong with the data that a model should be trained on."""

from pathlib import Path


class DataError(Exception):
    """Data are refused; the message names the file, the line if there is one, and the reason."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line is not None else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class AgreementError(Exception):
    """The packed model does not judge as the fitted one; nothing is written."""
