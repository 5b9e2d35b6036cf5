"""What a person has typed into the form of a question becomes a verdict."""

import pytest
from starlette.datastructures import FormData

from app.console.queue_forms import read_verdict


@pytest.mark.parametrize(("typed", "cited"), [("119", "ст. 119"), ("ст. 119", "ст. 119"), ("часть 1", "часть 1")])
def test_the_number_of_an_article_is_cited_with_its_word(typed: str, cited: str) -> None:
    """The field is called «Статья»: a number alone is enough, and what was typed in full stays as it is."""
    sent = FormData({"verdict": "remove", "law_level": "federal", "law_act": "УК РФ", "law_article": typed})
    law = read_verdict(sent, revision=1).law

    assert law is not None
    assert str(law) == f"{cited} УК РФ"
