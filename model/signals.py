"""Signs of advertising and fraud: kinds of words a text holds, their pairs, and the look of the original text."""

import math
import re
from itertools import combinations
from typing import Final

from model.normalise import Undone

_WORDS: Final[dict[str, str]] = {
    "link": r"<link>",
    "page": r"<page>",
    "chat": r"<chat>|телеграм|телеге?$|телегу|тг$|вотсап|ватсап|whatsapp|viber|вайбер",
    "user": r"@user",
    "phone": r"<phone>",
    "email": r"<email>|почт[уы]$",
    "card": r"<card>|сбер|карт[ауы]$|реквизит",
    "money": r"руб|тыс|доллар|баксов|евро$|usd|000+$|деньг|денег|денеж|сумм",
    "period": r"день$|дня$|недел|месяц|час$|часа$|часов$|сутки|ежедневн|минут",
    "earn": r"зарабо|доход|прибыл|зарплат|оплат|выплат|подработ|шабашк|заработ|пассивн|профит",
    "bet": r"казин|казик|ставк|букмекер|фриспин|бонус|депозит|депа?$|слот|выигр|джекпот|розыгрыш|приз$|призы|казах?$",
    "crypto": r"крипт|биткоин|битко|btc|usdt|бирж|binanc|бинанс|байбит|трейд|арбитраж|инвест|токен|airdrop|p2p|связк",
    "call": r"лс$|личк|личн|пиш[иу]|директ|жми|переход|подпис|обращайт|звони|подробн|заходи|вступа",
    "hire": r"ищу|ищем|требу|набор|набира|нужн|ваканс|сотрудни|партнер|команд|удален|онлайн|обуч|опыт|работ",
    "adult": r"интим|секс|порн|досуг|вирт|знакомств|эротик|голы|18$",
    "loan": r"за[йи]м|кредит|долг|микроза|банкрот|одобр|рефинанс",
    "magic": r"гада[лн]|таро$|привор|порч[аиу]|ясновид|маг$|маги[яи]|заговор",
    "shop": r"скидк|акци[яию]|распродаж|доставк|заказ|магазин|купи|прода[мюе]|цен[аые]|промокод|оптом|опт$|недорого",
}
KINDS: Final = tuple(_WORDS)
_MATCHERS = tuple(re.compile(rf"(?:{p})").match for p in _WORDS.values())
# Most tokens are of no kind, and one look tells.
_ANY = re.compile("|".join(f"(?:{p})" for p in _WORDS.values())).match
_PAIRS = tuple(combinations(range(len(KINDS)), 2))
_MOST_KINDS: Final = 6

MEASURES: Final = ("emoji", "capitals", "digits", "lines", "plus", "exclamations", "disguises", "length")
WORD_SIGNALS: Final = (
    *KINDS,
    *(f"{KINDS[a]}+{KINDS[b]}" for a, b in _PAIRS),
    *(f"kinds>={n}" for n in range(1, _MOST_KINDS + 1)),
)
SIGNALS: Final = (*WORD_SIGNALS, *MEASURES)

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]")
_CAPITAL = re.compile("[A-ZА-ЯЁ]")
_DIGIT = re.compile("[0-9]")


def kinds_of(token: str) -> int:
    """Bit mask of the kinds of signal words that a token form belongs to."""
    if not _ANY(token):
        return 0
    mask = 0
    for bit, match in enumerate(_MATCHERS):
        if match(token):
            mask |= 1 << bit
    return mask


def word_signals(mask: int) -> list[int]:
    """Numbers of the word signals (into SIGNALS) that a text with these kinds of words has; each has value 1."""
    present = [bit for bit in range(len(KINDS)) if mask >> bit & 1]
    numbers = list(present)
    if len(present) > 1:
        held = set(present)
        numbers += [len(KINDS) + i for i, (a, b) in enumerate(_PAIRS) if a in held and b in held]
    first = len(KINDS) + len(_PAIRS)
    return numbers + [first + i for i in range(min(len(present), _MOST_KINDS))]


def measures(text: str, undone: Undone) -> tuple[float, ...]:
    """The look of the original text, each value between 0 and about 1, in the order of MEASURES."""
    size = len(text) or 1
    return (
        math.log1p(len(_EMOJI.findall(text))) / 3,
        len(_CAPITAL.findall(text)) / size,
        len(_DIGIT.findall(text)) / size,
        math.log1p(text.count("\n")) / 3,
        1.0 if "+" in text else 0.0,
        math.log1p(text.count("!")) / 3,
        math.log1p(undone.hidden + undone.drawn) / 3,
        math.log1p(size) / 8,
    )
