"""Which forms there are, and in what order they are looked for."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from functools import partial

from asr_app.formatting.numerals import Item, number, ordinal, word

Found = tuple[str, int]
"""A form as written, and the number of items it takes."""
Matcher = Callable[[Sequence[Item], int], Found | None]
"""Looks for a form that begins at an item."""


class Form(enum.StrEnum):
    """What is written otherwise than it is spoken."""

    CARDINAL = "cardinal"
    ORDINAL = "ordinal"
    DIGITS = "digits"
    """Numbers said digit by digit."""
    YEAR = "year"
    TIME = "time"
    DATE = "date"
    MONEY = "money"
    PERCENT = "percent"
    PHONE = "phone"
    UNIT = "unit"
    LETTERS = "letters"
    ADDRESS = "address"
    """E-mail and web addresses."""
    TITLE = "title"
    """Mr, Mrs, Dr and Professor before a name."""


_SEPARATORS = {"en": ",", "de": ".", "es": "."}


def grouped(value: int, language: str = "en", always: bool = False) -> str:
    """A whole number with its thousands parted: 12500 → 12,500; four digits only when asked for."""
    if value < (1000 if always else 10_000):
        return str(value)
    return f"{value:,}".replace(",", _SEPARATORS[language])


def matchers(language: str, forms: frozenset[Form], digits_from: int) -> tuple[Matcher, ...]:
    """What is looked for at each place, in order: what takes more before what takes less."""
    from asr_app.formatting import forms_code, forms_quantity, forms_time, forms_title

    english: list[tuple[Form, Matcher]] = [
        (Form.TITLE, forms_title.title),
        (Form.PHONE, forms_code.phone),
        (Form.TIME, forms_time.time),
        (Form.DATE, forms_time.date),
        (Form.MONEY, forms_quantity.money),
        (Form.PERCENT, forms_quantity.percent),
        (Form.UNIT, forms_quantity.unit),
        (Form.LETTERS, forms_code.letters),
        (Form.YEAR, forms_time.decade),
        (Form.YEAR, forms_time.year),
        (Form.DIGITS, forms_code.digits),
        (Form.CARDINAL, partial(forms_quantity.cardinal, digits_from=digits_from)),
        (Form.ORDINAL, partial(_ordinal, digits_from=digits_from)),
    ]
    others: list[tuple[Form, Matcher]] = [
        (Form.PERCENT, partial(_percent, language=language)),
        (Form.DIGITS, partial(_digits, language=language)),
        (Form.CARDINAL, partial(_cardinal, language=language, digits_from=digits_from)),
        (Form.ORDINAL, partial(_ordinal, digits_from=digits_from)),
    ]
    return tuple(match for form, match in (english if language == "en" else others) if form in forms)


def _ordinal(items: Sequence[Item], index: int, digits_from: int) -> Found | None:
    value = ordinal(items, index)
    return (items[index].digits, 1) if value is not None and value >= digits_from else None


# -- languages without rules of their own: numbers as the library finds them ----------------------------

_PERCENT = {"de": ({"prozent"}, " %"), "es": ({"porciento"}, " %")}
_ROUND = {"de": {"hundert", "tausend", "million"}, "es": {"cien", "mil", "millón"}}


def _plain(items: Sequence[Item], index: int, language: str) -> str:
    item = items[index]
    whole = item.cardinal
    return item.digits if whole is None or item.digits.startswith("0") else grouped(whole, language)


def _percent(items: Sequence[Item], index: int, language: str) -> Found | None:
    if not items[index].digits or items[index].ordinal:
        return None
    words, sign = _PERCENT[language]
    if word(items, index + 1) in words:
        return _plain(items, index, language) + sign, 2
    # The library reads "ciento" as 100.
    if language == "es" and [item.said for item in items[index + 1 : index + 3]] == ["por", "ciento"]:
        return _plain(items, index, language) + sign, 3
    return None


def _digits(items: Sequence[Item], index: int, language: str) -> Found | None:
    end = index
    while number(items, end, 0, 9) is not None and len(items[end].digits) == len(items[end].tokens):
        end += 1
    if end - index < 3:
        return None
    return "".join(item.digits for item in items[index:end]), end - index


def _cardinal(items: Sequence[Item], index: int, language: str, digits_from: int) -> Found | None:
    item = items[index]
    if not item.digits or item.ordinal or (item.value < digits_from and item.cardinal is not None):
        return None
    if item.said in _ROUND[language]:
        return None
    return _plain(items, index, language), 1
