"""English e-mail and web addresses."""

from __future__ import annotations

from collections.abc import Sequence

from asr_app.formatting.forms import Found
from asr_app.formatting.numerals import Item, word

ADDRESS_WORDS = frozenset({"dash", "hyphen", "colon", "forward slash"})
"""Spoken commands that are part of an address inside one."""

_ENDINGS = {
    "com", "org", "net", "edu", "gov", "info", "biz", "io", "ai", "app", "dev", "me", "tv",
    "uk", "us", "ca", "au", "nz", "ie", "de", "at", "ch", "fr", "es", "it", "nl", "eu",
}  # fmt: skip
_JOINERS = {"dot": ".", "underscore": "_", "dash": "-", "hyphen": "-"}
_SLASHES = {"slash", "forward slash"}
_SCHEMES = {"http", "https"}
# Before a bare name these make "name at host" an address rather than a place to go to.
_BEFORE_NAMES = {"to", "is", "email", "e-mail", "mail", "address", "cc", "contact", "write"}
_PERSONS = {"me", "us", "you", "him", "her", "them", "it"}
_NAMES = {"info", "contact", "support", "office", "mail", "hello", "admin", "sales", "help", "webmaster"}


def address(items: Sequence[Item], index: int) -> Found | None:
    """John dot smith at example dot com → john.smith@example.com; example dot org → example.org."""
    return _mail(items, index) or _web(items, index)


def _part(items: Sequence[Item], index: int) -> str:
    """What one item is in an address; empty for what cannot be in one."""
    if index >= len(items):
        return ""
    item = items[index]
    if item.digits:
        return "" if item.ordinal or "." in item.digits else item.digits
    text = item.said
    return text if text.replace("-", "").isalnum() and text not in _JOINERS and text not in _SLASHES else ""


def _names(items: Sequence[Item], index: int, digits: bool) -> list[Found]:
    """Names that begin at an item, from the shortest on.

    They are parts with joiners between them; letters said one after the other are one part, and so are a
    part and digits after it where `digits` are allowed.
    """
    text, end = _part(items, index), index + 1
    found = [(text, 1)] if text else []
    while found and end < len(items):
        joiner = _JOINERS.get(items[end].said, "")
        part = _part(items, end + 1 if joiner else end)
        letters = len(part) == 1 and len(items[end - 1].said) == 1
        if not part or not (joiner or letters or (digits and items[end].digits)):
            break
        text, end = text + joiner + part, end + (2 if joiner else 1)
        found.append((text, end - index))
    return found


def _host(items: Sequence[Item], index: int) -> Found | None:
    """The longest name that ends as hosts do."""
    names = _names(items, index, digits=False)
    hosts = [name for name in names if "." in name[0] and name[0].rsplit(".", 1)[1] in _ENDINGS]
    return hosts[-1] if hosts else None


def _mail(items: Sequence[Item], index: int) -> Found | None:
    names = _names(items, index, digits=True)
    if not names or word(items, index + names[-1][1]) != "at":
        return None
    name, size = names[-1]
    known = name in _NAMES or (word(items, index - 1) in _BEFORE_NAMES and name not in _PERSONS)
    if name.isalpha() and not known:
        return None
    host = _host(items, index + size + 1)
    return (f"{name}@{host[0]}", size + 1 + host[1]) if host else None


def _web(items: Sequence[Item], index: int) -> Found | None:
    scheme, start = _scheme(items, index)
    host = _host(items, start)
    if host is None:
        return None
    text, end = scheme + host[0], start + host[1]
    while word(items, end) in _SLASHES:
        paths = _names(items, end + 1, digits=True)
        if not paths:
            return text + "/", end + 1 - index
        text, end = f"{text}/{paths[-1][0]}", end + 1 + paths[-1][1]
    return text, end - index


def _scheme(items: Sequence[Item], index: int) -> tuple[str, int]:
    said = ""
    for size in range(1, 6):
        said += word(items, index + size - 1)
        if said in _SCHEMES and word(items, index + size) == "colon":
            slashes = [word(items, index + size + step) in _SLASHES for step in (1, 2)]
            if all(slashes):
                return f"{said}://", index + size + 3
    return "", index
