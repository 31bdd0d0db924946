"""Counting errors."""

from __future__ import annotations

import pytest

from asr_app.training.evaluation.error_rates import Heard, repeats, report_errors


def test_errors_are_counted_by_kind() -> None:
    heard = [
        Heard("the cat sat on the mat", "the cat sat the mat", 1.0),
        Heard("hello world there", "hello word there again", 3.0),
        Heard("nothing heard", "", 6.0),
        Heard("", "noise", 1.0),
    ]
    report = report_errors("toy", "us", heard, work_s=2.2)
    assert (report.substitutions, report.deletions, report.insertions) == (1, 3, 1)
    assert report.words == 11
    assert report.wer == pytest.approx(5 / 11)
    assert report.real_time_factor == pytest.approx(0.2)
    assert report.empty == 1
    assert ("world", "word", 1) in report.confusions
    assert ("on", "", 1) in report.confusions
    assert ("", "again", 1) in report.confusions
    assert report.wer_by_length == {
        "0-2 s": pytest.approx(1 / 6),
        "2-5 s": pytest.approx(2 / 3),
        "5-10 s": pytest.approx(1.0),
    }


@pytest.mark.parametrize(
    ("text", "loops"),
    [("a b c", False), ("no no no", True), ("go on go on go on", True), ("go on go on", False), ("", False)],
)
def test_loops_are_recognised(text: str, loops: bool) -> None:
    assert repeats(text) is loops


def test_loops_that_were_said_do_not_count() -> None:
    report = report_errors(
        "toy", "us", [Heard("no no no", "no no no", 1.0), Heard("one", "one one one", 1.0)], 0.1
    )
    assert report.repetitions == 1
