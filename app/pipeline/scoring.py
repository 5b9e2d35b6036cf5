"""Judges one line of a bulk file: a line goes in, a line comes out, whatever stood in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, cast

import msgspec

from app.domain.change import Change
from app.domain.decisions import Facts, Judgement, Keep, Remove, Review, Ruling
from app.domain.judged import TEXT_LIMIT, has_text, only_links
from app.domain.words import Verdict
from app.pipeline.counterfactual import change
from app.pipeline.models import open_model
from app.policy.binding import BoundPolicy, bind
from app.policy.decide import decide, verdict_on_words
from app.policy.rules import parse
from model.explain import Span
from model.labels import HEADS
from model.scorer import Scorer, Scores

#: What our models are called wherever one is named.
MODEL_NAME: Final = "dvornik"
#: A longer line cannot hold a text within the limit, whatever else is in it; its end is skipped, not stored.
LINE_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a process needs to judge alone: the artefact's folder and the policy's text; small and picklable."""

    model: Path
    policy_file: str
    policy_source: str


class _Line(msgspec.Struct):
    """A line as it was read; values stay raw until it is known which of them is wrong."""

    id: msgspec.Raw = msgspec.Raw(b"null")
    text: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Usual(msgspec.Struct):
    """A line as nearly all are."""

    text: str
    id: int | str | None = None


_decode_usual: Final = msgspec.json.Decoder(_Usual).decode
_encode: Final = msgspec.json.Encoder().encode
#: What is known of a text in a file, where nobody is named.
_WORDS: Final = Facts()
_KEPT_QUIETLY: Final[Mapping[str, object]] = {
    "verdict": str(Verdict.KEEP), "categories": (), "actions": (), "reasons": (), "clauses": ()
}  # fmt: skip


class _BadLineError(Exception):
    """A line cannot be judged; `id` is what could be read of its id."""

    def __init__(self, message: str, identity: int | str | None = None) -> None:
        super().__init__(message)
        self.id = identity


class Judge:
    """Judges lines with one artefact and one policy, as if the policy were enforced."""

    def __init__(self, scorer: Scorer, policy: BoundPolicy) -> None:
        self._scorer = scorer
        self._policy = policy

    @property
    def policy(self) -> BoundPolicy:
        """The policy with the artefact's thresholds."""
        return self._policy

    def explain(self, text: str, opinion: Mapping[str, object]) -> tuple[Span, ...]:
        """The words that speak most for the opinion's categories; offsets count characters of the text."""
        categories = cast("list[str]", opinion["categories"])
        return self._scorer.explain(text, categories=categories) if categories else ()

    def change(self, text: str, telling: Sequence[Span]) -> Change | None:
        """The telling words without which the policy rules more mildly."""
        places = [(span.start, span.end) for span in telling]

        def verdict_of(rest: str) -> Verdict:
            return Verdict(str(self.opinion(rest)["verdict"]))

        return change(text, places, verdict_of(text), verdict_of)

    def lines(self, first: int, lines: Sequence[bytes]) -> list[tuple[bytes, str]]:
        """Per line the one to write, with its line feed, and what is wrong with it ('' = nothing).

        `first` is the number of the first line in its file, where they count from 1.
        """
        answers: list[tuple[bytes, str]] = []
        good: list[tuple[int, int | str | None, str]] = []
        for place, raw in enumerate(lines):
            try:
                identity, text = _read(raw)
            except _BadLineError as error:
                answer = {"line": first + place, "id": error.id, "error": str(error)}
                answers.append((_encode(answer) + b"\n", str(error)))
            else:
                answers.append((b"", ""))
                good.append((place, identity, text))
        opinions = self.opinions([text for _, _, text in good])
        for (place, identity, _), opinion in zip(good, opinions, strict=True):
            answers[place] = (_encode({"id": identity, **opinion}) + b"\n", "")
        return answers

    def opinions(self, texts: Sequence[str]) -> list[dict[str, object]]:
        """Per text its scores (null where judging failed) and what the policy makes of them."""
        return [
            self._opinion(text, judged) for text, judged in zip(texts, judge_texts(self._scorer, texts), strict=True)
        ]

    def opinion(self, text: str) -> dict[str, object]:
        """The opinion on one text."""
        return self.opinions([text])[0]

    def _opinion(self, text: str, judgement: Judgement) -> dict[str, object]:
        usual = has_text(text) and not only_links(text, ())
        scores = judgement.scores
        if usual and scores and verdict_on_words(self._policy, scores) is Verdict.KEEP:
            return {"scores": dict(zip(HEADS, scores, strict=True)), **_KEPT_QUIETLY}
        facts = _WORDS if usual else Facts(has_text=has_text(text), only_links=only_links(text, ()))
        ruling = decide(self._policy, judgement, facts)
        told = scores or dict.fromkeys(HEADS).values()
        return {"scores": dict(zip(HEADS, told, strict=True)), **summary(ruling)}


class ScoresMany(Protocol):
    """What scores many texts at once."""

    def score_many(self, texts: Sequence[str]) -> list[Scores]:
        """Probabilities, a row for each text."""
        ...


def judge_texts(scorer: ScoresMany, texts: Sequence[str]) -> list[Judgement]:
    """Per text what the model says; one that breaks it is a failed judgement and takes no neighbour along."""
    try:
        return [Judgement(scores) for scores in scorer.score_many(texts)]
    except Exception as error:  # noqa: BLE001 - a failed judgement is a review, never a lost line
        if len(texts) == 1:
            return [Judgement(None, failure=type(error).__name__)]
        return [judgement for text in texts for judgement in judge_texts(scorer, [text])]


def summary(ruling: Ruling) -> dict[str, object]:
    """Verdict, categories, actions, reasons and clauses as codes and texts."""
    if isinstance(ruling, Keep) and not ruling.reasons:
        return dict(_KEPT_QUIETLY)
    grounds = ruling.grounds if isinstance(ruling, Remove | Review) else ()
    categories = ruling.categories if isinstance(ruling, Review) else [ground.category for ground in grounds]
    return {
        "verdict": str(ruling.verdict),
        "categories": [str(category) for category in categories],
        "actions": [str(action.kind) for action in ruling.actions] if isinstance(ruling, Remove) else [],
        "reasons": [str(reason) for reason in ruling.reasons],
        "clauses": list(dict.fromkeys(str(ground.clause) for ground in grounds)),
    }


def _read(raw: bytes) -> tuple[int | str | None, str]:
    """Id and text of a line."""
    if len(raw) >= LINE_LIMIT:
        raise _BadLineError(f"строка длиннее {LINE_LIMIT} байт: текст столько не занимает")
    try:
        usual = _decode_usual(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _read_closely(raw)
    return usual.id, _checked(usual.text, usual.id)


def _read_closely(raw: bytes) -> tuple[int | str | None, str]:
    """Finds what is wrong with a line that is not as it should be."""
    if not raw.strip():
        raise _BadLineError('пустая строка, ожидается {"id": …, "text": …}')
    try:
        line = msgspec.json.decode(raw, type=_Line)
    except msgspec.ValidationError:
        raise _BadLineError('ожидается объект {"id": …, "text": …}') from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _BadLineError("не JSON в кодировке UTF-8") from None
    identity = _identity(line.id)
    return identity, _text(line.text, identity)


def _identity(raw: msgspec.Raw) -> int | str | None:
    try:
        return msgspec.json.decode(raw, type=int | str | None)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _BadLineError("id: ожидается строка или целое число") from None


def _text(raw: msgspec.Raw | msgspec.UnsetType, identity: int | str | None) -> str:
    if isinstance(raw, msgspec.UnsetType):
        raise _BadLineError("text: поля нет, ожидается строка", identity)
    try:
        text: str = msgspec.json.decode(raw, type=str)
    except msgspec.ValidationError:
        raise _BadLineError("text: ожидается строка", identity) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _BadLineError(
            "text: повреждённая строка (неверный UTF-8 или половина суррогатной пары)", identity
        ) from None
    return _checked(text, identity)


def _checked(text: str, identity: int | str | None) -> str:
    if "\0" in text:
        raise _BadLineError("text: знак с кодом 0, такого в комментарии быть не может", identity)
    if len(text) > TEXT_LIMIT:
        raise _BadLineError(f"text: {len(text)} знаков, ожидается не больше {TEXT_LIMIT}", identity)
    return text


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a file in order; `first` is the number of the first one."""

    first: int
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk's answer: the bytes to write, how many lines, and the bad ones as (number, what is wrong)."""

    output: bytes
    lines: int
    bad: tuple[tuple[int, str], ...]


#: A process keeps the judge it has made: loading a model costs more than judging thousands of lines.
_KEPT: Final = 2


@lru_cache(maxsize=_KEPT)
def judge_for(recipe: Recipe) -> Judge:
    """The judge of a recipe.

    Raises:
        ConfigurationError: the folder holds no usable model, the policy is not fit, or they do not fit each other.
    """
    artefact = open_model(recipe.model)
    policy = bind(parse(recipe.policy_source, file=recipe.policy_file), artefact.manifest)
    return Judge(Scorer(artefact), policy)


def score_chunk(recipe: Recipe, chunk: Chunk) -> Scored:
    """Judge some lines; runs in whatever process joblib puts it."""
    return judge_lines(judge_for(recipe), chunk)


def opinion_on(text: str, recipe: Recipe) -> dict[str, object]:
    """The opinion on one text, with its telling words, its policy and the version of its model."""
    judge = judge_for(recipe)
    opinion = judge.opinion(text)
    spans = judge.explain(text, opinion)
    other = judge.change(text, spans)
    return {
        **opinion,
        "explanation": [
            _place(text, span.start, span.end) | {"share": round(span.share, 4), "category": span.category}
            for span in spans
        ],
        "change": other and {"without": [_place(text, *place) for place in other.without], "verdict": other.verdict},
        "thresholds": {name: judge.policy.basis[name] for name in ("remove", "review", "appeal")},
        "policy": {"name": judge.policy.policy.name, "title": judge.policy.policy.title},
        "model": {"name": MODEL_NAME, "version": judge.policy.model_version},
    }


def _place(text: str, start: int, end: int) -> dict[str, object]:
    return {"text": text[start:end], "start": start, "end": end}


def judge_lines(judge: Judge, chunk: Chunk) -> Scored:
    """Judge some lines in order."""
    answers = judge.lines(chunk.first, chunk.lines)
    bad = tuple((number, wrong) for number, (_, wrong) in enumerate(answers, chunk.first) if wrong)
    return Scored(b"".join([answer for answer, _ in answers]), len(answers), bad)
