"""A promise is worth what the artefact holds: anything else is refused before a text is judged."""

import math

import pytest

from app.domain.errors import PolicyError
from app.domain.words import Category
from app.policy.binding import bind
from app.policy.rules import load_preset, parse
from model.manifest import Manifest, PromisedThresholds
from tests.unit.policy.artefact import Artefact, Held, bound, everywhere

POLICY = load_preset("kozhevnikovo-650")


def test_each_category_gets_its_own_promise():
    """Two promises in one file resolve to the thresholds of each."""
    head, tail = POLICY.source.split("[categories.insult]")
    policy = parse(head + "[categories.insult]" + tail.replace('"1/1000"', '"1/300"', 1), file="own.toml")
    held = {"1/1000": Held(everywhere(0.99)), "1/300": Held(everywhere(0.8), n=2000, errors_observed=1)}
    found = bind(policy, Artefact(promises=held))
    assert {one.category: one.remove for one in found.categories} == {**dict.fromkeys(Category, 0.99), "insult": 0.8}
    assert found.basis["promises"] == {"1/1000": {"n": 3000, "errors": 0}, "1/300": {"n": 2000, "errors": 1}}
    assert (found.model_version, found.model_digest) == ("2026.1", "ab" * 32)


def test_an_artefacts_own_manifest_can_be_bound():
    """What the model writes down is what policies read."""
    manifest = Manifest(
        version="2026.2",
        created="2026-02-01T00:00:00Z",
        promises={"1/1000": PromisedThresholds(everywhere(0.97), 4800, 1, 1)},
        refused={},
        review={"0.03": everywhere(0.4)},
        appeal=0.3,
        logits=(),
        heads={},
        files={},
        calibration={},
        data={},
        libraries={},
        metrics={},
        digest="cd" * 32,
    )
    found = bind(POLICY, manifest)
    assert [(one.remove, one.review) for one in found.categories] == [(0.97, 0.4)] * 4
    assert (found.appeal, found.model_version, found.model_digest) == (0.3, "2026.2", "cd" * 32)
    assert found.basis["promises"] == {"1/1000": {"n": 4800, "errors": 1}}


def test_a_category_without_a_removal_right_has_no_removal_threshold():
    """Where only a person decides there is no number to be over."""
    threat = next(one for one in bound("talmenka-414").categories if one.category is Category.THREAT)
    assert (threat.removal, threat.remove, threat.review) == (None, None, 0.6)


@pytest.mark.parametrize(
    ("artefact", "message"),
    [
        (
            Artefact(promises={"1/300": Held(everywhere(0.9)), "1/100": Held(everywhere(0.9))}),
            "kozhevnikovo-650.toml: categories.spam.promise: ожидается обещание, которое держит модель 2026.1 (1/100, 1/300), найдено 1/1000",
        ),
        (Artefact(promises={}), "2026.1 (список пуст), найдено 1/1000"),
        (
            Artefact(review={"0.05": everywhere(0.6)}),
            "kozhevnikovo-650.toml: review_share: ожидается доля, которую знает модель 2026.1 (0.05), найдено 0.03",
        ),
        (
            Artefact(promises={"1/1000": Held({"spam": 0.9})}),
            "kozhevnikovo-650.toml: categories.insult: ожидается порог от 0 до 1 в модели 2026.1, а его нет",
        ),
        (
            Artefact(promises={"1/1000": Held(everywhere(math.nan))}),
            "categories.spam: ожидается порог от 0 до 1",
        ),
        (Artefact(review={"0.03": everywhere(1.5)}), "categories.spam: ожидается порог от 0 до 1"),
        (Artefact(appeal=math.inf), "appeal: ожидается порог от 0 до 1 в модели 2026.1, найдено inf"),
    ],
)
def test_what_the_artefact_does_not_hold_is_refused(artefact, message):
    """The refusal names file and key path and says what the artefact does hold."""
    with pytest.raises(PolicyError) as caught:
        bind(POLICY, artefact)
    assert message in str(caught.value)
