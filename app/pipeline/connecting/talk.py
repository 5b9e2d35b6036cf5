"""One attempt to connect a page: with whom, by which key, and what has come of it so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.connecting import Connector, Switched
from app.domain.findings import Finding, finding
from app.pipeline.connecting.subject import Subject
from app.pipeline.house import House


@dataclass(slots=True)
class Talk:
    """What the steps share; `wait` passes seconds between two looks at what the network is still doing."""

    house: House
    page: Subject
    connector: Connector
    by: str
    wait: Callable[[float], None]
    done: list[Finding] = field(default_factory=list)
    lacks: list[Finding] = field(default_factory=list)
    advice: list[Finding] = field(default_factory=list)

    def did(self, name: str, /, **facts: object) -> None:
        """Note what is in order."""
        self.done.append(finding(name, page=self.page.id, **facts))

    def lacking(self, name: str, /, **facts: object) -> None:
        """Note what has to be mended."""
        self.lacks.append(finding(name, page=self.page.id, **facts))

    def advise(self, name: str, /, **facts: object) -> None:
        """Note what works without, but a person should know."""
        self.advice.append(finding(name, page=self.page.id, **facts))

    def compare(self, present: Switched) -> None:
        """Say whether everything that is read here is delivered."""
        wanted = self.connector.wanted
        absent = sorted(wanted.events - present.events)
        if absent:
            self.lacking("events_off", events=", ".join(absent))
        if present.version != wanted.version:
            self.lacking("version_old", version=present.version or "—", wanted=wanted.version)
        if not absent and present.version == wanted.version:
            self.did("events_on", count=len(wanted.events), version=wanted.version)
