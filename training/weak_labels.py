"""Labels that nobody has made by hand, from words and patterns written for this project."""

import re
from typing import Final

from model.lexicon import is_coarse, is_insulting, is_obscene
from training.dataset import Row

_DEED: Final = (
    r"(?:убить|убивать|убил|поубив\w+|расстрел\w+|растрел\w+|пострелять|стрелять|застрел\w+|пристрел\w+|"
    r"повес\w+|вешать|перевешать|"
    r"казн\w+|четверт\w+|кастриров\w+|зареза\w+|резать|сжечь|жечь|сжига\w+|взорв\w+|утопить|топить|мочить|"
    r"замочить|душить|задушить|"
    r"удавить|давить|закопать|линчев\w+|растерза\w+|порвать|избить|бить|пиздить|отпиздить|отметелить|отрубить|"
    r"отрезать|оторвать|"
    r"переломать|закидать|посадить на кол|истреб\w+|уничтож\w+|прикончить|прибить|четвертовать|пытать)"
)
_THREAT = re.compile(
    # what the writer will do
    r"\b(?:убью|прибью|зарежу|задушу|удавлю|порву|закопаю|сожгу|взорву|пристрелю|застрелю|урою|прикончу|замочу|"
    r"утоплю|покалечу|"
    r"отпизжу|отхуярю|уебу|въебу|грохну|придушу|повешу|завалю|изобью|набью (?:тебе|вам|морд|рож|ебал)|"
    r"(?:голову|башку|руки|ноги|яйца|язык) (?:тебе |вам |ему |им )?(?:оторву|отрежу|снесу|переломаю|отрублю|"
    r"разобью|вырву|прострелю)|"
    r"(?:морду|рожу|ебало|лицо|харю) (?:тебе |вам |ему |им )?(?:набью|разобью|разъебу|начищу)|"
    r"(?:найду|найдем|встречу|поймаю|вычислю) (?:тебя|вас|и)\b|тебе (?:не жить|конец|пизда|крышка|хана)|"
    r"(?:вам|тебе) (?:недолго осталось|мало не покажется))"
    # what ought to be done to somebody
    rf"|\b(?:надо|нужно|пора|стоит|следует|давно|хочется|бы|бля|таких|этих|всех|его|ее|их|вас|тебя|тварей|сук|"
    rf"мразей|козлов|уродов)"
    rf"(?: \w+){{0,3}} {_DEED}"
    rf"|\b{_DEED}(?: \w+){{0,2}} (?:надо|нужно|пора|таких|этих|всех|его|ее|их|вас|тебя|тварей|сук\w?|мразей|"
    rf"козлов|уродов|мало|гад\w+|на месте)"
    r"|\bк стенке\b|\bна кол\b|\bрасстрел(?:ять|ивать)?\b|\bсдохни|\bподохни|\bумри\b|\bчтоб(?:ы)? (?:ты|вы|он|"
    r"она|они|тебя|вас|вам|тебе)"
    r"(?: \w+){0,2} (?:сдох|подох|умер|разорва|сгорел|повеси)"
    r"|\bсдохнете\b|\bсдохнешь\b|\bсмерть (?:тебе|вам|им|ему|этим|таким)"
)
# Words that show a coarse text to speak about somebody.
_ADDRESSED: Final = frozenset(
    {"ты", "тебя", "тебе", "тобой", "твой", "твоя", "твое", "твои", "вы", "вас", "вам", "ваш", "ваша", "ваши"}
    | {"сам", "сама", "он", "она", "они", "его", "ее"}
)


def is_threat(row: Row) -> bool:
    """True when the words promise or demand violence; only meaningful for a text known to be toxic."""
    return bool(_THREAT.search(" ".join(row.words)))


def types_of(row: Row) -> tuple[str, ...]:
    """Kinds of a toxic text: what people said, else what its words and patterns say.

    An insult is also what nothing else explains.
    """
    if row.types is not None:
        return row.types
    found = []
    if any(is_obscene(word) for word in row.words):
        found.append("obscenity")
    if is_threat(row):
        found.append("threat")
    if any(is_insulting(word) for word in row.words):
        found.append("insult")
    # What nothing explains is an insult, unless it is only coarse speech about nobody.
    if not found and (not any(is_coarse(word) for word in row.words) or not _ADDRESSED.isdisjoint(row.words)):
        found.append("insult")
    return tuple(found)


def is_toxic(row: Row) -> bool | None:
    """The label of a text as training uses it: taboo swearing is never clean, whatever the file says."""
    if row.toxic is False and row.types is None and any(is_obscene(word) for word in row.words):
        return True
    return row.toxic
