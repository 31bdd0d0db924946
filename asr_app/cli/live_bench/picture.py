"""A picture of words while they are spoken and while they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asr_app.cli.live_bench.figures import Passage
from asr_app.cli.live_bench.matching import match_words
from asr_app.errors import AsrAppError

_SPOKEN, _WRONG, _RIGHT, _FINAL = "#9aa5b1", "#d08a3e", "#2f7ebc", "#2e7d4f"


def draw(passages: Sequence[Passage], path: Path) -> None:
    """Draw a row for each word: when it was spoken, when it was on the screen, and whether it was right.

    Args:
        passages: A few; each gets a panel.
        path: Of the SVG file.

    Raises:
        AsrAppError: matplotlib is not installed, or the file cannot be written.
    """
    try:
        import matplotlib

        matplotlib.use("svg")
        from matplotlib import pyplot
    except ImportError as error:
        raise AsrAppError(
            "The picture cannot be drawn, because matplotlib is missing.", "Install the extra “train”."
        ) from error
    heights = [len(passage.spoken) + 2 for passage in passages]
    # Text stays text, and the same figures give the same file.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "asr-app", "font.size": 9}):
        figure, axes = pyplot.subplots(
            len(passages), 1, figsize=(9, sum(heights) * 0.22), height_ratios=heights, squeeze=False
        )
        for axis, passage in zip(axes[:, 0], passages, strict=True):
            _panel(axis, passage)
        axes[-1, 0].set_xlabel("seconds")
        figure.legend(*_legend(), loc="upper right", ncols=4, frameon=False)
        figure.tight_layout(rect=(0, 0, 1, 0.97))
        try:
            figure.savefig(path, metadata={"Date": None})
        except OSError as error:
            raise AsrAppError(f"The file “{path}” cannot be written ({error.strerror}).") from error
        finally:
            pyplot.close(figure)


def _panel(axis: Any, passage: Passage) -> None:
    begin_s = passage.spoken[0].start_s
    for row, word in enumerate(passage.spoken):
        axis.barh(row, word.end_s - word.start_s, left=word.start_s - begin_s, height=0.7, color=_SPOKEN)
        for start_s, end_s, is_right in _spans(passage, row):
            colour = _RIGHT if is_right else _WRONG
            axis.plot([start_s - begin_s, end_s - begin_s], [row, row], color=colour, linewidth=2)
    if passage.final_s is not None:
        axis.axvline(passage.final_s - begin_s, color=_FINAL, linewidth=1.5)
    axis.set_yticks(range(len(passage.spoken)), [word.text for word in passage.spoken])
    axis.invert_yaxis()
    axis.set_title(passage.name, loc="left", fontsize=9)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _spans(passage: Passage, place: int) -> list[tuple[float, float, bool]]:
    """From when to when something stood in the place of a word, and whether it was right."""
    if not passage.partials:
        return []
    spoken = [word.text for word in passage.spoken]
    end_s = passage.final_s if passage.final_s is not None else passage.partials[-1].time_s
    times = [*(shown.time_s for shown in passage.partials[1:]), end_s]
    spans: list[tuple[float, float, bool]] = []
    for shown, until_s in zip(passage.partials, times, strict=True):
        pairs = dict(match_words(spoken, shown.words, is_prefix=True).pairs)
        if place not in pairs:
            continue
        is_right = shown.words[pairs[place]] == spoken[place]
        if spans and spans[-1][1] == shown.time_s and spans[-1][2] == is_right:
            spans[-1] = (spans[-1][0], until_s, is_right)
        else:
            spans.append((shown.time_s, until_s, is_right))
    return spans


def _legend() -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Patch(color=_SPOKEN),
        Line2D([], [], color=_WRONG, linewidth=2),
        Line2D([], [], color=_RIGHT, linewidth=2),
        Line2D([], [], color=_FINAL, linewidth=1.5),
    ]
    return marks, ["spoken", "shown, another word", "shown, the right word", "final text"]
