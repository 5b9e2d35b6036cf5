"""Masking leaves no person's number behind, and leaves everybody else's alone."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.masking import BAR, black_out, mask
from app.review.numbers import inn_fits, luhn_fits, snils_fits

WORDS = st.text(alphabet="абвгдежзиклмнопрстуфхцчшщыэюяАБВ ,.!?\n", max_size=20)
HOSTILE = st.text(
    alphabet="0123456789 -–().,+@[]|№*_/:\u200b\u00a0\ufe0f\u20e3абАВЕКМНid кв.ул.д.телснилсиннпаспортvk.com/９８８",
    max_size=60,
)
DIGITS = st.text(alphabet="0123456789", max_size=30)
PAGES = st.lists(st.one_of(WORDS, HOSTILE, DIGITS), max_size=5).map("".join)
SEPARATOR = st.sampled_from(["", " ", "-", "\u00a0", ".", "–"])
SEVEN = (7,), (3, 2, 2), (3, 4), (2, 2, 3), (1, 2, 2, 2)


def cut(digits, sizes, separator):
    """Digits in groups."""
    at, groups = 0, []
    for size in sizes:
        groups.append(digits[at : at + size])
        at += size
    return separator.join(groups)


@st.composite
def phones(draw):
    """A Russian number as people write it, and its digits behind the prefix."""
    prefix = draw(st.sampled_from(["+7", "8", "7", "+7 ", "8 ", "8-", "8 - "]))
    digits = draw(st.from_regex(r"[3489][0-9]{9}", fullmatch=True))
    code = draw(st.sampled_from(["{}", "({})", "({}) "])).format(digits[:3])
    return prefix + code + draw(SEPARATOR) + cut(digits[3:], draw(st.sampled_from(SEVEN)), draw(SEPARATOR)), digits


def with_check(body, fits):
    """The number that has the right check digits."""
    return next(
        body + end for end in (*(str(n) for n in range(10)), *(f"{n:02}" for n in range(100))) if fits(body + end)
    )


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_masking_twice_is_masking_once(text):
    """Nothing in a masked text is masked again."""
    masked = mask(text)

    assert mask(masked) == masked


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_a_black_bar_is_as_long_as_what_it_covers(text):
    """Blacking out keeps every other sign at its place and covers the same as masking does."""
    covered = black_out(text)

    assert len(covered) == len(text)
    assert all(new in {old, BAR} for old, new in zip(text, covered, strict=True))
    assert (covered == text) == (mask(text) == text)
    assert black_out(covered) == covered


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_no_long_number_with_right_check_digits_stays(text):
    """Whatever stands in a text, no unbroken number is left that is a card's, a СНИЛС, an ИНН or a mobile phone's."""
    for run in re.findall(r"\d+", mask(text)):
        digits = "".join(str(int(digit)) for digit in run)
        assert not (13 <= len(digits) <= 19 and luhn_fits(digits)), digits
        assert not (len(digits) == 11 and snils_fits(digits)), digits
        assert not (len(digits) in {10, 12} and inn_fits(digits)), digits
        assert not re.fullmatch(r"[78]?9\d{9}", digits), digits


@settings(max_examples=400, deadline=None)
@given(WORDS, phones(), WORDS)
def test_phones_are_masked(before, phone, after):
    """A phone between words is gone, and the words stay."""
    written, _ = phone
    masked = mask(f"{before} {written} {after}")

    assert not re.search(r"\d", masked)
    assert "[телефон]" in masked
    assert masked.startswith(before)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.from_regex(r"(4|5[1-5]|220[0-4])[0-9]{14}", fullmatch=True), st.sampled_from(["", " ", "-"]), WORDS)
def test_cards_are_masked(before, digits, separator, after):
    """A card's number is gone whether it is written in fours or in one run."""
    number = with_check(digits[:15], lambda whole: len(whole) == 16 and luhn_fits(whole))
    masked = mask(f"{before} {cut(number, (4, 4, 4, 4), separator)} {after}")

    assert not re.search(r"\d", masked)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.from_regex(r"[0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-"]), WORDS)
def test_snils_is_masked(before, body, separator, after):
    """A СНИЛС with the right check digits is gone."""
    number = with_check(body, lambda whole: len(whole) == 11 and snils_fits(whole))
    masked = mask(f"{before} {cut(number, (3, 3, 3, 2), separator)} {after}")

    assert not re.search(r"\d", masked)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 28),
    st.integers(1, 12),
    st.integers(1990, 2040),
    st.integers(1, 999_999),
    st.integers(1, 300),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_ordinary_numbers_stay(day, month, year, price, house, hour, minute):
    """Dates, prices, houses, times and years stay as they are written."""
    text = (
        f"{day:02}.{month:02}.{year} в {hour}:{minute:02} и {year}-{month:02}-{day:02} по адресу ул. Мира, д. {house}, "
        f"от {price:,} до {price + 500_000:,} рублей, с 8.30-17.00 13.00-14.00, {year} {year + 1} {year + 2} {year + 3}"
    ).replace(f"{price:,}", f"{price:,}".replace(",", " "))

    assert mask(text) == text


@pytest.mark.parametrize(
    "piece", ["1 ", "1-", "1", "@a", "[id1|", "кв. 1", "кв 1 ", "1кв 1-", "+7 923 ", "vk.com/", "a.", "А123ВС"]
)
def test_a_flood_is_masked_quickly(piece):
    """The longest text that a network lets through holds nobody up, nor does one four times as long, whatever it repeats."""
    masked = mask(piece * (4 * 16_384 // len(piece)))

    assert mask(masked) == masked
