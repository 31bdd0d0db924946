from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import FormattingError
from asr_app.formatting.replacements import Rule, RuleCase, RuleKind
from asr_app.formatting.rules_file import parse_rules, read_rules, rules_to_csv

RULES = (
    Rule("asr app", "ASR-App"),
    Rule(r"(\d+), (\d+)", r"\1; \2", RuleKind.REGEX, RuleCase.KEEP, match_case=True),
    Rule("quote", 'a "b" c'),
    Rule("lines", "a\nb"),
)


def without_rows(rules: tuple[Rule, ...]) -> list[tuple[object, ...]]:
    return [(rule.find, rule.replace, rule.kind, rule.case, rule.match_case) for rule in rules]


def test_what_is_exported_is_imported_again() -> None:
    assert without_rows(parse_rules(rules_to_csv(RULES)).rules) == without_rows(RULES)


def test_two_columns_are_enough_and_each_rule_knows_its_row() -> None:
    (first, second) = parse_rules("find,replace\na,b\n\nc,d\n").rules
    assert (first, second) == (Rule("a", "b", row=2), Rule("c", "d", row=4))


@pytest.mark.parametrize(
    "text", ["find;replace\na;b,c\n", "find\treplace\r\na\tb,c\r\n", "\ufeffFind;Replace\na;b,c\n"]
)
def test_what_spreadsheets_write_is_understood(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_rules(path).rules == (Rule("a", "b,c", row=2),)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,b,glob,,", "kind says “glob”; it may say words or regex"),
        ("a,b,,title,", "case says “title”; it may say exact or keep"),
        ("a,b,,,maybe", "match_case says “maybe”"),
        ("a,b,c,d,e,f", "more cells"),
        (",b,,,", "does not say what to find"),
        ("[,b,regex,,", "no regular expression"),
    ],
)
def test_a_broken_row_is_named_and_the_others_work(row: str, reason: str) -> None:
    rules = parse_rules(f"find,replace,kind,case,match_case\nx,y,,,\n{row}\nz,w,,,\n")
    (problem,) = rules.problems
    assert problem.row == 3
    assert reason in problem.reason
    assert [rule.row for rule in rules.rules] == [2, 4]


@pytest.mark.parametrize("text", ["", "a,b\nc,d\n", "find,replace,colour\na,b,c\n"])
def test_a_file_without_its_header_is_a_sentence(text: str) -> None:
    with pytest.raises(FormattingError, match="Begin it with find,replace"):
        parse_rules(text, "rules.csv")


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormattingError, match=r"none\.csv.*cannot be read"):
        read_rules(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"find,replace\n\xff,b\n")
    with pytest.raises(FormattingError, match="UTF-8"):
        read_rules(tmp_path / "bytes.csv")
