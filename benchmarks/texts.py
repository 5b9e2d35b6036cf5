"""Writes comments that no model has seen, with the word frequencies of real ones."""

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pymorphy3

from app.pipeline.scoring import Judge, Recipe, judge_for
from model.artefact import DEFAULT_ARTEFACT, load, unpack_names

ROOT: Final = Path(__file__).parents[1]
POLICY: Final = "novokuznetsk-59"
#: Every tenth text violates the policy.
EVERY: Final = 10
#: Share of words with one letter wrong: real comments are full of forms that stand in no dictionary.
TYPOS: Final = 0.04
#: Texts that are judged at once.
_TOGETHER: Final = 1_000
_WORD: Final = re.compile(r"[а-я]+\Z")
_LETTERS: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_STREETS: Final = ("Садовой", "Заречной", "Мира", "Школьной", "Новосёлов", "Кирова", "Лесной", "Вокзальной", "Горького")
_THINGS: Final = ("дорогу", "площадку", "остановку", "крышу", "теплотрассу", "парк", "лестницу", "клуб", "мост", "баню")
_CLEAN: Final = (
    "Спасибо, что отремонтировали {thing} на {street}.",
    "Когда откроют {thing} на {street}, {number}?",
    "Подскажите, до скольки работает МФЦ на {street}?",
    "На {street}, {number} опять нет света,",
    "Уважаемая администрация, сделайте {thing} на {street}!",
    "Живу на {street} {number} лет, такого не помню:",
    "Поздравляем всех с праздником!",
    "Автобус № {number} сегодня не пришёл,",
    "",
    "",
    "",
)
_VIOLATING: Final = (
    "Иди нахуй, пидорас",
    "Пошли вы все на хуй, уёбки",
    "Ты тупая скотина, урод и дегенерат",
    "Заткнись, сука ёбаная",
    "Пиздец, какие же вы мрази",
    "Идите нахуй со своим праздником, пидоры",
    "Гнида ты конченая, чтоб ты сдох, урод",
    "Хуйню не неси, долбоёб",
)


def written(seed: int, count: int) -> tuple[list[str], Path]:
    """The first texts of a stream, and the file in `build/` that keeps them until artefact or words change."""
    version = load(DEFAULT_ARTEFACT).manifest.version
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    path = ROOT / "build" / f"texts-{version}-{own}-{seed}-{count}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(Writer(seed).texts(count), ensure_ascii=False), encoding="utf-8")
        partial.replace(path)
    texts: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return texts, path


class Writer:
    """An endless stream of texts; the same seed writes the same stream.

    Words are drawn with the document frequencies that the shipped artefact has kept of its training texts, in a form
    taken at random from the word's paradigm; lengths follow a log-normal law with a mean near 95 characters.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - texts, not secrets
        self._morph = pymorphy3.MorphAnalyzer(lang="ru")
        self._forms: dict[str, list[str]] = {}
        self._words, self._weights = _frequencies()
        self._drawn: list[str] = []
        self._openings = _CLEAN + tuple(text for text in _sampled() if text)
        self._judge = _judge()
        self._written: set[str] = set()
        self._kept = self._judged(self._clean, "keep")
        self._removed = self._judged(self._violating, "remove")

    def texts(self, count: int) -> list[str]:
        """So many texts, all different; every tenth is one that the policy removes, the others are kept."""
        return [next(self._removed if number % EVERY == EVERY - 1 else self._kept) for number in range(count)]

    def _judged(self, write: Callable[[], str], verdict: str) -> Iterator[str]:
        """Different texts with this verdict; they are judged together, which costs less than one by one."""
        while True:
            written = [text for text in dict.fromkeys(write() for _ in range(_TOGETHER)) if text not in self._written]
            self._written.update(written)
            opinions = self._judge.opinions(written)
            yield from (text for text, one in zip(written, opinions, strict=True) if one["verdict"] == verdict)

    def _clean(self) -> str:
        opening = self._random.choice(self._openings)
        text = opening.format(
            thing=self._random.choice(_THINGS),
            street=self._random.choice(_STREETS),
            number=self._random.randint(1, 120),
        )
        return self._continued(text, int(self._random.lognormvariate(4.3, 0.65)))

    def _violating(self) -> str:
        text = self._random.choice(_VIOLATING)
        return self._continued(text, len(text) + self._random.randint(5, 25))

    def _continued(self, text: str, length: int) -> str:
        parts = [text] if text else []
        size = len(text)
        while size < length or not parts:
            word = self._word()
            parts.append(word)
            size += len(word) + 1
        return " ".join(parts)

    def _word(self) -> str:
        if not self._drawn:
            self._drawn = self._random.choices(self._words, cum_weights=self._weights, k=10_000)
        word = self._random.choice(self._forms_of(self._drawn.pop()))
        if len(word) > 3 and self._random.random() < TYPOS:
            place = self._random.randrange(len(word))
            word = word[:place] + self._random.choice(_LETTERS) + word[place + 1 :]
        return word

    def _forms_of(self, word: str) -> list[str]:
        forms = self._forms.get(word)
        if forms is None:
            found = self._morph.parse(word)[0].lexeme
            forms = self._forms[word] = sorted({form.word for form in found}) or [word]
        return forms


def _frequencies() -> tuple[list[str], list[float]]:
    """Russian lemmas and their running sums of document frequency, up to a factor."""
    arrays = load(DEFAULT_ARTEFACT).arrays
    # The idf is a logarithm of texts over frequency.
    frequency = np.exp(-arrays.lemmas_idf.astype(np.float64))
    names = unpack_names(arrays.lemmas_names)
    kept = [place for place, name in enumerate(names) if _WORD.match(name)]
    return [names[place] for place in kept], np.cumsum(frequency[kept]).tolist()


def _sampled() -> list[str]:
    """Texts of the sample payloads."""
    found: set[str] = set()
    for path in sorted((ROOT / "data/samples/vk").glob("wall_reply_*.json")):
        found.add(_text(json.loads(path.read_text(encoding="utf-8"))))
    for line in (ROOT / "data/samples/vk/story.jsonl").read_text(encoding="utf-8").splitlines():
        found.add(_text(json.loads(line)))
    return sorted(text for text in found if text.isprintable() and "{" not in text)


def _text(payload: Any) -> str:
    thing = payload.get("object")
    text = thing.get("text", "") if isinstance(thing, dict) else ""
    return text if isinstance(text, str) else ""


def _judge() -> Judge:
    source = (ROOT / f"app/policy/presets/{POLICY}.toml").read_text(encoding="utf-8")
    return judge_for(Recipe(DEFAULT_ARTEFACT, f"{POLICY}.toml", source))
