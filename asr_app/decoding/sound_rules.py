"""Rules of English that need no dictionary: how letters are called, and how endings sound."""

from __future__ import annotations

import re

Pronunciation = tuple[str, ...]

HISSING = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
VOICELESS = frozenset({"P", "T", "K", "F", "TH", "S", "SH", "CH"})

_NAMES = (
    "EY|B IY|S IY|D IY|IY|EH F|JH IY|EY CH|AY|JH EY|K EY|EH L|EH M|EH N|OW|P IY|K Y UW|AA R|EH S|T IY|Y UW|"
    "V IY|D AH B AH L Y UW|EH K S|W AY|Z IY"
)
LETTER_NAMES: dict[str, Pronunciation] = {
    letter: tuple(name.split())
    for letter, name in zip("abcdefghijklmnopqrstuvwxyz", _NAMES.split("|"), strict=True)
}
"""How the letters are called."""

_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]?", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z]{2,6}")
"""Words in capitals that are longer are shouted, not spelled."""


def hissing_end(way: Pronunciation) -> Pronunciation:
    """Add the ending of plurals and genitives: "cat's", "dog's", "fox's"."""
    if way[-1] in HISSING:
        return (*way, "IH", "Z")
    return (*way, "S" if way[-1] in VOICELESS else "Z")


def past_end(way: Pronunciation) -> Pronunciation:
    """Add the ending of the past: "walked", "begged", "wanted"."""
    if way[-1] in ("T", "D"):
        return (*way, "IH", "D")
    return (*way, "T" if way[-1] in VOICELESS else "D")


def cut_ending(word: str) -> tuple[str, str]:
    """Part a word into what it is of and the ending that `hissing_end` says: "Ann's", "DVDs"."""
    if word[-2:].lower() == "'s":
        return word[:-2], word[-2:]
    if re.fullmatch(r"[A-Z]{2,5}s", word):
        return word[:-1], "s"
    return word, ""


def is_dotted(word: str) -> bool:
    """Whether a word is letters with dots, as in "U.S.A."; nothing but their names says it."""
    return bool(_DOTTED.fullmatch(word))


def is_spelled(word: str) -> bool:
    """Whether a word may be said by the names of its letters: "u.s.a.", "BBC", "html"."""
    if is_dotted(word) or _CAPITALS.fullmatch(word):
        return True
    letters = _letters(word)
    return bool(letters) and not re.search("[aeiouy]", letters)


def say_letters(word: str) -> Pronunciation:
    """Say the letters of a word one after the other by their names."""
    return tuple(phone for letter in _letters(word) for phone in LETTER_NAMES[letter])


def _letters(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())


_LETTERS_OF = {
    "AA": "o", "AE": "a", "AH": "u", "AO": "o", "AW": "ow", "AY": "i", "B": "b", "CH": "ch", "D": "d",
    "DH": "th", "EH": "e", "ER": "er", "EY": "a", "F": "f", "G": "g", "HH": "h", "IH": "i", "IY": "e",
    "JH": "j", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ng", "OW": "o", "OY": "oy", "P": "p",
    "R": "r", "S": "s", "SH": "sh", "T": "t", "TH": "th", "UH": "u", "UW": "oo", "V": "v", "W": "w",
    "Y": "y", "Z": "z", "ZH": "s",
}  # fmt: skip

CMU_PHONES = tuple(_LETTERS_OF)
"""The phone set of the CMU dictionary, without stress."""


def respell(way: Pronunciation) -> str:
    """Spell a pronunciation as somebody would who has never seen the word: "shivon" for "Siobhan"."""
    return "".join(_LETTERS_OF.get(phone, "") for phone in way)
