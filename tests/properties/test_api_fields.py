"""Cursors and ids: what we give out comes back whole, and whatever else comes in is refused, never misread."""

import contextlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.fields import LARGEST_ID, IdIn, micros, read_cursor, read_place, write_cursor, write_place
from app.domain.clock import rfc3339
from app.domain.errors import InvalidInputError

ids = TypeAdapter(IdIn)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_cursor_comes_back_as_the_place_it_was_made_of(place: int) -> None:
    """Any 64-bit place survives the way through a cursor."""
    cursor = write_cursor(place)

    assert read_cursor(cursor) == place
    assert cursor is not None
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 2))
def test_a_place_in_a_queue_comes_back_whole(place: tuple[int, int]) -> None:
    """Any two 64-bit numbers survive the way through a cursor that a query may hold."""
    cursor = write_place(place)

    assert read_place(cursor) == place
    assert cursor is not None
    assert len(cursor) <= 40


@given(st.text(max_size=40))
def test_no_text_is_misread_as_a_place(text: str) -> None:
    """A text is a place within 64 bits or a refusal that names the parameter."""
    with contextlib.suppress(InvalidInputError):
        place = read_place(text)

        assert place is not None
        assert all(-(2**63) <= part < 2**63 for part in place)


@given(st.text(max_size=40))
def test_no_text_is_misread_as_a_cursor(text: str) -> None:
    """A text is a place within 64 bits or a refusal that names the parameter."""
    with contextlib.suppress(InvalidInputError):
        place = read_cursor(text)

        assert place is not None
        assert -(2**63) <= place < 2**63


@given(st.integers(0, LARGEST_ID))
def test_an_id_is_read_as_written(number: int) -> None:
    """Every id that fits the database is accepted as its digits."""
    assert ids.validate_python(str(number)) == number


@given(st.text(max_size=25) | st.integers() | st.integers(2**63, 10**30).map(str) | st.none() | st.booleans())
def test_only_digits_that_fit_are_an_id(value: object) -> None:
    """Whatever else is offered as an id is a validation error: other digits, signs, numbers, 2^63."""
    try:
        number = ids.validate_python(value)
    except ValidationError:
        return

    assert isinstance(value, str)
    assert value.isascii()
    assert value.isdigit()
    assert number == int(value) <= LARGEST_ID


@given(st.integers(0, 253_402_300_799_999_999))
def test_a_time_comes_back_as_it_was_shown(instant: int) -> None:
    """An instant survives the way through RFC 3339 to the microsecond."""
    assert micros(datetime.fromisoformat(rfc3339(instant)).astimezone(UTC)) == instant
