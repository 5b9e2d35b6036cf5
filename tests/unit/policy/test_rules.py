"""A policy file is read strictly: every slip is refused with file, key path and what was expected."""

import hashlib

import pytest

from app.domain.errors import InvalidInputError, PolicyError
from app.domain.words import ActionKind, Category, Mode
from app.policy.rules import BanBy, SecondPerson, TermSource, allowed_mode, live_mode, parse

OFFICE = """
name = "school-7"
title = "Школа № 7"
live_modes = ["shadow", "review"]
review_share = "0.05"

[act]
title = "Приказ директора школы № 7"
number = "15-о"
date = 2026-01-12
body = "Школа № 7"

[bans]
clause = "п. 6"
ban_by = "machine"
ground = "Приказ от 12.01.2026 № 16-о"
source = "order"
order = "Приказ от 12.01.2026 № 17-о"
warnings = 1
expires_days = 30

[categories.spam]
actions = ["hide_comment", "ban_author"]
clause = "п. 4"
promise = "1/3000"
ladder = ["12h", "7d", "7d"]

[categories.insult]
actions = ["delete_comment"]
clause = "п. 5"
promise = "1/1000"

[categories.obscenity]
actions = []

[categories.threat]
actions = []
"""


def refusal(source):
    with pytest.raises(PolicyError) as caught:
        parse(source, file="school.toml")
    return str(caught.value)


def changed(old, new):
    assert OFFICE.count(old) == 1, f"{old!r} must stand once in the sample"
    return OFFICE.replace(old, new)


def test_an_offices_own_file_is_read():
    """Everything in the file arrives, and the digest is that of its text."""
    policy = parse(OFFICE, file="school.toml")
    assert (policy.name, policy.title, policy.review_share) == ("school-7", "Школа № 7", "0.05")
    assert str(policy.act) == "Приказ директора школы № 7 от 12.01.2026 № 15-о"
    spam = policy.categories[Category.SPAM]
    assert (spam.how, spam.promise, spam.ladder) == (ActionKind.HIDE_COMMENT, "1/3000", (43_200, 604_800, 604_800))
    assert policy.categories[Category.THREAT] is None
    assert (policy.ban_by, policy.bans.source) == (BanBy.MACHINE, TermSource.ORDER)
    assert (policy.bans.ground, policy.bans.order) == ("Приказ от 12.01.2026 № 16-о", "Приказ от 12.01.2026 № 17-о")
    assert (policy.bans.warnings, policy.bans.expires_days) == (1, 30)
    assert str(policy.bans.clause) == "п. 6, Приказ директора школы № 7 от 12.01.2026 № 15-о"
    assert (policy.source, policy.digest) == (OFFICE, hashlib.sha256(OFFICE.encode()).hexdigest())


def test_a_mark_of_a_windows_editor_does_no_harm():
    """A byte order mark before the first key is not a part of the policy."""
    assert parse("\ufeff" + OFFICE, file="school.toml").name == "school-7"


def test_a_mode_that_the_file_does_not_list_is_refused():
    """The office's own list holds even with an act; a page set to more runs in the next milder mode."""
    policy = parse(OFFICE, file="school.toml")
    with pytest.raises(
        InvalidInputError,
        match="не допускают режим enforce: в их live_modes его нет; ожидается один из режимов: shadow, review",
    ):
        allowed_mode(policy, Mode.ENFORCE)
    assert [live_mode(policy, mode) for mode in Mode] == [Mode.SHADOW, Mode.REVIEW, Mode.REVIEW]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Школа № 7"', 'titel = "Школа № 7"', "school.toml: title: ожидается непустой текст в кавычках, а в файле этого нет"),
        ('name = "school-7"', 'name = "Школа"', 'school.toml: name: ожидается имя из строчных латинских букв, цифр и дефисов, не длиннее 64 знаков, найдено "Школа"'),
        ('title = "Школа № 7"', 'title = " "', 'school.toml: title: ожидается непустой текст в кавычках, найдено " "'),
        ('"0.05"', "0.05", 'school.toml: review_share: ожидается доля комментариев в кавычках, например "0.03", без нулей в конце, найдено 0.05'),
        ('"0.05"', '"5%"', 'school.toml: review_share: ожидается доля комментариев в кавычках, например "0.03", без нулей в конце, найдено "5%"'),
        ('["shadow", "review"]', '["shadow", "live"]', 'school.toml: live_modes: ожидается список из слов (shadow, review, enforce), найдено "live"'),
        ('["shadow", "review"]', '["review"]', 'school.toml: live_modes: ожидается список, в котором есть shadow (с него начинает каждая страница), найдено ["review"]'),
        ('["shadow", "review"]', '["shadow", "shadow"]', 'school.toml: live_modes: ожидается список без повторов, найдено ["shadow", "shadow"]'),
        ('["shadow", "review"]', '"shadow"', 'school.toml: live_modes: ожидается список из слов (shadow, review, enforce), найдено "shadow"'),
        ("2026-01-12", '"12.01.2026"', 'school.toml: act.date: ожидается дата без кавычек, например 2023-05-23, найдено "12.01.2026"'),
        ('body = "Школа № 7"', 'body = "Школа № 7"\nsigned = "директор"', "school.toml: act.signed: ожидается один из ключей (body, date, number, title), такого ключа нет"),
        ("[categories.insult]", "[categories.fake]", "school.toml: categories.insult: ожидается таблица [categories.insult], а в файле этого нет"),
        ("[categories.threat]", "[categories.fake]\nactions = []\n[categories.threat]", "school.toml: categories.fake: ожидается один из ключей (insult, obscenity, spam, threat), такого ключа нет"),
        ('["delete_comment"]', '["delete"]', 'school.toml: categories.insult.actions: ожидается список из слов (delete_comment, hide_comment, ban_author), найдено "delete"'),
        ('["delete_comment"]', '["restore_comment"]', 'school.toml: categories.insult.actions: ожидается список из слов (delete_comment, hide_comment, ban_author), найдено "restore_comment"'),
        ('["delete_comment"]', '["delete_comment", "hide_comment"]', 'school.toml: categories.insult.actions: ожидается список, в котором ровно одно из двух: delete_comment или hide_comment, найдено ["delete_comment", "hide_comment"]'),
        ('["hide_comment", "ban_author"]', '["ban_author"]', 'school.toml: categories.spam.actions: ожидается список, в котором ровно одно из двух: delete_comment или hide_comment, найдено ["ban_author"]'),
        ('clause = "п. 5"\n', "", "school.toml: categories.insult.clause: ожидается пункт акта, который разрешает удаление, например «п. 10 Порядка», а в файле этого нет"),
        ('clause = "п. 5"', 'clause = ""', 'school.toml: categories.insult.clause: ожидается пункт акта, который разрешает удаление, например «п. 10 Порядка», найдено ""'),
        ('promise = "1/1000"', "", 'school.toml: categories.insult.promise: ожидается обещание, например "1/1000" (одна ошибка на тысячу), а в файле этого нет'),
        ('promise = "1/1000"', 'promise = "0.1%"', 'school.toml: categories.insult.promise: ожидается обещание, например "1/1000" (одна ошибка на тысячу), найдено "0.1%"'),
        ('promise = "1/1000"', 'promis = "1/1000"', 'school.toml: categories.insult.promise: ожидается обещание, например "1/1000" (одна ошибка на тысячу), а в файле этого нет'),
        ('promise = "1/1000"', 'promise = "1/1000"\nthreshold = 0.9', "school.toml: categories.insult.threshold: ожидается один из ключей (actions, clause, ladder, promise), такого ключа нет"),
        ('promise = "1/1000"', 'promise = "1/1000"\nladder = ["1d"]', 'school.toml: categories.insult.ladder: ожидается, что ключа здесь нет: в actions нет ban_author; найдено ["1d"]'),
        ("[categories.threat]\nactions = []", '[categories.threat]\nactions = []\nclause = "п. 5"', 'school.toml: categories.threat.clause: ожидается, что ключа здесь нет: список actions пуст, решает только человек; найдено "п. 5"'),
        ('ladder = ["12h", "7d", "7d"]', "", 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), а в файле этого нет'),
        ('["12h", "7d", "7d"]', "[]", 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), найдено []'),
        ('["12h", "7d", "7d"]', '["7d", "forever"]', 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), найдено "forever"'),
        ('["12h", "7d", "7d"]', '["7d", "366d"]', 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), найдено "366d"'),
        ('["12h", "7d", "7d"]', '["0d"]', 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), найдено "0d"'),
        ('["12h", "7d", "7d"]', "[7]", 'school.toml: categories.spam.ladder: ожидается список сроков, например ["1d", "3d", "7d"], от "1h" до "365d" (навсегда блокируют двое людей), найдено 7'),
        ('["12h", "7d", "7d"]', '["7d", "1d"]', 'school.toml: categories.spam.ladder: ожидается список сроков, в котором каждый не короче предыдущего, найдено ["7d", "1d"]'),
        ('ban_by = "machine"', 'ban_by = "robot"', 'school.toml: bans.ban_by: ожидается одно из слов (person, machine), найдено "robot"'),
        ('ground = "Приказ от 12.01.2026 № 16-о"', "", 'school.toml: bans.ground: ожидается название, дата и номер документа учреждения (он нужен вместе с ban_by = "machine"), а в файле этого нет'),
        ('ban_by = "machine"', 'ban_by = "person"', 'school.toml: bans.ground: ожидается, что ключа здесь нет: он нужен вместе с ban_by = "machine"; найдено "Приказ от 12.01.2026 № 16-о"'),
        ('source = "order"\norder = "Приказ от 12.01.2026 № 17-о"', 'source = "proposal"', 'school.toml: bans.source: ожидается "order" (сама программа блокирует только на сроки из приказа учреждения), найдено "proposal"'),
        ('order = "Приказ от 12.01.2026 № 17-о"', "", 'school.toml: bans.order: ожидается название, дата и номер документа учреждения (он нужен вместе с source = "order"), а в файле этого нет'),
        ("warnings = 1", "warnings = true", "school.toml: bans.warnings: ожидается целое число от 0 до 10, найдено true"),
        ("warnings = 1", "warnings = -1", "school.toml: bans.warnings: ожидается целое число от 0 до 10, найдено -1"),
        ("expires_days = 30", "expires_days = 30.0", "school.toml: bans.expires_days: ожидается целое число от 1 до 365, найдено 30.0"),
        ("[act]", "[sample]\ntitle = 'x'\n[act]", "school.toml: act: ожидается одна таблица: [act] (опубликованный акт) или [sample] (правила без акта), найдены обе"),
        ('name = "school-7"', 'name = "school-7"\nname = "b"', "school.toml: строка 3, столбец 11: ожидается файл TOML, а этот не читается: ключ уже есть выше"),
        ('name = "school-7"', "name = " + "[" * 5000, "school.toml: ожидается файл TOML в кодировке UTF-8, а этот не читается"),
        ('title = "Школа № 7"', 'title = "Школа № 7', "school.toml: строка 3, столбец 19: ожидается файл TOML, а этот не читается: лишний знак или перенос строки внутри кавычек"),
        ('title = "Школа № 7"', "title = Школа № 7", "school.toml: строка 3, столбец 9: ожидается файл TOML, а этот не читается: значение не читается; текст пишется в кавычках"),
        ('"0.05"', '["' + "a" * 200 + '"]', 'найдено ["' + "a" * 98 + "…"),
        ('title = "Школа № 7"', 'title = "\ud800"', "school.toml: ожидается файл TOML в кодировке UTF-8, а этот не читается"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_where_it_stands(old, new, message):
    """The message names the file, the key path, what was expected and what stood there."""
    assert message in refusal(changed(old, new))


@pytest.mark.parametrize(
    ("source", "slip"),
    [
        ('name = "a', "конец файла: ожидается файл TOML, а этот не читается: не закрыты кавычки"),
        ("name = [1", "конец файла: ожидается файл TOML, а этот не читается: не закрыта скобка"),
        ("[act]\n[act]", "строка 2, столбец 5: ожидается файл TOML, а этот не читается: таблица уже есть выше"),
        ("name", "конец файла: ожидается файл TOML, а этот не читается: после ключа нужен знак ="),
        ("name = 1 2", "строка 1, столбец 10: ожидается файл TOML, а этот не читается: после значения нужна новая строка"),
        ('name = "\\d"', "строка 1, столбец 11: ожидается файл TOML, а этот не читается: знак \\ в кавычках пишется дважды"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_toml_is_explained(source, slip):
    """The message says in Russian where reading ended and why."""
    assert refusal(source).startswith(f"school.toml: {slip}")


def test_a_ban_needs_a_clause_of_its_own():
    """Without [bans] no category may ban, and [bans] without a banning category is a mistake."""
    start, end = OFFICE.index("[bans]"), OFFICE.index("[categories.spam]")
    assert refusal(OFFICE[:start] + OFFICE[end:]) == (
        "school.toml: categories.spam.actions: ожидается список без ban_author, "
        "раз в файле нет таблицы [bans] с пунктом, который разрешает блокировки"
    )
    quiet = changed('["hide_comment", "ban_author"]', '["hide_comment"]').replace('ladder = ["12h", "7d", "7d"]', "")
    assert refusal(quiet) == (
        "school.toml: bans: ожидается категория, у которой в actions есть ban_author, а такой нет"
    )


def test_rules_without_an_act_can_neither_enforce_nor_ban():
    """A sample is refused in enforce and with bans, whatever else is right."""
    start, end = OFFICE.index("[act]"), OFFICE.index("[bans]")
    sample = OFFICE[:start] + '[sample]\ntitle = "правила"\n' + OFFICE[end:]
    assert "bans: ожидается таблица [act] с актом, который разрешает блокировки, а её нет" in refusal(sample)
    assert "live_modes: ожидается список без enforce (без таблицы [act]" in refusal(
        sample.replace('["shadow", "review"]', '["shadow", "review", "enforce"]')
    )


def test_a_policy_says_whether_one_person_may_ban_for_ever():
    """Two people are needed unless the file says that an office of one may decide."""
    assert parse(OFFICE, file="school.toml").second_person is SecondPerson.REQUIRED
    alone = changed("expires_days = 30", 'expires_days = 30\nsecond_person = "if_present"')
    assert parse(alone, file="school.toml").second_person is SecondPerson.IF_PRESENT
    message = refusal(changed("expires_days = 30", 'expires_days = 30\nsecond_person = "never"'))
    assert "school.toml: bans.second_person" in message
