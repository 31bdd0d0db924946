"""Pronouncing dictionaries as bundles carry them.

One `word PHONE PHONE …` a line, a line for each variant, the likeliest first; lines that begin with `;;;`
are notices, as in the CMU dictionary. UTF-8, compressed when the name ends in `.xz`.
"""

from __future__ import annotations

import lzma
from collections.abc import Sequence
from pathlib import Path

from asr_app.errors import BundleError

NOTICE_MARK = ";;;"

Pronunciations = dict[str, list[tuple[int, ...]]]
"""For each word its pronunciations, as indices into a phone set."""


def read_pronunciations(path: Path, phones: Sequence[str]) -> Pronunciations:
    """Read a dictionary.

    Args:
        path: Of the file.
        phones: Phone set of the network, in order.

    Raises:
        BundleError: The file cannot be read, or a line has no pronunciation in these phones.
    """
    try:
        content = path.read_bytes()
        text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode("utf-8")
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise BundleError(
            f"The pronunciations “{path.name}” cannot be read.", "Install the model again."
        ) from error
    index = {phone: number for number, phone in enumerate(phones)}
    words: Pronunciations = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith(NOTICE_MARK):
            continue
        # Once at every start of the program, and long: without generators and calls that are not needed.
        word, _, sounds = line.partition(" ")
        try:
            way = tuple([index[sound] for sound in sounds.split()])
        except KeyError:
            way = ()
        if not way:
            raise BundleError(
                f"Line {number} of the pronunciations “{path.name}” does not fit the model.",
                "Install the model again.",
            )
        if word in words:
            words[word].append(way)
        else:
            words[word] = [way]
    return words


def write_pronunciations(words: dict[str, list[tuple[str, ...]]], notice: str = "") -> bytes:
    """Give the content of a compressed dictionary (`.txt.xz`), sorted; the same words give the same bytes.

    Args:
        words: For each word its pronunciations in names of phones, the likeliest first.
        notice: Of those who made the dictionary; put at its head.
    """
    lines = [f"{NOTICE_MARK} {line}".rstrip() for line in notice.splitlines()]
    for word, variants in sorted(words.items()):
        lines += [" ".join((word, *sounds)) for sounds in variants]
    return lzma.compress(("\n".join(lines) + "\n").encode("utf-8"), preset=9)
