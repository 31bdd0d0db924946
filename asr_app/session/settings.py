"""What a person has set for dictation, in `dictation.toml` in the folder of settings.

```toml
[journal]
keep_days = 30                # recordings that became text are removed after so many days; never without it

[microphones]
preferred = ["Desk microphone", { name = "Built-in", host_api = "ALSA" }]   # the first that is there is used
```
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr_app.audio.devices import DeviceName
from asr_app.errors import SettingsError

USER_FILE = "dictation.toml"
"""Its name in the person's folder of settings."""


@dataclass(frozen=True)
class DictationSettings:
    """See the module.

    Attributes:
        keep_days: How long recordings stay that became text; None: for ever.
        preferred: Microphones, the most wished for first; after them comes the system's choice.
    """

    keep_days: float | None = None
    preferred: tuple[DeviceName, ...] = ()


def read_settings(path: Path) -> DictationSettings:
    """Read such a file.

    Raises:
        SettingsError: It cannot be read, or says something unknown.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings in “{path.name}” cannot be read ({error}).", "Check that it is UTF-8 text."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The settings in “{path.name}” are not written in TOML ({error}).",
            "Correct that line, or remove the file.",
        ) from error
    unknown = [
        *(name for name in content if name not in ("journal", "microphones")),
        *(name for name in _table(content, "journal", path) if name != "keep_days"),
        *(name for name in _table(content, "microphones", path) if name != "preferred"),
    ]
    if unknown:
        raise _wrong(path, f"“{unknown[0]}” is no setting")
    return DictationSettings(
        keep_days=_keep_days(_table(content, "journal", path).get("keep_days"), path),
        preferred=_preferred(_table(content, "microphones", path).get("preferred", []), path),
    )


def user_settings() -> DictationSettings:
    """The person's own settings; the ordinary ones where nothing was set.

    Raises:
        SettingsError: The file cannot be read.
    """
    from platformdirs import user_config_path

    path = user_config_path("asr-app") / USER_FILE
    return read_settings(path) if path.is_file() else DictationSettings()


def _table(content: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise _wrong(path, f"“{name}” is not a table")
    return table


def _keep_days(value: Any, path: Path) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e5:
        raise _wrong(path, "“keep_days” is not a number of days")
    return float(value)


def _preferred(values: Any, path: Path) -> tuple[DeviceName, ...]:
    if not isinstance(values, list):
        raise _wrong(path, "“preferred” is not a list")
    names = []
    for value in values:
        match value:
            case str():
                names.append(DeviceName(value))
            case {"name": str(name), "host_api": str(host_api)} if len(value) == 2:
                names.append(DeviceName(name, host_api))
            case {"name": str(name)} if len(value) == 1:
                names.append(DeviceName(name))
            case _:
                raise _wrong(path, f"{value!r} is no microphone")
    return tuple(names)


def _wrong(path: Path, what: str) -> SettingsError:
    return SettingsError(
        f"The settings in “{path.name}” are wrong: {what}.", "Correct it, or remove the file."
    )
