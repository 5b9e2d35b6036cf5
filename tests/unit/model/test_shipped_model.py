"""What the shipped model does with texts written for this test: verdicts by its own thresholds."""

import pytest

from model.artefact import DEFAULT_ARTEFACT, load
from model.labels import CATEGORIES
from model.lemmas import dictionary_is_fast
from model.scorer import Scorer

PROMISE = "1/1000"
SHARE = "0.03"


@pytest.fixture(scope="module")
def scorer():
    return Scorer(load(DEFAULT_ARTEFACT))


def over(scorer, text, thresholds):
    scores = scorer.score(text)
    return {c for c in CATEGORIES if getattr(scores, c) >= thresholds[c]}


@pytest.mark.parametrize(
    "text",
    [
        "застрахуйте", "скипидар", "рубля", "команда", "потреблять", "сухую", "подстрахуй", "оскорблять", "психую", "жопа", "говно",
        "Застрахуйте квартиру до начала паводка",
        "Скипидар для бани продаётся в хозтоварах на Советской",
        "Не хватило одного рубля на проезд",
        "Наша команда заняла второе место на районных соревнованиях",
        "Электричество стали меньше потреблять, а платим больше",
        "Большое спасибо администрации за ремонт нашего двора!",
        "Поздравляем всех учителей с праздником, здоровья и терпения",
        "На улице Гагарина яма на яме, проехать нельзя. Когда будет ремонт?",
        "Третий день нет отопления, в квартире 15 градусов, дети болеют",
        "Почему не чистят тротуар у школы? Люди падают",
        "Автобус 12 опять не пришёл, сорок минут ждали на морозе",
        "Глава района не выполнил ни одного обещания, считаю его работу плохой",
        "Хрен дождёшься от вас ремонта, третий год обещаете",
        "Продам детскую коляску, самовывоз с улицы Ленина",
        "Уважаемые жители, информация о графике приёма размещена на сайте https://example.ru/priem",
        "@user, добрый день, подробности в группе https://vk.com/wall-1_200",
    ],
)  # fmt: skip
def test_clean_texts_stay(scorer, text):
    """Clean words, thanks, complaints, coarse words and local news are never over a removal threshold."""
    assert not over(scorer, text, scorer.manifest.promises[PROMISE].thresholds)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Ты тупая мразь", "insult"),
        ("Дебилы вы конченые, а не чиновники", "insult"),
        ("Глава района урод и подонок", "insult"),
        ("заткнись, чмо", "insult"),
        ("Идите все на хуй", "obscenity"),
        ("Это просто пиздец", "obscenity"),
        ("это п и з д е ц", "obscenity"),
        ("пошёл на xyй", "obscenity"),
        ("е6аный стыд", "obscenity"),
        ("бл@дь, опять", "obscenity"),
        ("х*йня полная", "obscenity"),
        ("Найду тебя и убью, тварь", "threat"),
        ("Приеду и голову тебе оторву, сука", "threat"),
        ("Выиграл в казино 50000 рублей, бонус за регистрацию тут @best_slot_bot", "spam"),
        ("Ищу людей для удалённой работы, доход от 300$ в день, пишите в лс @manager_pro", "spam"),
        ("Заработок в интернете без вложений! Пиши + в личку, t.me/joinchat", "spam"),
    ],
)
def test_violations_are_seen(scorer, text, category):
    """Insults, swearing, also in disguise, threats and advertising reach a person or are removed, under their name."""
    assert category in over(scorer, text, scorer.manifest.review[SHARE])


@pytest.mark.parametrize(
    "text",
    ["Ты тупая мразь", "пошёл на хуй, сука", "пошла нахуй с p-a-б-o-t-ы, с у к а", "Дебилы конченые, твари, уроды"],
)
def test_plain_abuse_is_removed(scorer, text):
    """Direct abuse is over a removal threshold, and its writer is not protected as a complainer."""
    assert over(scorer, text, scorer.manifest.promises[PROMISE].thresholds)
    assert scorer.score(text).appeal < scorer.manifest.appeal


@pytest.mark.parametrize(
    "text",
    [
        "Когда отремонтируют дорогу на улице Мира? Одни ямы, машину разбил",
        "Прошу принять меры: во дворе дома 5 не вывозят мусор вторую неделю",
        "В подъезде нет света, управляющая компания не отвечает на заявки",
        "Сколько можно терпеть этих уродов из ЖКХ, третий день нет воды, примите меры!",
        "Дороги говно, тротуары не чистят, когда займётесь?",
    ],
)
def test_complaints_are_appeals(scorer, text):
    """Complaints, also rude ones, are recognised as appeals."""
    assert scorer.score(text).appeal >= scorer.manifest.appeal


def test_promises_and_reviews_are_in_order(scorer):
    """A stricter promise never has a lower threshold, a larger review share never a higher one, review is never above removal."""
    manifest = scorer.manifest
    assert {"1/300", "1/1000"} <= manifest.promises.keys()
    assert manifest.promises.keys() | manifest.refused.keys() == {"1/300", "1/1000", "1/3000"}
    for c in CATEGORIES:
        assert manifest.promises["1/300"].thresholds[c] <= manifest.promises["1/1000"].thresholds[c]
        cuts = [manifest.review[share][c] for share in sorted(manifest.review, key=float)]
        assert cuts == sorted(cuts, reverse=True)
        assert max(cuts) <= manifest.promises["1/300"].thresholds[c]
    for promise in manifest.promises.values():
        assert promise.errors_observed <= promise.errors_allowed


def test_the_telling_word_is_told(scorer):
    """The explanation points at the word as written, disguise included."""
    text = "Уважаемая редакция, вы д-е-б-и-л-ы и никто больше"
    span = scorer.explain(text, categories=["insult"])[0]
    assert text[span.start : span.end] == "д-е-б-и-л-ы"


def test_the_artefact_is_small_and_its_dictionary_fast():
    """The folder holds at most 12 MB, its card speaks of it, and the quick dictionary is installed."""
    manifest = load(DEFAULT_ARTEFACT).manifest
    assert sum(p.stat().st_size for p in DEFAULT_ARTEFACT.iterdir()) <= 12 * 2**20
    assert manifest.version in (DEFAULT_ARTEFACT / "CARD.md").read_text(encoding="utf-8")
    assert dictionary_is_fast()
