"""The question whether a text complains, asks or criticises: its labels, made texts, and what is held out together."""

import re
from random import Random
from typing import Final

from model.signals import KINDS, kinds_of
from training import made
from training.dataset import Row
from training.tasks import Task, make_task, share_of

SEED: Final = 20261122
# Complaints are few among texts of all kinds; labels of people count for more than patterns, above all a no.
YES_WEIGHT: Final = 4.0
PEOPLE_YES: Final = 3.0
PEOPLE_NO: Final = 10.0
_MATTER, *_WRONG = (1 << KINDS.index(kind) for kind in ("matter", "fault", "ask", "demand"))

_COMPLAINT = re.compile(
    r"\bжалоб|\bжалую|\bобращаюсь|\bобращение|\bпрошу|\bпросим|\bпросьба|\bпримите меры|\bпринять меры|"
    r"\bразберитесь|\bпомогите|"
    r"\bдоколе|\bсколько можно|\bкогда (?:же|уже|наконец|будет|будут|у нас|сделают|начн|отремонт|убер|дадут|"
    r"включ)|\bпочему (?:не|нет|у нас|до сих)|"
    r"\bдо сих пор|\bневозможно|\bне возможно|\bбезобрази|\bбардак|\bне работа|\bне убира|\bне чист|\bне вывоз|"
    r"\bне горит|\bне ремонт|"
    r"\bне отвеча|\bне дела|\bникто не|\bнет (?:воды|света|отопления|тепла|горячей|освещения|автобус|дорог|"
    r"тротуар|урн|асфальт)|"
    r"\bям[аыуе]\b|\bямы|\bлужи|\bгрязь|\bмусор|\bсвалк|\bсугроб|\bгололед|\bпроте[кч]|\bсломан|\bразбит|"
    r"\bубитая дорог|\bдорог[аиу] (?:разбит|ужас)|"
    r"\bотоплени|\bподъезд|\bпарадн|\bуправляющ|\bжкс|\bжкх|\bук\b|\bсобак[аи] (?:без|бегают|стая)|\bстая собак|"
    r"\bосвещени|\bфонар"
)
_NO_COMPLAINT = re.compile(
    r"^(?:<link> )*(?:@user )?(?:большое |огромное )?(?:спасибо|благодар|поздравля|с праздником|с днем|ура|"
    r"молодцы|красиво|супер|класс|"
    r"здорово|отлично|замечательн|прекрасн|умниц|да$|нет$|согласн|приятн|рад[аы]? |желаю|удачи|здоровья)"
)
_OFFICIAL = re.compile(
    r"уполномоченн|в результате обследования|ваше обращение|в адрес|просим вас уточнить|заявк[аи] (?:принят|"
    r"передан|выполнен)|"
    r"работы (?:выполнен|проведен)|сообщаем|информация передана|уточните"
)

_FAR_FROM_PAGES: Final = ("ok_", "2ch", "russe_detox/", "STANKIN", "tg-", "telegram", "anti")


def complains(row: Row) -> bool:
    """True when the words name a public matter together with a fault, a question or a demand."""
    mask = 0
    for word in row.words:
        mask |= kinds_of(word)
    return bool(mask & _MATTER) and any(mask & kind for kind in _WRONG)


def _of_resident(row: Row) -> bool | None:
    """A comment under a district page that is neither toxic nor spam."""
    text = " ".join(row.words)
    official = bool(_OFFICIAL.search(text))
    if not official and len(row.words) > 2 and (_COMPLAINT.search(text) or (len(row.words) < 60 and complains(row))):
        return True
    return False if _NO_COMPLAINT.search(text) and not _COMPLAINT.search(text) else None


def is_appeal(row: Row) -> bool | None:
    """Whether a text complains, asks or criticises; None where neither its kind nor its words decide."""
    if row.appeal is not None:
        return row.appeal
    if row.spam or row.kind in ("post", "official_post", "official_reply"):
        return False
    if row.kind == "appeal":
        return True
    if row.kind in ("comment", "reply") and row.toxic is False and row.spam is False:
        return _of_resident(row)
    if row.kind in ("comment", "chat") and row.source.startswith(_FAR_FROM_PAGES):
        text = " ".join(row.words)
        return None if _COMPLAINT.search(text) or (complains(row) and not _NO_COMPLAINT.search(text)) else False
    return None


def _fold(row: Row) -> int:
    """Sources of appeals are held out whole, and so is what is made from them."""
    if row.kind == "appeal":
        return 0 if row.source.startswith("kursk") else 1
    return 2 if row.kind in ("comment", "reply") and row.spam is False and row.toxic is False else share_of(row, 3)


def _weight(row: Row, *, answer: bool) -> float:
    # Where people named the kinds of a text but not whether it is an appeal, the answer is the patterns'.
    by_people = row.types is not None and row.appeal is not None
    people = 1.0 if not by_people else PEOPLE_YES if answer else PEOPLE_NO
    return row.weight * people * (YES_WEIGHT if answer else 1.0)


def appeal_task(rows: list[Row], numbers: list[int]) -> Task:
    """Does the text complain, ask or criticise? Spam does not, whatever it speaks of."""
    chosen = []
    for n in numbers:
        answer = is_appeal(rows[n])
        if answer is not None and rows[n].kind != "word":
            chosen.append((n, answer, _weight(rows[n], answer=answer), _fold(rows[n])))
    return make_task("appeal", chosen, signals=True)


def made_texts(rows: list[Row], numbers: list[int]) -> list[Row]:
    """Texts made for the questions of appeals and of spam; none of them says whether it is toxic.

    Each takes the cluster of the text it is made from, so that what is held out stays held out.
    """
    draw = Random(SEED)  # noqa: S311 - the same texts every time
    clean = [rows[n] for n in numbers if rows[n].spam is False and rows[n].kind in ("comment", "reply", "appeal")]
    municipal = [row for row in clean if row.types is None and row.toxic is False]
    appeals = [row for row in municipal if row.kind == "appeal"]
    comments = [row for row in municipal if row.kind != "appeal" and is_appeal(row)]
    return [
        *made.rude_complaints(appeals, comments, complains, draw),
        *made.bare_abuse(len(appeals) + len(comments), draw),
        *made.clean_with_signs(municipal, draw),
    ]
