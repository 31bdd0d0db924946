"""Settings as the defaults of commands' options."""

from __future__ import annotations

from typing import Any

from asr_app.settings.fields import fields
from asr_app.settings.schema import Settings

# These switch formatted text on where they are named; as settings they wait until it is on.
_WITH_FORMATTED = ("text.commands_file", "vocabulary.replacements_file")


def command_defaults(settings: Settings) -> dict[str, dict[str, Any]]:
    """For each command its options that are set otherwise than the program has them, as click takes them."""
    defaults: dict[str, dict[str, Any]] = {}
    for setting in fields():
        value = getattr(getattr(settings, setting.group), setting.name)
        if value == setting.default or (setting.key in _WITH_FORMATTED and not settings.text.formatted):
            continue
        for option in setting.options:
            command, name = option.split()
            plain = value if isinstance(value, bool | int | float) else str(value)
            defaults.setdefault(command, {})[name] = list(value) if isinstance(value, tuple) else plain
    return defaults
