from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import RecipeError
from asr_app.training.language.pronouncing import PronouncingDictionary


def listed(names: str) -> list[str]:
    return names.split()


PHONES = listed(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
)
DICTIONARY = """\
a AH0
a(2) EY1
cat K AE1 T
dog D AO1 G
fox F AA1 K S
walk W AO1 K
beg B EH1 G
want W AA1 N T
carry K EH1 R IY0
make M EY1 K
happy HH AE1 P IY0
terrible T EH1 R AH0 B AH0 L
careful K EH1 R F AH0 L
quick K W IH1 K
splendor S P L EH1 N D ER0
realize R IY1 AH0 L AY2 Z
lock L AA1 K
lunch L AH1 N CH
box B AA1 K S
strange S T R EY1 N JH QQ
% P ER0 S EH1 N T
"""


@pytest.fixture
def dictionary(tmp_path: Path) -> PronouncingDictionary:
    path = tmp_path / "words.dict"
    path.write_text(DICTIONARY, encoding="latin-1")
    return PronouncingDictionary(path, PHONES)


def way(dictionary: PronouncingDictionary, word: str) -> str:
    (only,) = dictionary.derive(word)
    return " ".join(only)


def test_all_variants_of_a_word_come_in_the_order_of_the_dictionary(
    dictionary: PronouncingDictionary,
) -> None:
    assert dictionary.say("a") == [("AH",), ("EY",)]


def test_entries_that_are_no_words_or_have_other_phones_are_left_out(
    dictionary: PronouncingDictionary,
) -> None:
    assert "strange" not in dictionary and "%" not in dictionary
    assert "cat" in dictionary and "cat's" in dictionary and "cats" not in dictionary


def test_genitives_end_as_their_last_sound_asks(dictionary: PronouncingDictionary) -> None:
    ends = {word: " ".join(dictionary.say(f"{word}'s")[0][-2:]) for word in ("cat", "dog", "fox")}
    assert ends == {"cat": "T S", "dog": "G Z", "fox": "IH Z"}


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("cats", "K AE T S"),
        ("foxes", "F AA K S IH Z"),
        ("carries", "K EH R IY Z"),
        ("walked", "W AO K T"),
        ("begged", "B EH G D"),
        ("wanted", "W AA N T IH D"),
        ("carried", "K EH R IY D"),
        ("making", "M EY K IH NG"),
        ("begging", "B EH G IH NG"),
        ("terribly", "T EH R AH B L IY"),
        ("carefully", "K EH R F AH L IY"),
        ("quickly", "K W IH K L IY"),
        ("happily", "HH AE P AH L IY"),
        ("happiness", "HH AE P IY N AH S"),
        ("unhappiness", "AH N HH AE P IY N AH S"),
        ("splendour", "S P L EH N D ER"),
        ("realise", "R IY AH L AY Z"),
        ("realised", "R IY AH L AY Z D"),
        ("unlock", "AH N L AA K"),
    ],
)
def test_words_are_derived_from_listed_ones(
    dictionary: PronouncingDictionary, word: str, sounds: str
) -> None:
    assert way(dictionary, word) == sounds


def test_only_common_words_make_compounds(dictionary: PronouncingDictionary) -> None:
    assert dictionary.derive("lunchbox") == []
    assert dictionary.derive("lunchbox", {"lunch", "box"}) == [tuple(listed("L AH N CH B AA K S"))]


def test_what_has_no_listed_part_stays_unknown(dictionary: PronouncingDictionary) -> None:
    assert dictionary.derive("casaubon", {"lunch", "box"}) == []


def test_a_file_that_is_no_dictionary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prose.txt").write_text("It was a dark night.\n", encoding="utf-8")
    for name in ("prose.txt", "absent.txt"):
        with pytest.raises(RecipeError, match=name):
            PronouncingDictionary(tmp_path / name, PHONES)
