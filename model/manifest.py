"""The JSON half of an artefact: what the model is, what it was made from and what it promises."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class PromisedThresholds:
    """Scores from which a removal keeps one promise, and the evidence for it.

    `n` clean comments were used, `errors_observed` of them reach a threshold, `errors_allowed` is the most that
    n allows at this confidence.
    """

    thresholds: Mapping[str, float]
    n: int
    errors_allowed: int
    errors_observed: int
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a model but its numbers; `digest` is the SHA-256 of all the rest."""

    version: str
    created: str
    promises: Mapping[str, PromisedThresholds]
    refused: Mapping[str, str]
    review: Mapping[str, Mapping[str, float]]
    appeal: float
    logits: tuple[str, ...]
    heads: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]
    calibration: Mapping[str, Any]
    data: Mapping[str, str]
    libraries: Mapping[str, str]
    metrics: Mapping[str, Any]
    format: int = FORMAT
    digest: str = ""

    def content(self) -> dict[str, Any]:
        """The manifest as JSON values, without its digest."""
        values = asdict(self)
        del values["digest"]
        return values

    def computed_digest(self) -> str:
        """SHA-256 over the canonical JSON of the content."""
        canonical = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        # JSON can spell halves of characters, which no encoding has: they must not pass for a broken program.
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def to_json(manifest: Manifest) -> str:
    """The file's text; the digest is computed here."""
    values = manifest.content() | {"digest": manifest.computed_digest()}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Manifest:
    """The manifest in a file's text; KeyError, TypeError or ValueError when it has another shape."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise TypeError("not an object")
    values["promises"] = {k: PromisedThresholds(**v) for k, v in values["promises"].items()}
    values["logits"] = tuple(values["logits"])
    values["heads"] = {k: tuple(v) for k, v in values["heads"].items()}
    return Manifest(**values)
