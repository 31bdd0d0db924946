from __future__ import annotations

import time

import pytest

from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.history import FormatterState
from asr_app.formatting.replacements import TIME_LIMIT_S, Replaced, Rule, RuleCase, RuleKind, RuleSet

REGEX, KEEP = RuleKind.REGEX, RuleCase.KEEP


def formatter(*rules: Rule) -> Formatter:
    return Formatter(FormatOptions(commands=CommandMode.ON), RuleSet(rules))


def written(said: str, *rules: Rule) -> str:
    return fold(formatter(*rules), utterances_of(said))


class TestWords:
    def test_whole_words_are_replaced_and_parts_of_words_are_not(self) -> None:
        rule = Rule("asr app", "ASR-App")
        assert written("the asr app and the asr apple", rule) == "The ASR-App and the asr apple"

    def test_special_characters_are_only_characters(self) -> None:
        assert written("see plus plus or c plus", Rule("c plus", "C+")) == "See plus plus or C+"
        assert RuleSet([Rule("a.b", "x")]).preview(["a.b acb"])[0].start == 0
        assert len(RuleSet([Rule("a.b", "x")]).preview(["a.b acb"])) == 1

    def test_capitals_in_the_words_do_not_matter_unless_wanted(self) -> None:
        assert RuleSet([Rule("may", "MAY")]).preview(["May"])[0].after == "MAY"
        assert RuleSet([Rule("may", "MAY", match_case=True)]).preview(["May"]) == []


class TestCase:
    def test_an_exact_replacement_is_exact_at_the_start_of_a_sentence_too(self) -> None:
        assert written("i phone sales", Rule("i phone", "iPhone")) == "iPhone sales"

    def test_one_that_keeps_the_case_begins_a_sentence_with_a_capital(self) -> None:
        assert written("colour full stop colour", Rule("colour", "color", case=KEEP)) == "Color. Color"

    def test_one_that_keeps_the_case_takes_that_of_what_it_replaces(self) -> None:
        rules = RuleSet([Rule("colour", "color", case=KEEP)])
        assert [change.after for change in rules.preview(["colour Colour COLOUR"])] == [
            "color",
            "Color",
            "COLOR",
        ]

    def test_capitals_that_are_ordered_hold_for_exact_ones_too(self) -> None:
        assert written("all caps i phone", Rule("i phone", "iPhone")) == "IPHONE"


class TestRegex:
    def test_groups_are_filled_in(self) -> None:
        rule = Rule(r"(\d+) by (\d+)", r"\1/\2", REGEX)
        assert written("it is twelve by fifteen", rule) == "It is 12/15"

    def test_rules_work_one_after_the_other(self) -> None:
        rules = (Rule("one", "two"), Rule("two", "three"))
        assert written("one and two", *rules) == "three and three"
        assert written("one and two", *reversed(rules)) == "two and three"

    def test_part_of_a_word_can_be_replaced(self) -> None:
        assert written("a theatre is near", Rule("tre\\b", "ter", REGEX)) == "A theater is near"

    def test_several_matches_in_one_word_are_all_replaced(self) -> None:
        assert written("banana split", Rule("an", "on", REGEX, KEEP)) == "Bonona split"

    def test_words_can_go(self) -> None:
        assert written("so um it um is", Rule("um", "")) == "So it is"

    def test_an_empty_match_changes_nothing(self) -> None:
        assert written("so it is", Rule("x*", "y", REGEX)) == "So it is"

    def test_no_match_reaches_across_a_mark(self) -> None:
        assert written("one comma two", Rule("one two", "12")) == "One, two"


class TestLink:
    def test_a_replacement_knows_all_words_it_stands_for(self) -> None:
        words = utterances_of("use the asr app now")[0]
        text = formatter(Rule("asr app", "ASR-App")).format(words)
        assert text.words_at(text.text.index("App")) == range(2, 4)
        assert text.words_at(text.text.index("now")) == range(4, 5)

    def test_a_match_across_a_form_and_a_word_takes_all_their_words(self) -> None:
        words = utterances_of("room twenty five b now")[0]
        text = formatter(Rule("25 b", "25B")).format(words)
        assert text.text == "Room 25B now"
        assert text.words_at(5) == range(1, 4)

    def test_neighbouring_matches_that_share_no_word_stay_apart(self) -> None:
        words = utterances_of("um um so")[0]
        text = formatter(Rule("um", "er")).format(words)
        assert [text.words_at(place) for place in (0, 3)] == [range(0, 1), range(1, 2)]


class TestBrokenRules:
    @pytest.mark.parametrize(
        ("rule", "reason"),
        [
            (Rule("(", "x", REGEX, row=7), "no regular expression"),
            (Rule("a", r"\2", REGEX, row=7), "replacement is wrong"),
            (Rule("a", r"\g<name>", REGEX, row=7), "replacement is wrong"),
            (Rule(" ", "x", row=7), "does not say what to find"),
            (Rule(r"(a|aa)+$", "x", REGEX, row=7), "for ever"),
            (Rule(r"(?:\w|\w\w)+\d,", "x", REGEX, row=7), "for ever"),
        ],
    )
    def test_it_is_named_by_its_row_and_the_others_work(self, rule: Rule, reason: str) -> None:
        rules = RuleSet([rule, Rule("b", "c", row=8)])
        (problem,) = rules.problems
        assert str(problem).startswith(f"Row 7 (“{rule.find}”)")
        assert reason in problem.reason
        assert [working.find for working in rules.rules] == ["b"]
        assert fold(Formatter(rules=rules), utterances_of("a b")) == "A c"

    def test_one_that_takes_too_long_only_on_some_text_is_left_out_there_and_named(self) -> None:
        # It gets past the trial, whose texts do not begin with q.
        rules = RuleSet([Rule(r"q(?:\w|\w\w)+\d", "x", REGEX, row=2), Rule("so", "thus", row=3)])
        assert rules.problems == ()
        words = utterances_of("so " + "q" + "a" * 40)[0]
        started_s = time.process_time()
        step = Formatter(rules=rules).step(FormatterState(), words)
        assert time.process_time() - started_s < 5 * TIME_LIMIT_S
        assert [problem.row for problem in step.problems] == [2]
        assert step.text == "thus " + "q" + "a" * 40


def test_the_preview_lists_what_changes_where_and_by_which_rule() -> None:
    rules = RuleSet([Rule("one", "two", row=2), Rule(r"tw(o)", r"2\1", REGEX, row=3)])
    assert rules.preview(["none", "one two"]) == [
        Replaced(2, 1, "one", "two", 0),
        Replaced(3, 1, "two", "2o", 0),
        Replaced(3, 1, "two", "2o", 4),
    ]
