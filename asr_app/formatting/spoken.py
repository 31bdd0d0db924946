"""The other direction, English: from what is written to the words that are said, for training texts.

Written here because the library for it, num2words, is under the LGPL, needs a package that is published
without a wheel, and knows numbers, years and sums only: neither times nor dates, units or addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from asr_app.formatting import spoken_numbers
from asr_app.formatting.spoken_numbers import digits

_CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_UNITS = {
    "%": "percent",
    "km/h": "kilometres per hour",
    "mph": "miles per hour",
    "km": "kilometres",
    "kg": "kilograms",
    "mg": "milligrams",
    "cm": "centimetres",
    "mm": "millimetres",
    "ml": "millilitres",
    "ms": "milliseconds",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "MB": "megabytes",
    "GB": "gigabytes",
    "°C": "degrees celsius",
    "°F": "degrees fahrenheit",
    "°": "degrees",
}
_TITLES = {"Mr": "mister", "Mrs": "missus", "Dr": "doctor"}
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


cardinal = partial(spoken_numbers.cardinal, joint="")
ordinal = partial(spoken_numbers.ordinal, joint="")
year = partial(spoken_numbers.year, joint="")
"""As Americans say them, which is also how the tables of tests do."""


def _number(text: str) -> str:
    """A number as it is written: with commas, decimals, zeros before it."""
    whole, _, decimals = text.replace(",", "").partition(".")
    if len(whole) > 15 or (len(whole) > 1 and whole[0] == "0"):
        said = digits(whole)
    elif len(whole) == 4 and whole < "2100" and "," not in text and not decimals:
        said = year(int(whole))
    else:
        said = cardinal(int(whole))
    return f"{said} point {digits(decimals)}" if decimals else said


def _quantity(text: str) -> str:
    """The same where it counts something, so that it is no year."""
    whole = text.replace(",", "")
    return (
        cardinal(int(whole))
        if whole.isdigit() and (whole == "0" or whole[0] != "0") and len(whole) < 16
        else _number(text)
    )


def _money(match: re.Match[str]) -> str:
    sign, whole, part, scale = match.groups()
    name, small = _CURRENCIES[sign]
    if scale:
        return f"{_quantity(whole + (f'.{part}' if part else ''))} {scale} {name}s"
    said = f"{_quantity(whole)} {name}" + ("" if whole == "1" else "s")
    if not part or int(part) == 0:
        return said
    many = "pence" if small == "penny" else f"{small}s"
    return f"{said} and {cardinal(int(part))} {small if int(part) == 1 else many}"


def _time(match: re.Match[str]) -> str:
    hour, minutes, half = match.groups()
    said = cardinal(int(hour))
    if minutes and int(minutes):
        said += f" oh {cardinal(int(minutes))}" if int(minutes) < 10 else f" {cardinal(int(minutes))}"
    elif minutes and not half:
        said += " o'clock"
    return said + (f" {half[0].lower()} m" if half else "")


def _address(match: re.Match[str]) -> str:
    names = {".": " dot ", "@": " at ", "_": " underscore ", "-": " dash ", "/": " slash ", ":": " colon "}
    said = re.sub(r"[.@_/:-]", lambda sign: names[sign.group()], match.group())
    return re.sub(r"\d+", lambda number: f" {digits(number.group())} ", said)


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
# What is written, and how it is said; in this order, each on what those before it left.
_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b|\b(?:https?://|www\.)[\w-]+(?:\.[\w-]+)+(?:/[\w-]+)*", _address),
    (
        r"([$£€])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?:\s(million|billion|trillion))?",
        _money,
    ),
    (r"\b(\d{1,2})(?::([0-5]\d))?\s?([ap])\.?m\b\.?", _time),
    (r"\b(\d{1,2}):([0-5]\d)\b()", _time),
    (rf"\b(\d{{1,2}}) ({_MONTHS})\b", lambda match: f"the {ordinal(int(match[1]))} of {match[2]}"),
    (rf"\b({_MONTHS}) (\d{{1,2}}),? (?=\d{{4}}\b)", lambda match: f"{match[1]} {ordinal(int(match[2]))} "),
    (rf"\b({_MONTHS}) (\d{{1,2}})\b(?!,?\d)", lambda match: f"{match[1]} {ordinal(int(match[2]))}"),
    (r"\b(\d+)(?:st|nd|rd|th)\b", lambda match: ordinal(int(match[1])) if len(match[1]) < 16 else match[0]),
    (r"\b(1[1-9]|20)(\d)0s\b", lambda match: f"{cardinal(int(match[1]))} {_decade(int(match[2]))}"),
    (r"\+(\d+)\b", lambda match: f"plus {digits(match[1])}"),
    (
        r"\b(?:1-)?(?:\d{3}-)?\d{3}-\d{4}\b",
        lambda match: digits(match[0].replace("-", "")),
    ),
    (
        rf"(?<![\w.])(-?)({_NUMBER})\s?({_UNIT})(?!\w)",
        lambda match: ("minus " if match[1] else "") + f"{_quantity(match[2])} {_UNITS[match[3]]}",
    ),
    (rf"({_NUMBER})", lambda match: f" {_number(match[1])} "),
    (r"&", lambda match: " and "),
    (r"\b(Mr|Mrs|Dr)\b\.?(?=\s+[A-Z])", lambda match: _TITLES[match[1]]),
)
_COMPILED = tuple((re.compile(pattern), say) for pattern, say in _RULES)


def _decade(tens: int) -> str:
    if tens == 0:
        return "hundreds"
    if tens == 1:
        return "tens"
    return cardinal(10 * tens).removesuffix("y") + "ies"


def spoken(text: str) -> str:
    """A text with its numbers, prices, times, dates and addresses as they are said; the rest stays."""
    for pattern, say in _COMPILED:
        text = pattern.sub(say, text)
    return re.sub(r"  +", " ", text).strip()
