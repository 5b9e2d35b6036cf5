"""A case says in one sentence why it is open, and a button what it will really do."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.abilities import BanTerms
from app.domain.ports import Abilities
from app.domain.questions import UNDO, effect, why
from app.domain.words import ActionKind, Kind, Reason, Verdict
from app.networks.vk.abilities import ABILITIES as VK

_ALL = frozenset(Kind)
CHAT = Abilities(
    can_push=_ALL,
    can_delete=_ALL,
    can_hide=frozenset(),
    can_restore=frozenset(),
    can_ban=True,
    can_unban=False,
    ban_deletes_messages=True,
)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_a_sentence(reason: Reason, verdict: Verdict) -> None:
    """Whatever opened the case, it is told in one Russian sentence or two, without codes and empty places."""
    for categories in ((), ("insult",), ("spam", "threat")):
        said = why(reason, verdict=verdict, categories=categories, mode="review", comments=22, authors=3)

        assert said[0].isupper()
        assert said.endswith(".")
        assert "  " not in said
        assert " ." not in said
        assert not any("a" <= letter <= "z" for letter in said)


@pytest.mark.parametrize(
    ("reason", "verdict", "said"),
    [
        ("score_over_review", "review", "Похоже на оскорбление, но уверенности нет: решает человек."),
        (
            "score_over_remove",
            "remove",
            "Программа уверена, что это оскорбление; страница работает с проверкой, и решает человек.",
        ),
        ("campaign", "review", "Одно и то же написали 22 раза, авторов: 3. Посмотрите, не рассылка ли это."),
        (
            "mode",
            "remove",
            "Программа уверена, что это оскорбление, но режим страницы сменился раньше, чем она закончила: решает человек.",
        ),
    ],
)
def test_the_common_reasons_name_what_is_asked(reason: str, verdict: str, said: str) -> None:
    """The category and the numbers stand in the sentence."""
    assert why(reason, verdict=verdict, categories=("insult",), mode="review", comments=22, authors=3) == said


def test_a_threat_beside_what_goes_is_named() -> None:
    """A person who is asked only because of a threat is told of the threat."""
    said = why("score_over_review", verdict="remove", categories=("insult",), beside=("threat",), mode="enforce")
    assert said.startswith("Программа уверена, что это оскорбление, и похоже на угрозу:")


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 раз,"), (3, "3 раза,"), (5, "5 раз,"), (12, "12 раз,"), (24, "24 раза,")]
)
def test_numbers_agree_with_their_noun(count: int, said: str) -> None:
    """Russian has two forms here."""
    assert said in why("repeat", verdict="review", categories=(), mode="review", comments=count)


def test_a_button_says_what_cannot_be_taken_back() -> None:
    """Before the first touch: whether it can be undone, and what a ban takes along."""
    assert "можно вернуть" in effect(ActionKind.DELETE_COMMENT, Kind.WALL, VK)
    assert "Вернуть его будет нельзя" in effect(ActionKind.DELETE_COMMENT, Kind.MESSAGE, VK)
    assert "можно снять" in effect(ActionKind.BAN_AUTHOR, Kind.WALL, VK)
    assert effect(ActionKind.HIDE_COMMENT, Kind.WALL, VK) == "Эта сеть так не умеет."
    ban = effect(ActionKind.BAN_AUTHOR, Kind.DISCUSSION, CHAT)
    assert "удалит и то, что автор писал раньше" in ban
    assert "Снять блокировку отсюда нельзя" in ban


@pytest.mark.parametrize(
    ("abilities", "said"),
    [
        ({"ban_deletes_messages": True, "term_only_mutes": True}, "на срок запрещает писать и ничего не удаляет"),
        ({"term_only_mutes": True}, "читать автор сможет"),
        ({"bans_by_deleting": True}, "только вместе с удалением"),
        ({"bans_by_deleting": True, "can_delete": frozenset()}, "блокировка останется человеку"),
        ({"can_ban": False}, "вручную в сети"),
        ({"ban_terms": BanTerms(dated=False)}, "программа сама снимет блокировку"),
        ({"ban_terms": BanTerms(dated=False), "can_unban": False}, "программа напомнит снять блокировку вручную"),
    ],
)
def test_a_moderator_knows_what_a_ban_is_here(abilities: dict[str, Any], said: str) -> None:
    """What the network does beside keeping the author away, and who ends the term, is told before it is confirmed."""
    assert said in effect(ActionKind.BAN_AUTHOR, Kind.WALL, replace(VK, **abilities))
    assert said not in effect(ActionKind.BAN_AUTHOR, Kind.WALL, VK)


def test_what_cannot_come_back_is_kept_and_what_cannot_be_done_is_a_task() -> None:
    """A deletion for good leaves a full copy; one that the program cannot do is done by hand."""
    assert "полная копия сохраняется как доказательство" in effect(ActionKind.DELETE_COMMENT, Kind.WALL, CHAT)
    assert "копия" not in effect(ActionKind.DELETE_COMMENT, Kind.WALL, VK)
    by_hand = replace(CHAT, can_delete=frozenset())
    assert "вручную в сети" in effect(ActionKind.DELETE_COMMENT, Kind.WALL, by_hand)
    assert "вручную в сети" in effect(ActionKind.UNBAN_AUTHOR, Kind.WALL, CHAT)


def test_every_measure_has_its_reverse() -> None:
    """What is against a comment or an author has an action that takes it back; what takes back has none."""
    assert set(UNDO) | set(UNDO.values()) == set(ActionKind)
    assert not set(UNDO) & set(UNDO.values())
