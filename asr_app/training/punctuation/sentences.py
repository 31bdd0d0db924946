"""Made-up sentences with numbers, dates, codes and addresses, which novels hardly have.

A mark inside such a form would keep formatting from writing it, so these sentences have none there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from asr_app.punctuation.tagger import Capitals
from asr_app.training.language.spelled_text import (
    DAYS,
    MONTHS,
    amount,
    clock_time,
    code,
    date,
    digit_string,
    numbered,
    phone_number,
    plain_number,
)
from asr_app.training.punctuation.text import PrintedWord

_BARE = 0.3
"""Share of codes and the like that are said without a sentence around them."""
_PEOPLE = ("anna", "peter", "maria", "john", "susan", "david", "laura", "james", "emma", "thomas", "sarah")
_PLACES = ("example", "acme", "gmail", "yahoo", "nature", "library", "school", "museum", "hotel", "clinic")
_ENDINGS = ("com", "org", "net", "edu")


def address(chance: random.Random) -> str:
    """A mail or web address as it is said."""
    ending = f"{chance.choice(_PLACES)} dot {chance.choice(_ENDINGS)}"
    if chance.random() < 0.6:
        name = chance.choice(_PEOPLE)
        if chance.random() < 0.5:
            name += f" {chance.choice(('dot', 'underscore'))} {chance.choice('abcdefghjklmnprstw')}"
        return f"{name} at {ending}"
    return f"{chance.choice(('', 'w w w dot '))}{ending}"


def percentage(chance: random.Random) -> str:
    """A share."""
    return plain_number(random.Random(chance.random())).split(" point ")[0].split()[0] + " percent"


_FORMS: dict[str, Callable[[random.Random], str]] = {
    "date": date,
    "time": clock_time,
    "sum": amount,
    "phone": phone_number,
    "code": code,
    "digits": digit_string,
    "count": plain_number,
    "number": numbered,
    "address": address,
    "percent": percentage,
}
# {form} is made up; the other marks are where people write them.
_SENTENCES = (
    "We meet on {date}.",
    "The meeting is on {date} at {time}.",
    "Can we meet on {date}?",
    "Could you come at {time}?",
    "The train leaves at {time}, and we have to change once.",
    "She was born on {date}.",
    "On {date} the contract ends.",
    "It costs {sum}.",
    "The total is {sum}, please pay by {date}.",
    "How much is {sum} in euros?",
    "I paid {sum} for it, but it was not worth it.",
    "My number is {phone}.",
    "Please call me back at {phone}.",
    "You can reach me at {phone} or at {address}.",
    "Write to {address}.",
    "My address is {address}, thank you.",
    "Is it {address}?",
    "The code is {code}.",
    "Please enter {digits}.",
    "The password is {code}, don't tell anyone.",
    "There are {count} in the town.",
    "Go to {number}, please.",
    "Look at {number}.",
    "Where is {number}?",
    "Prices rose by {percent} last year.",
    "About {percent} of them agreed, the others did not.",
)
_ALONE = ("code", "digits", "phone", "date", "number", "address", "time", "sum")


def made_up_sentences(count: int, seed: int) -> Iterator[list[PrintedWord]]:
    """Make sentences, the same for the same arguments."""
    chance = random.Random(seed)
    for _ in range(count):
        if chance.random() < _BARE:
            yield _printed(_FORMS[chance.choice(_ALONE)](chance), inside=True)
        else:
            yield _filled(chance.choice(_SENTENCES), chance)


def _filled(sentence: str, chance: random.Random) -> list[PrintedWord]:
    words: list[PrintedWord] = []
    for part in sentence.split():
        if not part.startswith("{"):
            words += _printed(part, inside=bool(words))
            continue
        name, mark = part[1:].split("}")
        said = _printed(_FORMS[name](chance), inside=True)
        if said:
            last = said[-1]
            words += [*said[:-1], PrintedWord(last.text, mark, last.capitals, last.starts)]
    return words


def _printed(text: str, inside: bool) -> list[PrintedWord]:
    words = []
    for number, part in enumerate(text.split()):
        plain = part.rstrip(",.?!:")
        word = plain.lower()
        named = word in MONTHS or word in DAYS or plain == "I"
        words.append(
            PrintedWord(
                word,
                part[len(plain) :],
                Capitals.CAPITAL if named else Capitals.LOWER,
                starts=not inside and number == 0,
            )
        )
    return words
