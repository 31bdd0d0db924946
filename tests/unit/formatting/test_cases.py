from __future__ import annotations

import pytest

from asr_app.formatting.cases import TABLES, Outcome, evaluate, load_cases

WORKING = [table for table in TABLES if not table.startswith("limits")]
LIMITS = [table for table in TABLES if table.startswith("limits")]
# What the documentation promises for English.
CATEGORIES = {
    "cardinal", "ordinal", "year", "time", "date", "money", "percent", "phone", "unit", "letters", "e-mail",
    "web", "title", "prose that stays",
}  # fmt: skip


def described(outcomes: list[Outcome]) -> list[str]:
    return [f"{outcome.case.spoken!r} became {outcome.text!r}" for outcome in outcomes]


@pytest.mark.parametrize("table", WORKING)
def test_every_row_of_a_table_comes_out_right(table: str) -> None:
    outcomes = evaluate(table)
    assert outcomes
    assert described([outcome for outcome in outcomes if not outcome.right]) == []


@pytest.mark.parametrize("table", LIMITS)
def test_what_is_said_to_come_out_wrong_still_does(table: str) -> None:
    # A row that comes out right belongs into another table, and the documentation is to lose it.
    assert described([outcome for outcome in evaluate(table) if outcome.right]) == []


def test_english_has_rows_for_every_form_and_for_prose_that_stays() -> None:
    cases = load_cases("numbers-en")
    assert {case.category for case in cases} >= CATEGORIES
    assert sum(case.category == "prose that stays" for case in cases) >= 25
    assert {case.category for case in cases if case.said} >= {
        "cardinal",
        "year",
        "time",
        "date",
        "money",
        "phone",
    }


def test_no_row_stands_twice() -> None:
    for table in TABLES:
        spoken = [case.spoken for case in load_cases(table)]
        assert len(spoken) == len(set(spoken)), table
