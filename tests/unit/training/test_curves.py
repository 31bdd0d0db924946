"""The picture of a run's learning curves."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from asr_app.errors import RecipeError
from asr_app.training.curves import draw, plot, read_curves, smooth

SVG = "{http://www.w3.org/2000/svg}"


# matplotlib says in the log when it takes long to look for fonts: hence `caplog`.
@pytest.mark.usefixtures("caplog")
def test_losses_and_rates_are_drawn_and_an_unused_decoder_is_not(tmp_path: Path) -> None:
    log = [{"step": n + 1, "ctc": 4 - n / 50, "phones": 2.0, "attention": 0.0} for n in range(100)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(e) + "\n" for e in log), encoding="utf-8")
    rates = [{"step": n, "development": {"dev <1>": 1 - n / 200, "dev phones": 0.5}} for n in (50, 100)]
    (tmp_path / "development.jsonl").write_text("".join(json.dumps(e) + "\n" for e in rates), "utf-8")

    panels = read_curves(tmp_path)
    assert list(panels[0].lines) == ["subword CTC", "phone CTC"]
    assert panels[1].lines["dev <1>"] == [(50, 75.0), (100, 50.0)]

    losses, errors = plot(panels).axes
    assert [line.get_label() for line in losses.lines] == ["subword CTC", "phone CTC"]
    assert np.asarray(errors.lines[0].get_ydata()).tolist() == [75.0, 50.0]
    drawing = draw(panels)
    texts = [text.text for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert "dev <1>" in texts and panels[0].title in texts
    assert drawing == draw(panels), "the same each time"


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=tmp_path.name):
        read_curves(tmp_path)


def test_smoothing_averages_neighbours() -> None:
    assert smooth([(1, 1.0), (2, 3.0), (3, 5.0)], 2) == [(1.5, 2.0), (3.0, 5.0)]
