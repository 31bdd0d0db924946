"""The settings one by one, for lists, documentation and a dialog."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from asr_app.settings.schema import Group, Settings

_LIMITS = {"ge": "from {}", "gt": "more than {}", "le": "to {}", "lt": "less than {}"}


@dataclass(frozen=True)
class SettingField:
    """One setting.

    Attributes:
        group: Name of its group.
        name: Its own.
        title: For people.
        description: One sentence.
        default: Its value where none is set; None for none.
        optional: Whether it may have no value.
        choices: The values there are; empty where there are no fixed ones.
        kind: "text", "number", "whole number", "yes or no", "file", "list".
        range: In words; empty where there is none.
        options: Of commands that take it as their default: "transcribe model" …
    """

    group: str
    name: str
    title: str
    description: str
    default: Any
    optional: bool
    choices: tuple[str, ...]
    kind: str
    range: str
    options: tuple[str, ...]

    @property
    def key(self) -> str:
        """What commands call it."""
        return f"{self.group}.{self.name}"


def groups() -> dict[str, type[Group]]:
    """The groups by name, in their order."""
    found: dict[str, type[Group]] = {}
    for name, info in Settings.model_fields.items():
        kind = info.annotation
        assert isinstance(kind, type)
        assert issubclass(kind, Group)
        found[name] = kind
    return found


def fields() -> Iterator[SettingField]:
    """All settings in their order."""
    for group, kind in groups().items():
        for name, info in kind.model_fields.items():
            yield _field(group, name, info)


def shown(value: Any) -> str:
    """A value as a person reads and writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _field(group: str, name: str, info: FieldInfo) -> SettingField:
    kind, optional = _without_none(info.annotation)
    listed = get_origin(kind) is tuple
    inner = get_args(kind)[0] if listed else kind
    choices = tuple(get_args(inner)) if get_origin(inner) is Literal else ()
    extras = info.json_schema_extra
    options = extras.get("options", []) if isinstance(extras, dict) else []
    assert isinstance(options, list)
    return SettingField(
        group=group,
        name=name,
        title=info.title or "",
        description=info.description or "",
        default=info.default,
        optional=optional,
        choices=choices,
        kind="list" if listed else _kind_name(inner),
        range=_range(info),
        options=tuple(map(str, options)),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return _plain(parts[0]), True
    return _plain(annotation), False


def _plain(annotation: Any) -> Any:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _kind_name(kind: Any) -> str:
    names = {bool: "yes or no", int: "whole number", float: "number", Path: "file"}
    return names.get(kind, "text")


def _range(info: FieldInfo) -> str:
    limits: list[Any] = list(info.metadata)
    for part in get_args(info.annotation):
        # A limit of Annotated inside “… | None” lies one level deeper.
        for inner in getattr(part, "__metadata__", ()):
            limits += getattr(inner, "metadata", [inner])
    words = [
        sentence.format(shown(getattr(limit, name)))
        for limit in limits
        for name, sentence in _LIMITS.items()
        if getattr(limit, name, None) is not None
    ]
    return " ".join(words)
