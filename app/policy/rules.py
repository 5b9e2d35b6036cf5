"""A page's regulation as data: what goes, on whose word, for how long, read from one TOML file."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import resources
from typing import Final

from app.domain.decisions import Clause
from app.domain.errors import InvalidInputError, NotFoundError, PolicyError
from app.domain.words import ActionKind, Category, Mode
from app.policy.copies import CopyRules, read_copies
from app.policy.duties import AnswerRules, NormRules, read_answers, read_norm
from app.policy.reading import Table, listed, load
from app.policy.terms import read_ladder

#: What a policy may order; lifting a measure is always a person's order.
ORDERED: Final = (ActionKind.DELETE_COMMENT, ActionKind.HIDE_COMMENT, ActionKind.BAN_AUTHOR)
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_PROMISE: Final = re.compile(r"1/[1-9][0-9]{1,8}")
_SHARE: Final = re.compile(r"0\.[0-9]{0,8}[1-9]")


class BanBy(StrEnum):
    """Who sends a ban out: a named person confirms each one, or the machine sends short ones alone."""

    PERSON = "person"
    MACHINE = "machine"


class SecondPerson(StrEnum):
    """When a ban for ever and an objection need two people: always, or wherever the office has two."""

    REQUIRED = "required"
    IF_PRESENT = "if_present"


class TermSource(StrEnum):
    """Where the terms of bans come from: our proposal, or the office's own order."""

    PROPOSAL = "proposal"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Act:
    """The requisites of the published act that a policy carries out."""

    title: str
    number: str
    date: date
    body: str

    def __str__(self) -> str:
        return f"{self.title} от {self.date:%d.%m.%Y} № {self.number}"


@dataclass(frozen=True, slots=True)
class BanRules:
    """How bans work on a page.

    `order` names the office's order where `source` is `order`, `ground` the paper that lets the machine ban alone;
    both are '' otherwise. The first `warnings` offences draw no ban. An offence counts for `expires_days`.
    `second_person` says whether an office of one may ban for ever.
    """

    clause: Clause
    by: BanBy
    ground: str
    source: TermSource
    order: str
    warnings: int
    expires_days: int
    second_person: SecondPerson = SecondPerson.REQUIRED


@dataclass(frozen=True, slots=True)
class Removal:
    """The right to remove texts of one category: clause, promise (`1/1000`), how, and the ban terms in seconds.

    `ladder` is empty where the category draws no ban.
    """

    clause: Clause
    promise: str
    how: ActionKind
    ladder: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy; a category that maps to None may only be shown to a person."""

    name: str
    title: str
    act: Act | None
    live_modes: tuple[Mode, ...]
    review_share: str
    categories: Mapping[Category, Removal | None]
    bans: BanRules | None
    copies: CopyRules
    answers: AnswerRules
    #: None where neither the act nor the office has set one.
    norm: NormRules | None
    file: str
    source: str
    #: SHA-256 of the source, in hexadecimal.
    digest: str

    @property
    def ban_by(self) -> BanBy:
        """Who sends bans out; a policy without bans leaves them to people."""
        return BanBy.PERSON if self.bans is None else self.bans.by

    @property
    def second_person(self) -> SecondPerson:
        """Whether an office of one person may decide alone; where nobody can be banned, about objections it may."""
        return SecondPerson.IF_PRESENT if self.bans is None else self.bans.second_person


def parse(source: str, *, file: str) -> Policy:
    """Read and check a policy; `file` is how errors call it.

    Raises:
        PolicyError: names the file, the key's path and what was expected there.
    """
    top = load(source, file=file)
    name = top.text("name")
    if not _NAME.fullmatch(name):
        raise top.refuse("name", "имя из строчных латинских букв, цифр и дефисов, не длиннее 64 знаков", name)
    title = top.text("title")
    act, cited = _act(top)
    live_modes = _live_modes(top, act)
    expected = 'доля комментариев в кавычках, например "0.03", без нулей в конце'
    share = top.text("review_share", expected)
    if not _SHARE.fullmatch(share):
        raise top.refuse("review_share", expected, share)
    bans = _bans(top.table("bans"), act, cited) if top.has("bans") else None
    categories = _categories(top.table("categories"), cited, bans)
    copies = read_copies(top.table("copies")) if top.has("copies") else CopyRules()
    answers = read_answers(top.table("answers")) if top.has("answers") else AnswerRules()
    norm = read_norm(top.table("norm"), cited) if top.has("norm") else None
    top.close()
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Policy(name, title, act, live_modes, share, categories, bans, copies, answers, norm, file, source, digest)


def _act(top: Table) -> tuple[Act | None, str]:
    """The act, if there is one, and the title that clauses are cited with."""
    has_act, has_sample = top.has("act"), top.has("sample")
    if has_act == has_sample:
        found = "найдены обе" if has_act else "нет ни одной"
        raise PolicyError(
            f"{top.file}: act: ожидается одна таблица: [act] (опубликованный акт) или [sample] (правила без акта), "
            f"{found}"
        )
    if has_sample:
        table = top.table("sample")
        title = table.text("title")
        table.close()
        return None, title
    table = top.table("act")
    act = Act(table.text("title"), table.text("number"), table.day("date"), table.text("body"))
    table.close()
    return act, str(act)


def _live_modes(top: Table, act: Act | None) -> tuple[Mode, ...]:
    modes = top.choices("live_modes", Mode, tuple(Mode))
    if Mode.SHADOW not in modes:
        expected = "список, в котором есть shadow (с него начинает каждая страница)"
        raise top.refuse("live_modes", expected, [str(mode) for mode in modes])
    if Mode.ENFORCE in modes and act is None:
        expected = "список без enforce (без таблицы [act] с опубликованным актом программа не удаляет)"
        raise top.refuse("live_modes", expected, [str(mode) for mode in modes])
    return modes


def _bans(table: Table, act: Act | None, cited: str) -> BanRules:
    clause = Clause(cited, table.text("clause"))
    by, source = table.choice("ban_by", BanBy), table.choice("source", TermSource)
    order = _paired(table, "order", wanted=source is TermSource.ORDER, when='source = "order"')
    ground = _paired(table, "ground", wanted=by is BanBy.MACHINE, when='ban_by = "machine"')
    if act is None:
        raise PolicyError(
            f"{table.file}: bans: ожидается таблица [act] с актом, который разрешает блокировки, а её нет"
        )
    if by is BanBy.MACHINE and source is TermSource.PROPOSAL:
        expected = '"order" (сама программа блокирует только на сроки из приказа учреждения)'
        raise table.refuse("source", expected, str(source))
    second = table.choice("second_person", SecondPerson) if table.has("second_person") else SecondPerson.REQUIRED
    warnings, expires = table.whole("warnings", 0, 10), table.whole("expires_days", 1, 365)
    rules = BanRules(clause, by, ground, source, order, warnings, expires, second)
    table.close()
    return rules


def _paired(table: Table, key: str, *, wanted: bool, when: str) -> str:
    """A text that must stand in the file in one case and must not in the other."""
    if wanted:
        return table.text(key, f"название, дата и номер документа учреждения (он нужен вместе с {when})")
    if table.has(key):
        raise table.refuse_presence(key, f"он нужен вместе с {when}")
    return ""


def _categories(table: Table, cited: str, bans: BanRules | None) -> Mapping[Category, Removal | None]:
    rules = {category: _removal(table.table(category), cited, bans) for category in Category}
    table.close()
    if bans is not None and not any(rule and rule.ladder for rule in rules.values()):
        raise PolicyError(f"{table.file}: bans: ожидается категория, у которой в actions есть ban_author, а такой нет")
    return rules


def _removal(table: Table, cited: str, bans: BanRules | None) -> Removal | None:
    actions = table.choices("actions", ActionKind, ORDERED)
    if not actions:
        for key in ("clause", "promise", "ladder"):
            if table.has(key):
                raise table.refuse_presence(key, "список actions пуст, решает только человек")
        table.close()
        return None
    hows = [action for action in actions if action is not ActionKind.BAN_AUTHOR]
    if len(hows) != 1:
        expected = "список, в котором ровно одно из двух: delete_comment или hide_comment"
        raise table.refuse("actions", expected, [str(action) for action in actions])
    clause = Clause(cited, table.text("clause", "пункт акта, который разрешает удаление, например «п. 10 Порядка»"))
    expected = 'обещание, например "1/1000" (одна ошибка на тысячу)'
    promise = table.text("promise", expected)
    if not _PROMISE.fullmatch(promise):
        raise table.refuse("promise", expected, promise)
    ladder = read_ladder(table, may_ban=bans is not None, asked=ActionKind.BAN_AUTHOR in actions)
    table.close()
    return Removal(clause, promise, hows[0], ladder)


def preset_names() -> tuple[str, ...]:
    """The names of the policies that come with the product, in alphabetical order."""
    files = (resources.files("app.policy") / "presets").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def load_preset(name: str) -> Policy:
    """A policy that comes with the product.

    Raises:
        NotFoundError: there is no preset of this name.
    """
    if name not in preset_names():
        raise NotFoundError(f"готовых правил «{name}» нет, есть: {listed(preset_names())}")
    file = resources.files("app.policy") / "presets" / f"{name}.toml"
    return parse(file.read_text(encoding="utf-8"), file=f"{name}.toml")


def allowed_mode(policy: Policy, mode: Mode) -> None:
    """Refuse a mode in which a page may not run under this policy.

    Raises:
        InvalidInputError: says why, and which modes the policy allows.
    """
    if mode in policy.live_modes:
        return
    why = "за ними нет опубликованного акта" if policy.act is None else "в их live_modes его нет"
    allowed = listed(policy.live_modes)
    raise InvalidInputError(
        "mode", f"правила {policy.name} не допускают режим {mode}: {why}; ожидается один из режимов: {allowed}"
    )


def live_mode(policy: Policy, mode: Mode) -> Mode:
    """The mode that a page really runs in: where its policy does not allow the one set, the next milder one."""
    if mode in policy.live_modes:
        return mode
    milder = (Mode.ENFORCE, Mode.REVIEW, Mode.SHADOW)
    return next(one for one in milder[milder.index(mode) :] if one in policy.live_modes)
