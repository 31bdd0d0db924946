"""What a person types into the search box, as SQLite's full-text search understands it."""

from __future__ import annotations

import re

_PARTS = re.compile(r'"([^"]*)"?|(\S+)')


def match_expression(text: str) -> str | None:
    """The FTS5 expression for texts that have all the words; None where there is no word in it.

    Words in quotation marks stand next to each other. The last word may be the beginning of one, unless a
    space or a quotation mark follows it. Upper and lower case, accents and punctuation make no difference.
    """
    terms = []
    for found in _PARTS.finditer(text):
        phrase, word = found.groups()
        content = (phrase if word is None else word).replace("\x00", " ").replace('"', " ").strip()
        if not any(character.isalnum() for character in content):
            continue
        is_open = word is not None and found.end() == len(text) and content[-1].isalnum()
        terms.append(f'"{content}"' + ("*" if is_open else ""))
    return " AND ".join(terms) or None
