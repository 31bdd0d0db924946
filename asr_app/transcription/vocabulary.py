"""Words and phrases of a person, which the search prefers, and the text files they are kept in.

A line is a phrase, `phrase = sounds like`, or either with a weight after a colon:

```
# People
Siobhan = shiv on
Kowalczyk : 2
Vox Populi
BBC
```
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from asr_app.errors import VocabularyError

USER_FILE = "vocabulary.txt"
"""Its name in the person's folder of settings."""

MOST_BOOST = 5.0
_DASHES = re.compile("[\\s\\-\u2010-\u2014]+")
_APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'"})
_LIGATURES = (
    "ß ss",
    "ø o",
    "Ø O",
    "ł l",
    "Ł L",
    "æ ae",
    "Æ Ae",
    "œ oe",
    "Œ Oe",
    "ð d",
    "Ð D",
    "þ th",
    "Þ Th",
)
_UNACCENTED = str.maketrans(dict(pair.split() for pair in _LIGATURES))
_WORD = re.compile(r"'?[A-Za-z]+(?:'[A-Za-z]+)*'?|(?:[A-Za-z]\.)+(?:[A-Za-z])?(?:'s)?")
_SAY_AS = "Write a phrase, or a phrase = what it sounds like, perhaps with : and a weight."


@dataclass(frozen=True)
class VocabularyEntry:
    """One word or phrase.

    Attributes:
        phrase: As typed.
        sounds_like: The same sound spelled with ordinary words; None: as it is spelled.
        boost: How strongly it is preferred, from 0 (it is merely known) over 1 (as usual) to `MOST_BOOST`.
        line: Where it stands in its file, from 1; 0 where it comes from none.
    """

    phrase: str
    sounds_like: str | None = None
    boost: float = 1.0
    line: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Refuse what nobody can say.

        Raises:
            VocabularyError: One sentence says what is wrong with it.
        """
        if not 0.0 <= self.boost <= MOST_BOOST or not math.isfinite(self.boost):
            raise VocabularyError(
                f"{self.place}The weight of “{self.phrase}” is not between 0 and {MOST_BOOST:g}.",
                "1 is the usual weight, 2 twice as strong.",
            )
        for text in (self.phrase, *([] if self.sounds_like is None else [self.sounds_like])):
            wrong = next((word for word in _parts(text) if not _WORD.fullmatch(word)), None)
            if wrong is not None or not _parts(text):
                shown = text if wrong is None else wrong
                raise VocabularyError(
                    f"{self.place}“{shown}” is not spelled with letters alone.",
                    "Write figures and signs as they are spoken: “four K”, “C plus plus”.",
                )

    @property
    def place(self) -> str:
        """Where it stands, to begin a sentence with; empty where it comes from no file."""
        return f"Line {self.line} of the vocabulary: " if self.line else ""

    @property
    def spoken(self) -> tuple[str, ...]:
        """Its words without accents, capitals and dots as typed."""
        return tuple(_parts(self.phrase))

    @property
    def words(self) -> tuple[str, ...]:
        """Its words as they come out of the search: lower case, without accents and dots."""
        return tuple(word.replace(".", "").lower() for word in self.spoken)

    @property
    def sound_words(self) -> tuple[str, ...]:
        """The words of `sounds_like`; none without it."""
        return tuple(_parts(self.sounds_like)) if self.sounds_like is not None else ()

    def to_text(self) -> str:
        """Give its line."""
        sound = "" if self.sounds_like is None else f" = {self.sounds_like}"
        return self.phrase + sound + ("" if self.boost == 1.0 else f" : {self.boost:g}")


@dataclass(frozen=True)
class Vocabulary:
    """Words and phrases of a person; a phrase may come several times, for the ways it is said.

    Attributes:
        entries: In their order.
    """

    entries: tuple[VocabularyEntry, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    def to_text(self) -> str:
        """Give the text of a file that `parse_vocabulary` reads back as the same."""
        return "".join(f"{entry.to_text()}\n" for entry in self.entries)


def parse_vocabulary(text: str) -> Vocabulary:
    """Read the text of a file.

    Args:
        text: A line for each entry; `#` begins a comment.

    Raises:
        VocabularyError: A line is wrong; the sentence names it.
    """
    entries: dict[VocabularyEntry, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if content:
            entries.setdefault(_entry(content, number))
    return Vocabulary(tuple(entries))


def _entry(content: str, number: int) -> VocabularyEntry:
    place = f"Line {number} of the vocabulary: "
    rest, colon, weight = content.rpartition(":")
    boost = 1.0
    if colon:
        try:
            boost = float(weight)
        except ValueError:
            raise VocabularyError(f"{place}“{weight.strip()}” is not a weight.", _SAY_AS) from None
    else:
        rest = content
    phrase, equals, sound = (" ".join(part.split()) for part in rest.partition("="))
    if not phrase or (equals and not sound) or "=" in sound:
        raise VocabularyError(f"{place}One side of the = is missing, or there are two.", _SAY_AS)
    return VocabularyEntry(phrase, sound or None, boost, number)


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a file; see `parse_vocabulary`.

    Raises:
        VocabularyError: It cannot be read, or a line is wrong.
    """
    return parse_vocabulary(read_text(path))


def read_text(path: Path) -> str:
    """Read the text of a file, right or wrong.

    Raises:
        VocabularyError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"The vocabulary “{path}” cannot be read ({error}).",
            "Check that the file exists and is UTF-8 text.",
        ) from error


def user_file() -> Path:
    """Where the person's own vocabulary lies, whether there is one or not."""
    from platformdirs import user_config_path

    return user_config_path("asr-app") / USER_FILE


def user_vocabulary() -> Vocabulary:
    """The person's own vocabulary; empty where there is none.

    Raises:
        VocabularyError: It cannot be read.
    """
    path = user_file()
    return read_vocabulary(path) if path.is_file() else Vocabulary()


def _parts(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).translate(_UNACCENTED))
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return [part for part in _DASHES.split(plain) if part]
