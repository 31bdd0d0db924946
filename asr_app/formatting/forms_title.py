"""English titles before names: mister smith → Mr Smith; doctor brown → Dr Brown.

Without capitals nothing but the words beside a title tells whether a name follows: none does after "the
doctor", and "and", "came" or "please" is none. Where automatic punctuation has given a capital, that tells.
The words are in `tables/titles-en.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from asr_app.formatting.forms import Found
from asr_app.formatting.layout import cased
from asr_app.formatting.numerals import Item, word
from asr_app.formatting.tokens import Case


@dataclass(frozen=True)
class _Table:
    titles: Mapping[str, str]
    jobs: frozenset[str]
    owners: frozenset[str]
    not_after: frozenset[str]
    not_jobs: frozenset[str]
    no_names: frozenset[str]


@cache
def _table() -> _Table:
    source = resources.files("asr_app.formatting") / "tables" / "titles-en.toml"
    content = tomllib.loads(source.read_text(encoding="utf-8"))
    return _Table(
        content["titles"], **{key: frozenset(text.split()) for key, text in content["words"].items()}
    )


def title(items: Sequence[Item], index: int) -> Found | None:
    """A title where a name follows, and that name with its capital."""
    couple = word(items, index + 1) == "and" and _begins_name(items, index + 2)
    if _begins_name(items, index) or (couple and word(items, index) in _table().titles):
        return _table().titles[word(items, index)], 1
    if _begins_name(items, index - 1):
        return _name(items[index].tokens[0].text), 1
    return None


def _begins_name(items: Sequence[Item], index: int) -> bool:
    table, said, follows = _table(), word(items, index), word(items, index + 1)
    if said not in table.titles or not follows[:1].isalpha() or follows in table.titles:
        return False
    if items[index + 1].tokens[0].prediction.case is Case.CAPITAL:
        return True
    if follows in table.no_names:
        return False
    if said not in table.jobs:
        return said != "missus" or word(items, index - 1) not in table.owners
    return word(items, index - 1) not in table.not_after and follows not in table.not_jobs


def _name(text: str) -> str:
    """A name with its capitals, in the middle too where that is sure: O'Brien, McDonald."""
    if not text.islower():
        return text
    for start in ("o'", "mc"):
        if text.startswith(start) and len(text) > len(start) + 2:
            return start.capitalize() + cased(text[len(start) :], Case.CAPITAL)
    return cased(text, Case.CAPITAL)
