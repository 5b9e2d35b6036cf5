"""Whom a comment speaks of changes no verdict."""

import pytest

from app.pipeline.scoring import Judge
from app.policy.binding import bind
from app.policy.rules import load_preset
from model.artefact import DEFAULT_ARTEFACT, load
from model.scorer import Scorer

PRESETS = ("default", "kozhevnikovo-650", "novokuznetsk-59", "talmenka-414")
#: Officials and neighbours: surnames that nobody in particular bears, of several peoples of Russia.
OFFICIALS = ("Иванов", "Хабибуллин", "Оганесян", "Медведев", "Ковалёв")
NEIGHBOURS = ("Петров", "Кузнецов", "Ахметзянов", "Степаненко", "Николаев")
#: Names that the dictionary lists as another word or does not list at all.
UNUSUAL = ("Гайсин", "Шмыгаль", "Зайцев", "Блинов", "Ыйылдыров")
COMMENTS = (
    "{} обещал сделать дорогу до осени, а воз и ныне там",
    "Спасибо, {} и его команда всё убрали за день",
    "{} врёт и не краснеет, какие ещё отчёты вам нужны",
    "{} дебил конченый, и все об этом знают",
    "{} ты мразь, чтоб ты сдох",
    "Когда {} уже проведёт свет на Садовую? Третий год ждём, блять",
    "{} пошёл на хуй",
    "Я знаю, где живёт {}, вечером приду и сломаю ему ноги",
    "Вчера {} рассказывал на собрании про новую школу",
    "{} вор, пусть покажет, куда ушли деньги на ремонт",
    "{}, приём граждан в среду будет или опять перенесли?",
    "Подписывайтесь на канал, {} раздаёт деньги каждому, ссылка t.me/razdacha",
    "У таких как {} руки из жопы растут",
    "{} сказал, что мы быдло. Это нормально вообще?",
    "убил бы за такую работу, {}, ей-богу",
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """The shipped model."""
    return Scorer(load(DEFAULT_ARTEFACT))


@pytest.mark.parametrize("comment", COMMENTS, ids=range(len(COMMENTS)))
def test_a_neighbour_in_an_officials_place_changes_no_verdict(scorer: Scorer, comment: str) -> None:
    """Every policy rules the same; the scores of insult, obscenity and threat are equal, whatever the surname.

    Those of spam and appeal see how long a text is and how many capitals it has, and hardly move.
    """
    texts = [comment.format(name) for name in (*OFFICIALS, *NEIGHBOURS)]
    scores = [scorer.score(text) for text in texts]
    assert len({found[1:4] for found in scores}) == 1
    for head in ("spam", "appeal"):
        found = [getattr(one, head) for one in scores]
        assert max(found) - min(found) < 0.05
    for preset in PRESETS:
        judge = Judge(scorer, bind(load_preset(preset), scorer.manifest))
        assert len({str(judge.opinion(text)["verdict"]) for text in texts}) == 1


@pytest.mark.parametrize("comment", COMMENTS, ids=range(len(COMMENTS)))
def test_a_name_that_the_dictionary_does_not_know_neither_removes_nor_saves(scorer: Scorer, comment: str) -> None:
    """Such a name is a word like any other to the model: it may bring a person to look, and never removes or saves."""
    for preset in PRESETS:
        judge = Judge(scorer, bind(load_preset(preset), scorer.manifest))
        known = judge.opinion(comment.format(OFFICIALS[0]))["verdict"] == "remove"
        removed = {name: judge.opinion(comment.format(name))["verdict"] == "remove" for name in UNUSUAL}
        assert removed == dict.fromkeys(UNUSUAL, known)
