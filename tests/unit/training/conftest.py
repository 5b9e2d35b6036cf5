"""A small data folder in the shape that training expects, with texts made of a few words; and a model of it."""

import json
import os
import random
from pathlib import Path

import pytest

_CLEAN = [
    "дорога",
    "мост",
    "школа",
    "врач",
    "парк",
    "вода",
    "дом",
    "двор",
    "лес",
    "река",
    "музей",
    "театр",
    "утро",
    "вечер",
    "погода",
    "хлеб",
    "снег",
    "дождь",
    "сад",
    "лавка",
]
_RUDE = ["дурак", "дебил", "идиот", "мразь", "урод", "пиздец", "хуйня", "сука", "тварь"]
_SPAM = ["казино", "бонус", "заработок", "доход", "крипта", "ставка", "пишите", "лс", "ссылка", "займ"]
_COMPLAINT = ["когда", "отремонтируют", "не", "работает", "яма", "мусор", "прошу", "примите", "меры"]


def _texts(draw, words, count, extra=()):
    return [
        " ".join([*draw.sample(words, min(len(words), draw.randint(4, 8))), *draw.sample(_CLEAN, 3), *extra])
        for _ in range(count)
    ]


def write_rows(path: Path, rows) -> None:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")


def make_folder(folder: Path) -> Path:
    draw = random.Random(7)
    folder.mkdir(parents=True, exist_ok=True)
    toxic = []
    for source in ("ok_comments", "2ch_pikabu", "russe_detox/train"):
        toxic += [{"text": t, "toxic": 1, "source": source} for t in _texts(draw, _RUDE, 70)]
        toxic += [{"text": f"убью тебя {t}", "toxic": 1, "source": source} for t in _texts(draw, _RUDE, 20)]
        toxic += [{"text": t, "toxic": 0, "source": source} for t in _texts(draw, _CLEAN, 90)]
    write_rows(folder / "toxic.jsonl", toxic)
    rows = []
    for source, kind, words, count in (
        ("sloyka/a", "comment", _CLEAN, 1100), ("SOIKA/b", "comment", _CLEAN, 40), ("SOIKA/b", "comment", _COMPLAINT, 40),
        ("kursk/c", "appeal", _COMPLAINT, 60), ("troitsk/d", "appeal", _COMPLAINT, 60),
    ):  # fmt: skip
        rows += [{"text": t, "kind": kind, "source": source, "category": ""} for t in _texts(draw, words, count)]
    write_rows(folder / "municipal.jsonl", rows)
    spam = []
    for source in ("antispam_bot", "tg-spam"):
        spam += [{"text": t, "spam": 1, "source": source} for t in _texts(draw, _SPAM, 50)]
        spam += [{"text": t, "spam": 0, "source": source} for t in _texts(draw, _CLEAN, 60)]
    write_rows(folder / "spam.jsonl", spam)
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A data folder that no test changes."""
    return make_folder(tmp_path_factory.mktemp("folder") / "data")


@pytest.fixture(scope="session")
def steps():
    """What training said while it made `trained`."""
    return []


@pytest.fixture(scope="session")
def trained(folder, steps, tmp_path_factory):
    """A model of that folder, and where it lies."""
    from training.train import train

    out = tmp_path_factory.mktemp("trained")
    return train(folder, out, created="2026-01-01", step=steps.append), out


@pytest.fixture
def data(tmp_path):
    return make_folder(tmp_path / "data")


@pytest.fixture(scope="session")
def real_data():
    """The real training texts, which are not part of the repository."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("DVORNIK_TRAINING_DATA") or root.parent / "shared" / "data")
    if not (folder / "toxic.jsonl").exists():
        pytest.skip(f"no training data in {folder}; set DVORNIK_TRAINING_DATA")
    return folder
