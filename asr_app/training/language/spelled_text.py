"""Made-up sentences of what novels never say: spelled words, codes, numbers, dates, times and amounts.

A language model of novels alone hears "b c" as "be see". A part of these sentences in its text makes letters
and numbers follow one another.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Sequence

from asr_app.formatting.spoken_numbers import cardinal, digits, ordinal, year


def _listed(names: str) -> list[str]:
    return names.split()


MONTHS = _listed("january february march april may june july august september october november december")
DAYS = _listed("monday tuesday wednesday thursday friday saturday sunday")
_UNITS = _listed(
    "percent degrees meters kilometers miles feet inches pounds kilograms grams liters gallons hours minutes "
    "seconds days weeks months years people times pages points"
)
_NUMBERED = _listed(
    "number room page chapter line section floor flight gate platform figure table step item question "
    "version part extension apartment unit route highway"
)
_FRAMES = [
    "",
    "",
    "",
    "enter",
    "my code is",
    "it is",
    "the code is",
    "the number is",
    "that is",
    "please enter",
]

Random = random.Random


def spelled_sentences(count: int, seed: int, words: Sequence[str]) -> Iterator[list[str]]:
    """Make sentences, the same for the same arguments.

    Args:
        count: Of sentences.
        seed: Of the choices.
        words: To be spelled.
    """
    chance = Random(seed)
    kinds: dict[Callable[[Random], str], int] = {
        (lambda r: spelled_word(r, words)): 30,
        code: 25,
        digit_string: 15,
        grouped_number: 10,
        plain_number: 5,
        date: 12,
        clock_time: 5,
        amount: 6,
        numbered: 5,
        phone_number: 6,
    }
    makers, shares = list(kinds), list(kinds.values())
    for maker in chance.choices(makers, shares, k=count):
        yield f"{chance.choice(_FRAMES)} {maker(chance)}".split()


def spelled_word(chance: Random, words: Sequence[str]) -> str:
    """A word letter by letter, sometimes with the word before, sometimes two words."""
    word = chance.choice(words)
    spelled = " ".join(c for c in word if c in string.ascii_lowercase)
    kind = chance.random()
    if kind < 0.1:
        return f"{word} {spelled}"
    if kind < 0.3:
        other = chance.choice(words)
        return f"{spelled} " + " ".join(c for c in other if c in string.ascii_lowercase)
    return spelled


def code(chance: Random) -> str:
    """Letters and then figures, or mixed, such as number plates and post codes."""
    letters = " ".join(chance.choices(string.ascii_lowercase, k=chance.randint(1, 6)))
    kind = chance.random()
    if kind < 0.25:
        return letters
    if kind < 0.75:
        return f"{letters} {grouped_number(chance)}"
    parts = [
        chance.choice(string.ascii_lowercase) if chance.random() < 0.5 else cardinal(chance.randint(0, 9))
        for _ in range(chance.randint(2, 8))
    ]
    return " ".join(parts)


def digit_string(chance: Random) -> str:
    """Figures one by one, nought as one says it."""
    figures = "".join(chance.choices(string.digits, k=chance.randint(1, 10)))
    return digits(figures, chance.choice(("zero", "oh")))


def grouped_number(chance: Random) -> str:
    """A number as one says a house's, an account's or a code's: "five twenty seven", "eight oh six"."""
    parts = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        value = chance.choice((chance.randint(0, 9), chance.randint(10, 99), chance.randint(100, 999)))
        if value < 100:
            parts.append(cardinal(value))
        elif value % 100 == 0:
            parts.append(f"{cardinal(value // 100)} hundred")
        else:
            nought = "oh " if value % 100 < 10 else ""
            parts.append(f"{cardinal(value // 100)} {nought}{cardinal(value % 100)}")
    return " ".join(parts)


def plain_number(chance: Random) -> str:
    """A number of any size, sometimes with a decimal part or a unit."""
    value = chance.randint(0, 10 ** chance.randint(1, 7))
    said = cardinal(value, chance.choice(("and", "")))
    if chance.random() < 0.2:
        said += f" point {digits(str(chance.randint(0, 99)))}"
    return f"{said} {chance.choice(_UNITS)}" if chance.random() < 0.5 else said


def date(chance: Random) -> str:
    """A day, with or without its year, as Americans and as the British say it."""
    day, month = ordinal(chance.randint(1, 31)), chance.choice(MONTHS)
    kind = chance.random()
    if kind < 0.5:
        said = f"{month} {day}"
    elif kind < 0.8:
        said = f"{chance.choice(('the ', ''))}{day} of {month}"
    else:
        said = f"{chance.choice(DAYS)} {chance.choice(('', 'the '))}{day}"
    if chance.random() < 0.6 and kind < 0.8:
        said += f" {year(chance.randint(1900, 2035), chance.choice(('and', '')))}"
    return said


def clock_time(chance: Random) -> str:
    """A time of the day."""
    hour, minute = cardinal(chance.randint(1, 12)), chance.randint(1, 59)
    half_day = chance.choice(("", "", " a m", " p m", " in the morning", " in the evening"))
    kind = chance.random()
    if kind < 0.3:
        return f"{hour} o'clock{half_day if len(half_day) > 4 else ''}"
    if kind < 0.5:
        return f"{chance.choice(('half past', 'quarter past', 'quarter to', 'ten to', 'five past'))} {hour}"
    if kind < 0.65:
        return f"{hour}{half_day or ' p m'}"
    return f"{hour} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half_day}"


def amount(chance: Random) -> str:
    """A sum of money."""
    whole = cardinal(chance.randint(2, 10 ** chance.randint(1, 5)), chance.choice(("and", "")))
    unit, small = chance.choice(
        (("dollars", " cents"), ("pounds", ""), ("pounds", " pence"), ("euros", " cents"))
    )
    if chance.random() < 0.4:
        joint = chance.choice((" and ", " ")) if small else " "
        return f"{whole} {unit}{joint}{cardinal(chance.randint(1, 99))}{small}"
    return f"{whole} {unit}"


def numbered(chance: Random) -> str:
    """Something that has a number: "room two fourteen"."""
    return f"{chance.choice(_NUMBERED)} {grouped_number(chance)}"


def phone_number(chance: Random) -> str:
    """A telephone number in groups, equal neighbours sometimes as "double"."""
    zero = chance.choice(("zero", "oh"))
    said = " ".join(
        digits("".join(chance.choices(string.digits, k=size)), zero)
        for size in chance.choice(((3, 3, 4), (3, 4), (5, 6), (4, 3, 4)))
    )
    if chance.random() < 0.3:
        for name in set(said.split()):
            said = said.replace(f"{name} {name}", f"double {name}", 1)
    return said
