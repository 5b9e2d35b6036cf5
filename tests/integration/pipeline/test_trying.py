"""A change that was tried first: levels put in force, modes switched, each only on what was looked at."""

import threading
from collections.abc import Iterator

import pytest

from app.domain.clock import DAY
from app.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.domain.principals import Principal
from app.domain.words import Role
from app.pipeline import trying
from app.pipeline.administration.policies import add_policy, show_policy
from app.pipeline.administration.policy_levels import levels_of, set_level
from app.pipeline.configuration import Configuration
from app.pipeline.jobs import orders
from app.pipeline.jobs.run import JobRunner
from app.pipeline.jobs.step import Tools
from app.policy.levels import LEVELS
from app.policy.rules import load_preset
from app.storage.tables import Page
from model.manifest import PromisedThresholds
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.yard import Yard

POLICY = "novokuznetsk-59"
HEADS = ("spam", "insult", "obscenity", "threat")


def promise(value: float) -> PromisedThresholds:
    """The same threshold for every category."""
    return PromisedThresholds(dict.fromkeys(HEADS, value), n=8000, errors_allowed=3, errors_observed=3)


@pytest.fixture
def yard(sqlite_url: str, tmp_path) -> Iterator[Yard]:
    """A page that only looks on, under a model that keeps two promises."""
    made = Yard(sqlite_url, tmp_path)
    made.configuration = Configuration(
        made.house, FakeThresholds(promises={"1/1000": promise(0.9), "1/300": promise(0.7)})
    )
    made.shadow = made.add_page("229000002", "shadow")
    yield made
    made.close()


def work(yard: Yard) -> None:
    """The worker works everything off."""
    runner = JobRunner(Tools(yard.house, yard.configuration, yard.moderator))
    while runner.turn(threading.Event()):
        pass


def tried(yard: Yard, who: Principal, page: int | None = None) -> int:
    """A preview of a mode that has ended."""
    number = trying.try_enforcing(yard.house, page or yard.shadow, who=who)
    work(yard)
    return number


def switch(yard: Yard, who: Principal, job: int | None, mode: str = "enforce", was: str = "shadow") -> str:
    """Switch the looking page's mode; returns the mode it is in."""
    trying.switch_mode(yard.house, yard.shadow, mode, was=was, job_id=job, who=who)
    return str(next(page.mode for page in yard.rows(Page) if page.id == yard.shadow))


def test_levels_say_what_the_model_keeps(yard: Yard) -> None:
    """A promise without evidence is offered with a reason and cannot be put in force."""
    anna = yard.person("anna", Role.ADMIN)
    shown = levels_of(yard.house, yard.configuration, POLICY, who=anna)

    assert shown.level == LEVELS["usual"]
    assert [(one.level.code, one.present, bool(one.refused)) for one in shown.levels] == [
        ("careful", False, True),
        ("usual", True, False),
        ("strict", False, False),
    ]
    with pytest.raises(Exception, match="1/3000"):
        set_level(yard.house, yard.configuration, POLICY, "careful", instead_of=1, who=anna)
    assert show_policy(yard.house, POLICY).version == 1


def test_a_level_is_put_in_force_for_every_page_of_the_policy(yard: Yard) -> None:
    """A new version by a named person holds from the next transaction on, and the presets' renewal leaves it alone."""
    anna = yard.person("anna", Role.ADMIN)
    made = set_level(yard.house, yard.configuration, POLICY, "strict", instead_of=1, who=anna)

    assert (made.version, made.created_by) == (2, "person:anna")
    with yard.house.database.read() as session:
        pages = yard.configuration.current(session).by_id
    removals = [bound.remove for page in pages.values() for bound in page.policy.categories if bound.remove is not None]
    assert set(removals) == {0.7}
    [entry] = [entry for entry in yard.journal("policy_added") if entry.subject_id == made.id]
    assert f"person:{anna.account_id}" in entry.body


def test_a_level_chosen_from_an_old_version_is_refused(yard: Yard) -> None:
    """Whoever was slower learns who changed what, and overwrites nothing."""
    anna = yard.person("anna", Role.ADMIN)
    own = load_preset(POLICY).source.replace("expires_days = 90", "expires_days = 30")
    add_policy(yard.house, own, "own", manifest=yard.configuration.manifest, by="person:boris")

    with pytest.raises(ConflictError, match="версия 2, person:boris"):
        set_level(yard.house, yard.configuration, POLICY, "strict", instead_of=1, who=anna)
    assert show_policy(yard.house, POLICY).source == own


def test_a_limited_admin_changes_no_foreign_pages(yard: Yard) -> None:
    """A policy that foreign pages follow is not theirs to change; one that only theirs follow is."""
    anna = yard.person("anna", Role.ADMIN)
    limited = Principal(anna.account_id, "anna", Role.ADMIN, frozenset({yard.shadow}))
    with pytest.raises(NotAllowedError, match="чужие страницы"):
        set_level(yard.house, yard.configuration, POLICY, "strict", instead_of=1, who=limited)
    with pytest.raises(NotAllowedError):
        set_level(yard.house, yard.configuration, "talmenka-414", "strict", instead_of=1, who=limited)
    both = Principal(anna.account_id, "anna", Role.ADMIN, frozenset({yard.shadow, yard.page}))
    assert set_level(yard.house, yard.configuration, POLICY, "strict", instead_of=1, who=both).version == 2


def test_a_page_enforces_after_a_look(yard: Yard) -> None:
    """A fresh preview of this page by this policy opens the way; nobody's word alone does."""
    anna = yard.person("anna", Role.ADMIN)
    with pytest.raises(ConflictError, match="сначала посмотрите"):
        switch(yard, anna, None)
    assert switch(yard, anna, tried(yard, anna)) == "enforce"
    assert switch(yard, anna, None, "review", "enforce") == "review"


def test_no_other_preview_stands_behind_enforcing(yard: Yard) -> None:
    """Another page's, an old one, one of other rules, one of another level or one that was stopped opens nothing."""
    anna = yard.person("anna", Role.ADMIN)
    old = tried(yard, anna)
    others = tried(yard, anna, yard.page)
    level = trying.try_level(yard.house, yard.configuration, POLICY, "strict", who=anna)
    stopped = trying.try_enforcing(yard.house, yard.shadow, who=anna)
    orders.cancel(yard.house, stopped, who=anna)
    work(yard)
    yard.clock.advance(DAY // 2)
    before = tried(yard, anna)
    yard.clock.advance(DAY // 2 + DAY // 4)
    for number in (old, others, level, stopped):
        with pytest.raises(ConflictError, match="сначала посмотрите"):
            switch(yard, anna, number)
    set_level(yard.house, yard.configuration, POLICY, "strict", instead_of=1, who=anna)
    with pytest.raises(ConflictError, match="сначала посмотрите"):
        switch(yard, anna, before)
    with pytest.raises(NotFoundError):
        switch(yard, anna, 2**62)


def test_a_mode_that_somebody_has_switched_meanwhile_is_not_switched_again(yard: Yard) -> None:
    """The form says what the person saw."""
    anna = yard.person("anna", Role.ADMIN)
    assert switch(yard, anna, None, "review") == "review"
    with pytest.raises(ConflictError, match="тем временем"):
        switch(yard, anna, None, "review", "shadow")


def test_rules_without_an_act_are_never_enforced(yard: Yard) -> None:
    """Also a preview does not help where the policy does not allow the mode."""
    anna = yard.person("anna", Role.ADMIN)
    yard.shadow = yard.add_page("229000003", "shadow", "default")
    with pytest.raises(InvalidInputError, match="нет опубликованного акта"):
        switch(yard, anna, tried(yard, anna))


def test_what_nobody_follows_cannot_be_tried(yard: Yard) -> None:
    """There is no page to try it on, and foreign pages are none."""
    anna = yard.person("anna", Role.ADMIN)
    with pytest.raises(ConflictError, match="ни одна ваша страница"):
        trying.try_level(yard.house, yard.configuration, "talmenka-414", "strict", who=anna)
    limited = Principal(anna.account_id, "anna", Role.ADMIN, frozenset({yard.page}))
    with pytest.raises(NotFoundError):
        trying.try_enforcing(yard.house, yard.shadow, who=limited)
    number = trying.try_level(yard.house, yard.configuration, POLICY, "strict", who=limited)
    work(yard)
    assert trying.read_preview(yard.house, number, who=limited).asked.pages == [yard.page]
