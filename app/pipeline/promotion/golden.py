"""Judges the comments that were written for this project, whose answers are known, as a policy would.

They ship with the program: complaints that are protected however rude, texts that only look bad, and violations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from app.domain.decisions import Facts, Judgement
from app.domain.errors import ConfigurationError
from app.domain.words import Verdict
from app.pipeline.scoring import ScoresMany, judge_texts
from app.policy.binding import BoundPolicy
from app.policy.decide import decide

_ROOT: Final = Path(__file__).parents[3]
#: An installed program carries them beside the code that trains, a checkout with the other samples.
FOLDERS: Final = (_ROOT / "training" / "samples", _ROOT / "data" / "samples" / "comments")
_WORDS: Final = Facts()


class Sample(msgspec.Struct, frozen=True):
    """One written comment: the categories that it belongs to, and whether it is an appeal."""

    id: str
    text: str
    labels: list[str]
    appeal: bool


@dataclass(frozen=True, slots=True)
class Fates:
    """What a model does to the samples: ids, by what they are and what becomes of them.

    `seen` are violations that a person gets to see or the machine removes.
    """

    appeals_removed: frozenset[str]
    clean_removed: frozenset[str]
    violations_removed: frozenset[str]
    seen: frozenset[str]
    violations: int


def read_golden(folders: Sequence[Path] = FOLDERS) -> list[Sample]:
    """All samples; empty where this installation has none.

    Raises:
        ConfigurationError: a line is not a sample.
    """
    folder = next((folder for folder in folders if folder.is_dir()), None)
    samples = []
    for path in sorted(folder.glob("*.jsonl")) if folder else ():
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if not line.strip():
                continue
            try:
                samples.append(msgspec.json.decode(line, type=Sample))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"{path}, строка {number}: ожидается эталонный пример, {error}") from error
    return samples


def judged(samples: Sequence[Sample], scorer: ScoresMany) -> list[Judgement]:
    """What a model says of every sample."""
    return judge_texts(scorer, [sample.text for sample in samples])


def fates(samples: Sequence[Sample], judgements: Sequence[Judgement], policy: BoundPolicy) -> Fates:
    """Rule on every sample by its words alone."""
    verdicts = [decide(policy, judgement, _WORDS).verdict for judgement in judgements]
    known = list(zip(samples, verdicts, strict=True))
    violations = [(sample, verdict) for sample, verdict in known if sample.labels and not sample.appeal]
    removed = [sample for sample, verdict in known if verdict is Verdict.REMOVE]
    return Fates(
        appeals_removed=frozenset(sample.id for sample in removed if sample.appeal),
        clean_removed=frozenset(sample.id for sample in removed if not sample.appeal and not sample.labels),
        violations_removed=frozenset(sample.id for sample, verdict in violations if verdict is Verdict.REMOVE),
        seen=frozenset(sample.id for sample, verdict in violations if verdict is not Verdict.KEEP),
        violations=len(violations),
    )
