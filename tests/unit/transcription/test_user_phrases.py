from __future__ import annotations

import pytest

from asr_app.decoding.sound_rules import CMU_PHONES as PHONES
from asr_app.decoding.user_words import UserPhrase
from asr_app.transcription.user_phrases import PhraseFinder, Say
from asr_app.transcription.vocabulary import parse_vocabulary

LISTED = {
    "shiv": ["SH IH V"],
    "on": ["AA N", "AO N"],
    "data": ["D EY T AH", "D AE T AH"],
    "day": ["D EY"],
    "it": ["IH T"],
    "fox": ["F AA K S"],
    "mister": ["M IH S T ER"],
}
DICTIONARY = {
    word: [tuple(PHONES.index(phone) for phone in way.split()) for way in ways]
    for word, ways in LISTED.items()
}


def find(text: str, say: Say | None = None) -> tuple[list[UserPhrase], list[str]]:
    finder = PhraseFinder(parse_vocabulary(text), PHONES, say)
    return finder.find(DICTIONARY), finder.problems


def spelled(phrase: UserPhrase) -> list[str]:
    """Ways to say it, words parted by bars."""
    return [" | ".join(" ".join(PHONES[phone] for phone in word) for word in way) for way in phrase.ways]


@pytest.mark.parametrize(
    ("line", "ways"),
    [
        ("Data", ["D EY T AH", "D AE T AH"]),
        ("Siobhan = shiv on", ["SH IH V AA N", "SH IH V AO N"]),
        ("Shiv Data", ["SH IH V | D EY T AH", "SH IH V | D AE T AH"]),
        ("Siobhan Dey = shiv day", ["SH IH V | D EY"]),
        ("fox's", ["F AA K S IH Z"]),
        ("BBC", ["B IY B IY S IY"]),
        ("u.s.a.", ["Y UW EH S EY"]),
        ("DVDs", ["D IY V IY D IY Z"]),
        ("html", ["EY CH T IY EH M EH L"]),
        ("IT", ["AY T IY", "IH T"]),
        ("it", ["IH T"]),
    ],
)
def test_how_an_entry_sounds(line: str, ways: list[str]) -> None:
    (phrase,), problems = find(line)
    assert spelled(phrase) == ways
    assert problems == []


def test_a_word_nobody_knows_is_asked_of_the_pronouncer_as_it_is_typed() -> None:
    asked: list[str] = []

    def say(word: str) -> list[tuple[str, ...]]:
        asked.append(word)
        return [("N", "IY", "V"), ("N", "AY", "V")]

    (phrase, _), problems = find("Niamh\nData\n", say)
    assert asked == ["Niamh"]
    assert spelled(phrase) == ["N IY V", "N AY V"]
    assert problems == []


def test_without_a_pronouncer_such_a_word_is_left_out_with_a_sentence_and_the_others_stay() -> None:
    phrases, (problem,) = find("data\nNiamh Data\n")
    assert [phrase.words for phrase in phrases] == [("data",)]
    assert problem.startswith("Line 2 of the vocabulary: How “Niamh” sounds is in no dictionary")
    assert "Niamh Data = …" in problem


def test_a_sound_of_other_words_than_the_phrase_is_shared_by_letters() -> None:
    (phrase,), _ = find("Vo Populi = shiv data day")
    assert spelled(phrase)[0] == "SH IH | V D EY T AH D EY"
    assert not phrase.apart


def test_a_sound_too_short_for_its_words_is_said() -> None:
    phrases, (problem,) = find("a b c d = it")
    assert phrases == []
    assert "“it” is too short" in problem


def test_phones_the_model_does_not_hear_are_no_way_to_say_a_word() -> None:
    finder = PhraseFinder(parse_vocabulary("BBC"), ("B", "S"), None)
    assert finder.find({}) == []
    assert finder.problems


def test_letters_without_a_vowel_are_spelled_and_never_said_as_a_word() -> None:
    phrases, problems = find("NHS\nhtml\n", lambda word: [("N", "S")])
    assert [spelled(phrase) for phrase in phrases] == [["EH N EY CH EH S"], ["EY CH T IY EH M EH L"]]
    assert problems == []
