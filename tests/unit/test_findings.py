"""What connecting says to people: every cause has its words, and every place in them is filled."""

import pytest

from app.domain.connecting import Why
from app.domain.findings import ADVICE, DONE, LACKS, finding
from app.domain.ports import Slot

FACTS = {
    "page": 7301,
    "external_id": "229000001",
    "code": "vk_15",
    "url": "https://example.ru",
    "title": "Дворник",
    "servers": "«Бот»",
    "events": "user_block",
    "version": "5.131",
    "wanted": "5.199",
    "count": 30,
}


@pytest.mark.parametrize("name", [*LACKS, *DONE, *ADVICE])
def test_no_place_is_left_open(name: str) -> None:
    """The facts that the steps give are all that a text asks for."""
    text = finding(name, slot=Slot.USER, **FACTS).text
    assert not {"{", "}"} & set(text)
    assert text[0].isupper()
    assert "  " not in text


def test_every_cause_says_what_to_do() -> None:
    """A refusal of the network never ends in a bare code."""
    assert {why.value for why in Why} <= LACKS.keys()
    for name in LACKS:
        assert len(LACKS[name].split()) > 6, name


def test_codes_are_not_shared() -> None:
    """What is done, what is missing and what is advised are told apart by their codes."""
    assert len({*LACKS, *DONE, *ADVICE}) == len(LACKS) + len(DONE) + len(ADVICE)
    assert "руководителя" in finding("dead", slot="user", page=1, code="vk_5").text
