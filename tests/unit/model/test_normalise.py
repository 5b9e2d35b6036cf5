"""What the normaliser undoes, and what it must leave alone."""

import pytest

from model.normalise import MAX_BEFORE, normalise


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("п и з д е ц полный", "пиздец полный"),
        ("х.у.й", "хуй"),
        ("д-е-б-и-л", "дебил"),
        ("я с у к а", "я сука"),
        ("c y k a", "сука"),
        ("xyй", "хуй"),
        ("е6аный", "ебаный"),
        ("п@дла", "падла"),
        ("бл9", "бля"),
        ("$ука", "сука"),
        ("suka pidoras", "сука пидорас"),
        ("п**ц", "пиздец"),
        ("м***к", "мудак"),
        ("дурааааак", "дурак"),
        ("длиннннный", "длинный"),
        ("ду\u200bрак", "дурак"),
        ("д\u0336у\u0336р\u0336а\u0336к", "дурак"),
        ("ᴧюдᴇй дᴧя ᴄᴏᴛᴩудничᴇᴄᴛʙᴀ", "людей для сотрудничества"),
        ("Mοжeм вaм пοмoчь", "можем вам помочь"),
        ("3дpaвcтвyйтe", "здравствуйте"),
        ("𝐬𝐮𝐤𝐚", "сука"),
    ],
)
def test_disguises(written, meant):
    """A word in disguise is read as the word that it is."""
    assert normalise(written).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "на сук залез и аметист",
        "в 9 и в 10",
        "т.е. и т.д.",
        "2х2=4, д.8, к.4, 5*5 м",
        "3этажный дом, 10ти, 4комнатная",
        "да...нет **важно** товар*",
        "iphone 15 pro max",
        "ул. а. с. пушкина, дом 3а",
        "ж к х не работает",
        "ёжик и йод",
        "колесо счёт россия",
        "сайт работает",
    ],
)
def test_clean_text_stays(text):
    """Ordinary writing is not rewritten."""
    done = normalise(text)
    assert done.text == text
    assert not any(done.undone)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8 (900) 123-45-67", "<phone>"),
        ("<PHONE>", "<phone>"),
        ("ivan@example.ru", "<email>"),
        ("https://example.org/a?b=c, да", "<link>, да"),
        ("пишите t.me/join", "пишите <chat>"),
        ("https://vk.com/wall-1_2", "<page>"),
        ("https://vk.com.evil.org/x", "<link>"),
        ("[id1|Иван], спасибо", "@user, спасибо"),
        ("[club5|Район] ответьте", "@club ответьте"),
        ("2202 2002 1234 5678", "<card>"),
        ("@HomeProfit", "@user"),
    ],
)
def test_fixed_tokens(text, meant):
    """Contacts, links and mentions become one token each."""
    assert normalise(text).text == meant


def test_decomposed_letters_survive():
    """й and ё written as letter and mark are й and ё."""
    assert normalise("и\u0306 е\u0308").text == "й ё"


def test_undone_is_counted():
    """What was undone is counted by kind."""
    undone = normalise("д-е-б-и-л xyй дурааак м***к су\u200bка").undone
    assert (undone.spread, undone.drawn, undone.stretched, undone.masked, undone.hidden) == (1, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "meant", "written"),
    [
        ("Вот п и з д е ц какой", "пиздец", "п и з д е ц"),
        ("ну ты ДУ\u200bРАК", "дурак", "ДУ\u200bРАК"),
        ("тел. 8 900 123-45-67 и xyй", "хуй", "xyй"),
        ("😀😀 ｄｅｂｉｌ дурааак", "дурак", "дурааак"),
    ],
)
def test_origin(text, meant, written):
    """The way back leads to what the citizen wrote."""
    done = normalise(text)
    at = done.text.index(meant)
    start, end = done.origin(at, at + len(meant))
    assert text[start:end] == written


def test_a_long_text_is_cut():
    """A text that grows under NFKC is cut and still stable."""
    done = normalise("\ufdfa" * MAX_BEFORE)
    assert len(done.text) <= MAX_BEFORE
    assert normalise(done.text).text == done.text
