"""How long each kind of data is kept, and whether its time has come; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import DAY
from app.settings import Settings
from app.storage.erasing import ANSWERS, EVIDENCE, LABELS, NOTES, OBJECTIONS, REVISIONS, Words
from app.storage.fates import Fate


class Data(StrEnum):
    """A kind of data with a term of its own."""

    KEPT_TEXTS = "kept_texts"
    REMOVED_TEXTS = "removed_texts"
    PRIVATE_MESSAGES = "private_messages"
    EVIDENCE = "evidence"
    NOTES = "notes"
    LABELS = "labels"
    OBJECTIONS = "objections"
    ANSWERS = "answers"
    PERSONAL_DATA = "personal_data"
    REPEATED_TEXTS = "repeated_texts"
    EVENT_KEYS = "event_keys"
    REJECTED_KEYS = "rejected_keys"
    ERASURE_GROUNDS = "erasure_grounds"
    SESSIONS = "sessions"
    SIGN_IN_LINKS = "sign_in_links"
    JOBS = "jobs"
    ALERT_MESSAGES = "alert_messages"
    ALERT_CHANNELS = "alert_channels"
    INCIDENTS = "incidents"
    REREADS = "rereads"


_OWN: Final[Mapping[Words, Data]] = {
    NOTES: Data.NOTES,
    LABELS: Data.LABELS,
    OBJECTIONS: Data.OBJECTIONS,
    ANSWERS: Data.ANSWERS,
}
_CLASSES: Final = (Data.KEPT_TEXTS, Data.REMOVED_TEXTS, Data.PRIVATE_MESSAGES)


@dataclass(frozen=True, slots=True)
class Terms:
    """Days by kind; evidence is kept as long as the text that it is about."""

    days: Mapping[Data, int]

    @property
    def shortest(self) -> int:
        """No words are erased within so many microseconds after they were written."""
        return min(self.days[kind] for kind in (*_CLASSES, *_OWN.values())) * DAY


def terms_of(settings: Settings) -> Terms:
    """The office's terms."""
    return Terms(
        {
            Data.KEPT_TEXTS: settings.retention_kept_days,
            Data.REMOVED_TEXTS: settings.retention_removed_days,
            Data.PRIVATE_MESSAGES: settings.retention_private_days,
            Data.NOTES: settings.retention_notes_days,
            Data.LABELS: settings.retention_labels_days,
            Data.OBJECTIONS: settings.retention_objections_days,
            Data.ANSWERS: settings.retention_answers_days,
            Data.REPEATED_TEXTS: settings.retention_repeated_texts_days,
            Data.EVENT_KEYS: settings.retention_event_keys_days,
            Data.REJECTED_KEYS: settings.retention_event_keys_days,
            Data.ERASURE_GROUNDS: settings.retention_notes_days,
            Data.SESSIONS: settings.retention_sessions_days,
            Data.SIGN_IN_LINKS: settings.retention_sessions_days,
            Data.JOBS: settings.retention_jobs_days,
            Data.ALERT_MESSAGES: settings.retention_incidents_days,
            Data.ALERT_CHANNELS: settings.retention_incidents_days,
            Data.INCIDENTS: settings.retention_incidents_days,
            Data.REREADS: settings.retention_incidents_days,
        }
    )


def kind_of(words: Words, fate: Fate) -> Data:
    """Which kind of data a row of words is."""
    if words is EVIDENCE:
        return Data.EVIDENCE
    return _class_of(fate) if words is REVISIONS else _OWN[words]


def _class_of(fate: Fate) -> Data:
    if fate.removed:
        return Data.REMOVED_TEXTS
    return Data.PRIVATE_MESSAGES if fate.private else Data.KEPT_TEXTS


def time_has_come(words: Words, fate: Fate, terms: Terms, now: int) -> bool:
    """Whether the term of a row of words is over; what still holds it is another question."""
    kind = _class_of(fate) if words is EVIDENCE else kind_of(words, fate)
    return fate.last_step + terms.days[kind] * DAY <= now
