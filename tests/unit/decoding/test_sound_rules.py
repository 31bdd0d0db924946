from __future__ import annotations

import pytest

from asr_app.decoding.sound_rules import cut_ending, hissing_end, is_dotted, is_spelled, respell, say_letters


@pytest.mark.parametrize(
    ("way", "ending"), [("K AE T", "S"), ("D AO G", "Z"), ("F AA K S", "IH Z"), ("B R IH JH", "IH Z")]
)
def test_a_genitive_ends_by_its_last_phone(way: str, ending: str) -> None:
    assert hissing_end(tuple(way.split())) == (*way.split(), *ending.split())


@pytest.mark.parametrize(
    ("word", "spelled", "dotted"),
    [
        ("u.s.a.", True, True),
        ("U.K", True, True),
        ("BBC", True, False),
        ("html", True, False),
        ("NASA", True, False),
        ("rhythm", False, False),
        ("Anna", False, False),
        ("SHOUTING", False, False),
        ("", False, False),
    ],
)
def test_abbreviations_are_told_from_words(word: str, spelled: bool, dotted: bool) -> None:
    assert (is_spelled(word), is_dotted(word)) == (spelled, dotted)


def test_letters_are_said_by_their_names() -> None:
    assert say_letters("B.B.C.") == ("B", "IY", "B", "IY", "S", "IY")
    assert say_letters("...") == ()


@pytest.mark.parametrize(
    ("word", "parts"),
    [("Ann's", ("Ann", "'s")), ("DVDs", ("DVD", "s")), ("dogs", ("dogs", "")), ("BBC", ("BBC", ""))],
)
def test_endings_are_cut_off(word: str, parts: tuple[str, str]) -> None:
    assert cut_ending(word) == parts


def test_a_name_is_spelled_as_it_sounds() -> None:
    assert respell(("SH", "IH", "V", "AA", "N")) == "shivon"
