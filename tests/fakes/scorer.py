"""A scorer whose opinion a test can foresee: each telling word has its category, and one word breaks it."""

from collections.abc import Sequence

from model.explain import Span
from model.scorer import Scores

LOW, HIGH = 0.01, 0.97
WORDS = {"дебил": "insult", "заработок": "spam", "убью": "threat", "бля": "obscenity", "дорогу": "appeal"}
BREAKING = "сломайся"


class WordScorer:
    """Stands where the model stands."""

    def score(self, text: str) -> Scores:
        """High for a category whose word is in the text, low otherwise."""
        if BREAKING in text:
            raise ArithmeticError(text)
        found = {head for word, head in WORDS.items() if word in text.lower()}
        return Scores(**{head: HIGH if head in found else LOW for head in Scores._fields})

    def score_many(self, texts: Sequence[str]) -> list[Scores]:
        """The same for each."""
        return [self.score(text) for text in texts]

    def explain(self, text: str, *, categories: Sequence[str], limit: int = 5) -> tuple[Span, ...]:
        """Where the telling words of the categories stand."""
        places = [(text.lower().find(word), word, head) for word, head in WORDS.items() if head in categories]
        return tuple(Span(at, at + len(word), 1.0, head) for at, word, head in places if at >= 0)[:limit]
