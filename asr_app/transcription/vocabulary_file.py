"""Changing the vocabulary of a person as the text it is: comments, blank lines and order stay.

The functions on texts are pure; `change_user_file` puts what they give on disk as a whole or not at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from asr_app.errors import VocabularyError
from asr_app.transcription.vocabulary import VocabularyEntry, parse_vocabulary, read_text, user_file


def with_entry(text: str, line: str) -> str:
    """Add a line; one for the same phrase said the same way is replaced, so that weights can be changed.

    Args:
        text: Of a file, valid.
        line: As in a file; the number in an error is that of the line it would become.

    Raises:
        VocabularyError: The line or the text is wrong, or the line has no phrase.
    """
    lines = text.splitlines()
    entries = parse_vocabulary("\n" * len(lines) + line).entries
    if len(entries) != 1:
        raise VocabularyError("There is no word to add.", 'Give a line such as "Siobhan = shiv on".')
    (entry,) = entries
    same = [known.line for known in parse_vocabulary(text).entries if _key(known) == _key(entry)]
    content = entry.to_text()
    if same:
        comment = lines[same[0] - 1].partition("#")
        lines[same[0] - 1] = content + (f"  {comment[1]}{comment[2]}" if comment[1] else "")
    else:
        lines.append(content)
    return _joined(lines)


def without_phrase(text: str, phrase: str) -> tuple[str, int]:
    """Take all lines of a phrase out; accents, capitals and hyphens make no difference.

    Returns:
        The text, and how many lines were taken out.

    Raises:
        VocabularyError: The text is wrong, or the phrase cannot be one.
    """
    wanted = VocabularyEntry(phrase).words
    gone = {entry.line for entry in parse_vocabulary(text).entries if entry.words == wanted}
    kept = [line for number, line in enumerate(text.splitlines(), 1) if number not in gone]
    return _joined(kept), len(gone)


def merged(text: str, other: str) -> tuple[str, int]:
    """Add what another file has and this one lacks; of entries in both this one's weight stays.

    Returns:
        The text, and how many entries were added.

    Raises:
        VocabularyError: One of the texts is wrong.
    """
    known = {_key(entry) for entry in parse_vocabulary(text).entries}
    lines, added = text.splitlines(), 0
    for entry in parse_vocabulary(other).entries:
        if _key(entry) not in known:
            known.add(_key(entry))
            lines.append(entry.to_text())
            added += 1
    return _joined(lines), added


def user_text() -> str:
    """The text of the person's own file; empty where there is none.

    Raises:
        VocabularyError: It cannot be read.
    """
    path = user_file()
    return read_text(path) if path.is_file() else ""


def change_user_file(change: Callable[[str], str]) -> Path:
    """Change the person's own file, which is made where there is none.

    Args:
        change: From its old text to its new one.

    Returns:
        Where it lies.

    Raises:
        VocabularyError: It cannot be read or written, or `change` refuses.
    """
    path = user_file()
    old = user_text()
    new = change(old)
    if new != old:
        write_vocabulary(path, new)
    return path


def write_vocabulary(path: Path, text: str) -> None:
    """Write a vocabulary as a whole or not at all; a link stays one, and its target is changed.

    Raises:
        VocabularyError: It cannot be written.
    """
    target = path.resolve()
    partial = target.with_name(f"{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise VocabularyError(
            f"The vocabulary “{path}” cannot be written ({error.strerror}).",
            "Check that there is room and that you may write there.",
        ) from error


def _key(entry: VocabularyEntry) -> VocabularyEntry:
    """What makes an entry the same but for its weight."""
    return dataclasses.replace(entry, boost=1.0, line=0)


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
