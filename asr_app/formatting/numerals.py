"""Number words to numbers, with the library text2num; and what the forms are matched against.

The library finds cardinals, ordinals and decimals in a sequence of words and says where they stand. What it
does not know is what they are: a year, a price, the digits of a telephone number. That is for `forms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr_app.formatting.tokens import Token

# "and" belongs to a number only after these; the library takes "twenty and five" for 25.
_TAKES_AND = {"hundred", "thousand", "million", "billion"}
# The library takes these plurals for numbers: "two thirds", "twenty seconds", "thousands of people".
_NOT_NUMBERS = {
    "en": {
        "seconds", "thirds", "fourths", "fifths", "sixths", "sevenths", "eighths", "ninths", "tenths",
        "hundredths", "hundreds", "thousands", "millions", "billions",
    }
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A word, or the words of one number.

    Attributes:
        tokens: Of these words.
        said: They, in lower case.
        digits: The number as the library writes it; empty for a word.
        value: The number.
        ordinal: Whether it is the twelfth or twelve.
    """

    tokens: tuple[Token, ...]
    said: str
    digits: str = ""
    value: float = 0.0
    ordinal: bool = False

    @property
    def cardinal(self) -> int | None:
        """The number when it is a whole one."""
        return int(self.value) if self.digits.isdigit() else None


# The library does not know this one.
_SIXTIETH = "sixtieth"


class _Heard:
    """A token as the library wants to see it."""

    def __init__(self, text: str, separate: bool, word: bool) -> None:
        self._text = text
        self._separate = separate
        self._word = word

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: object) -> bool:
        return self._separate

    def not_a_number_part(self) -> bool:
        return self._word


def items_of(tokens: Sequence[Token], language: str) -> list[Item]:
    """Words and numbers of a run of tokens that nothing parts.

    Args:
        tokens: Words only.
        language: `en`, `de` or `es`.
    """
    from text_to_num import find_numbers

    said = [token.spoken.casefold() for token in tokens]
    words = _NOT_NUMBERS.get(language, set())
    heard = [
        _Heard(
            "sixty" if text == _SIXTIETH else text,
            _is_apart(said, index, language),
            text in words or tokens[index].command is not None,
        )
        for index, text in enumerate(said)
    ]
    items: list[Item] = []
    done = 0
    for found in find_numbers(heard, language, 0.0):
        items += [_word(token) for token in tokens[done : found.start]]
        done = found.start
        part = tuple(tokens[found.start : found.end])
        spoken = " ".join(said[found.start : found.end])
        if language == "en" and spoken in ("o", "oh"):
            # A letter or a sigh until digits beside it say otherwise.
            continue
        if spoken.endswith(_SIXTIETH):
            items.append(Item(part, spoken, f"{found.text}th", found.value, True))
        else:
            items.append(Item(part, spoken, found.text, found.value, found.is_ordinal))
        done = found.end
    return items + [_word(token) for token in tokens[done:]]


def _word(token: Token) -> Item:
    return Item((token,), token.spoken.casefold())


def _is_apart(said: Sequence[str], index: int, language: str) -> bool:
    if language != "en" or index == 0:
        return False
    if said[index - 1] == _SIXTIETH:
        return True
    return index >= 2 and said[index - 1] == "and" and said[index - 2].split("-")[-1] not in _TAKES_AND


def word(items: Sequence[Item], index: int) -> str:
    """The word at a place in lower case; empty for a number and beyond the ends."""
    if 0 <= index < len(items) and not items[index].digits:
        return items[index].said
    return ""


def number(items: Sequence[Item], index: int, low: int = 0, high: int = 10**15) -> int | None:
    """The cardinal at a place, if one from `low` to `high` stands there."""
    if not 0 <= index < len(items) or items[index].ordinal:
        return None
    value = items[index].cardinal
    return value if value is not None and low <= value <= high else None


def ordinal(items: Sequence[Item], index: int, high: int = 10**15) -> int | None:
    """The ordinal at a place, if one up to `high` stands there."""
    if not 0 <= index < len(items) or not items[index].ordinal or items[index].digits.endswith("s"):
        return None
    value = int(items[index].value)
    return value if value <= high else None
