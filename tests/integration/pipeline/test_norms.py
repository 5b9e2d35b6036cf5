"""Norms of publications: whose posts count, in which week, and by which words of the act."""

from datetime import date

from app.domain.clock import DAY, HOUR, SECOND
from app.pipeline.administration.pages import PageChanges, change_page
from app.pipeline.administration.policies import add_policy
from app.pipeline.answers.norms import norms
from app.policy.duties import Force
from app.policy.rules import load_preset
from tests.fakes.threads import MONDAY
from tests.fakes.thresholds import FakeThresholds

#: Monday 00:00 of the page's week.
WEEK = MONDAY - 10 * HOUR


def norm(street, **wanted):
    """The one page's week."""
    (found,) = norms(street.house, street.configuration, [street.page], **wanted)
    return found


def test_posts_of_the_week_in_the_page_s_zone_count(street):
    """From the first moment of Monday to the last one of Sunday; a resident's post and a comment's post do not."""
    for number, at in enumerate((WEEK - SECOND, WEEK, WEEK + 7 * DAY - SECOND, WEEK + 7 * DAY), start=1):
        street.publishes(number, at)
    street.says(post="99")
    found = norm(street)
    assert (found.published, found.counted, found.needed, found.missing) == (2, 2, 7, 5)
    assert (found.monday, found.running, found.force) == (date(2026, 11, 23), True, Force.ADVICE)
    past = norm(street, monday=date(2026, 11, 18))
    assert (past.monday, past.published, past.running) == (date(2026, 11, 16), 1, False)


def test_the_same_post_told_twice_counts_once(street):
    """A repeated event is one post."""
    street.publishes(1, WEEK)
    street.publishes(1, WEEK)
    assert norm(street).published == 1


def test_the_norm_depends_on_whose_page_it_is(street):
    """An institution's page under Talmenka's act needs five a week, a head's page has no norm in it."""
    change_page(street.house, street.page, PageChanges(policy="talmenka-414", office="institution"), by="cli")
    found = norm(street)
    assert (found.needed, found.force, found.clause) == (
        5,
        Force.ADVICE,
        "п. 6 Порядка, Постановление Администрации Тальменского района от 23.05.2023 № 414",
    )
    change_page(street.house, street.page, PageChanges(office="head"), by="cli")
    found = norm(street)
    assert (found.needed, found.force, found.clause, found.missing) == (None, None, "", 0)


def test_where_the_act_asks_for_pictures_only_posts_with_them_count(street):
    """Three a week with photo or video: a text alone is published and not counted."""
    source = load_preset("default").source + '\n[norm]\nforce = "norm"\nmedia = true\nadministration = 3\n'
    source = source.replace('name = "default"', 'name = "obninsk"')
    add_policy(street.house, source, "obninsk.toml", manifest=FakeThresholds(), by="cli")
    change_page(street.house, street.page, PageChanges(mode="review"), by="cli")
    change_page(street.house, street.page, PageChanges(policy="obninsk"), by="cli")
    hanging = ((), ("photo:-1_2",), ("doc:1_1", "video:-1_3"), ("link:https://пример.рф/photo:",))
    for number, names in enumerate(hanging, start=1):
        street.publishes(number, WEEK + number * HOUR, names)
    found = norm(street)
    assert (found.published, found.with_media, found.counted, found.missing) == (4, 2, 2, 1)
    assert (found.force, found.media) == (Force.NORM, True)


def test_each_page_has_its_own_week(street):
    """While it is Monday in Novokuznetsk the week before still runs elsewhere; foreign pages are left out."""
    other = street.add_page("229000002", "shadow")
    change_page(street.house, other, PageChanges(timezone="America/New_York"), by="cli")
    found = norms(street.house, street.configuration, None)
    assert {one.page_id: one.monday for one in found} == {
        street.page: date(2026, 11, 23),
        other: date(2026, 11, 16),
    }
    assert norms(street.house, street.configuration, []) == ()
