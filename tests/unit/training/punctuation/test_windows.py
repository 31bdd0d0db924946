from __future__ import annotations

import dataclasses

import numpy as np

from asr_app.punctuation.tagger import MARKS, Capitals
from asr_app.training.punctuation.data import IGNORED, Labelled
from asr_app.training.punctuation.windows import WindowMaker, WindowSettings

SENTENCE = 6
COMMA, STOP = MARKS.index(","), MARKS.index(".")
PLAIN = WindowSettings(
    shares=(("books", 1.0),), sentences=(0.5, 0.5), cut_start=0.0, cut_end=0.0, longest_words=11, noisy=0.0
)


def text(sentences: int = 50) -> Labelled:
    """Sentences of six words, the third with a comma and the last with a full stop; the second is a name."""
    size = sentences * SENTENCE
    places = np.arange(size) % SENTENCE
    return Labelled(
        np.arange(size, dtype=np.int32),
        np.select([places == 2, places == 5], [COMMA, STOP], 0).astype(np.uint8),
        (places == 1).astype(np.uint8),
        np.arange(0, size, SENTENCE, dtype=np.int32),
    )


def maker(settings: WindowSettings) -> WindowMaker:
    return WindowMaker({"books": text()}, 50 * SENTENCE, settings)


def test_windows_are_whole_sentences_in_a_row_unless_cut() -> None:
    for words, marks, capitals in maker(PLAIN).draw(50, np.random.default_rng(0)):
        assert words[0] % SENTENCE == 0
        assert list(np.diff(words)) == [1] * (len(words) - 1)
        assert list(marks) == list(text().marks[words])
        assert list(capitals) == list(text().capitals[words])
        # Two sentences are longer than a window may be: it ends inside the second.
        assert len(words) in (6, 11)


def test_some_begin_or_end_inside_a_sentence_and_some_of_those_at_a_comma() -> None:
    settings = dataclasses.replace(PLAIN, cut_start=0.5, cut_end=0.5)
    found = list(maker(settings).draw(400, np.random.default_rng(0)))
    begun = sum(words[0] % SENTENCE != 0 for words, _, _ in found)
    ends = [int(marks[-1]) for _, marks, _ in found]
    assert 120 < begun < 260
    assert all(ends.count(mark) > 30 for mark in (0, COMMA, STOP))


def test_faulty_words_keep_what_follows_them_and_names_misheard_teach_nothing() -> None:
    settings = dataclasses.replace(PLAIN, noisy=1.0, replaced=0.5, dropped=0.2, added=0.2)
    windows = list(maker(settings).draw(200, np.random.default_rng(0)))
    for words, marks, capitals in windows:
        assert len(words) == len(marks) == len(capitals)
        assert words.min() >= 0 and words.max() < 50 * SENTENCE
    capitals = np.concatenate([capitals for _, _, capitals in windows])
    assert (capitals == IGNORED).sum() > 50 and (capitals == Capitals.CAPITAL).sum() > 20
    # The full stop of a sentence whose last word is missing is moved to the word before.
    assert np.mean([STOP in marks for _, marks, _ in windows]) > 0.9


def test_batches_hold_windows_of_one_length_and_are_the_same_again() -> None:
    batches = maker(PLAIN).batches(60, batch_words=100, seed=(3, 1))
    again = maker(PLAIN).batches(60, batch_words=100, seed=(3, 1))
    other = maker(PLAIN).batches(60, batch_words=100, seed=(3, 2))
    assert [batch.words.tolist() for batch in batches] == [batch.words.tolist() for batch in again]
    assert [batch.words.tolist() for batch in batches] != [batch.words.tolist() for batch in other]
    assert sum(len(batch.words) for batch in batches) == 60
    assert max(batch.words.size for batch in batches) <= 100
