"""The picture of a run's learning curves."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from asr_app.errors import RecipeError
from asr_app.training.curves import draw, read_curves, smooth

SVG = "{http://www.w3.org/2000/svg}"


def test_losses_and_rates_are_drawn_and_an_unused_decoder_is_not(tmp_path: Path) -> None:
    log = [{"step": n + 1, "ctc": 4 - n / 50, "phones": 2.0, "attention": 0.0} for n in range(100)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(e) + "\n" for e in log), encoding="utf-8")
    rates = [{"step": n, "development": {"dev <1>": 1 - n / 200, "dev phones": 0.5}} for n in (50, 100)]
    (tmp_path / "development.jsonl").write_text("".join(json.dumps(e) + "\n" for e in rates), "utf-8")

    panels = read_curves(tmp_path)
    assert list(panels[0].lines) == ["subword CTC", "phone CTC"]
    assert panels[1].lines["dev <1>"] == [(50, 75.0), (100, 50.0)]

    picture = ElementTree.fromstring(draw(panels))
    lines = picture.findall(f"{SVG}polyline")
    assert len(lines) == 4
    heights = [float(point.split(",")[1]) for point in lines[0].attrib["points"].split()]
    assert heights == sorted(heights), "a falling loss goes down the page"
    assert "dev <1>" in [text.text for text in picture.findall(f"{SVG}text")]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=tmp_path.name):
        read_curves(tmp_path)


def test_smoothing_averages_neighbours() -> None:
    assert smooth([(1, 1.0), (2, 3.0), (3, 5.0)], 2) == [(1.5, 2.0), (3.0, 5.0)]
