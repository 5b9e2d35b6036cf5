"""The list of everything that the worker does periodically: one line a duty, done whenever nobody else does it."""

from typing import Final

from app.pipeline.administration import sealing, secret_watch
from app.pipeline.answers import clock
from app.pipeline.duties.walk import Duty
from app.pipeline.labels import sampling
from app.pipeline.objections import messages, terms
from app.pipeline.persons import covering
from app.pipeline.rereading import gaps
from app.pipeline.retention import run as retention
from app.settings import Settings

#: Rooms whose work stands here export a plain function and do not know this list.
DUTIES: Final[tuple[Duty, ...]] = (
    Duty("appeals", clock.EVERY, clock.run),
    Duty("objections in messages", messages.EVERY, messages.read_messages),
    Duty("terms of objections", terms.EVERY, terms.watch_terms),
    Duty(covering.NAME, covering.EVERY, covering.cover_decided),
    Duty(gaps.NAME, gaps.EVERY, gaps.notice_incidents),
    Duty(secret_watch.NAME, secret_watch.EVERY, secret_watch.watch_secrets),
)


def duties_with(settings: Settings) -> tuple[Duty, ...]:
    """The list, and those whose numbers an installation may set."""
    shares = sampling.Shares(settings.audit_removals, settings.audit_keeps, settings.audit_a_day)
    return (
        *DUTIES,
        Duty(sampling.NAME, sampling.EVERY, sampling.sample_with(shares)),
        Duty(sealing.NAME, sealing.EVERY, sealing.seal_daily(settings.data_dir)),
        Duty(retention.NAME, retention.EVERY, retention.daily_with(settings)),
    )
