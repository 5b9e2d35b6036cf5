"""Texts that hardly differ are found in a process's memory, others are not, and the memory is bounded."""

import pytest

from app.pipeline.record import nearby
from app.pipeline.record.nearby import Nearby

AD = "требуются сотрудники на упаковку товара ежедневная оплата обращайтесь в личные сообщения прямо сейчас"


@pytest.fixture
def memory() -> Nearby:
    """A memory that holds one advert."""
    memory = Nearby()
    memory.remember(1, AD, 100)
    return memory


@pytest.mark.parametrize(
    "text",
    [
        AD + " 5",
        AD.replace("прямо сейчас", "прямо щас"),
        "привет " + AD,
        AD.replace("сотрудники", "сотруднники"),
    ],
)
def test_a_text_that_hardly_differs_is_found(memory: Nearby, text: str) -> None:
    """A word more, a word less, a slip of the pen."""
    assert memory.find(2, text) == 100


@pytest.mark.parametrize(
    "text",
    [
        "требуются водители на маршрут номер пять ежедневная оплата обращайтесь в отдел кадров автопарка",
        "требуются сотрудники",
        "спасибо администрации за ремонт дороги на улице садовой в этом году",
    ],
)
def test_another_text_is_another_text(memory: Nearby, text: str) -> None:
    """Sharing words is not being alike, and a short text is compared with none."""
    assert memory.find(2, text) is None


def test_a_text_is_not_like_itself(memory: Nearby) -> None:
    """The database finds exact copies; the memory does not say anything about them."""
    assert memory.find(1, AD) is None


def test_the_oldest_is_forgotten(memory: Nearby, monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory holds so many texts, and nothing of those that made room."""
    monkeypatch.setattr(nearby, "REMEMBERED", 3)
    for number in range(2, 6):
        memory.remember(
            number, f"{chr(1072 + number) * 8} {chr(1082 + number) * 9} {chr(1090 + number) * 30}", 100 + number
        )
    assert memory.find(9, AD + " 5") is None
    assert len(memory._entries) == 3
    assert set(memory._by_mark.values()) == set(memory._entries)
