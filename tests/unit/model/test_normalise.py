"""What the normaliser undoes, and what it must leave alone."""

import random
import tracemalloc
from time import process_time

import pytest

from model.normalise import MAX_BEFORE, NOTHING_UNDONE, memory, normalise, rewrite

# Two orders above the usual on a slow machine; a quadratic step takes longer.
SECONDS = 4.0


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
        # in pieces
        ("су ка", "сука"),
        ("ну пиз да же", "ну пизда же"),
        ("и диот", "идиот"),
        ("ган дон", "гандон"),
        ("х у й н я", "хуйня"),
        ("д е б и л и м р а з ь", "дебил и мразь"),
        ("с_у_к_а", "сука"),
        ("т*в-а*р*и", "твари"),
        ("начинается.д.е.б.и.л", "начинается.дебил"),
        # digits and signs
        ("3.14зда", "пизда"),
        ("3.14здец", "пиздец"),
        ("п!здец", "пиздец"),
        ("}{уй", "хуй"),
        ("ублюd0k", "ублюдок"),
        ("ср@ка", "срака"),
        ("пи@да", "пизда"),
        # masks
        ("х*й", "хуй"),
        ("п*****ц", "пиздец"),
        ("деб***ы", "дебилы"),
        ("м#дак", "мудак"),
        ("п.зда", "пизда"),
        ("б…ь", "блядь"),
        ("уб*ть", "убить"),
        ("хозя*н", "хозяин"),
        # sounds
        ("cyka blyat", "сука блять"),
        ("nahuy", "нахуй"),
        ("zaebali tvari", "заебали твари"),
        ("svoloch", "сволочь"),
        ("grazhdane", "граждане"),
        # held letters
        ("дуурраакк", "дурак"),
        ("ссссука", "сука"),
        # marks and drawings
        ("г\u0301н\u0301и\u0301д\u0301а\u0301", "гнида"),
        ("к\u0301о\u0301з\u0301л\u0301ы\u0301", "козлы"),
        ("с🅰️рай", "сарай"),
        ("🇸🇺🇰🇦", "сука"),
        ("1️⃣0️⃣ дней", "10 дней"),
        ("сам ты 🤡", "сам ты <clown>"),
        ("🖕🏻", "<finger>🏻"),
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
        "а б в г д",
        "1 2 3 4 5",
        "9:00 до 18:00",
        "и.о.фамилия",
        "с 1.01.2024 по 31.12",
        "ул.ленина,д.5",
        "сделано.теперь",
        "во-первых, какой-то, не-а, 4-му",
        "ну...давай, с...а, и...а, вот...ка",
        "50% скидка, 7,5%, 0,5 л, 1,5х, 200р, 5км, 3.14м",
        "#тег, c#, _важно_, *сноска",
        "hueber, sue, aliexpress, happy, huawei, sushi, idiot, vampire, polite",
        "wi-fi, qr-код, sms-ка, covid-19, windows 10, b2b, h2o, a4, т9, 2гис, 3d",
        "по хуям, да_а, no36, 5ид, muda",
        "без головы, за ложь, су 27, рос потреб надзор, гон дон",
        "ооо «рога», ааа, ммм, ссср",
        "🇷🇺 россия 🇧🇾🇷🇺",
        "и/или, он/она, км/ч, р/с, х/б, пр-т, руб./мес.",
        "уеб и пк, еб рр",
        "буквы е, б, у",
        "я в 3 б у окна, 5 б у нас",
        "harry potter, other, wow, since, screw, past, worry, hanoi, colorado",
        "huelga, huelva, huygens, khujand, debilidad, edebilir, nahuel",
        "застрахуйте, команда, рубля, колебание, психую",
        "г.москва, п.5 ст.12, у.е., т.п., к.п.д.",
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
        ("@HomeProfit", "<nick>"),
        ("@user", "@user"),
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


def test_insulting_drawings_are_no_disguise():
    """An emoji that becomes a token is read, not undone."""
    done = normalise("ты 🤡 и 💩")
    assert (done.text, done.undone) == ("ты <clown> и <dung>", NOTHING_UNDONE)


@pytest.mark.parametrize(
    "text",
    [
        *("п**ц какой", "вот xyй", "с у к а", "т.е. да", "ооочень", "<link> в личку"),
        *("ну су ка же", "ну су", "во г. д. 5", "https://example.org ✅ су ка", "😀 су", "☎️ пиз да, [id1|Иван]"),
        *("звони 8 8001234567", "8918 5440725 это мой номер", "кв. 5 10", "[id1|Иван] 8 8001234567"),
    ],
)
def test_the_quick_look_and_the_long_way_agree(text):
    """A text that the quick look lets pass is one that the long way leaves as it is."""
    quick, long = normalise(text), rewrite(text)
    assert (quick.text, quick.undone) == (long.text, long.undone)


@pytest.mark.parametrize("alphabet", ["абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвx03*@$ук -._", "пхс***ы ", "suka3@ "])
def test_work_is_bounded(alphabet):
    """Sixteen thousand letters of any kind take a fraction of a second of processor time."""
    draw = random.Random(7)
    text = "".join(draw.choice(alphabet) for _ in range(MAX_BEFORE))
    begun = process_time()
    normalise(text)
    assert process_time() - begun < SECONDS


def test_a_long_text_is_cut():
    """A text that grows under NFKC is cut and still stable."""
    done = normalise("\ufdfa" * MAX_BEFORE)
    assert len(done.text) <= MAX_BEFORE
    assert normalise(done.text).text == done.text


def test_long_chunks_are_not_kept():
    """Memory does not grow with chunks as long as a text."""
    normalise("су")
    tracemalloc.start()
    try:
        for number in range(80):
            normalise("ж" * number + "@б" * 7_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


@pytest.mark.parametrize("text", ["і що далі", "чӑваш чӗлхи, ҫӗр", "большо\u0301й за\u0301мок", "schön", "рәхмәт"])
def test_other_languages_and_stress_are_no_disguise(text):
    """Letters of other languages and stress marks are read plainly and count as nothing."""
    assert normalise(text).undone == NOTHING_UNDONE


def test_no_long_chunk_is_remembered() -> None:
    """Words strung together by hyphens for the length of a text are judged like any other and leave nothing behind."""
    text = "-".join(f"{a}{b}{c}ок" for a in "бвгдж" for b in "аеиоу" for c in "клмнпрст")
    before = memory().bytes
    assert normalise(text).text == text
    assert memory().bytes - before < len(text)


def test_memory_does_not_change_what_comes_out() -> None:
    """Texts come out the same in any order, and after more random letters than the memory holds."""
    draw = random.Random(5)
    texts = [
        "ну су ка же",
        "су ли, то",
        "тел. 8 900 123-45-67",
        "ооочень да!!!",
        "х.у.й",
        "он,если.что",
        "кв. 5, д.8",
        "😀 su",
    ]
    first = [normalise(text) for text in texts]
    filled = memory().limit
    while filled > 0:
        junk = ["".join(draw.choice("абвгдежзиклмнопрст03x-") for _ in range(12)) for _ in range(400)]
        normalise(" ".join(junk))
        filled -= 130 * len(junk)
    assert memory().bytes <= memory().limit
    assert [normalise(text) for text in reversed(texts)] == first[::-1]


def test_hits_are_texts_without_a_new_chunk() -> None:
    """A text is a miss when it has a chunk to judge and a hit the second time."""
    normalise("новое слово бурмалка7")
    before = memory()
    normalise("новое слово бурмалка7")
    normalise("новое слово бурмалка8")
    after = memory()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 1)


def test_the_way_back_from_a_text_of_disguises_is_short() -> None:
    """Thousands of disguised words are found in the original in a moment: each is looked for by halving."""
    done = normalise("xуй " * (MAX_BEFORE // 4))
    assert done.undone.drawn == MAX_BEFORE // 4
    spans = [(at, at + 3) for at in range(0, len(done.text) - 2, 4)]
    begin = process_time()
    assert done.origins(spans) == spans
    assert process_time() - begin < SECONDS / 8
