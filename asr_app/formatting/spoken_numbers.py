"""Whole numbers as English speakers say them: words in lower case, without hyphens."""

from __future__ import annotations


def _listed(names: str) -> list[str]:
    return names.split()


_ONES = _listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
_GROUPS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int, joint: str = "and") -> str:
    """Say a number of at most fifteen digits.

    Args:
        number: Zero or more.
        joint: Said between hundreds and what follows; empty as in American speech.

    Raises:
        ValueError: The number is negative or too large.
    """
    if not 0 <= number < 10**15:
        raise ValueError(f"cannot say {number}")
    for size, name in _GROUPS:
        if number >= size:
            rest = number % size
            small = f"{joint} " if rest < 100 and joint else ""
            after = f" {small}{cardinal(rest, joint)}" if rest else ""
            return f"{cardinal(number // size, joint)} {name}{after}"
    if number >= 100:
        after = f"{f' {joint}'.rstrip()} {cardinal(number % 100)}" if number % 100 else ""
        return f"{_ONES[number // 100]} hundred{after}"
    if number >= 20:
        ones = f" {_ONES[number % 10]}" if number % 10 else ""
        return _TENS[number // 10 - 2] + ones
    return _ONES[number]


def ordinal(number: int, joint: str = "and") -> str:
    """Say a number as a place in a row; see `cardinal`."""
    *before, last = cardinal(number, joint).split()
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return " ".join((*before, _ORDINALS.get(last, regular)))


def year(number: int, joint: str = "and") -> str:
    """Say a year: pairs of digits from 1000 on, but 2000 to 2009 and the like as numbers."""
    century, rest = divmod(number, 100)
    if not 1000 <= number < 10_000 or (century % 10 == 0 and rest < 10):
        return cardinal(number, joint)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def digits(figures: str, zero: str = "zero") -> str:
    """Say figures one by one; what is no figure is left out."""
    return " ".join(zero if figure == "0" else _ONES[int(figure)] for figure in figures if figure.isdecimal())


def roman(numeral: str) -> int:
    """Value of a Roman numeral in capitals; 0 when it is none."""
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}.get(c, 0) for c in numeral]
    if not values or 0 in values:
        return 0
    following = [*values[1:], 0]
    number = sum(-value if value < after else value for value, after in zip(values, following, strict=True))
    return number if to_roman(number) == numeral else 0


def to_roman(number: int) -> str:
    """Write a number above zero as a Roman numeral in capitals; empty for others."""
    parts = (
        *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
        *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
    )
    text = ""
    for value, letters in parts:
        while number >= value:
            text, number = text + letters, number - value
    return text
