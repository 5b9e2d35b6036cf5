"""Tells whether a private message to the page objects to a removal or a ban: pure rules over words.

It must not take a complaint about the town for one («почему убрали остановку?»): beside the verb there has to be the
author's own comment, or the author, or nothing else at all. A missed objection stays an ordinary message that a person
answers; a false one only asks a person once more than needed.
"""

import re
from collections.abc import Sequence
from typing import Final

#: Longer letters are read up to here: what they are about is said at the beginning.
_LOOKED_AT: Final = 1_000
_NEAR: Final = 4
_WORD: Final = re.compile(r"[а-яa-z0-9]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMMENT: Final = re.compile(r"(?:ком+ент\w*|камент\w*|отзыв\w*|реплик\w*|критик[уа]|высказыва\w+)")
#: Things that one loses on a page and elsewhere too: they count only as one's own, or behind an unmistakable verb.
_WRITTEN: Final = re.compile(r"(?:сообщени[ея]\w*|пост[ыа]?|запись|записи|вопросы?|мнение|текст|ответы?|слова)")
_MINE: Final = _set("мой моя мое мои моего мою моих моей наш наше наши нашего")
_ME: Final = _set("меня нас")
#: What is done to texts and hardly to anything else.
_DELETED: Final = re.compile(
    r"(?:удалил[иа]?|удаляете|удаляют|удален[аоы]?|удаляется|стерл[иа]|потерл[иа]|подтерли|затерли)"
)
#: What is done to benches and trees as well.
_TAKEN: Final = re.compile(
    r"(?:убрал[иа]?|убираете|снесли|скрыл[иа]?|скрываете|исчез\w*|пропал\w*|делся|делись|снят|чистите|трете)"
)
_BANNED: Final = re.compile(
    r"(?:забан\w+|заблокир(?:овал[иа]?|ован[аоы]?|уете)|блокируете|баните|блокнул[иа]?|банил[иа]|внесли|занесли|добавили|кинули|отправили)"
)
_LIST: Final = re.compile(r"(?:бан[еу]?|бана|чс|черн\w+)")
_UNBAN: Final = re.compile(r"(?:разблокир\w+|разбан\w+)")
_RETURN: Final = re.compile(r"(?:верните|вернуть|восстанови(?:те|ть)|вернете|восстановите)")
_ACCOUNT: Final = re.compile(r"(?:аккаунт\w*|акаунт\w*|страниц[уа]|профиль|доступ|комментир\w*|писать)")
#: «Возражаю против свалки» is about a dump, «возражаю против удаления» about a decision.
_DECIDED: Final = re.compile(r"(?:удален\w+|блокиров\w+|бан[а]?|решени[яе]\w*|снят\w+)")
_WHY: Final = _set("почему зачем что чего кто куда где какого")
_THANKS: Final = re.compile(r"\b(?:спасибо|благодар\w+|правильно|молодцы)\b")
#: Words that are nobody's object.
_SMALL: Final = _set(
    "а и но ну вы вот же то так это вас вам мне я мы опять снова уже всё все за по на у с из в его ее их ли бы за"
    " здравствуйте добрый день вечер утро скажите объясните пожалуйста ответьте пояснить поясните можно узнать хочу"
    " понять интересно вообще просто раз второй третий сегодня вчера взяли"
)


def is_objection(text: str) -> bool:
    """Whether a message asks why its author was removed or banned, or objects to it."""
    words = _WORD.findall(text[:_LOOKED_AT].lower().replace("ё", "е"))
    if not words or _THANKS.search(" ".join(words)):
        return False
    return _objects(words) or _asks_about_comment(words) or _asks_about_ban(words) or _asks_back(words)


def _objects(words: Sequence[str]) -> bool:
    """The word itself, unless it is about something else or denied."""
    for at, word in enumerate(words):
        if not word.startswith(("возраж", "обжал")) or (at and words[at - 1] in {"не", "нет", "без"}):
            continue
        behind = words[at + 1 : at + 1 + _NEAR]
        if word.startswith("обжал") or "против" in behind or "по" in behind[:1]:
            if any(_DECIDED.fullmatch(one) or _COMMENT.fullmatch(one) for one in behind):
                return True
            continue
        return True
    return False


def _asks_about_comment(words: Sequence[str]) -> bool:
    """«Удалили мой комментарий», «куда делся комментарий», «за что удалили?»."""
    for at, word in enumerate(words):
        unmistakable = bool(_DELETED.fullmatch(word))
        if not (unmistakable or _TAKEN.fullmatch(word)) or _is_denied(words, at):
            continue
        near = _around(words, at)
        if any(_COMMENT.fullmatch(one) for one in near) or (unmistakable and _mine(words, at)):
            return True
        if not unmistakable and _mine(words, at):
            return True
        if unmistakable and _is_bare(words, at):
            return True
    return False


def _asks_about_ban(words: Sequence[str]) -> bool:
    """«За что меня заблокировали», «почему я в чёрном списке», «за что бан»."""
    for at, word in enumerate(words):
        near = _around(words, at)
        if _BANNED.fullmatch(word) and not _is_denied(words, at):
            own = word.startswith(("забан", "заблокир", "блок", "бан"))
            listed = any(_LIST.fullmatch(one) for one in near)
            if (own or listed) and (_ME & set(near) or (word.endswith("н") and "я" in near) or _is_bare(words, at)):
                return True
        if _LIST.fullmatch(word) and _is_listed(words, at):
            return True
        if word in {"писать", "комментировать", "ответить"} and set(words[max(0, at - 4) : at]) >= {"не", "могу"}:
            return "комментировать" in words or any(_COMMENT.fullmatch(one) for one in near)
    return False


def _asks_back(words: Sequence[str]) -> bool:
    """«Верните комментарий», «разблокируйте меня»."""
    for at, word in enumerate(words):
        behind = words[at + 1 : at + 1 + _NEAR]
        if _RETURN.fullmatch(word) and (any(_COMMENT.fullmatch(one) for one in behind) or _mine(words, at)):
            return True
        if _UNBAN.fullmatch(word):
            mine = _ME & set(behind) or any(_ACCOUNT.fullmatch(one) for one in behind)
            if mine or _is_bare(words, at):
                return True
    return False


def _is_listed(words: Sequence[str], at: int) -> bool:
    """Somebody speaks of being in the black list, not of a steam bath or of black earth."""
    if words[at].startswith("черн") and words[at + 1 : at + 2] not in (["список"], ["списке"], ["списка"]):
        return False
    before = set(words[max(0, at - _NEAR) : at])
    if {"за", "что"} <= before or before & {"снимите", "уберите"}:
        return True
    return bool(before & {"я", "меня", "мне"}) and (words[at] not in {"бане", "бана"} or "почему" in before)


def _mine(words: Sequence[str], at: int) -> bool:
    """One's own text stands beside the verb: «мой вопрос удалили»; a record with a doctor is none."""
    for place in range(max(0, at - _NEAR), min(len(words), at + 1 + _NEAR)):
        if words[place] in _MINE and any(
            _WRITTEN.fullmatch(one) or _COMMENT.fullmatch(one) for one in words[place + 1 : place + 3]
        ):
            behind = words[place + 2 : place + 4]
            return not {"к", "врачу", "прием"} & set(behind)
    return False


def _is_denied(words: Sequence[str], at: int) -> bool:
    """«Почему не удалили»: somebody wants it gone."""
    return "не" in words[max(0, at - 2) : at]


def _is_bare(words: Sequence[str], at: int) -> bool:
    """A question of a few words in which nothing else was removed: «почему удалили?»."""
    asks = bool(_WHY & set(words)) or {"за", "что"} <= set(words)
    rest = [one for place, one in enumerate(words) if place != at and one not in _SMALL | _WHY]
    return asks and not rest


def _around(words: Sequence[str], at: int) -> Sequence[str]:
    return words[max(0, at - _NEAR) : at + 1 + _NEAR]
