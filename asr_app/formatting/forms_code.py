"""English digits one by one, telephone numbers and spelled letters."""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.formatting.forms import Found
from asr_app.formatting.numerals import Item, number, word

_ZERO = ("oh", "o")
_DIGITS = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_ZERO}
_TIMES = {"double": 2, "triple": 3}
_SHORTEST = 3
"""Digits in a row that are not a list of small numbers."""
_PHONE_LENGTHS = (7, 10, 11)
# One-letter words: two letters in a row of which one is such a word are no spelling.
_WORDS = {"a", "i", "o"}
# After these words "i" begins another sentence's clause: "the f b i think".
_NO_CODES = {"us", "uk", "usa", "uae", "un", "eu", "tv", "pm", "am", "bbc", "fbi", "cia"}
"""Digits said after these are no part of them: "the u s two years ago"."""
_AFTER_I = {"am", "think", "guess", "suppose", "believe", "hope", "don't"}


def _run(items: Sequence[Item], index: int) -> tuple[str, int]:
    """Digits said one by one from a place on, and the number of items they take."""
    digits, end = "", index
    while True:
        times = _TIMES.get(word(items, end), 1)
        place = end + 1 if times > 1 else end
        item = items[place] if place < len(items) else None
        if item is None:
            break
        # The library makes one number of "zero zero seven".
        single = item.digits.isdigit() and all(part in _DIGITS for part in item.said.split())
        # "Oh" is a digit only among digits.
        zero = item.said in _ZERO and (times > 1 or digits or number(items, place + 1, 0, 9) is not None)
        if times > 1 and len(item.digits or "0") != 1:
            break
        if single:
            digits += item.digits * times
        elif zero:
            digits += "0" * times
        else:
            break
        end = place + 1
    return digits, end - index


def digits(items: Sequence[Item], index: int) -> Found | None:
    """Three digits or more said one by one: four seven one one → 4711."""
    text, size = _run(items, index)
    return (text, size) if len(text) >= _SHORTEST else None


def phone(items: Sequence[Item], index: int) -> Found | None:
    """Telephone numbers: five five five one two three four → 555-1234; plus four nine … → +49…."""
    plus = word(items, index) == "plus"
    start = index + 1 if plus else index
    text, size = _run(items, start)
    code = _area_code(items, start + size) if text in ("", "1") else ""
    if code:
        more, taken = _run(items, start + size + 1)
        text, size = text + code + more, size + 1 + taken
    while len(text) >= _SHORTEST and number(items, start + size, 10, 99) is not None:
        text, size = text + items[start + size].digits, size + 1
    if plus:
        return (f"+{text}", size + 1) if len(text) >= _PHONE_LENGTHS[0] else None
    if len(text) not in _PHONE_LENGTHS or size < _SHORTEST:
        return None
    return _grouped(text), size


def _area_code(items: Sequence[Item], index: int) -> str:
    """Eight hundred as an area code; the library takes the first digit after it along: eight hundred five."""
    value = number(items, index, 200, 909)
    if value is None or value % 100 > 9:
        return ""
    hundreds, digit = divmod(value, 100)
    said = items[index].said.split()
    if len(said) != (3 if digit else 2) or said[1] != "hundred":
        return ""
    return f"{hundreds}00{digit or ''}"


def _grouped(text: str) -> str:
    """As in North America where the number is one of its numbers; else as it is."""
    if len(text) == 7:
        return f"{text[:3]}-{text[3:]}"
    if len(text) == 10 and text[0] not in "01":
        return f"{text[:3]}-{text[3:6]}-{text[6:]}"
    if len(text) == 11 and text[0] == "1":
        return f"1-{text[1:4]}-{text[4:7]}-{text[7:]}"
    return text


def _letter(items: Sequence[Item], index: int) -> str:
    said = word(items, index).removesuffix(".")
    return said if len(said) == 1 and said.isalpha() else ""


def letters(items: Sequence[Item], index: int) -> Found | None:
    """Letters one after the other: u s a → USA; m p three → MP3."""
    end = index
    while _letter(items, end):
        end += 1
    if end - index > 1 and _letter(items, end - 1) == "i" and word(items, end) in _AFTER_I:
        end -= 1
    spelled = "".join(_letter(items, place) for place in range(index, end))
    if spelled and end < len(items) and items[end].said.startswith("o "):
        # The library has made a number of "o two".
        return f"{spelled}o".upper() + items[end].digits[1:], end + 1 - index
    if len(spelled) < 2 or (len(spelled) == 2 and _WORDS & set(spelled)):
        return None
    after, size = _run(items, end) if spelled not in _NO_CODES else ("", 0)
    return spelled.upper() + after, end - index + size
