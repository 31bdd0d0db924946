"""Pronunciations of words that no dictionary lists, by flite's letter-to-sound rules (Black and Lenzo 2001).

flite's phone set is the CMU dictionary's but for the reduced vowel `ax`, which the dictionary writes AH.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence

from asr_app.errors import RecipeError

_PAUSE = "pau"
_WORDS_A_CALL = 100
_OTHER_NAMES = {"AX": "AH"}


def pronounce(words: Iterable[str]) -> dict[str, list[str]]:
    """Pronounce words (lower case, apostrophes kept) as CMU phones without stress.

    What stays silent is absent.

    Raises:
        RecipeError: flite is not installed or failed.
    """
    program = shutil.which("flite")
    if program is None:
        raise RecipeError(
            "Words that no dictionary lists are pronounced by flite, which is not installed.",
            "Install flite, or leave letter_to_sound out of the recipe.",
        )
    listed = sorted(set(words))
    sounds: dict[str, list[str]] = {}
    for start in range(0, len(listed), _WORDS_A_CALL):
        group = listed[start : start + _WORDS_A_CALL]
        spoken = _speak(program, group)
        # Where a word is silent or is read as two, the pauses no longer tell words apart.
        if len(spoken) != len(group):
            spoken = [[phone for part in _speak(program, [word]) for phone in part] for word in group]
        sounds |= {word: phones for word, phones in zip(group, spoken, strict=True) if phones}
    return sounds


def _speak(program: str, words: Sequence[str]) -> list[list[str]]:
    """Phones between the pauses of a text of one-word sentences."""
    # The usual voice merges AH and AA.
    command = [program, "-voice", "kal16", "-t", ". ".join(words), "-o", "none", "-ps"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (subprocess.SubprocessError, OSError) as error:
        raise RecipeError(f"flite failed: {error}.", "Check that flite works.") from error
    parts: list[list[str]] = [[]]
    for name in output.upper().split():
        if name == _PAUSE.upper():
            parts.append([])
        else:
            parts[-1].append(_OTHER_NAMES.get(name, name))
    return [part for part in parts if part]
