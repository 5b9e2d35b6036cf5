"""A policy file is read strictly: every slip is refused with file, key path and what was expected."""

import hashlib

import pytest

from app.domain.errors import InvalidInputError, PolicyError
from app.domain.words import ActionKind, Category, Mode
from app.policy.rules import BanBy, TermSource, allowed_mode, live_mode, parse

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
    with pytest.raises(InvalidInputError, match="does not run in enforce: its live_modes do not list it"):
        allowed_mode(policy, Mode.ENFORCE)
    assert [live_mode(policy, mode) for mode in Mode] == [Mode.SHADOW, Mode.REVIEW, Mode.REVIEW]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Школа № 7"', 'titel = "Школа № 7"', "school.toml: title: missing, expected a text"),
        ('name = "school-7"', 'name = "Школа"', "school.toml: name: expected small Latin letters, digits and hyphens, at most 64, found 'Школа'"),
        ('title = "Школа № 7"', 'title = " "', "school.toml: title: expected a text, found ' '"),
        ('"0.05"', "0.05", "school.toml: review_share: expected a text, found 0.05"),
        ('"0.05"', '"5%"', 'school.toml: review_share: expected a share of comments such as "0.03", without zeros at the end, found \'5%\''),
        ('["shadow", "review"]', '["shadow", "live"]', "school.toml: live_modes: expected a list of one of shadow, review, enforce, found 'live'"),
        ('["shadow", "review"]', '["review"]', "school.toml: live_modes: expected at least shadow, where every page begins, found ['review']"),
        ('["shadow", "review"]', '["shadow", "shadow"]', "school.toml: live_modes: expected each entry once, found ['shadow', 'shadow']"),
        ('["shadow", "review"]', '"shadow"', "school.toml: live_modes: expected a list of one of shadow, review, enforce, found 'shadow'"),
        ("2026-01-12", '"12.01.2026"', "school.toml: act.date: expected a date such as 2023-05-23, without quotes, found '12.01.2026'"),
        ('body = "Школа № 7"', 'body = "Школа № 7"\nsigned = "директор"', "school.toml: act.signed: unknown key, expected one of body, date, number, title"),
        ("[categories.insult]", "[categories.fake]", "school.toml: categories.insult: missing, expected a table [categories.insult]"),
        ("[categories.threat]", "[categories.fake]\nactions = []\n[categories.threat]", "school.toml: categories.fake: unknown key, expected one of insult, obscenity, spam, threat"),
        ('["delete_comment"]', '["delete"]', "school.toml: categories.insult.actions: expected a list of one of delete_comment, hide_comment, ban_author, found 'delete'"),
        ('["delete_comment"]', '["restore_comment"]', "school.toml: categories.insult.actions: expected a list of one of delete_comment, hide_comment, ban_author, found 'restore_comment'"),
        ('["delete_comment"]', '["delete_comment", "hide_comment"]', "school.toml: categories.insult.actions: expected exactly one of delete_comment, hide_comment, found ['delete_comment', 'hide_comment']"),
        ('["hide_comment", "ban_author"]', '["ban_author"]', "school.toml: categories.spam.actions: expected exactly one of delete_comment, hide_comment, found ['ban_author']"),
        ('clause = "п. 5"\n', "", "school.toml: categories.insult.clause: missing, expected the place in the act that allows the removal, such as п. 10 Порядка"),
        ('clause = "п. 5"', 'clause = ""', "school.toml: categories.insult.clause: expected the place in the act that allows the removal, such as п. 10 Порядка, found ''"),
        ('promise = "1/1000"', "", 'school.toml: categories.insult.promise: missing, expected a promise such as "1/1000"'),
        ('promise = "1/1000"', 'promise = "0.1%"', "school.toml: categories.insult.promise: expected a promise such as \"1/1000\", found '0.1%'"),
        ('promise = "1/1000"', 'promis = "1/1000"', 'school.toml: categories.insult.promise: missing, expected a promise such as "1/1000"'),
        ('promise = "1/1000"', 'promise = "1/1000"\nthreshold = 0.9', "school.toml: categories.insult.threshold: unknown key, expected one of actions, clause, ladder, promise"),
        ('promise = "1/1000"', 'promise = "1/1000"\nladder = ["1d"]', "school.toml: categories.insult.ladder: expected nothing here, because actions has no ban_author"),
        ("[categories.threat]\nactions = []", '[categories.threat]\nactions = []\nclause = "п. 5"', "school.toml: categories.threat.clause: expected nothing here, because actions is empty and only a person decides"),
        ('ladder = ["12h", "7d", "7d"]', "", "school.toml: categories.spam.ladder: missing, expected a list of terms"),
        ('["12h", "7d", "7d"]', "[]", "school.toml: categories.spam.ladder: expected a list of terms"),
        ('["12h", "7d", "7d"]', '["7d", "forever"]', "for ever is two people's decision, found 'forever'"),
        ('["12h", "7d", "7d"]', '["7d", "366d"]', "found '366d'"),
        ('["12h", "7d", "7d"]', '["0d"]', "found '0d'"),
        ('["12h", "7d", "7d"]', "[7]", "found 7"),
        ('["12h", "7d", "7d"]', '["7d", "1d"]', "school.toml: categories.spam.ladder: expected terms that do not get shorter, found ['7d', '1d']"),
        ('ban_by = "machine"', 'ban_by = "robot"', "school.toml: bans.ban_by: expected one of person, machine, found 'robot'"),
        ('ground = "Приказ от 12.01.2026 № 16-о"', "", 'school.toml: bans.ground: missing, expected the title, date and number of the office\'s paper, because ban_by = "machine"'),
        ('ban_by = "machine"', 'ban_by = "person"', 'school.toml: bans.ground: expected nothing here, it belongs to ban_by = "machine"'),
        ('source = "order"\norder = "Приказ от 12.01.2026 № 17-о"', 'source = "proposal"', 'school.toml: bans.source: expected "order": the machine bans alone only for terms that the office has ordered'),
        ('order = "Приказ от 12.01.2026 № 17-о"', "", "school.toml: bans.order: missing, expected the title"),
        ("warnings = 1", "warnings = true", "school.toml: bans.warnings: expected a whole number from 0 to 10, found True"),
        ("warnings = 1", "warnings = -1", "school.toml: bans.warnings: expected a whole number from 0 to 10, found -1"),
        ("expires_days = 30", "expires_days = 30.0", "school.toml: bans.expires_days: expected a whole number from 1 to 365, found 30.0"),
        ("[act]", "[sample]\ntitle = 'x'\n[act]", "school.toml: act: expected either [act] (a published act) or [sample] (rules without one)"),
        ('name = "school-7"', 'name = "school-7"\nname = "b"', "school.toml: not a TOML file: Cannot overwrite a value (at line 3, column 11)"),
        ('name = "school-7"', "name = " + "[" * 5000, "school.toml: not a TOML file: "),
        ('title = "Школа № 7"', 'title = "\ud800"', "school.toml: not a TOML file: "),
    ],
)  # fmt: skip
def test_a_slip_is_refused_where_it_stands(old, new, message):
    """The message names the file, the key path, what was expected and what stood there."""
    assert message in refusal(changed(old, new))


def test_a_ban_needs_a_clause_of_its_own():
    """Without [bans] no category may ban, and [bans] without a banning category is a mistake."""
    start, end = OFFICE.index("[bans]"), OFFICE.index("[categories.spam]")
    assert refusal(OFFICE[:start] + OFFICE[end:]) == (
        "school.toml: categories.spam.actions: expected a table [bans] with the clause that allows bans, or no ban_author"
    )
    quiet = changed('["hide_comment", "ban_author"]', '["hide_comment"]').replace('ladder = ["12h", "7d", "7d"]', "")
    assert refusal(quiet) == "school.toml: bans: expected a category with ban_author, none asks for a ban"


def test_rules_without_an_act_can_neither_enforce_nor_ban():
    """A sample is refused in enforce and with bans, whatever else is right."""
    start, end = OFFICE.index("[act]"), OFFICE.index("[bans]")
    sample = OFFICE[:start] + '[sample]\ntitle = "правила"\n' + OFFICE[end:]
    assert "bans: expected an [act] that allows bans" in refusal(sample)
    assert "live_modes: expected no enforce without an [act]" in refusal(
        sample.replace('["shadow", "review"]', '["shadow", "review", "enforce"]')
    )
