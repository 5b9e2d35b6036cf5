"""When a model counts as broken, and when it is tried again."""

from app.pipeline.breaker import FAILURES, IN_A_ROW, PROBE_EVERY, WINDOW, Breaker


def fed(*, good: int = 0, bad: int = 0) -> Breaker:
    """A breaker that has seen so many successes, then so many failures."""
    breaker = Breaker()
    for _ in range(good):
        breaker.worked()
    for _ in range(bad):
        breaker.failed("RuntimeError", 0)
    return breaker


def test_twenty_failures_in_a_row_open_it() -> None:
    """One fewer does not, and the twentieth says what the model suffers from."""
    assert fed(good=WINDOW, bad=IN_A_ROW - 1).trouble == ""
    assert fed(good=WINDOW, bad=IN_A_ROW).trouble == "RuntimeError"


def test_a_success_begins_the_row_anew() -> None:
    """A text that breaks the model now and then is a text's fault."""
    breaker = fed(bad=IN_A_ROW - 1)
    breaker.worked()
    breaker.failed("RuntimeError", 0)

    assert breaker.trouble == ""


def test_one_failure_in_twenty_opens_it() -> None:
    """Failures that never follow one another are counted over the last judgements."""
    breaker = Breaker()
    for number in range(FAILURES):
        assert breaker.trouble == ""
        for _ in range(19):
            breaker.worked()
        breaker.failed("not_a_probability", number)

    assert breaker.trouble == "not_a_probability"


def test_old_failures_are_forgotten() -> None:
    """Fewer than one in twenty never open it, however long it goes on."""
    breaker = Breaker()
    for _ in range(10 * FAILURES):
        for _ in range(20):
            breaker.worked()
        breaker.failed("RuntimeError", 0)

    assert breaker.trouble == ""


def test_an_open_one_is_probed_now_and_then() -> None:
    """Not at once, then once in a while; a closed one never."""
    breaker = fed(bad=IN_A_ROW)

    assert not breaker.may_probe(PROBE_EVERY - 1)
    assert breaker.may_probe(PROBE_EVERY)
    assert not breaker.may_probe(PROBE_EVERY + 1)
    assert breaker.may_probe(2 * PROBE_EVERY)
    breaker.close()
    assert not breaker.may_probe(10 * PROBE_EVERY)


def test_closing_forgets_what_was() -> None:
    """After a repair a single failure does not open it again, and what was before makes it no blinder either."""
    breaker = fed(bad=IN_A_ROW)
    breaker.close()
    breaker.failed("RuntimeError", 0)
    assert breaker.trouble == ""

    for _ in range(WINDOW):
        breaker.worked()
    for _ in range(FAILURES):
        breaker.worked()
        breaker.failed("RuntimeError", 0)
    assert breaker.trouble == "RuntimeError"


def test_a_clock_that_was_set_back_keeps_no_trial_away() -> None:
    """It is tried at once, not when the clock has caught up."""
    breaker = fed(bad=IN_A_ROW)
    assert breaker.may_probe(1000 * PROBE_EVERY)
    assert breaker.may_probe(2 * PROBE_EVERY)
    assert not breaker.may_probe(2 * PROBE_EVERY + 1)
