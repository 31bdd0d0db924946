"""Printed English as it is spoken, which is how references and language models spell it.

Numbers become words, abbreviations and signs are said in full (`Mr.` is "mister", as in LibriSpeech's
transcripts). British and American spellings stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterator

from asr_app.formatting.spoken_numbers import cardinal, digits, ordinal, roman, year
from asr_app.training.manifest import normalise

SPOKEN_WORDS = {"mr": "mister", "mrs": "missus", "dr": "doctor"}
"""Abbreviations that some transcripts keep."""

_ABBREVIATIONS = {
    **{"Mr": "mister", "Mrs": "missus", "Dr": "doctor", "Messrs": "messieurs", "Prof": "professor"},
    **{"Capt": "captain", "Col": "colonel", "Gen": "general", "Lieut": "lieutenant", "Lt": "lieutenant"},
    **{"Sergt": "sergeant", "Sgt": "sergeant", "Maj": "major", "Rev": "reverend", "Hon": "honorable"},
    **{"Esq": "esquire", "Jr": "junior", "Sr": "senior", "Mme": "madame", "Mlle": "mademoiselle"},
    **{"Sept": "september", "Oct": "october", "Nov": "november", "Dec": "december", "Feb": "february"},
    **{"viz": "namely", "etc": "et cetera", "vol": "volume", "Vol": "volume"},
}
_KINGS = (
    "Henry|Charles|Louis|George|James|Edward|William|Richard|Philip|Pius|Napoleon|Francis|Frederick|Leo|"
    "Gregory|Innocent|Clement|Alexander|Peter|Ferdinand"
)
_MONEY = {"£": ("pound", "pounds"), "$": ("dollar", "dollars"), "€": ("euro", "euros")}
_FRACTIONS = {"½": "a half", "¼": "a quarter", "¾": "three quarters"}
_OLD_SPELLINGS = {"day": "today", "morrow": "tomorrow", "night": "tonight"}

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str] | str]


def _number(figures: str) -> str:
    """A whole number as printed, with or without commas."""
    plain = figures.replace(",", "")
    if len(plain) > 12 or (plain.startswith("0") and len(plain) > 1):
        return digits(plain)
    value = int(plain)
    return year(value) if "," not in figures and 1100 <= value < 2100 else cardinal(value)


def _money(match: re.Match[str]) -> str:
    whole, cents, size = match["whole"], match["cents"], match["size"]
    one, many = _MONEY[match["sign"]]
    said = cardinal(min(int(whole.replace(",", "")), 10**12))
    unit = one if said == "one" and not size else many
    if size:
        point = f" point {digits(cents)}" if cents else ""
        return f" {said}{point} {size} {unit} "
    small = cardinal(int(cents.ljust(2, "0"))) if cents and int(cents) else ""
    if small:
        small = f" {small}" if match["sign"] == "£" else f" and {small} cents"
    return f" {said} {unit}{small} "


def _time(match: re.Match[str]) -> str:
    minutes = match[2]
    if minutes == "00":
        return f" {cardinal(int(match[1]))} "
    return f" {cardinal(int(match[1]))} {'oh ' if minutes < '10' else ''}{cardinal(int(minutes))} "


def _decade(match: re.Match[str]) -> str:
    *before, last = year(int(match[1])).split()
    return " ".join((*before, f"{last[:-1]}ies" if last.endswith("y") else f"{last}s"))


def _roman_cardinal(match: re.Match[str]) -> str:
    value = roman(match[2])
    return f"{match[1]} {cardinal(value)}" if value else match[0]


def _roman_ordinal(match: re.Match[str]) -> str:
    value = roman(match[2])
    return f"{match[1]} the {ordinal(value)}" if value else match[0]


_RULES: tuple[_Rule, ...] = (
    (re.compile(r"&c\b\.?"), " et cetera "),
    (re.compile(r"&"), " and "),
    (re.compile(r"\b(" + "|".join(_ABBREVIATIONS) + r")\b\.?(?=[\s,;)]|$)"), lambda m: _ABBREVIATIONS[m[1]]),
    (re.compile(r"\bSt\.? (?=[A-Z])"), "saint "),
    (re.compile(r"\bNo\. ?(?=\d)"), "number "),
    # The point of an initial ends no sentence.
    (re.compile(r"\b([A-HJ-Z])\.(?= [A-Z])"), r"\1"),
    (re.compile(r"\b[Tt]o-(day|morrow|night)\b"), lambda m: _OLD_SPELLINGS[m[1]]),
    (re.compile(r"\b([Gg]ood)-(bye?)\b"), "goodbye"),
    (
        re.compile(r"\b([Cc]hapter|[Bb]ook|[Vv]olume|[Pp]art|[Ss]cene|[Aa]ct|CHAPTER) ([IVXLC]+)\b"),
        _roman_cardinal,
    ),
    (re.compile(rf"\b({_KINGS}) ([IVX]+)\b(?!')"), _roman_ordinal),
    (
        re.compile(
            r"(?P<sign>[£$€]) ?(?P<whole>\d[\d,]*)(?:\.(?P<cents>\d\d?))?\b"
            r"(?: (?P<size>hundred|thousand|million|billion)s?\b)?"
        ),
        _money,
    ),
    (re.compile(r"\b(\d{1,2}):([0-5]\d)\b"), _time),
    (re.compile(r"\b(1\d\d0|20\d0)['\u2019]?s\b"), _decade),
    (re.compile(r"\b(\d[\d,]*)(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m[1].replace(",", "")[:12]))),
    (re.compile(r"\b(\d+) ?s\b\.?"), lambda m: f"{m[1]} shillings"),
    (re.compile(r"\b(\d+) ?d\b\.?"), lambda m: f"{m[1]} pence"),
    (re.compile(r"(\d)[½¼¾]"), lambda m: f"{m[1]} and {_FRACTIONS[m[0][-1]]}"),
    (re.compile(r"[½¼¾]"), lambda m: _FRACTIONS[m[0]]),
    (re.compile(r"\b(\d+)\.(\d+)\b"), lambda m: f"{_number(m[1])} point {digits(m[2])}"),
    (re.compile(r"%"), " percent "),
    (re.compile(r"\d[\d,]*\d|\d"), lambda m: f" {_number(m[0])} "),
)
_INTERESTING = re.compile(
    # "I" alone is mostly no number.
    r"[\d&%½¼¾£$€]|[Tt]o-|ood-by|\b[A-Z]\.|[IVXLC]{2}|\b[VX]\b|(?:hapter|HAPTER|ook|olume|art|cene|ct) I\b"
    r"|\b(?:St|" + "|".join(_ABBREVIATIONS) + r")\b"
)
_SENTENCE_END = re.compile(r"[.!?;:]+(?=[\s\"'\u201d\u2019)\]]|$)|--+|[\u2013\u2014]|\s-+\s")


_SPACES = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "'"}
"""What `normalise` does to ASCII, many times faster."""


def spoken(text: str) -> str:
    """Write out numbers, abbreviations and signs; everything else, punctuation too, stays."""
    # Most paragraphs of a novel have nothing to change beyond the end of a sentence.
    if _INTERESTING.search(text):
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    return text


def sentences(text: str, known: Container[str]) -> Iterator[list[str]]:
    """Cut a paragraph into sentences of normalised words.

    Args:
        text: As printed.
        known: Words of a dictionary; they tell quotation marks from apostrophes.

    Yields:
        Words as `normalise` leaves them, in ASCII, at least one.
    """
    for part in _SENTENCE_END.split(spoken(text)):
        words = [unquoted(word, known) if "'" in word else word for word in plain_words(part)]
        words = [SPOKEN_WORDS.get(word, word) for word in words if word]
        if words:
            yield words


def plain_words(text: str) -> list[str]:
    """Words as `normalise` leaves them, in ASCII: accents are taken off."""
    if text.isascii():
        return text.lower().translate(_SPACES).split()
    return unicodedata.normalize("NFKD", normalise(text)).encode("ascii", "ignore").decode().split()


def unquoted(word: str, known: Container[str]) -> str:
    """Take apostrophes off that were quotation marks: without them the word is known, with them not."""
    if word in known:
        return word
    for bare in (word.strip("'"), word.lstrip("'"), word.rstrip("'")):
        if bare in known:
            return bare
    return word.strip("'")
