"""English years, times and dates."""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.formatting.forms import Found
from asr_app.formatting.numerals import Item, number, ordinal, word

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# They are words as well: "they march", "it may".
_DOUBTFUL_MONTHS = ("march", "may")
_BEFORE_DATES = {
    "on",
    "by",
    "until",
    "till",
    "since",
    "before",
    "after",
    "from",
    "to",
    "of",
    "next",
    "last",
    "this",
}
_BEFORE_YEARS = {
    "in", "since", "of", "by", "until", "till", "before", "after", "from", "to", "and", "around", "about",
    "circa", "as", "date", "dated", "between", "early", "late", "mid", "summer", "winter", "spring",
    "autumn", "fall", "year", *_MONTHS,
}  # fmt: skip
_BEFORE_TIMES = {"at", "by", "until", "till", "before", "after", "from", "around", "about", "past"}
# After these not even "people" makes a number of it: "in eighteen thirty five men made books".
_BEFORE_SURE_YEARS = {"in", "since", "year", *_MONTHS}
# What follows makes the two numbers before it a span or a price: "fifteen twenty minutes".
_COUNTED = {
    "seconds", "minutes", "hours", "days", "weeks", "months", "years", "people", "men", "women", "times",
    "percent", "dollars", "pounds", "euros", "cents", "degrees", "miles", "metres", "meters", "kilometres",
    "kilometers",
}  # fmt: skip
_DECADES = {
    name: 10 * (step + 2)
    for step, name in enumerate(
        ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
    )
}
_BIGGEST_DAY = 31


def year_at(items: Sequence[Item], index: int) -> tuple[int, int] | None:
    """A year said as one, and its size in items: nineteen eighty four, nineteen oh five, two thousand six."""
    century = number(items, index, 10, 20)
    if century is not None:
        rest = number(items, index + 1, 10, 99)
        if rest is not None:
            return century * 100 + rest, 2
        if word(items, index + 1) in ("oh", "o") and number(items, index + 2, 1, 9) is not None:
            return century * 100 + int(items[index + 2].value), 3
        rest = number(items, index + 1, 1, 9)
        if rest is not None and items[index + 1].digits.startswith("0"):
            return century * 100 + rest, 2
    whole = number(items, index, 1000, 2100)
    return (whole, 1) if whole is not None else None


def year(items: Sequence[Item], index: int) -> Found | None:
    """Years said in two halves; unless a word before them speaks of time, only those that are hardly else."""
    found = year_at(items, index)
    if found is None or found[1] == 1:
        return None
    value, size = found
    before = word(items, index - 1)
    if word(items, index + size) in _COUNTED and before not in _BEFORE_SURE_YEARS:
        return None
    if before not in _BEFORE_YEARS:
        if number(items, index + size) is not None:
            return None
        # "Fifteen twenty" may be some fifteen to twenty, "twelve ten sixty nine" the tenth of December.
        likely = (
            value >= 1300 and (value % 100 < 10 or value % 100 >= 30) and number(items, index - 1) is None
        )
        if not (likely or 1800 <= value < 2100):
            return None
    return str(value), size


def decade(items: Sequence[Item], index: int) -> Found | None:
    """Nineteen eighties → 1980s."""
    century, tens = number(items, index, 10, 20), _DECADES.get(word(items, index + 1))
    return (f"{century * 100 + tens}s", 2) if century is not None and tens is not None else None


# -- times --------------------------------------------------------------------------------------------


def time(items: Sequence[Item], index: int) -> Found | None:
    """Seven thirty p m → 7:30 pm; half past seven → 7:30; at fourteen thirty → 14:30."""
    return _clock_words(items, index) or _clock_numbers(items, index) or _hours(items, index)


def _clock_words(items: Sequence[Item], index: int) -> Found | None:
    if word(items, index) == "a" and word(items, index + 1) == "quarter":
        rest = _clock_words(items, index + 1)
        return (rest[0], rest[1] + 1) if rest else None
    hour = number(items, index + 2, 1, 12)
    direction = word(items, index + 1)
    if hour is None or word(items, index + 3) in _COUNTED:
        return None
    if word(items, index) == "half" and direction == "past":
        minutes = 30
    elif word(items, index) == "quarter" and direction in ("past", "to"):
        minutes = 15 if direction == "past" else -15
    else:
        return None
    if minutes < 0:
        hour, minutes = (hour - 2) % 12 + 1, 60 + minutes
    return _with_half(items, index, f"{hour}:{minutes:02}", 3)


def _clock_numbers(items: Sequence[Item], index: int) -> Found | None:
    hour = number(items, index, 0, 23)
    if hour is None:
        return None
    minutes, size = _minutes(items, index + 1)
    half = _half_of_day(items, index + 1 + size)
    if half is not None and 1 <= hour <= 12:
        clock = f"{hour}:{minutes}" if size else str(hour)
        return f"{clock} {half[0]}", 1 + size + half[1]
    if not size and word(items, index + 1) in ("o'clock", "oclock"):
        return f"{hour} o'clock", 2
    if not size or word(items, index - 1) not in _BEFORE_TIMES or word(items, index + 1 + size) in _COUNTED:
        return None
    # "By nineteen eighty" is a year, "at nineteen thirty" a time.
    if hour > 12 and word(items, index - 1) != "at":
        return None
    return f"{hour}:{minutes}", 1 + size


def _minutes(items: Sequence[Item], index: int) -> tuple[str, int]:
    value = number(items, index, 10, 59)
    if value is not None:
        return str(value), 1
    value = number(items, index, 0, 9)
    if value is not None and items[index].digits.startswith("0") and len(items[index].digits) == 2:
        return f"{value:02}", 1
    if word(items, index) in ("oh", "o") and number(items, index + 1, 1, 9) is not None:
        return f"0{items[index + 1].digits}", 2
    return "", 0


def _half_of_day(items: Sequence[Item], index: int) -> Found | None:
    for half in ("am", "pm"):
        letters = (word(items, index), word(items, index + 1))
        if letters == (half[0], "m") or letters == (f"{half[0]}.", "m."):
            return half, 2
        spellings = (half, f"{half[0]}.m.", f"{half[0]}.m")
        # "Which of the two am i": no hour of the day.
        if letters[0] in spellings and not (half == "am" and letters[1] in ("i", "not")):
            return half, 1
    return None


def _with_half(items: Sequence[Item], index: int, clock: str, size: int) -> Found:
    half = _half_of_day(items, index + size)
    return (f"{clock} {half[0]}", size + half[1]) if half else (clock, size)


def _hours(items: Sequence[Item], index: int) -> Found | None:
    """Sixteen hundred hours, oh six thirty hours."""
    value = number(items, index, 100, 2359)
    if value is None or word(items, index + 1) != "hours" or value % 100 > 59:
        return None
    said = items[index].said
    return (f"{value // 100}:{value % 100:02}", 2) if said.endswith("hundred") else None


# -- dates --------------------------------------------------------------------------------------------


def date(items: Sequence[Item], index: int) -> Found | None:
    """May fifth twenty twenty six → May 5, 2026; the fifth of may → 5 May."""
    return _month_first(items, index) or _day_first(items, index) or _month_and_year(items, index)


def _year_after(items: Sequence[Item], index: int) -> tuple[int, int] | None:
    found = year_at(items, index)
    return found if found and word(items, index + found[1]) not in _COUNTED else None


def _month_first(items: Sequence[Item], index: int) -> Found | None:
    month = word(items, index)
    if month not in _MONTHS:
        return None
    place = index + 2 if word(items, index + 1) == "the" else index + 1
    day = ordinal(items, place, _BIGGEST_DAY)
    if day is None and place == index + 1:
        day = number(items, place, 1, _BIGGEST_DAY)
        if day is not None and _year_after(items, place) and not _year_after(items, place + 1):
            # "June nineteen eighty four" has no day; "June twenty nineteen eighty four" has.
            day = None
    if day is None:
        return None
    end = place + 1
    found = _year_after(items, end)
    if found is not None:
        return f"{month.capitalize()} {day}, {found[0]}", end + found[1] - index
    doubtful = month in _DOUBTFUL_MONTHS and word(items, index - 1) not in _BEFORE_DATES
    if doubtful or word(items, end) in _COUNTED or (place == index + 2 and month == "may"):
        return None
    return f"{month.capitalize()} {day}", end - index


def _day_first(items: Sequence[Item], index: int) -> Found | None:
    place = index + 1 if word(items, index) == "the" else index
    day = ordinal(items, place, _BIGGEST_DAY)
    if day is None:
        return None
    of = word(items, place + 1) == "of"
    month = word(items, place + 2 if of else place + 1)
    if month not in _MONTHS or (not of and month in _DOUBTFUL_MONTHS):
        return None
    end = place + (3 if of else 2)
    found = _year_after(items, end)
    if found is not None:
        return f"{day} {month.capitalize()} {found[0]}", end + found[1] - index
    return f"{day} {month.capitalize()}", end - index


def _month_and_year(items: Sequence[Item], index: int) -> Found | None:
    month = word(items, index)
    if month not in _MONTHS:
        return None
    found = _year_after(items, index + 1)
    if found is None or (month in _DOUBTFUL_MONTHS and not 1800 <= found[0] < 2100):
        return None
    return f"{month.capitalize()} {found[0]}", 1 + found[1]
