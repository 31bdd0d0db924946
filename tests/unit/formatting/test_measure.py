from __future__ import annotations

from asr_app.formatting.measure import measure_text


def test_numbers_of_a_text_are_said_and_written_again() -> None:
    report = measure_text(["He was born in 1835 and paid $20. He had 3 sons, 12 horses and rule 17-B."])
    assert report.numbers == 4  # Not the three sons, which stay a word.
    assert report.same == 4
    assert report.lost == []


def test_a_number_that_is_lost_is_shown_with_what_became_of_it() -> None:
    report = measure_text(["It took 100 days."])
    assert (report.numbers, report.same) == (1, 0)
    assert report.lost == [("100", "it took one hundred days")]


def test_commands_nobody_gave_are_counted_by_name() -> None:
    report = measure_text(["He drew a comma. Which comma is it? That is all."])
    assert report.words == 11
    assert report.fired == {"comma": 1}


def test_only_some_of_the_lines_may_be_used() -> None:
    assert measure_text(["one two", "three four five", "six"], every=2).words == 3
