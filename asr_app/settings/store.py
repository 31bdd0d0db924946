"""The file of settings: read whatever it says, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import copy
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from asr_app.errors import SettingsError
from asr_app.settings.fields import fields, groups, shown
from asr_app.settings.place import user_file
from asr_app.settings.schema import VERSION, Settings
from asr_app.settings.toml_text import toml_text

_VERSION_KEY = "version"


@dataclass(frozen=True)
class Loaded:
    """What a file says.

    Attributes:
        settings: Every value; the ordinary one where the file's is missing or wrong.
        problems: A sentence for each value that was left out.
        content: The file as it was read, with what this version does not know.
        readable: Whether it was TOML at all.
    """

    settings: Settings
    problems: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    readable: bool = True


def load(path: Path | None = None) -> Loaded:
    """Read settings; nothing that a file says is an error.

    Args:
        path: The file; the person's own otherwise.
    """
    path = path or user_file()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Loaded(Settings())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        sentence = f"The settings in “{path.name}” cannot be read ({what}), so the ordinary ones are used."
        return Loaded(Settings(), (sentence,), readable=False)
    return understood(content)


def understood(content: Mapping[str, Any]) -> Loaded:
    """The settings that a file's content means."""
    problems: list[str] = []
    is_newer = _is_newer(content.get(_VERSION_KEY, VERSION))
    kinds = groups()
    if not is_newer:
        problems += [
            f"“{name}” is no group of settings." for name in content if name not in (*kinds, _VERSION_KEY)
        ]
    values: dict[str, Any] = {}
    for name, kind in kinds.items():
        given = content.get(name, {})
        if not isinstance(given, Mapping):
            problems.append(f"“{name}” is no group of values, so its ordinary ones are used.")
            continue
        known = {key: value for key, value in given.items() if key in kind.model_fields}
        if not is_newer:
            problems += [f"“{name}.{key}” is no setting." for key in given if key not in known]
        values[name], wrong = _valid(name, kind, known)
        problems += wrong
    return Loaded(Settings(**values), tuple(problems), content)


def _is_newer(version: Any) -> bool:
    return isinstance(version, int) and version > VERSION


def _valid(group: str, kind: Any, values: dict[str, Any]) -> tuple[Any, list[str]]:
    """The group with the values that fit, and a sentence for each that does not."""
    left = dict(values)
    problems: list[str] = []
    while True:
        try:
            return kind(**left), problems
        except ValidationError as error:
            wrong = {str(part["loc"][0]): part for part in error.errors() if part["loc"]}
            if not wrong:
                # They contradict each other: none of them can be believed.
                problems.append(f"The values of “{group}” are not used: {_said(error.errors()[0])}.")
                return kind(), problems
            for name, part in wrong.items():
                value = shown(left.pop(name))
                default = shown(kind.model_fields[name].default)
                problems.append(f"“{group}.{name}” is not “{value}” but {default}: {_said(part)}.")


def _said(error: Any) -> str:
    text = str(error["msg"])
    ours = text.removeprefix("Value error, ")
    return ours if ours != text else text[:1].lower() + text[1:]


def changed(loaded: Loaded, key: str, value: Any) -> Loaded:
    """The same with another value; a text is read as the setting's kind of value.

    Args:
        loaded: Before.
        key: Group and name: `recognition.model`.
        value: Its new value; None takes the ordinary one.

    Raises:
        SettingsError: There is no such setting, or the value does not fit.
    """
    group, name = _known(key)
    content = copy.deepcopy(dict(loaded.content))
    table = content.setdefault(group, {})
    if not isinstance(table, dict):
        table = content[group] = {}
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    after = understood(content)
    new = [problem for problem in after.problems if problem not in loaded.problems]
    if new:
        raise SettingsError(f"“{key}” cannot be “{shown(value)}”.", " ".join(new))
    return Loaded(after.settings, after.problems, content, loaded.readable)


def value_of(settings: Settings, key: str) -> Any:
    """The value of a setting.

    Raises:
        SettingsError: There is no such setting.
    """
    group, name = _known(key)
    return getattr(getattr(settings, group), name)


def parsed(key: str, text: str) -> Any:
    """What a person writes for a value, as `changed` takes it: `none` for none, commas in a list.

    Raises:
        SettingsError: There is no such setting.
    """
    group, name = _known(key)
    (setting,) = (one for one in fields() if (one.group, one.name) == (group, name))
    if setting.optional and text.strip().lower() in ("none", ""):
        return None
    if setting.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def save(loaded: Loaded, path: Path | None = None) -> None:
    """Write what differs from the ordinary settings, and what this version did not know; atomically.

    A file that could not be read is kept beside it as `settings.toml.unreadable`.

    Raises:
        SettingsError: It cannot be written.
    """
    path = path or user_file()
    draft = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not loaded.readable and path.exists():
            path.replace(path.with_name(path.name + ".unreadable"))
        with draft.open("w", encoding="utf-8") as file:
            file.write(toml_text(_written(loaded)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise SettingsError(
            f"The settings cannot be written to “{path}” ({error.strerror}).", "Make that folder writable."
        ) from error


def _written(loaded: Loaded) -> dict[str, Any]:
    # Another version's number stays: it says who knows the rest.
    version = loaded.content.get(_VERSION_KEY, VERSION)
    content: dict[str, Any] = {_VERSION_KEY: version if _is_newer(version) else VERSION}
    ordinary = Settings()
    for name, kind in groups().items():
        given = loaded.content.get(name, {})
        table = {}
        if isinstance(given, Mapping):
            table = {key: value for key, value in given.items() if key not in kind.model_fields}
        own, usual = getattr(loaded.settings, name), getattr(ordinary, name)
        for key in kind.model_fields:
            if (value := getattr(own, key)) != getattr(usual, key):
                table[key] = str(value) if isinstance(value, Path) else value
        if table:
            content[name] = table
    for name, value in loaded.content.items():
        content.setdefault(name, value)
    return {key: value for key, value in content.items() if value != {}}


def _known(key: str) -> tuple[str, str]:
    group, _, name = key.partition(".")
    kind = groups().get(group)
    if kind is None or name not in kind.model_fields:
        raise SettingsError(f"There is no setting “{key}”.", "“asr-app settings list” shows all there are.")
    return group, name
