"""Sentences as one dictates them: with their marks, new lines and other orders spoken.

A language model of novels has never seen "comma" after a clause, so the search takes it for "come a". Here
some of the sentences of its text are said again as printed, marks aloud ("hello comma how are you question
mark new line"), with the phrases of the table of spoken commands (`asr_app/formatting/tables`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from asr_app.formatting.table import Action, CommandTable, load_table
from asr_app.training.language.spoken_text import SPOKEN_WORDS, plain_words, spoken, unquoted
from asr_app.training.language.text import paragraphs

Phrase = tuple[str, ...]

_TRANSCRIPT_FACTOR = 15
"""How many times likelier than a novel's paragraph a transcript is dictated: its sentences are of today."""

_SPOKEN_SHARE = 0.9
"""Of the marks of a sentence."""

_STYLES = {"quotes": 0.5, "hyphens": 0.2, "capitals": 0.1}
"""How many speakers say these at all."""

_TOKEN = re.compile(
    r"(?P<word>[^\W_]+(?:['\u2019][^\W_]+)*['\u2019]?)"
    r"|(?P<mark>\.{3}|--+|\s-+\s|(?<=\w)-(?=\w)|[,.!?;:()\[\]\"/\u201c\u201d\u2013\u2014\u2026])"
)
_DASH = "\u2013"
_LIKE = {"...": "\u2026", "\u2014": _DASH}
_STOPS = frozenset(".!?")
_QUOTES = frozenset("\u201c\u201d")
_PAIRS = {Action.UPPER_ON: Action.CAPS_OFF, Action.TITLE_ON: Action.CAPS_OFF}


def dictated_sentences(
    sources: Sequence[Path],
    share: float,
    seed: int,
    known: Container[str],
    table: CommandTable | None = None,
    left_out: Mapping[Path, Container[int]] | None = None,
) -> Iterator[list[str]]:
    """Say some sentences of texts with their marks, the same for the same arguments.

    Args:
        sources: Texts and manifests, as `asr_app.training.language.text.find_sources` gives them; of a
            manifest the texts as published (`raw_text`), which have their marks.
        share: Of the paragraphs of texts that are said.
        seed: Of the choices.
        known: Words of a dictionary; see `spoken_text.sentences`.
        table: Of commands; None: English.
        left_out: Numbers of paragraphs of texts that are passed over, from 0.

    Yields:
        Words of one utterance, at least one of them of a command.

    Raises:
        LanguageModelError: A text cannot be read.
    """
    if share <= 0:
        return
    said = _Phrases(table or load_table("en"))
    chance = Random(f"{seed} dictated")
    for path in sources:
        is_manifest = path.name.endswith(".jsonl")
        likely = share * _TRANSCRIPT_FACTOR if is_manifest else share
        skipped = (left_out or {}).get(path, ())
        for number, text in enumerate(_published(path) if is_manifest else paragraphs(path)):
            if chance.random() < likely and number not in skipped:
                yield from dictated(text, chance, known, said)


class _Phrases:
    """What is said for each mark and each order.

    Attributes:
        marks: By what is written.
        orders: By what is done.
        all: Of every command, in the table's order.
    """

    def __init__(self, table: CommandTable) -> None:
        self.marks: dict[str, list[Phrase]] = {}
        self.orders: dict[Action, list[Phrase]] = {}
        self.all = [phrase for command in table.commands.values() for phrase in command.say]
        for command in table.commands.values():
            if command.do is not None:
                self.orders.setdefault(command.do, []).extend(command.say)
            else:
                self.marks.setdefault(command.write, []).extend(command.say)


def dictated(text: str, chance: Random, known: Container[str], said: _Phrases) -> Iterator[list[str]]:
    """Say one paragraph in a speaker's style; what comes out without a command is left out."""
    # A speaker says "full stop" or "period", hardly both.
    usual = {mark: chance.choice(phrases) for mark, phrases in said.marks.items()}
    style = {name: chance.random() < likely for name, likely in _STYLES.items()}
    style["capitals"] &= not text.isupper() and not _is_title(text)
    line: list[str] = []
    commands = 0
    starts = True
    quoted = False
    for match in _TOKEN.finditer(spoken(text)):
        if match["word"]:
            words = _plain(match["word"], known)
            if style["capitals"] and not starts and match["word"][0].isupper() and len(match["word"]) > 1:
                line += chance.choice(said.orders.get(Action.CAPITAL_NEXT, [()]))
                commands += 1
            line += words
            starts = starts and not words
            continue
        mark, quoted = _written(match["mark"].strip(), quoted)
        if _is_said(mark, style, usual, chance):
            line += usual[mark]
            commands += 1
        if mark in _STOPS:
            starts = True
            line += (parting := _parting(chance, said))
            if parting or chance.random() < 0.6:
                yield from _finished(line, commands + bool(parting), chance, said)
                line, commands = [], 0
    yield from _finished(line, commands, chance, said)


def _published(manifest: Path) -> Iterator[str]:
    for line in manifest.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line) if line.strip() else {}
        if not entry.get("heard"):
            yield str(entry.get("raw_text", ""))


def _is_title(text: str) -> bool:
    """Whether most words begin with a capital, so that capitals say nothing."""
    words = text.split()
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _plain(word: str, known: Container[str]) -> list[str]:
    bare = (unquoted(part, known) for part in plain_words(word.replace("\u2019", "'")))
    return [SPOKEN_WORDS.get(part, part) for part in bare if part]


def _written(mark: str, quoted: bool) -> tuple[str, bool]:
    """A printed mark as the table writes it, and whether a quotation is open after it."""
    if mark == '"':
        mark = "\u201d" if quoted else "\u201c"
    if mark in _QUOTES:
        quoted = mark == "\u201c"
    if mark.startswith("--"):
        return _DASH, quoted
    return _LIKE.get(mark, mark), quoted


def _is_said(mark: str, style: Mapping[str, bool], usual: Mapping[str, Phrase], chance: Random) -> bool:
    wanted = style["quotes"] if mark in _QUOTES else style["hyphens"] if mark == "-" else True
    return wanted and mark in usual and chance.random() < _SPOKEN_SHARE


def _parting(chance: Random, said: _Phrases) -> Phrase:
    """What is said between sentences now and then."""
    drawn = chance.random()
    mark = "\n" if drawn < 0.08 else "\n\n" if drawn < 0.14 else ""
    return chance.choice(said.marks[mark]) if mark in said.marks else ()


def _finished(line: list[str], commands: int, chance: Random, said: _Phrases) -> Iterator[list[str]]:
    """An utterance, perhaps with an order in it, and at times a command by itself after it."""
    if line and chance.random() < 0.15:
        line, commands = _with_order(line, chance, said), commands + 1
    if line and commands:
        yield line
        if chance.random() < 0.1:
            yield list(chance.choice(said.all))


def _with_order(line: Sequence[str], chance: Random, said: _Phrases) -> list[str]:
    action = chance.choice(list(said.orders))
    order = list(chance.choice(said.orders[action]))
    at = chance.randrange(len(line))
    if action in (Action.SCRATCH, Action.UNDO):
        return [*line, *order]
    if action is Action.LITERAL:
        return [*line[:at], *order, *chance.choice(said.all), *line[at:]]
    if action in _PAIRS and _PAIRS[action] in said.orders:
        end = min(len(line), at + chance.randint(1, 4))
        return [*line[:at], *order, *line[at:end], *chance.choice(said.orders[_PAIRS[action]]), *line[end:]]
    return [*line[:at], *order, *line[at:]]
