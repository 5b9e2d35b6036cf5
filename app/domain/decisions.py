"""What a judgement and a ruling are made of; a removal without a clause cannot be written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.domain.change import Change
from app.domain.words import ActionKind, Category, LawLevel, Reason, Verdict
from model.explain import Span
from model.scorer import Scores


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says about one text; `scores` is None when judging failed (then `failure` is a code).

    `change` is what would have changed the verdict on the words alone; None when no telling words would have.
    """

    scores: Scores | None
    explanation: tuple[Span, ...] = ()
    failure: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """The place in a published act that allows a removal: `п. 2.5` of the act with this title."""

    act: str
    clause: str

    def __post_init__(self) -> None:
        """A clause that names no place in no act is no ground."""
        if not self.act.strip() or not self.clause.strip():
            raise ValueError("a clause needs both the act and the place in it")

    def __str__(self) -> str:
        return f"{self.clause}, {self.act}"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason to remove: the category, its clause, and the score that stood against the threshold (both 0…1)."""

    category: Category
    clause: Clause
    score: float
    threshold: float


@dataclass(frozen=True, slots=True)
class BanTerm:
    """How long a ban is proposed for; `seconds` None = for ever. `rung` counts from 1."""

    rung: int
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Context:
    """What a text alone does not show: its copies within the policy's hours, this text included; counts only.

    A copy is another comment with the same words, or nearly the same (`near`). All zero where there is none. Past a
    bound of the recording the counts stand still: then they are "at least".
    """

    #: Comments with this text on this page, and their authors.
    texts: int = 0
    authors: int = 0
    #: The author's own comments with it, on all pages, and under how many posts they stand.
    own_texts: int = 0
    own_places: int = 0
    #: Authors and pages anywhere in the installation.
    authors_everywhere: int = 0
    pages: int = 0
    #: The text holds a link, a phone or a nick.
    contact: bool = False
    near: bool = False


NO_CONTEXT: Final = Context()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a text beside its words when it is ruled on. All of it is stored with the decision."""

    has_text: bool = True
    only_links: bool = False
    first_time_author: bool = False
    private: bool = False
    #: Offences of this author on this page that still count, before this one (see the ladder).
    offences: int = 0
    #: The author may be touched at all: a citizen or foreign community, no manager, not trusted, managers known.
    bannable: bool = True
    #: A ban of this author is already proposed, on its way or in force for this same offence.
    ban_running: bool = False
    context: Context = NO_CONTEXT


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action that a ruling asks for, with the clause that allows it."""

    kind: ActionKind
    clause: Clause
    category: Category
    ban: BanTerm | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The text stays."""

    reasons: tuple[Reason, ...] = ()
    basis: Mapping[str, object] = field(default_factory=dict)
    verdict = Verdict.KEEP


@dataclass(frozen=True, slots=True)
class Review:
    """A person must look; `grounds` are what the machine would have removed for, if anything."""

    reasons: tuple[Reason, ...]
    categories: tuple[Category, ...] = ()
    grounds: tuple[Ground, ...] = ()
    uncertainty: float = 1.0
    basis: Mapping[str, object] = field(default_factory=dict)
    verdict = Verdict.REVIEW


@dataclass(frozen=True, slots=True)
class Remove:
    """The text must go: at least one ground, each with its clause.

    `beside` are likely categories that the act gives no right to remove: a removed threat is still a threat, and a
    person must see it.
    """

    first: Ground
    others: tuple[Ground, ...] = ()
    actions: tuple[PlannedAction, ...] = ()
    reasons: tuple[Reason, ...] = (Reason.SCORE_OVER_REMOVE,)
    basis: Mapping[str, object] = field(default_factory=dict)
    beside: tuple[Category, ...] = ()
    verdict = Verdict.REMOVE

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """All grounds, the strongest first."""
        return (self.first, *self.others)


@dataclass(frozen=True, slots=True)
class LawViolation:
    """A law that a text breaks; only a person names one, no model does. `article`: «ст. 20.3.1», `act`: «КоАП РФ»."""

    level: LawLevel
    act: str
    article: str

    def __str__(self) -> str:
        return f"{self.article} {self.act}"


@dataclass(frozen=True, slots=True)
class PersonRemove:
    """A person says that the text must go: at least one clause of the act, or a law that it breaks."""

    categories: tuple[Category, ...]
    clauses: tuple[str, ...]
    reasons: tuple[Reason, ...] = (Reason.PERSON,)
    basis: Mapping[str, object] = field(default_factory=dict)
    verdict = Verdict.REMOVE

    def __post_init__(self) -> None:
        """No person either removes anything without saying what allows it."""
        if not any(clause.strip() for clause in self.clauses):
            raise ValueError("a removal needs a clause or a law")


Ruling = Keep | Review | Remove
