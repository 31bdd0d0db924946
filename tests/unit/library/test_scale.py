"""Twenty thousand transcripts: how long listing, searching and adding take.

`pytest -m slow -s tests/unit/library/test_scale.py` prints the figures of docs/library.md: time on the clock,
and time of the processor, which other programs disturb less. The bounds are far above them: a test is no
benchmark.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from statistics import median

import pytest

from asr_app.library.library import Library
from asr_app.library.opening import open_library
from asr_app.library.rows import insert
from asr_app.library.sidecar import Sidecar
from asr_app.library.upkeep import is_sound
from asr_app.library.values import Kind, Listing, Order
from tests.unit.library.builders import NOON, invented

ENTRIES, WORDS = int(os.environ.get("ASR_APP_SCALE", "20000")), 200


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = open_library(tmp_path_factory.mktemp("large")).library
    # The same two thousand texts ten times: the words are as many, and making them takes a tenth.
    texts = cycle(invented(ENTRIES // 10, WORDS))
    with library.connections.changing() as connection:
        for number in range(ENTRIES):
            created = NOON - timedelta(hours=number)
            text = next(texts)
            sidecar = Sidecar(None, f"Talk {number}", Kind.FILE, created, (), (), text)
            insert(connection, sidecar, library.root / "entries" / str(number), library.root)
    return library


def told(what: str, act: Callable[[int], object], times: int = 15) -> float:
    """Print medians in milliseconds, and give that of the processor's time."""
    wall_ms, own_ms = [], []
    for number in range(times):
        began_s, own_s = time.perf_counter(), time.process_time()
        act(number)
        own_ms.append((time.process_time() - own_s) * 1000)
        wall_ms.append((time.perf_counter() - began_s) * 1000)
    print(
        f"{what:44} processor: median {median(own_ms):7.1f} ms, largest {max(own_ms):7.1f} ms;"
        f" clock: median {median(wall_ms):7.1f} ms, largest {max(wall_ms):7.1f} ms",
        flush=True,
    )
    return median(own_ms)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_thousand_transcripts_are_listed_searched_and_added_to(large: Library) -> None:
    words = sorted({word.text for segment in next(invented(1, WORDS)).segments for word in segment.words})
    with large.connections.reading() as connection:
        connection.execute("COMMIT")  # The log is emptied into the file only outside of a transaction.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("BEGIN")
    size_mb = sum(path.stat().st_size for path in large.root.glob("library*")) / 1e6
    more = list(invented(15, WORDS, seed=2))
    print(f"\n{ENTRIES} transcripts of {WORDS} words: {size_mb:.0f} MB")
    bounds_ms = {
        "first page": told("page of 50, first", lambda n: large.page()),
        "any page": told("page of 50, anywhere", lambda n: large.page(offset=n * 1300)),
        "by title": told(
            "page of 50 by title, anywhere", lambda n: large.page(Listing(order=Order.TITLE), n * 1300)
        ),
        "count": told("number of all", lambda n: large.count()),
        "rare": told("search for a word, page with hits", lambda n: found(large, words[n * 7 % len(words)])),
        "two": told(
            "search for two words, page with hits",
            lambda n: found(large, f"{words[n * 5 % len(words)]} {words[n * 11 % len(words)]}"),
        ),
        "typed": told(
            "search for two letters, page with hits", lambda n: found(large, words[n * 3 % len(words)][:2])
        ),
        "best": told(
            "search for a word, best first",
            lambda n: large.page(Listing(text=words[n * 7 % len(words)], order=Order.RELEVANCE)),
        ),
        "add": told("add one", lambda n: large.add(more[n], "New", Kind.FILE, NOON)),
    }
    assert max(bounds_ms.values()) < 2000, bounds_ms
    told("SQLite's examination", lambda n: is_sound(large), times=1)
    large.close()
    told("opening", lambda n: open_library(large.root).library.close(), times=5)


def found(library: Library, text: str) -> int:
    """What a window does at each key: the number of entries, a page of them, and their hits."""
    listing = Listing(text=text)
    library.count(listing)
    return sum(len(library.hits(entry.id, text)) for entry in library.page(listing))
