from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import PathCollection

from asr_app.training.evaluation.reliability import measure, plot, reliability_diagram

SVG = "{http://www.w3.org/2000/svg}"


def test_an_honest_guesser_has_no_calibration_error() -> None:
    probability = np.array([0.75] * 4 + [0.25] * 4)
    right = np.array([1.0, 1, 1, 0, 1, 0, 0, 0])
    honesty = measure(probability, right)
    assert honesty.ece == 0.0
    assert honesty.right == 0.5
    assert honesty.brier == pytest.approx(0.1875)
    assert honesty.auc == pytest.approx((9 + 0.5 * (3 + 3)) / 16)


def test_the_calibration_error_is_the_mean_distance_from_the_share_that_was_right() -> None:
    # Three words said to be right with 0.95, of which none was; one with 0.15, which was.
    honesty = measure(np.array([0.95, 0.95, 0.95, 0.15]), np.array([0.0, 0, 0, 1]))
    assert honesty.ece == pytest.approx((3 * 0.95 + 0.85) / 4)
    assert honesty.auc == 0.0
    assert [count for count, _, _ in honesty.bins] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]


def test_certainty_belongs_to_the_last_bin() -> None:
    assert measure(np.array([1.0, 0.0]), np.array([1.0, 0.0])).bins[-1] == (1, 1.0, 1.0)


def test_where_all_were_right_nothing_can_be_told_apart() -> None:
    assert math.isnan(measure(np.array([0.5, 0.7]), np.array([1.0, 1.0])).auc)


# matplotlib says in the log when it takes long to look for fonts: hence `caplog`.
@pytest.mark.usefixtures("caplog")
def test_the_diagram_has_a_dot_for_each_bin_that_has_words_larger_for_more_of_them() -> None:
    raw = measure(np.array([0.95, 0.95, 0.05]), np.array([1.0, 0.0, 0.0]))
    other = measure(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.0, 0.0]))
    (axes,) = plot({"raw": raw, "calibrated": other}, "a <model> & more").axes
    dots = [collection for collection in axes.collections if isinstance(collection, PathCollection)]
    places = [np.asarray(each.get_offsets()).round(3).tolist() for each in dots]
    assert places == [[[0.05, 0.0], [0.95, 0.5]], [[0.5, 0.333]]]
    few, more, all_words = (float(size) for each in dots for size in each.get_sizes())
    assert few < more < all_words


@pytest.mark.usefixtures("caplog")
def test_the_drawing_says_what_it_shows_and_is_the_same_each_time() -> None:
    curves = {"calibrated": measure(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.0, 0.0]))}
    drawing = reliability_diagram(curves, "a <model> & more")
    texts = [text.text or "" for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert "a <model> & more" in texts
    assert any("calibrated: calibration error 0.167" in text for text in texts)
    assert drawing == reliability_diagram(curves, "a <model> & more")
