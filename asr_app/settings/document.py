"""The list of settings as docs/settings.md shows it."""

from __future__ import annotations

from asr_app.settings.fields import SettingField, fields, groups, shown
from asr_app.settings.schema import Settings
from asr_app.settings.shortcuts import DEFAULT_KEYS, GROUP


def settings_tables() -> str:
    """A heading and a table in Markdown for each group."""
    parts = []
    for name, kind in groups().items():
        title = Settings.model_fields[name].title
        lines = [f"### {title} (`[{name}]`)", "", " ".join((kind.__doc__ or "").split()), ""]
        lines += ["| setting | what it is | values | ordinary | used by |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(setting) for setting in fields() if setting.group == name]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def values_of(setting: SettingField) -> str:
    """What a setting may be, in words."""
    kind = ", ".join(setting.choices) or f"{setting.kind} {setting.range}".strip()
    return f"{kind}, or none" if setting.optional else kind


def _row(setting: SettingField) -> str:
    commands = dict.fromkeys(option.split()[0] for option in setting.options)
    used = ", ".join(f"`{command}`" for command in commands) or USED_BY[setting.key]
    cells = (
        f"`{setting.name}`",
        f"**{setting.title}.** {setting.description}",
        values_of(setting),
        f"`{shown(setting.default)}`" if setting.default is not None else "none",
        used,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


_WRITERS = "`transcribe`, `export`"
_LIBRARY = "`library`, `transcribe`, `export`"
USED_BY = {
    **{f"{GROUP}.{name}": "the window" for name in DEFAULT_KEYS},
    "export.times": _WRITERS,
    "export.mark_uncertain": _WRITERS,
    "export.csv_rows": _WRITERS,
    "subtitles.line_characters": _WRITERS,
    "subtitles.lines": _WRITERS,
    "subtitles.min_duration_s": _WRITERS,
    "subtitles.max_duration_s": _WRITERS,
    "subtitles.gap_s": _WRITERS,
    "subtitles.reading_cps": _WRITERS,
    "subtitles.pause_s": _WRITERS,
    "appearance.provisional_text": "`dictate`",
    "storage.library_folder": _LIBRARY,
    "privacy.delete_after_days": "`transcribe`, `library tidy`",
    "privacy.delete_sound_after_days": "`transcribe`, `library tidy`",
    "privacy.empty_deleted_after_days": "`transcribe`, `library tidy`",
}
"""Where a setting is read that is no option's default."""
