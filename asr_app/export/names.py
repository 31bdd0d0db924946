"""Names of files from a template such as `{name} {date}.{ext}`, safe on every system."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath

from asr_app.errors import ExportError
from asr_app.export.formats import Format

DEFAULT_TEMPLATE = "{name}.{ext}"
FIELDS = ("name", "date", "time", "language", "model", "ext")
"""What stands in braces: the recording's name, the day (2025-03-09) and time (14.30) it was made, the
transcript's language and model, and the format's ending."""

MAX_BYTES = 200
"""Of a name in UTF-8: file systems allow 255, and a number and the mark of a part file may be added."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
# Names Windows keeps for devices, whatever their ending.
_RESERVED = re.compile(r"^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def check_template(template: str) -> None:
    """See that a template can be filled in.

    Raises:
        ExportError: It has unknown fields, broken braces or nothing that tells files apart.
    """
    try:
        parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError:
        parts = []
    fields = [field for _, field, _, _ in parts]
    plain = all(not spec and not conversion for _, _, spec, conversion in parts)
    unknown = [field for field in fields if field not in FIELDS]
    if not plain or unknown or "name" not in fields:
        known = ", ".join(f"{{{field}}}" for field in FIELDS)
        raise ExportError(
            f"“{template}” is no template for names of files.", f"It needs {{name}} and may have {known}."
        )


def filled(
    template: str, name: str, form: Format, created: datetime | None, language: str = "", model: str = ""
) -> str:
    """Fill a template in.

    Args:
        template: Checked with `check_template`.
        name: Of the recording, without its ending.
        form: Gives the ending.
        created: When the recording was made; date and time stay empty without it.
        language: Of the transcript.
        model: Likewise.
    """
    values: Mapping[str, str] = {
        "name": name,
        "date": created.strftime("%Y-%m-%d") if created else "",
        "time": created.strftime("%H.%M") if created else "",
        "language": language,
        "model": model,
        "ext": form.about.ending,
    }
    return safe_name(template.format_map(values))


def safe_name(name: str) -> str:
    """A name that every common file system takes, as near to this one as can be; never empty.

    Signs that Windows forbids become dashes, letters are composed (NFC), spaces and dots at the ends go,
    names of devices get an underscore, and what is too long loses the end of its stem.
    """
    text = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", name))
    text = " ".join(text.split()).lstrip(" ").rstrip(" .")
    # A space before the ending is left where a field was empty.
    text = re.sub(r"\s+(\.[^.\s]+)$", r"\1", text)
    if not text or text.startswith(".") or _RESERVED.match(text):
        text = f"_{text}"
    return _shortened(text)


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    ending = PurePath(name).suffix
    if len(ending) > 20:
        ending = ""
    stem = name[: len(name) - len(ending)].encode()[: MAX_BYTES - len(ending.encode())]
    return stem.decode(errors="ignore").rstrip(" .") + ending
