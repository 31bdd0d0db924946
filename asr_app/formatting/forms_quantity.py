"""English amounts: cardinals, money, percentages, units."""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.formatting.forms import Found, grouped
from asr_app.formatting.numerals import Item, number, word

_SCALES = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
_ROUND = {"hundred", "thousand", "million", "billion"}
_BEFORE_A = {"half", "of", "many"}
_CURRENCIES = {
    "dollar": "$",
    "dollars": "$",
    "euro": "€",
    "euros": "€",
    "pound": "£",
    "pounds": "£",
    "yen": "¥",
    "rupees": "₹",
}
_PARTS = {"cent", "cents", "penny", "pence", "p"}
# "Twenty pounds of flour" is a weight.
_WEIGHED = {"of", "heavier", "lighter", "overweight", "underweight"}

_PREFIXES = {"": "", "kilo": "k", "centi": "c", "milli": "m", "mega": "M", "giga": "G", "tera": "T"}
_BASES = {
    "metre": ("m", ("", "kilo", "centi", "milli")),
    "meter": ("m", ("", "kilo", "centi", "milli")),
    "gram": ("g", ("", "kilo", "milli")),
    "gramme": ("g", ("", "kilo", "milli")),
    "litre": ("l", ("", "centi", "milli")),
    "liter": ("l", ("", "centi", "milli")),
    "watt": ("W", ("", "kilo", "milli", "mega", "giga")),
    "volt": ("V", ("", "kilo", "milli")),
    "hertz": ("Hz", ("", "kilo", "mega", "giga")),
    "byte": ("B", ("kilo", "mega", "giga", "tera")),
}
_UNITS = {
    prefix + base + plural: _PREFIXES[prefix] + sign
    for base, (sign, prefixes) in _BASES.items()
    for prefix in prefixes
    for plural in ("", "s")
} | {
    "kilo": "kg",
    "kilos": "kg",
    "millisecond": "ms",
    "milliseconds": "ms",
    "decibel": "dB",
    "decibels": "dB",
    "miles per hour": "mph",
    "kilometres per hour": "km/h",
    "kilometers per hour": "km/h",
    "metres per second": "m/s",
    "meters per second": "m/s",
    "kilowatt hours": "kWh",
    "square metres": "m²",
    "square meters": "m²",
    "square kilometres": "km²",
    "square kilometers": "km²",
    "cubic metres": "m³",
    "cubic meters": "m³",
    "cubic centimetres": "cm³",
    "cubic centimeters": "cm³",
    "degrees celsius": "°C",
    "degrees centigrade": "°C",
    "degrees fahrenheit": "°F",
}


def amount(items: Sequence[Item], index: int) -> Found | None:
    """A number of any size before what it counts, as digits: three and a half → 3.5; minus two → -2."""
    if word(items, index) in ("minus", "negative") and not _is_number(items, index - 1):
        rest = amount(items, index + 1)
        return ("-" + rest[0], rest[1] + 1) if rest else None
    if word(items, index) == "a" and _starts_round(items, index + 1):
        # "Half a million dollars" is not one million.
        rest = amount(items, index + 1) if word(items, index - 1) not in _BEFORE_A else None
        return (rest[0], rest[1] + 1) if rest else None
    if not _is_number(items, index):
        return None
    counted = word(items, index - 1) == "a" and word(items, index - 2) not in _BEFORE_A
    if _starts_round(items, index) and not counted:
        # "Several thousand dollars" are not one thousand either.
        return None
    item, end = items[index], index + 1
    text = item.digits if item.cardinal is None else grouped(item.cardinal, always=True)
    scale = next((name for name, value in _SCALES.items() if item.value == value), None)
    if scale and item.said in (f"one {scale}", scale):
        return f"1 {scale}", 1
    if item.cardinal is not None:
        large = large_round(item.cardinal)
        if large:
            return large, 1
    point = _after_point(items, end)
    if point is not None and item.cardinal is not None:
        text, end = f"{item.digits}.{point[0]}", end + point[1]
    elif [word(items, end + step) for step in range(3)] == ["and", "a", "half"]:
        text, end = f"{text}.5", end + 3
    # The library reads "three point five million" as two numbers.
    if end < len(items) and items[end].said in _SCALES:
        text, end = f"{text} {items[end].said}", end + 1
    return text, end - index


def large_round(value: int) -> str:
    """Round millions as one writes them, 3000000 → 3 million; empty for other numbers."""
    for name, scale in reversed(_SCALES.items()):
        if value >= scale and value % scale == 0:
            return f"{value // scale} {name}"
    return ""


def _after_point(items: Sequence[Item], index: int) -> Found | None:
    """Digits after “point” that the library missed: those with an “oh” among them."""
    if word(items, index) != "point":
        return None
    digits, end = "", index + 1
    while word(items, end) in ("oh", "o") or number(items, end) is not None:
        digits += items[end].digits or "0"
        end += 1
    return (digits, end - index) if digits else None


def _is_number(items: Sequence[Item], index: int) -> bool:
    return 0 <= index < len(items) and bool(items[index].digits) and not items[index].ordinal


def _starts_round(items: Sequence[Item], index: int) -> bool:
    return _is_number(items, index) and items[index].said.split()[0] in _ROUND


def money(items: Sequence[Item], index: int) -> Found | None:
    """Five dollars and fifty cents → $5.50."""
    found = _pair_of_hundreds(items, index) or amount(items, index)
    if found is None:
        return None
    text, size = found
    end = index + size
    name = word(items, end)
    sign = _CURRENCIES.get(name)
    if sign is None or (sign == "£" and word(items, end + 1) in _WEIGHED):
        return None
    end += 2 if word(items, end + 1) == "sterling" else 1
    part = _hundredths(items, end) if text.replace(",", "").isdigit() else None
    if part is not None:
        text, end = f"{text}.{part[0]}", end + part[1]
    minus = "-" if text.startswith("-") else ""
    return f"{minus}{sign}{text.removeprefix('-')}", end - index


def _hundredths(items: Sequence[Item], index: int) -> Found | None:
    start = index + 1 if word(items, index) == "and" else index
    part = number(items, start, 1, 99)
    if part is None:
        return None
    if word(items, start + 1) in _PARTS:
        return f"{part:02}", start + 2 - index
    # "Five dollars fifty", but neither "five dollars fifty times" nor "five dollars and ten people".
    bare = start == index and part >= 10 and start + 1 == len(items)
    return (f"{part:02}", 1) if bare else None


def _pair_of_hundreds(items: Sequence[Item], index: int) -> Found | None:
    """Nineteen ninety nine, before a currency: 1,999."""
    high, low = number(items, index, 10, 99), number(items, index + 1, 10, 99)
    if high is None or low is None:
        return None
    return grouped(high * 100 + low, always=True), 2


def percent(items: Sequence[Item], index: int) -> Found | None:
    """Three point five percent → 3.5%."""
    found = amount(items, index)
    if found is None:
        return None
    text, size = found
    end = index + size
    if word(items, end) == "percent":
        return f"{text}%", size + 1
    if (word(items, end), word(items, end + 1)) == ("per", "cent"):
        return f"{text}%", size + 2
    return None


def unit(items: Sequence[Item], index: int) -> Found | None:
    """Five kilometres per hour → 5 km/h; a bare “twenty degrees” → 20°."""
    found = amount(items, index)
    if found is None:
        return None
    text, size = found
    end = index + size
    for length in (3, 2, 1):
        said = " ".join(word(items, end + step) for step in range(length))
        sign = _UNITS.get(said)
        if sign is not None:
            return f"{text} {sign}", size + length
    if word(items, end) in ("degree", "degrees") and word(items, end + 1) != "of":
        return f"{text}°", size + 1
    return None


def cardinal(items: Sequence[Item], index: int, digits_from: int) -> Found | None:
    """Numbers in running prose: small and round ones stay words, quantities get commas, years do not."""
    article = word(items, index) == "a" and _starts_round(items, index + 1)
    place = index + 1 if article else index
    if not _is_number(items, place):
        return None
    item = items[place]
    value = item.cardinal
    found = amount(items, place)
    if value is None or (found and "." in found[0] and word(items, place + 1) == "point"):
        return (found[0], found[1] + place - index) if found else None
    if value < digits_from:
        return None
    if found and found[0].endswith(".5"):
        return found
    name = item.said.removeprefix("one ")
    if name in _ROUND:
        # "A hundred times", "one million": nobody counts these.
        return None
    text = large_round(value)
    if not text:
        quantity = "thousand" in item.said and not 2000 <= value < 2100
        text = item.digits if item.digits.startswith("0") else grouped(value, always=quantity)
    return text, 1 + place - index
