"""The short way of the ordinary comment writes what the general way writes: the same rows, ids, digests and journal."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.domain.change import Change
from app.domain.copies import text_print
from app.domain.decisions import Judgement
from app.domain.events import Act, Segment, Written
from app.domain.ids import IdMaker
from app.domain.judged import only_links
from app.domain.words import Mode, Verdict
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.configuration import Configuration
from app.pipeline.house import House
from app.pipeline.record.committing import Answer, Committer
from app.pipeline.record.happenings import Happenings
from app.pipeline.record.items import Item, Outcome
from app.pipeline.record.plain import Plain
from app.storage.session import migrate
from app.storage.tables import Decision, Page, metadata
from app.storage.vault import JournalKey, Vault
from model.explain import Span
from tests.fakes.clock import FakeClock
from tests.fakes.house import APPEAL, CLEAN, DOUBTFUL, INSULT, PROBABLY_SPAM, RUDE_APPEAL, make_house, removed, written
from tests.fakes.thresholds import REVIEW, FakeThresholds

VAULT = Vault(Fernet.generate_key())
KEY = JournalKey("test", b"k" * 32)
PAGE = "229000001"
SECOND = 1_000_000
TEXTS = (
    "Спасибо, во дворе снова есть свет",
    "Во дворе третий день нет света, а лампочку никто не меняет",
    "Во дворе третий день нет света, а лампочку никто не меняет!",
    "+",
    "Скидки тут: https://example.ru/a",
)
#: What may be remarkable about a comment: about its words, about what the model makes of them, about the delivery.
BODY: tuple[dict[str, Any], ...] = (
    {"text": "https://example.ru/a"},
    {"text": " "},
    {"text": ""},
    {"text": "\U0001f600"},
    {"segments": (Segment("link_title", "Скидки"),)},
    {"attachments": ("photo:1_2",)},
    {"act": Act.EDIT},
    {"act": Act.RESTORE},
    {"author": ""},
    {"author": "-9"},
    # Nobody may touch the first, the second runs the page, the third is the page.
    {"author": "42"},
    {"author": "5"},
    {"author": f"-{PAGE}"},
    {"private": True},
    {"post": ""},
    {"written_at": None},
    {"written_at": 1},
)
OPINION: tuple[dict[str, Any], ...] = (
    {"scores": CLEAN._replace(threat=REVIEW)},
    {"scores": APPEAL},
    {"scores": DOUBTFUL},
    {"scores": INSULT},
    {"scores": INSULT},
    {"scores": PROBABLY_SPAM},
    {"scores": RUDE_APPEAL},
    {"scores": None},
    {"scores": CLEAN._replace(spam=float("nan"))},
    {"scores": CLEAN._replace(appeal=-0.1)},
    {"failure": "too_long"},
    {"explanation": (Span(0, 2, 0.5, "insult"),)},
    {"change": Change(((0, 2),), Verdict.REVIEW, Verdict.REMOVE)},
    {"change": Change(((0, 2),), Verdict.REVIEW, Verdict.KEEP)},
)
DELIVERY: tuple[dict[str, Any], ...] = (
    {"read_again": True},
    {"print": None},
    {"judgement": None},
    {"judgement": Judgement(None, failure="broken"), "unjudged": True},
    {"judgement": None, "unjudged": True},
)


@cache
def template(mode: Mode) -> Path:
    """A migrated database with one page, which every run copies."""
    folder = tempfile.mkdtemp(prefix="dvornik-properties-")
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    house = house_on(path)
    ensure_presets(house)
    page = NewPage(
        network="vk", external_id=PAGE, title="Район", policy="novokuznetsk-59", mode=mode, secret="s", user_token="u"
    )
    page_id = add_page(house, page, by="cli").id
    with house.database.write() as session:
        row = session.get_one(Page, page_id)
        row.trusted_json, row.managers_json = '["42"]', '["5"]'
        session.add(row)
    with house.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    house.database.dispose()
    return path


def house_on(path: Path) -> House:
    """A house whose keys, clock and ids are those of every other one."""
    clock = FakeClock()
    house = make_house(f"sqlite:///{path}", clock)
    return replace(house, vault=VAULT, journal_key=KEY, ids=IdMaker(clock, 1))


def everything(house: House) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with house.database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


@contextmanager
def written_down(mode: Mode, batches: list[list[Item]]) -> Iterator[tuple[House, list[Answer]]]:
    """A house that has taken these batches, a second apart; salts are the same in each."""
    salts = map(str, count())
    with tempfile.TemporaryDirectory(prefix="dvornik-properties-") as folder:
        path = Path(folder) / "copy.sqlite3"
        shutil.copyfile(template(mode), path)
        house = house_on(path)
        try:
            committer = Committer(house, Configuration(house, FakeThresholds()), 1)
            answers: list[Answer] = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("secrets.token_hex", lambda _: next(salts))
                for batch in batches:
                    house.clock.advance(SECOND)  # type: ignore[attr-defined]  # the fake one
                    answers += committer.commit(batch)
            yield house, answers
        finally:
            house.database.dispose()


@cache
def page_id(mode: Mode) -> int:
    """The page of this mode's template."""
    house = house_on(template(mode))
    with house.database.read() as session:
        found = session.exec(select(Page.id)).one()
    house.database.dispose()
    return found


@st.composite
def deliveries(draw: st.DrawFn, page: int) -> Item:
    """A delivery about one of a few comments: an ordinary new one, or one with a thing or two about it."""
    number = draw(st.integers(1, 30))
    if draw(st.integers(0, 9)) == 0:
        return removed(page_id=page, number=number, deleter=draw(st.sampled_from(("5", "777", ""))))
    author, post = draw(st.sampled_from(("777", "778", str(number)))), draw(st.sampled_from(("7", "8")))
    item = written(draw(st.sampled_from(TEXTS)), page_id=page, number=number, author=author, post=post)
    return remarkable(item, *(draw(st.sampled_from((*[{}] * len(some), *some))) for some in (BODY, OPINION, DELIVERY)))


def remarkable(
    item: Item, about_body: dict[str, Any], about_opinion: dict[str, Any], about_item: dict[str, Any]
) -> Item:
    """The delivery with these things about it, as they would come from a network and a model."""
    body, opinion = item.event.body, item.judgement
    assert isinstance(body, Written)
    assert opinion is not None
    body = replace(body, **about_body)
    item = replace(
        item,
        event=replace(item.event, body=body),
        judgement=replace(opinion, **about_opinion),
        bare_link=only_links(body.text, body.segments),
        print=None if body.private else text_print(body.text),
    )
    return replace(item, **about_item)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from((Mode.ENFORCE, Mode.REVIEW, Mode.SHADOW)))
def test_both_ways_write_the_same(data: st.DataObject, mode: Mode) -> None:
    """Whatever comes, every table holds the same after the short way as after the general one alone."""
    batches = data.draw(st.lists(st.lists(deliveries(page_id(mode)), min_size=8, max_size=20), min_size=1, max_size=2))
    same_both_ways(mode, batches)


def same_both_ways(mode: Mode, batches: list[list[Item]]) -> None:
    """Answers and tables."""
    with written_down(mode, batches) as (short, answers):
        after = everything(short)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plain, "take", lambda *_: False)
        with written_down(mode, batches) as (general, expected):
            assert answers == expected
            assert after == everything(general)


def test_one_remarkable_thing_is_seen() -> None:
    """Each thing that may be remarkable about a comment goes the general way, if that writes anything else for it."""
    page, items = page_id(Mode.ENFORCE), []
    remarks = [
        *((one, {}, {}) for one in BODY),
        *(({}, one, {}) for one in OPINION),
        *(({}, {}, one) for one in DELIVERY),
    ]
    for remark in remarks:
        for text in (f"Спасибо, во дворе снова есть свет {len(items)}", "+"):
            # Each by somebody else: what one of them does would tell on the next.
            item = written(text, page_id=page, number=len(items), author=str(1000 + len(items)))
            items.append(remarkable(item, *remark))
    same_both_ways(Mode.ENFORCE, [items])


def test_the_ordinary_comment_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new comment that stays needs nothing of the general way, whether it is short or long enough to have copies."""
    monkeypatch.delattr(Happenings, "apply")
    items = [
        written(text, page_id=page_id(Mode.ENFORCE), number=number, author=str(number))
        for number, text in enumerate((TEXTS[0], "+"))
    ]
    with written_down(Mode.ENFORCE, [items]) as (house, answers), house.database.read() as session:
        verdicts = session.exec(select(Decision.verdict)).all()
    assert answers == [Outcome.DECIDED] * 2
    assert verdicts == [Verdict.KEEP] * 2
