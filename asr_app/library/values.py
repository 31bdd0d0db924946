"""What the library gives and takes."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class Kind(enum.StrEnum):
    """How a transcript came about."""

    DICTATION = "dictation"
    FILE = "file"


class Order(enum.StrEnum):
    """How a list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    LONGEST = "longest"
    RELEVANCE = "relevance"
    """Best match first; newest first where nothing is looked for."""


@dataclass(frozen=True)
class Recording:
    """Sound behind a transcript.

    Attributes:
        path: Where it lies; need not be there any more.
        start_s: Where it begins on the transcript's clock; not 0 only after merging.
        duration_s: Its length.
    """

    path: Path
    start_s: float
    duration_s: float


@dataclass(frozen=True)
class Entry:
    """A transcript in a list, without its words.

    Attributes:
        id: What commands and methods call it; a rebuilt library keeps it.
        title: For people; not empty.
        kind: How it came about.
        created: When its recording was made; with time zone.
        duration_s: Seconds of sound.
        language: BCP 47 tag.
        model: Name of the bundle.
        source: A file's name or "microphone".
        complete: False when the work was cancelled.
        words: How many.
        preview: Its beginning, one line.
        tags: In order of the alphabet.
        recordings: In order of time; empty when the sound was not kept.
        folder: Where its file `transcript.json` lies.
        deleted: When it was deleted; None for what is there.
    """

    id: int
    title: str
    kind: Kind
    created: datetime
    duration_s: float
    language: str
    model: str
    source: str
    complete: bool
    words: int
    preview: str
    tags: tuple[str, ...]
    recordings: tuple[Recording, ...]
    folder: Path
    deleted: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """Which entries, in which order.

    Attributes:
        text: Words to look for in texts and titles, see `query.match_expression`; empty for all.
        tag: Only those with it.
        kind: Only those.
        since: Only those made then or later; with time zone.
        until: Only those made before.
        order: How they are sorted.
        deleted: Those that were deleted, instead of those that are there.
    """

    text: str = ""
    tag: str | None = None
    kind: Kind | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.NEWEST
    deleted: bool = False


@dataclass(frozen=True)
class Hit:
    """A place where what was looked for is said.

    Attributes:
        entry_id: Of its transcript.
        segment: Index of the utterance.
        word: Index of the word in it.
        start_s: When it is said, on the transcript's clock.
        excerpt: The words around it.
        matches: (first, end) of each match in `excerpt`, in characters.
    """

    entry_id: int
    segment: int
    word: int
    start_s: float
    excerpt: str
    matches: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Undo:
    """How a deletion or a merge is taken back; `Library.undo` does it.

    Attributes:
        bring_back: Entries that were deleted.
        take_away: Entries that were made.
    """

    bring_back: tuple[int, ...] = ()
    take_away: tuple[int, ...] = ()
