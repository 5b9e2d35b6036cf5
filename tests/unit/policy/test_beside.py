"""A likely threat inside a text that goes for something else is still shown to a person."""

import pytest

from app.domain.decisions import NO_CONTEXT, Context, Facts, Remove, Review
from app.domain.words import Category, Mode
from app.policy.beginning import opens_case
from app.policy.decide import decide
from tests.unit.policy.artefact import bound, judged

NO_RIGHT = ("novokuznetsk-59", "talmenka-414")


@pytest.mark.parametrize("policy", NO_RIGHT)
@pytest.mark.parametrize("loud", ["insult", "obscenity", "spam"])
def test_a_threat_beside_what_goes_is_asked_about(policy: str, loud: str) -> None:
    """Where the act gives no right to remove threats, the removal goes out and the threat opens a case."""
    ruling = decide(bound(policy), judged(**{loud: 0.99, "threat": 0.6}), Facts())
    assert isinstance(ruling, Remove)
    assert [ground.category for ground in ruling.grounds] == [Category(loud)]
    assert (ruling.beside, ruling.basis["beside"]) == ((Category.THREAT,), ["threat"])
    assert opens_case(ruling, Mode.ENFORCE)
    assert not opens_case(ruling, Mode.SHADOW)


@pytest.mark.parametrize("policy", NO_RIGHT)
def test_an_unlikely_threat_asks_nobody(policy: str) -> None:
    """Below the review threshold the removal stands alone, with the numbers it had."""
    ruling = decide(bound(policy), judged(insult=0.99, threat=0.59), Facts())
    assert (ruling.beside, "beside" in ruling.basis) == ((), False)
    assert not opens_case(ruling, Mode.ENFORCE)


def test_where_the_act_names_threats_nothing_stands_beside() -> None:
    """The act that names aggression needs nobody: the threat is a ground or none."""
    policy = bound("kozhevnikovo-650")
    ruling = decide(policy, judged(insult=0.99, threat=0.6), Facts())
    assert not opens_case(ruling, Mode.ENFORCE)
    assert isinstance(decide(policy, judged(threat=0.6), Facts()), Review)


def test_a_threat_in_a_mailing_is_asked_about() -> None:
    """The count removes the mailing, and the threat in it is shown all the same."""
    copies = Context(texts=4, authors=1, own_texts=4, own_places=4, authors_everywhere=1, pages=1)
    assert copies != NO_CONTEXT
    ruling = decide(bound("novokuznetsk-59"), judged(spam=0.7, threat=0.7), Facts(context=copies))
    assert isinstance(ruling, Remove)
    assert ruling.beside == (Category.THREAT,)
