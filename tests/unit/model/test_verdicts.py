"""What the memory of chunks keeps and what it lets go."""

import random
import sys
import threading
from collections.abc import Set as AbstractSet

from model.verdicts import Verdicts


class _Judge:
    """Demands 2 of chunks with a digit, and remembers what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, chunks: AbstractSet[str]) -> tuple[set[str], dict[str, int]]:
        self.asked += chunks
        found = {chunk: 2 for chunk in chunks if chunk[-1:].isdigit() or len(chunk) > 20}
        return set(chunks) - found.keys(), found


def _junk(draw: random.Random, many: int) -> list[str]:
    return ["".join(draw.choice("абвгд17") for _ in range(14)) for _ in range(many)]


def test_a_chunk_is_judged_once() -> None:
    """What was judged is known, whatever it demands, and nothing is asked about what stands between two spaces."""
    judge = _Judge()
    verdicts = Verdicts(judge, budget=100_000, longest=20)
    assert verdicts.most(["да", "", "дом5"]) == 2
    assert verdicts.most(["да", ""]) == 0
    assert verdicts.most(["дом5"]) == 2
    assert sorted(judge.asked) == ["да", "дом5"]
    told = verdicts.memory()
    assert (told.entries, told.hits, told.misses) == (4, 2, 1)


def test_the_budget_holds() -> None:
    """A flood of random letters never takes more than the budget, nor less than a third of it."""
    verdicts = Verdicts(_Judge(), budget=100_000, longest=20)
    draw = random.Random(2)
    for _ in range(300):
        verdicts.most(_junk(draw, 20))
        assert verdicts.memory().bytes <= 100_000
    assert verdicts.memory().bytes > 33_000


def test_bytes_are_about_right() -> None:
    """The bytes told are what strings and sets take, within a third."""
    verdicts = Verdicts(_Judge(), budget=10_000_000, longest=20)
    words = _junk(random.Random(3), 20_000)
    verdicts.most(words)
    young = verdicts._young
    real = sys.getsizeof(young.plain) + sys.getsizeof(young.others)
    real += sum(map(sys.getsizeof, young.plain)) + sum(map(sys.getsizeof, young.others))
    assert 0.75 < verdicts.memory().bytes / real < 1.33


def test_words_in_use_outlive_a_flood() -> None:
    """Words that are met now and then are judged once, however much junk comes between."""
    judge = _Judge()
    verdicts = Verdicts(judge, budget=100_000, longest=20)
    draw = random.Random(4)
    for _ in range(200):
        verdicts.most(["двор", "дом5", *_junk(draw, 20)])
    assert judge.asked.count("двор") == judge.asked.count("дом5") == 1


def test_a_text_of_many_chunks_is_kept_within_the_budget() -> None:
    """One text with more new chunks than the budget holds is judged rightly and does not stay."""
    verdicts = Verdicts(_Judge(), budget=20_000, longest=20)
    words = _junk(random.Random(5), 4_000)
    assert verdicts.most(words) == 2
    assert verdicts.memory().bytes <= 20_000


def test_a_long_chunk_is_not_kept() -> None:
    """A chunk that is longer than the longest is judged each time."""
    judge = _Judge()
    verdicts = Verdicts(judge, budget=20_000, longest=20)
    assert verdicts.most(["а" * 21]) == verdicts.most(["а" * 21]) == 2
    assert judge.asked == ["а" * 21] * 2


def test_threads_agree() -> None:
    """Threads that fill and turn the memory over get the right answer each time."""
    verdicts = Verdicts(_Judge(), budget=30_000, longest=20)
    wrong: list[str] = []

    def read(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(300):
            words = [*_junk(draw, 8), *draw.choices(["дом", "дом5", "двор", "двор7"], k=3)]
            if verdicts.most(words) != (2 if any(word[-1].isdigit() for word in words) else 0):
                wrong.extend(words)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert verdicts.memory().bytes <= 30_000
