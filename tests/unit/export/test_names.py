from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_app.errors import ExportError
from asr_app.export.formats import Format
from asr_app.export.names import MAX_BYTES, check_template, filled, safe_name

MADE = datetime(2025, 3, 9, 14, 5)


def test_a_template_is_filled_in() -> None:
    check_template("{name} {date}.{ext}")
    assert filled("{name} {date} {time}.{ext}", "talk", Format.SRT, MADE) == "talk 2025-03-09 14.05.srt"
    assert filled("{language}-{name}.{ext}", "talk", Format.TEXTGRID, MADE, "en") == "en-talk.TextGrid"


def test_an_unknown_date_leaves_no_hole() -> None:
    assert filled("{name} {date}.{ext}", "talk", Format.TXT, None) == "talk.txt"


@pytest.mark.parametrize(
    "template", ["{nam}.{ext}", "{name", "all.txt", "{name!r}", "{name:>40}", "{name.x}", "{}"]
)
def test_a_template_that_means_nothing_is_refused_with_what_may_stand_there(template: str) -> None:
    with pytest.raises(ExportError, match=r"\{name\} and may have .*\{date\}"):
        check_template(template)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b: c?.txt", "a-b- c-.txt"),
        ("CON.txt", "_CON.txt"),
        ("com1", "_com1"),
        ("conference.txt", "conference.txt"),
        ("end. . ", "end"),
        (".hidden", "_.hidden"),
        ("", "_"),
        ("Mu\u0308ller.txt", "M\u00fcller.txt"),
        ("tab\tand\nline", "tab-and-line"),
        ("../../etc/passwd", "_..-..-etc-passwd"),
    ],
)
def test_names_are_safe_on_every_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_loses_the_end_of_its_stem() -> None:
    safe = safe_name("ü" * 300 + ".srt")
    assert safe.endswith("ü.srt")
    assert len(safe.encode()) <= MAX_BYTES


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_makes_a_name(text: str) -> None:
    safe = safe_name(text)
    assert 0 < len(safe.encode()) <= MAX_BYTES
    assert not set(safe) & set('<>:"/\\|?*\x00')
    assert safe not in (".", "..")
    assert safe_name(safe) == safe
