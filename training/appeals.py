"""The question whether a text complains, asks or criticises: its labels, made texts, and what is held out together."""

import re

from training.dataset import Row
from training.tasks import Task, make_task, share_of

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


def is_appeal(row: Row) -> bool | None:
    """Whether a text complains, asks or criticises; None where neither its kind nor its words decide."""
    if row.appeal is not None:
        return row.appeal
    text = " ".join(row.words)
    complains = bool(_COMPLAINT.search(text))
    if row.kind == "appeal":
        return True
    if row.kind in ("comment", "reply") and row.toxic is False and row.spam is False:
        if complains and not _OFFICIAL.search(text) and len(row.words) > 2:
            return True
        return False if _NO_COMPLAINT.search(text) and not complains else None
    if row.kind in ("comment", "chat") and row.source.startswith(
        ("ok_", "2ch", "russe_detox/", "STANKIN", "tg-", "telegram", "anti")
    ):
        return None if complains else False
    return None


def _appeal_fold(row: Row) -> int:
    if row.kind == "appeal":
        return 0 if row.source.startswith("kursk") else 1
    return 2 if row.kind in ("comment", "reply") and row.spam is False else share_of(row, 3)


def appeal_task(rows: list[Row], numbers: list[int]) -> Task:
    """Does the text complain, ask or criticise? Sources of appeals are held out whole."""
    chosen = []
    for n in numbers:
        answer = is_appeal(rows[n])
        if answer is not None and rows[n].spam is not True and rows[n].kind != "word":
            chosen.append((n, answer, 4.0 if answer else 1.0, _appeal_fold(rows[n])))
    return make_task("appeal", chosen)


def rude_appeals(rows: list[Row], numbers: list[int], count: int = 1500) -> list[Row]:
    """Complaints with an insult before or behind them: an appeal stays one however rude it is.

    Each takes the fold of its complaint's source, so a held-out source stays held out.
    """
    appeals = [rows[n] for n in numbers if is_appeal(rows[n]) and 4 <= len(rows[n].words) <= 60]
    tails = [
        rows[n] for n in numbers if rows[n].toxic and rows[n].source.startswith("ok_") and len(rows[n].words) <= 10
    ]
    made = []
    for number in range(min(count, len(appeals), len(tails))):
        appeal = appeals[number * len(appeals) // min(count, len(appeals))]
        tail = tails[number * len(tails) // min(count, len(tails))]
        parts = (tail, appeal) if number % 2 else (appeal, tail)
        made.append(
            Row(
                ". ".join(p.text for p in parts), appeal.source, appeal.kind, None, False, None, True,
                (*parts[0].words, *parts[1].words), appeal.cluster, appeal.look,
            )
        )  # fmt: skip
    return made
