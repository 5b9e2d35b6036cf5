"""One round of asking for a group's comments: which discussions have changed, and what stands in them."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from app.calling.http import Unreachable
from app.domain.clock import DAY, SECOND
from app.domain.events import Written
from app.domain.json_fields import objects_of, text_of
from app.domain.polling import Learned, Listing, Unheard
from app.domain.ports import Credential, Lesson
from app.networks.ok.comments import Discussion
from app.networks.ok.cursor import CALLS_FOR, LONG_LOOK, QUICK_LOOK, Cursor, Known, discussion_of, name_of
from app.networks.ok.discussions import COMMENTS, LIST, STATS, Fields, Found, Standing, comments, discussions, topics
from app.networks.ok.failures import PASSING, Move, handling, label
from app.networks.ok.fields import count_of
from app.networks.ok.transport import Answer, Answered, Ask, GraphAsk, Refused

T = TypeVar("T")
CALLS_LEFT: Final = "users.getCallsLeft"
#: Topics are counted so far back; an older one is seen when it is among the discussions.
LOOK_BACK: Final = 30 * DAY
#: Discussions that are listed in one round: a page must not hold its token for minutes.
MOST_LISTED: Final = 40
#: How soon the rest of them follows.
_SOON: Final = 5 * SECOND
Call = Callable[[Ask | GraphAsk, Credential], Awaitable[Answer]]


@dataclass(slots=True)
class Round:
    """What is done with one token; `cursor` is moved on as it goes.

    `calls` were made, of which OK has taken `counted` off those that it says are left.
    """

    call: Call
    credential: Credential
    page: str
    cursor: Cursor
    fields: Fields
    now: int
    #: The page is asked for the first time: what stands there is none of ours.
    is_first: bool
    learned: Learned = field(default_factory=Learned)
    calls: int = 0
    counted: int = 0
    left_over: bool = False

    async def run(self) -> tuple[Listing, ...] | Unheard:
        """What stands where something may have happened."""
        found = await self._found()
        if isinstance(found, Unheard):
            return found
        listings: list[Listing] = []
        due = self._due(found)
        self.left_over = len(due) > MOST_LISTED
        for on, since in due[:MOST_LISTED]:
            listed = await self._list(on, since, found.get(on))
            if isinstance(listed, Unheard):
                if not listings:
                    return listed
                # What was heard counts, and is remembered as heard; the next round meets the trouble at its beginning.
                self.left_over = True
                break
            if listed is not None:
                listings.append(listed)
        await self._ask_calls_left()
        self.cursor.spend(self.calls - self.counted)
        self.cursor.forget(name_of(on) for on in found)
        return tuple(listings)

    def rest(self) -> int:
        """How long there is nothing to ask for."""
        rest = self.cursor.rest(self.now, self.calls)
        return _SOON if self.left_over and (self.cursor.left is None or self.cursor.left > self.calls) else rest

    # --- what has changed --------------------------------------------------------------------------------------------

    async def _found(self) -> Mapping[Discussion, Found] | Unheard:
        """Discussions of both lists: topics are counted for some tokens only, the other one has photos and videos."""
        found: dict[Discussion, Found] = {}
        refused: Refused | None = None
        heard = False
        questions: tuple[tuple[str, Generator[Ask, Answer, tuple[Found, ...] | Refused | Unreachable]], ...] = (
            (STATS, topics(self.page, self.now - LOOK_BACK)),
            (LIST, discussions(self.page, self.fields)),
        )
        for method, question in questions:
            if method in self.credential.blocked_methods or method in self.fields.closed:
                continue
            told = await self._put(question)
            if isinstance(told, Unreachable):
                return Unheard(told.code, told.after)
            if isinstance(told, Refused):
                if ended := self._refused(method, told):
                    return ended
                if method == STATS:
                    self.fields.closed.add(method)
                refused = told
                continue
            heard = True
            for one in told:
                found[one.on] = _merged(found[one.on], one) if one.on in found else one
        if heard:
            return found
        return Unheard(label(refused.code) if refused else "no_capable_token", lasting=True)

    def _due(self, found: Mapping[Discussion, Found]) -> list[tuple[Discussion, int]]:
        """Discussions to be listed and since when, those that have changed first, then by how long ago they were."""
        changed: list[tuple[int, Discussion, int]] = []
        looked: list[tuple[int, Discussion, int]] = []
        cursor = self.cursor
        is_dated = any(one.active_at is not None for one in found.values())
        for on, one in found.items():
            known = cursor.known.get(name_of(on))
            if known is None and self.is_first and self._is_quiet(one, is_dated=is_dated):
                cursor.known[name_of(on)] = Known(one.mark, 0, self.now)
            elif known is None and one.comments == 0:
                cursor.known[name_of(on)] = Known(one.mark, cursor.floor, self.now)
            elif known is None:
                changed.append((0, on, max(cursor.begun, cursor.floor)))
            elif not one.mark or one.mark != known.mark:
                changed.append((known.looked, on, self._back(known, QUICK_LOOK)))
        waiting = {on for _, on, _ in changed}
        for name, one_known in cursor.known.items():
            again = discussion_of(name) if one_known.is_due(self.now, cursor.begun) else None
            if again is not None and again not in waiting:
                looked.append((one_known.looked, again, self._back(one_known, LONG_LOOK)))
        return [(on, since) for _, on, since in sorted(changed) + sorted(looked)]

    def _is_quiet(self, one: Found, *, is_dated: bool) -> bool:
        """Whether nothing was written there lately: what stands there is older than our first question.

        Where activity is told at all, what is not among the most recent discussions is quiet.
        """
        if one.active_at is None:
            return is_dated
        return one.active_at < self.cursor.begun - SECOND

    def _back(self, known: Known, behind: int) -> int:
        return max(self.cursor.begun, known.newest - behind)

    async def _list(self, on: Discussion, since: int, one: Found | None) -> Listing | Unheard | None:
        told = await self._put(comments(self.page, on, since, self.fields))
        if isinstance(told, Unreachable):
            return Unheard(told.code, told.after)
        if isinstance(told, Refused):
            ended = self._refused(COMMENTS, told)
            if ended is None:
                # One discussion may be closed to the token; it is tried again when something happens there.
                self._note(on, Standing((), since), one)
            return ended
        if told.newest is None and one is not None and one.comments:
            # Nothing is listed though something is counted: that is no word about comments that are known.
            told = replace(told, since=None)
        self._note(on, told, one)
        if told.since is None and not told.events:
            return None
        return Listing(on.kind, on.id, told.events, told.since)

    def _note(self, on: Discussion, told: Standing, one: Found | None) -> None:
        known = self.cursor.known.get(name_of(on)) or Known("", self.cursor.floor, 0)
        newest = max([known.newest, *_instants(told)])
        if newest > known.newest:
            self.cursor.active = self.now
        unsaid = told.since is None and not told.events
        mark = known.mark if one is None or unsaid else one.mark
        self.cursor.known[name_of(on)] = Known(mark, newest, self.now)

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _ask_calls_left(self) -> None:
        """Whatever is wrong with it, comments were heard."""
        if CALLS_LEFT in self.credential.blocked_methods or self.now - self.cursor.left_at < CALLS_FOR:
            return
        answer = await self._send(Ask(CALLS_LEFT, {"methods": f"{COMMENTS},{LIST}"}))
        self.cursor.left_at = self.now
        if isinstance(answer, Refused) and handling(answer.code).move is Move.LESSON:
            self._learn(CALLS_LEFT, answer)
        if isinstance(answer, Answered):
            counts = [count_of(one, "callsLeft") for one in objects_of(answer.response) if text_of(one, "name")]
            self.cursor.left = min((one for one in counts if one is not None), default=None)
            # They are counted from here on.
            self.counted = self.calls

    async def _put(self, question: Generator[Ask, Answer, T]) -> T:
        try:
            ask = next(question)
            while True:
                ask = question.send(await self._send(ask))
        except StopIteration as ended:
            told: T = ended.value
            return told

    async def _send(self, ask: Ask) -> Answer:
        self.calls += 1
        return await self.call(ask, self.credential)

    def _refused(self, method: str, told: Refused) -> Unheard | None:
        """Note a refusal; what to answer when nothing else can be asked now."""
        found, code = handling(told.code), label(told.code)
        if found.move is Move.DEAD:
            dead = (*self.learned.dead, (self.credential.id, code))
            self.learned = replace(self.learned, dead=dead)
            return Unheard(code, lasting=True)
        if found.move in PASSING or found.move is Move.PERSON:
            return Unheard(code, found.after, lasting=found.move is Move.PERSON)
        if found.move is Move.LESSON:
            self._learn(method, told)
            return Unheard(code, lasting=True) if method == COMMENTS else None
        return None

    def _learn(self, method: str, told: Refused) -> None:
        lesson = Lesson(self.credential.id, method, label(told.code))
        self.learned = replace(self.learned, lessons=(*self.learned.lessons, lesson))


def _instants(told: Standing) -> list[int]:
    return [event.body.written_at for event in told.events if isinstance(event.body, Written) and event.body.written_at]


def _merged(first: Found, second: Found) -> Found:
    return Found(
        first.on,
        f"{first.mark}|{second.mark}",
        first.comments if first.comments is not None else second.comments,
        second.active_at or first.active_at,
    )
