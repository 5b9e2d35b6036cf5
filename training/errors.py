"""What can be wrong with the data that a model should be trained on."""

from pathlib import Path


class DataError(Exception):
    """Data are refused; the message names the file, the line where there is one, what was found and what is expected."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        super().__init__(f"{path}:{line}: {reason}" if line is not None else f"{path}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason
