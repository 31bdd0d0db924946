"""The table of spoken commands: read from TOML, checked, and overridden by the person's own file.

A file holds one table for each command, under its name:

    [command.comma]
    say = ["comma"]
    write = ","
    attach = "left"

docs/formatting.md explains every key.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

from asr_app.errors import FormattingError

LANGUAGES = ("en", "de", "es")
"""Languages with a table in the package."""


class Action(enum.StrEnum):
    """What a command does that writes nothing."""

    CAPITAL_NEXT = "capital-next"
    UPPER_NEXT = "upper-next"
    LOWER_NEXT = "lower-next"
    UPPER_PHRASE = "upper-phrase"
    UPPER_ON = "upper-on"
    TITLE_ON = "title-on"
    CAPS_OFF = "caps-off"
    JOIN = "join"
    SCRATCH = "scratch"
    UNDO = "undo"
    LITERAL = "literal"


class Attach(enum.StrEnum):
    """On which side a mark takes no space."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NONE = "none"


class When(enum.StrEnum):
    """Where a command's words must stand to be taken for it."""

    ANYWHERE = "anywhere"
    PAUSE = "pause"
    """A pause, another command or the utterance's border on at least one side."""
    END = "end"
    """A pause, another command or the utterance's end after it."""


@dataclass(frozen=True)
class Command:
    """One spoken command.

    Attributes:
        name: Its name in the table.
        say: What is said for it: each a sequence of words in lower case.
        write: What it writes; empty when it does something else.
        do: What it does instead.
        attach: On which side what it writes takes no space.
        ends: Whether a sentence begins after it.
        closes: Whether it closes a pair: then it may follow a mark of automatic punctuation.
        when: Where its words must stand.
        not_after: After these words its own are ordinary words.
        not_before: Before these words likewise, unless a pause parts them.
    """

    name: str
    say: tuple[tuple[str, ...], ...]
    write: str = ""
    do: Action | None = None
    attach: Attach = Attach.LEFT
    ends: bool = False
    closes: bool = False
    when: When = When.ANYWHERE
    not_after: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()

    @property
    def is_stop(self) -> bool:
        """Whether automatic punctuation writes no mark of its own where this one is spoken."""
        return bool(self.write.strip()) and not self.closes and self.attach is not Attach.RIGHT


@dataclass(frozen=True)
class CommandTable:
    """All commands of a language.

    Attributes:
        language: As in `LANGUAGES`.
        commands: By name.
        not_after: Words after which nothing is taken for a mark or a new line: articles, mostly.
        always_capital: Words that always begin with a capital, in lower case.
    """

    language: str
    commands: Mapping[str, Command]
    not_after: frozenset[str] = frozenset()
    always_capital: frozenset[str] = frozenset()

    def by_first_word(self) -> dict[str, list[tuple[tuple[str, ...], Command]]]:
        """What is said for each command, by its first word, the longest first."""
        found: dict[str, list[tuple[tuple[str, ...], Command]]] = {}
        for command in self.commands.values():
            for words in command.say:
                found.setdefault(words[0], []).append((words, command))
        for entries in found.values():
            entries.sort(key=lambda entry: -len(entry[0]))
        return found


def load_table(language: str = "en", own: Path | None = None) -> CommandTable:
    """The package's table of a language, with the person's own file over it.

    Args:
        language: One of `LANGUAGES`, perhaps with a region: `en-GB`.
        own: A file of the same format; a command in it replaces the keys it gives.

    Raises:
        FormattingError: There is no such table, or the person's file is wrong; the message says where.
    """
    language = language.split("-")[0].lower()
    if language not in LANGUAGES:
        raise FormattingError(
            f"There are no spoken commands for the language “{language}”.",
            f"Choose one of {', '.join(LANGUAGES)}, or switch spoken commands off.",
        )
    source = resources.files("asr_app.formatting") / "tables" / f"commands-{language}.toml"
    table = _merged(CommandTable(language, {}), source.read_text(encoding="utf-8"), source.name)
    if own is None:
        return table
    try:
        text = own.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormattingError(
            f"The table of commands “{own}” cannot be read ({error}).",
            "Check that the file exists and is UTF-8 text.",
        ) from error
    return _merged(table, text, str(own))


def _merged(table: CommandTable, text: str, name: str) -> CommandTable:
    wrong = _Wrong(name)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"is not valid TOML: {error}") from error
    unknown = set(content) - {"command", "not_after", "always_capital"}
    if unknown:
        raise wrong(f"has the unknown key “{min(unknown)}”")
    commands = dict(table.commands)
    entries = content.get("command", {})
    if not isinstance(entries, dict):
        raise wrong("has a “command” that is not a table")
    for key, entry in entries.items():
        command = _command(key, entry, commands.get(key), wrong)
        if command.say:
            commands[key] = command
        else:
            commands.pop(key, None)
    _no_two_alike(commands, wrong)
    return CommandTable(
        table.language,
        commands,
        _words(content, "not_after", "the file", wrong, table.not_after),
        _words(content, "always_capital", "the file", wrong, table.always_capital),
    )


class _Wrong:
    """Makes the error of one file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, what: str) -> FormattingError:
        return FormattingError(
            f"The table of commands “{self.name}” {what}.",
            "Correct it; docs/formatting.md explains its keys.",
        )


_KEYS = {field.name for field in fields(Command)} - {"name"}


def _command(name: str, entry: Any, before: Command | None, wrong: _Wrong) -> Command:
    if not isinstance(entry, dict):
        raise wrong(f"has a command “{name}” that is not a table")
    unknown = set(entry) - _KEYS
    if unknown:
        raise wrong(f"gives the command “{name}” the unknown key “{min(unknown)}”")
    where = f"the command “{name}”"
    command = before or Command(name, ())
    if "say" in entry:
        phrases = _strings(entry, "say", where, wrong)
        if not all(phrase.strip() for phrase in phrases):
            raise wrong(f"gives {where} an empty phrase to say")
        command = replace(command, say=tuple(tuple(phrase.casefold().split()) for phrase in phrases))
    elif before is None:
        raise wrong(f"does not say what is said for the new command “{name}” (key “say”)")
    changes: dict[str, Any] = {}
    if "write" in entry or "do" in entry:
        changes = {"write": _string(entry, "write", where, wrong), "do": _choice(entry, "do", Action, wrong)}
    for key, choices in (("attach", Attach), ("when", When)):
        if key in entry:
            changes[key] = _choice(entry, key, choices, wrong)
    for key in ("ends", "closes"):
        if key in entry:
            if not isinstance(entry[key], bool):
                raise wrong(f"gives {where} a “{key}” that is neither true nor false")
            changes[key] = entry[key]
    for key in ("not_after", "not_before"):
        changes[key] = _words(entry, key, where, wrong, getattr(command, key))
    command = replace(command, **changes)
    if bool(command.write) == (command.do is not None):
        raise wrong(f"must give {where} either something to “write” or something to “do”")
    return command


def _string(entry: dict[str, Any], key: str, where: str, wrong: _Wrong) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise wrong(f"gives {where} a “{key}” that is not text")
    return value


def _strings(entry: dict[str, Any], key: str, where: str, wrong: _Wrong) -> list[str]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise wrong(f"gives {where} a “{key}” that is not a list of texts")
    return value


def _words(
    entry: dict[str, Any], key: str, where: str, wrong: _Wrong, before: frozenset[str]
) -> frozenset[str]:
    if key not in entry:
        return before
    return frozenset(word.casefold() for word in _strings(entry, key, where, wrong))


def _choice(entry: dict[str, Any], key: str, choices: type[enum.StrEnum], wrong: _Wrong) -> Any:
    value = entry.get(key)
    if value is None:
        return None
    known = [str(choice) for choice in choices]
    if value not in known:
        raise wrong(f"has the unknown {key} = {value!r}; known are {', '.join(known)}")
    return choices(value)


def _no_two_alike(commands: Mapping[str, Command], wrong: _Wrong) -> None:
    owners: dict[tuple[str, ...], str] = {}
    for command in commands.values():
        for words in command.say:
            other = owners.setdefault(words, command.name)
            if other != command.name:
                said = " ".join(words)
                raise wrong(f"has “{said}” for two commands, “{other}” and “{command.name}”")
