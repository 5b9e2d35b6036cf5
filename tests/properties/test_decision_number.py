"""A number survives the way from a notice through a person's hands back to its decision."""

import re

from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from app.domain import decision_number
from app.domain.decision_number import ALPHABET, BITS, SIGNS, found_in, read, write

values = st.integers(0, 2**BITS - 1)


@given(values)
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    """Three groups of five signs; in small letters, Latin ones, with other gaps or none it is the same number."""
    number = write(value)

    assert re.fullmatch(f"(?:[{ALPHABET}]{{5}}-){{2}}[{ALPHABET}]{{5}}", number)
    latin = number.translate(str.maketrans("АЕКМНРСТУХ", "AEKMHPCTYX"))
    for typed in (number, number.lower(), latin, latin.lower(), number.replace("-", " "), number.replace("0", "о")):
        assert read(typed) == value
    assert found_in(f"Возражение, решение №{number}, прошу вернуть") == [number]
    assert number in found_in(f"мой номер {number.replace('-', ' ')}.")


@given(values, st.integers(0, SIGNS - 1), st.sampled_from(ALPHABET))
def test_a_misprint_is_seen(value: int, place: int, sign: str) -> None:
    """One wrong sign makes it no number at all."""
    signs = list(write(value).replace("-", ""))
    wrong = signs[place] != sign
    signs[place] = sign

    assert (read("".join(signs)) is None) is wrong


@given(st.text(max_size=200))
def test_what_is_no_number_is_none(text: str) -> None:
    """Any text can be asked, and what is found in it is a number."""
    assert all(decision_number.read(found) is not None for found in found_in(text))


def test_numbers_of_neighbours_have_nothing_in_common() -> None:
    """Under one key neighbouring ids give unlike numbers, under another key the same id gives another number."""
    from app.pipeline.decision_number import number_of
    from app.storage.vault import Vault

    class Keys:
        def __init__(self) -> None:
            self.vault = Vault(Fernet.generate_key())

    one, other = Keys(), Keys()
    numbers = [number_of(one, 7_301_844_407_214_080_000 + step) for step in range(200)]

    assert len({number[:5] for number in numbers}) > 195
    assert number_of(other, 7_301_844_407_214_080_000) != numbers[0]
    assert number_of(one, 7_301_844_407_214_080_000) == numbers[0]
