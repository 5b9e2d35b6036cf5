"""Incidents are told in Russian, whatever the code."""

import pytest

from app.domain.incident_wording import MATTERS, happening
from app.domain.watching import Matter


def test_every_matter_has_its_words() -> None:
    """What has happened, what to do and how its end is told, for each matter."""
    assert set(MATTERS) == set(Matter)


@pytest.mark.parametrize(
    ("matter", "code", "said"),
    [
        (
            Matter.RIGHTS,
            "delete,ban",
            "сеть забрала у программы права на странице: удалять комментарии, блокировать авторов",
        ),
        (Matter.RIGHTS, "pin_messages", "сеть забрала у программы права на странице: pin_messages"),
        (
            Matter.PAGE_MOVED,
            "-1009",
            "сеть дала странице другой номер, но под ним уже добавлена другая страница: -1009",
        ),
        (
            Matter.CALLBACK_SERVER,
            "delivery: 502 Bad Gateway",
            "сеть не может передать события: последнюю доставку она считает неудачной (502 Bad Gateway)",
        ),
        (Matter.CALLBACK_SERVER, "foreign_address", "сеть не может передать события: события уходят на чужой адрес"),
    ],
)
def test_a_code_is_told_in_words(matter: Matter, code: str, said: str) -> None:
    """Codes of rights, ids and the network's own words each find their place in the sentence."""
    assert happening(matter, code) == said
