"""What can be wrong with a folder that should hold a model."""

from pathlib import Path


class ArtefactError(Exception):
    """A model folder cannot be used; the message names the file, what was found and what was expected."""

    def __init__(self, path: Path, found: str, expected: str) -> None:
        super().__init__(f"{path}: found {found}, expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected


class ArtefactMissingError(ArtefactError):
    """A file of the artefact is absent or cannot be read."""


class ArtefactTamperedError(ArtefactError):
    """A file differs from what the manifest promises."""


class ArtefactIncompatibleError(ArtefactError):
    """The artefact is whole, but this version of the program cannot score with it."""
