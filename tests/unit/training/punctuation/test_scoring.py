from __future__ import annotations

from collections.abc import Sequence

from asr_app.punctuation.tagger import Capitals, Tag
from asr_app.training.punctuation.scoring import (
    ANY_MARK,
    DISPLAYED,
    EGO,
    NAMES,
    Utterance,
    displayed,
    rules,
    score,
    utterances_of,
)
from asr_app.training.punctuation.text import printed_words

PRINTED = next(utterances_of(printed_words("Well, Anna came. Are you John? I am.", frozenset()), sentences=3))
UP = Capitals.CAPITAL


def told(*tags: Tag) -> list[Tag]:
    return list(tags)


def test_a_printed_text_becomes_utterances_of_so_many_sentences() -> None:
    found = list(utterances_of(printed_words("One. Two! Three", frozenset()), sentences=2))
    assert [utterance.words for utterance in found] == [("one", "two"), ("three",)]
    # What a sentence begins with may be a name or not.
    assert found[0].capitals == (None, None)


def test_what_was_printed_gets_full_marks() -> None:
    def as_printed(words: Sequence[str]) -> list[Tag]:
        return [
            Tag(mark, kind or Capitals.LOWER)
            for mark, kind in zip(PRINTED.marks, PRINTED.capitals, strict=True)
        ]

    result = score([PRINTED], as_printed)
    assert {name: count.f1 for name, count in result.counts.items() if count.wanted} == {
        ",": 1.0, ".": 1.0, "?": 1.0, ANY_MARK: 1.0, NAMES: 1.0, DISPLAYED: 1.0,
    }  # fmt: skip


def test_the_rules_end_with_a_full_stop_and_know_i() -> None:
    result = score([PRINTED], rules)
    stop, name = result.counts["."], result.counts[NAMES]
    assert (stop.right, stop.given, stop.wanted) == (1, 1, 2)
    assert (name.given, name.wanted) == (0, 2)
    assert result.counts[ANY_MARK].recall == 1 / 4
    assert displayed(PRINTED, rules(PRINTED.words)) == "Well anna came are you john I am."


def test_the_wrong_mark_is_a_mark_all_the_same() -> None:
    one = Utterance(("who", "came"), ("", "?"), (None, Capitals.LOWER))
    result = score([one], lambda words: told(Tag(), Tag(".")))
    assert result.counts[ANY_MARK].f1 == 1.0
    assert result.counts["?"].recall == result.counts["."].precision == 0.0


def test_a_dash_is_not_counted_nor_is_what_follows_begun_by_it() -> None:
    (one,) = utterances_of(printed_words("He went - home.", frozenset()))
    result = score([one], lambda words: told(Tag(), Tag(","), Tag(".")))
    assert result.counts[","].given == 0
    assert result.counts[ANY_MARK].f1 == 1.0


def test_i_is_counted_apart_from_names() -> None:
    one = Utterance(("then", "i'm", "anna"), ("", "", "."), (None, UP, UP))
    result = score([one], rules)
    assert (result.counts[EGO].recall, result.counts[NAMES].recall) == (1.0, 0.0)
