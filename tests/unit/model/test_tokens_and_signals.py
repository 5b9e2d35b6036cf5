"""Tokens, n-grams and signs of advertising."""

import re

import numpy as np

from model import signals
from model.normalise import NOTHING_UNDONE
from model.signal_words import ADVERTS, COMPLAINTS
from model.signals import KINDS, MEASURES, SIGNALS, WORD_SIGNALS, kinds_of, measures, word_signals
from model.tokens import forms, ngrams, tokens


def test_forms_and_tokens_agree():
    """The quick cut and the cut with spans give the same forms."""
    text = "@user, цена 1500 руб. ёлка <phone> кто-то " + "я" * 100
    assert [t.form for t in tokens(text)] == forms(text)
    assert "0000" in forms(text)
    assert "елка" in forms(text)
    assert max(map(len, forms(text))) == 64


def test_the_mention_that_opens_an_answer_is_no_word():
    """Whom a comment answers says nothing about it; a mention inside or alone remains."""
    assert forms("@user, @club спасибо") == ["спасибо"]
    assert forms("пишите @user") == ["пишите", "@user"]
    assert forms("@user") == ["@user"]


def test_ngrams_stay_inside_the_token():
    """A word gives 2- to 5-grams with its borders, a number or fixed token itself."""
    assert ngrams("да") == [" д", "да", "а ", " да", "да ", " да "]
    assert ngrams("0000") == ["0000"]
    assert ngrams("<link>") == ["<link>"]


def test_word_signals():
    """Kinds of words, their pairs and the number of kinds of adverts are signals."""
    mask = kinds_of("заработок") | kinds_of("<chat>")
    names = {WORD_SIGNALS[n] for n in word_signals(mask)}
    assert names == {"earn", "chat", "chat+earn", "adverts>=1", "adverts>=2"}
    assert word_signals(0) == []
    assert len(SIGNALS) == len(WORD_SIGNALS) + len(MEASURES)
    assert len(set(SIGNALS)) == len(SIGNALS)
    assert max(word_signals((1 << len(KINDS)) - 1)) == len(WORD_SIGNALS) - 1


def test_signs_of_a_complaint():
    """A public matter and its fault are paired, count as no advert and are not paired with one."""
    mask = kinds_of("воду") | kinds_of("отключили") | kinds_of("<phone>")
    names = {WORD_SIGNALS[n] for n in word_signals(mask)}
    assert names == {"matter", "fault", "matter+fault", "phone", "adverts>=1"}


def test_every_kind_has_a_word():
    """No kind is out of reach: each pattern matches a word, and an ordinary word is of no kind."""
    words = (
        "<link> <page> телеграм <nick> <phone> <email> карту тысяч 0000 неделю доход вакансия требуются люди лс пишите "
    )
    words += (
        "жми казино крипта интим займ таро скидка бесплатно канал похудеть курсы диплом закладки сбор вода отключили "
    )
    words += "когда прошу мэр улица"
    masks = [kinds_of(word) for word in words.split()]
    assert all(mask >> bit & 1 for bit, mask in enumerate(masks))
    assert len(masks) == len(KINDS)
    assert kinds_of("синий") == 0


def test_measures():
    """The look counts emoji, capitals, digits, lines, pluses and exclamation marks."""
    look = dict(zip(MEASURES, measures("АБ 12\n+!!😀", NOTHING_UNDONE), strict=True))
    assert look["capitals"] == 0.2
    assert look["digits"] == 0.2
    assert look["plus"] == 1.0
    assert look["emoji"] > 0
    assert look["exclamations"] > 0
    assert look["disguises"] == 0.0


def test_one_look_at_the_first_letter_finds_all_kinds():
    """A token has every kind whose beginnings it matches, whatever its first letter, also without a letter at all."""
    words = [word for text in (ADVERTS | COMPLAINTS).values() for word in text.split()]
    # A beginning whose first letter may be left out would be looked for under the wrong one.
    assert [word for word in words if word[1:2] in {"?", "*", "{", "|"}] == []
    tokens = [re.sub(r"\(\?:|[$|()*?\[\]]|\\d\+", "", word) for word in words]
    for token in [*tokens, *(f"{t}ы" for t in tokens), "<link>", "<chat>", "0000", "000р", "0", "я", "zz", "ёлка"]:
        expected = sum(1 << bit for bit, match in enumerate(signals._MATCHERS) if match(token))
        assert kinds_of(token) == expected, token


def test_the_look_of_many_texts_is_that_of_each():
    """Together as one by one, up to the last bits, with empty texts and halves of characters among them."""
    texts = [
        "",
        "Да! ДА!! +7 (900) 123\n\n😀☀⬛",
        "тихо",
        "\U0001faff\U0001fb00\U0010ffff☀➿",
        "\ud800Ё",
        "",
        "АЯЁёaZ09!",
    ]
    undone = [NOTHING_UNDONE._replace(hidden=n, drawn=n % 2) for n in range(len(texts))]
    together = signals.measures_of_many(texts, undone)
    alone = [measures(text, one) for text, one in zip(texts, undone, strict=True)]
    assert np.abs(together - np.array(alone)).max() < 1e-15
    assert (together.max(axis=0) > 0).all()
