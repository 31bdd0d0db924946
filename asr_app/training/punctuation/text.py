"""Printed English as words with their marks and capitals: what automatic punctuation learns from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass

from asr_app.formatting.spoken_numbers import cardinal
from asr_app.punctuation.tagger import Capitals
from asr_app.training.language.spelled_text import MONTHS
from asr_app.training.language.spoken_text import SPOKEN_WORDS, spoken, unquoted

UNCERTAIN = "~"
"""The mark of a place that teaches nothing and is not counted: a dash, dots, the end of a fragment."""


@dataclass(frozen=True)
class PrintedWord:
    """A word as the recogniser spells it, and how it was printed.

    Attributes:
        text: Lower case.
        mark: After it: empty, one of `, . ? ! :`, or `UNCERTAIN`.
        capitals: As printed.
        starts: Whether a sentence or a quotation begins with it, so that its capital says nothing of itself.
    """

    text: str
    mark: str
    capitals: Capitals
    starts: bool


_DASHES = re.compile(r"\s*(?:--+|[\u2013\u2014\u2015])\s*|\s-+(?=\s|$)")
_SMALL_TITLE = re.compile(r"\b[A-Z][a-z]{0,6}\b\.?(?= (?:[A-Z]|and M))")
_AND_SO_ON = frozenset(
    (
        *(
            "and",
            "but",
            "or",
            "nor",
            "for",
            "so",
            "yet",
            "while",
            "whilst",
            "whereas",
            "which",
            "who",
            "whom",
        ),
        *("whose", "though", "although", "because", "as", "if", "since", "unless", "until", "when", "where"),
        *("than", "that"),
    )
)
"""Before these a semicolon is written as a comma, before other words as a full stop."""
_MONTHS = frozenset(MONTHS)
_ORDINAL = re.compile(r"(?:first|second|third|\w+th)$")
_NUMBER = frozenset(cardinal(value).split()[0] for value in range(1, 100))
_ENDS = (".", "?", "!")
_QUOTES = "\"'\u201c\u2018\u00ab"
_EDGE = re.compile(r"^([^\w]*)(.*?)([^\w]*)$", re.DOTALL)
_PARTS = re.compile(r"[^\W_][^\W_']*(?:'[^\W_']*)*")


class _Place:
    """A word while the paragraph is read."""

    __slots__ = ("capitals", "mark", "starts", "text")

    def __init__(self, text: str, capitals: Capitals, starts: bool) -> None:
        self.text = text
        self.capitals = capitals
        self.starts = starts
        self.mark = ""


def printed_words(paragraph: str, known: Container[str]) -> list[PrintedWord]:
    """Read a paragraph.

    A semicolon becomes a comma before a conjunction or a relative pronoun, a full stop elsewhere, since few
    write one today. A comma inside a date is left out: the forms of dates put in their own.

    Args:
        paragraph: As printed.
        known: Words of a dictionary; they tell quotation marks from apostrophes.
    """
    text = paragraph.replace("\u2019", "'").replace("\u2018", "'").replace("\u00b4", "'")
    text = spoken(_SMALL_TITLE.sub(_in_full, _DASHES.sub(" - ", text)))
    places: list[_Place] = []
    opened = True
    for token in text.split():
        opened = _read(token, places, opened, known)
    _settle(places)
    return [PrintedWord(place.text, place.mark, place.capitals, place.starts) for place in places]


def _in_full(match: re.Match[str]) -> str:
    """A title that is printed short, in full and with its capital: "Mr." → "Mister"."""
    short = match[0]
    full = "saint" if short in ("St.", "St") else spoken(f"{short} ").strip()
    return full[:1].upper() + full[1:] if full.islower() else short


def _read(token: str, places: list[_Place], opened: bool, known: Container[str]) -> bool:
    """Add a token's words; tell whether the next word begins something."""
    before, core, after = _EDGE.match(token).groups()  # type: ignore[union-attr]
    if not core:
        before, after = "", before + after
        if places and (mark := _mark(after)):
            places[-1].mark = places[-1].mark or mark
        return opened or (after[-1:] in ('"', "\u201c") and not _mark(after))
    opened = opened or any(quote in before for quote in _QUOTES)
    if not core.isascii():
        core = unicodedata.normalize("NFKD", core).encode("ascii", "ignore").decode()
    parts = _PARTS.findall(core)
    for index, part in enumerate(parts):
        word = part.lower()
        whole = ("'" if index == 0 and before[-1:] == "'" else "") + word
        whole += "'" if index == len(parts) - 1 and after[:1] == "'" else ""
        word = unquoted(whole, known) if "'" in whole else word
        if word:
            places.append(_Place(SPOKEN_WORDS.get(word, word), _capitals(part), opened))
            opened = False
    if places:
        places[-1].mark = places[-1].mark or _mark(after)
    return opened


def _capitals(part: str) -> Capitals:
    if not part[:1].isupper():
        return Capitals.LOWER
    return Capitals.UPPER if len(part) > 1 and part.isupper() and part.isalpha() else Capitals.CAPITAL


def _mark(after: str) -> str:
    """The mark in what follows a word; `;` and `…` are settled when the next word is known."""
    if "..." in after or "\u2026" in after:
        return "\u2026"
    for mark in ("?", "!", ".", ":", ";", ","):
        if mark in after:
            return mark
    return UNCERTAIN if "-" in after else ""


def _settle(places: Sequence[_Place]) -> None:
    for place, following in zip(places, [*places[1:], None], strict=False):  # nothing for no words
        if place.mark == ";":
            place.mark = "," if following is not None and following.text in _AND_SO_ON else "."
        elif place.mark == "\u2026":
            capital = following is None or following.capitals is not Capitals.LOWER
            place.mark = "." if capital else UNCERTAIN
        elif place.mark == "," and following is not None and _is_date(place.text, following.text):
            place.mark = ""
        if following is not None and place.mark in (*_ENDS, ":"):
            following.starts = True


def _is_date(word: str, following: str) -> bool:
    number = following in _NUMBER or _ORDINAL.match(following) is not None
    return number and (word in _MONTHS or (_ORDINAL.match(word) is not None and following in _NUMBER))
