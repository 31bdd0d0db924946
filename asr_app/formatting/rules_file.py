"""Replacements of the person as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from asr_app.errors import FormattingError
from asr_app.formatting.replacements import Rule, RuleCase, RuleKind, RuleProblem, RuleSet

_COLUMNS = ("find", "replace", "kind", "case", "match_case")


def read_rules(path: Path) -> RuleSet:
    """Rules from a CSV file with the columns find, replace, and perhaps kind, case and match_case.

    Semicolons or tabs instead of commas are understood. A row that is wrong is among the problems.

    Raises:
        FormattingError: The file cannot be read, or lacks its header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FormattingError(
            f"The replacements “{path}” cannot be read ({error}).",
            "Check that the file exists and is UTF-8 text.",
        ) from error
    return parse_rules(text, str(path))


def parse_rules(text: str, name: str = "the rules") -> RuleSet:
    """Rules from the text of a CSV file; see `read_rules`."""
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    rules, problems = [], []
    try:
        columns = [column.strip().lower() for column in next(reader, [])]
        if not {"find", "replace"} <= set(columns) or set(columns) - set(_COLUMNS):
            raise FormattingError(
                f"The first row of {name} does not name the columns find and replace.",
                f"Begin it with find,replace and, where you need them, {', '.join(_COLUMNS[2:])}.",
            )
        for number, cells in enumerate(reader, start=2):
            row = dict(zip(columns, cells, strict=False))
            try:
                if len(cells) > len(columns):
                    raise ValueError("It has more cells than the first row; put text with commas in quotes.")
                if any(cells):
                    rules.append(_rule(row, number))
            except ValueError as error:
                problems.append(RuleProblem(number, row.get("find", ""), str(error)))
    except csv.Error as error:
        raise FormattingError(
            f"Line {reader.line_num} of {name} is no CSV ({error}).", "Save it as CSV again."
        ) from error
    return RuleSet(rules, problems)


def _rule(cells: dict[str, str], number: int) -> Rule:
    kind, case, match = (cells.get(key, "").strip().lower() for key in _COLUMNS[2:])
    known: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("kind", kind, tuple(RuleKind)),
        ("case", case, tuple(RuleCase)),
        ("match_case", match, ("yes", "no")),
    )
    for column, value, choices in known:
        if value and value not in choices:
            raise ValueError(f"The column {column} says “{value}”; it may say {' or '.join(choices)}.")
    return Rule(
        cells.get("find", ""),
        cells.get("replace", ""),
        RuleKind(kind or RuleKind.WORDS),
        RuleCase(case or RuleCase.EXACT),
        match == "yes",
        number,
    )


def rules_to_csv(rules: Iterable[Rule]) -> str:
    """The text of a CSV file that `parse_rules` reads back as the same rules."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for rule in rules:
        match = "yes" if rule.match_case else "no"
        writer.writerow((rule.find, rule.replace, rule.kind, rule.case, match))
    return target.getvalue()
