from __future__ import annotations

import json
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asr_app.cli.live_bench.command import _samples
from asr_app.cli.live_bench.figures import Passage, Shown, measure, spread, word_latencies_s
from asr_app.cli.live_bench.matching import match_words
from asr_app.cli.live_bench.picture import draw
from asr_app.cli.live_bench.playing import PlayedSpeech
from asr_app.cli.live_bench.running import Piece, Timeline, passages_of
from asr_app.cli.live_bench.word_times import SpokenWord, WordClock
from asr_app.session.events import SessionEvent
from asr_app.session.sources import SourceEnded
from asr_app.transcription.events import FinalResult, PartialResult, SpeechStarted
from asr_app.transcription.recognizer import Recognizer
from asr_app.transcription.types import Segment, Word
from tests.unit.cli.conftest import RunCli
from tests.unit.transcription.builders import DEFAULT_MODEL, SAMPLES, Samples, speech


def spoken(text: str, start_s: float = 1.0) -> list[SpokenWord]:
    """Words of half a second each."""
    return [
        SpokenWord(word, start_s + 0.5 * place, start_s + 0.5 * (place + 1))
        for place, word in enumerate(text.split())
    ]


def shown(time_s: float, text: str, changed: int = 0) -> Shown:
    return Shown(time_s, tuple(text.split()), changed)


class TestMatching:
    @pytest.mark.parametrize(
        ("said", "heard", "pairs", "errors"),
        [
            ("a b c", "a b c", [(0, 0), (1, 1), (2, 2)], 0),
            ("a b c", "a x c", [(0, 0), (1, 1), (2, 2)], 1),
            ("a b c", "a c", [(0, 0), (2, 1)], 1),
            ("a c", "a b c", [(0, 0), (1, 2)], 1),
            ("", "a", [], 1),
            ("a", "", [], 1),
        ],
    )
    def test_words_stand_for_each_other_with_the_fewest_errors(
        self, said: str, heard: str, pairs: list[tuple[int, int]], errors: int
    ) -> None:
        match = match_words(said.split(), heard.split())
        assert (list(match.pairs), match.errors) == (pairs, errors)

    def test_what_has_not_been_said_yet_is_no_error(self) -> None:
        match = match_words(["a", "b", "c", "d"], ["a", "x"], is_prefix=True)
        assert (match.pairs, match.errors) == (((0, 0), (1, 1)), 1)


class TestFigures:
    def passage(self) -> Passage:
        # "meet" is wrong for half a second; "again" is in no partial text.
        return Passage(
            "one",
            spoken("we will meet again"),
            [
                shown(2.0, "we"),
                shown(2.4, "we will"),
                shown(3.0, "we will meat"),
                shown(3.5, "we will meet", 1),
            ],
            last_partial=("we", "will", "meet"),
            final=("we", "will", "meet", "again"),
            final_s=3.7,
        )

    def test_a_word_is_late_by_the_time_from_its_end_until_it_is_on_the_screen(self) -> None:
        seen, right = word_latencies_s(self.passage())
        assert seen == pytest.approx([0.5, 0.4, 0.5, 0.7])
        assert right == pytest.approx([0.5, 0.4, 1.0, 0.7])

    def test_all_figures(self) -> None:
        figures = measure([self.passage()])
        assert figures["partial_latency_ms"] == {"median": 500, "p95": 700, "count": 4}
        assert figures["right_word_latency_ms"] == {"median": 600, "p95": 1000, "count": 4}
        assert figures["final_latency_ms"] == {"median": 700, "p95": 700, "count": 1}
        assert figures["partial_wer"] == 0.25
        assert figures["final_wer"] == 0.0
        assert figures["changed_word_rate"] == 0.25
        assert json.dumps(figures)

    def test_where_nothing_was_shown_there_are_no_times(self) -> None:
        figures = measure([Passage("one", spoken("we will"))])
        assert figures["partial_latency_ms"]["median"] is None
        assert figures["partial_wer"] == 1.0
        assert figures["changed_word_rate"] is None

    def test_the_95th_percentile_is_a_value_that_occurred(self) -> None:
        assert spread(list(range(1, 101))) == {"median": 50, "p95": 95, "count": 100}


class TestPassages:
    def test_events_are_sorted_by_recording_and_counted_from_its_clock(self) -> None:
        pieces = [Piece("one", 1.0, 2.0, spoken("we will")), Piece("two", 3.0, 4.0, spoken("meet", 3.0))]
        timeline = Timeline(np.zeros(80_000, np.float32), pieces)
        began_s, offset_s = 1000.0, 0.25

        def final(number: int, text: str) -> FinalResult:
            return FinalResult(number, Segment(tuple(Word(w, 0, 0, 1) for w in text.split()), 0.0, 1.0))

        events: list[tuple[float, SessionEvent]] = [
            (1001.9, SpeechStarted(0, 1.0)),
            (1002.0, PartialResult(0, "we well", 1.5)),
            (1002.5, PartialResult(0, "we will", 1.9, changed_words=1)),
            (1002.8, final(0, "we will")),
            (1003.6, SpeechStarted(1, 3.0)),
            (1004.0, PartialResult(1, "meat", 3.5)),
            (1004.5, final(1, "meet")),
        ]
        one, two = passages_of(timeline, events, began_s, offset_s)
        assert [text.time_s for text in one.partials] == pytest.approx([1.75, 2.25])
        assert one.final_s == pytest.approx(2.55)
        assert (one.last_partial, one.final, one.corrected_words) == (("we", "will"), ("we", "will"), 0)
        assert (two.last_partial, two.final, two.corrected_words) == (("meat",), ("meet",), 1)


class TestPlaying:
    def test_no_block_comes_before_it_was_spoken(self) -> None:
        samples = np.arange(3_000, dtype=np.float32)
        source = PlayedSpeech(samples)
        source.start()
        given: list[Samples] = []
        with pytest.raises(SourceEnded):
            while True:
                block = source.read(1.0)
                assert block is not None
                given.append(block)
                assert time.monotonic() - source.began_s >= sum(map(len, given)) / 16_000
        assert np.array_equal(np.concatenate(given), samples)


def test_the_samples_come_with_their_texts() -> None:
    texts = {name: text for name, _, text in _samples()}
    assert set(texts) == {path.name for path in SAMPLES.glob("*.wav")}
    assert texts["library.wav"] == "we will meet in front of the library at ten in the morning"


@pytest.mark.skipif(not (DEFAULT_MODEL / "config.json").is_file(), reason="no model in models/default")
def test_words_are_placed_in_order_where_they_are_spoken() -> None:
    text = "we will meet in front of the library at ten in the morning"
    words = WordClock(Recognizer.load(DEFAULT_MODEL, device="cpu")).times(speech("library"), text)
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert [word.text for word in words] == text.split()
    assert times == sorted(times)
    # A second of silence before and after.
    assert 0.9 < times[0] < times[-1] < len(speech("library")) / 16_000 - 0.9


def write_manifest(folder: Path, samples: Sequence[float]) -> Path:
    with wave.open(str(folder / "part.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.asarray(samples) * 32767).astype("<i2").tobytes())
    manifest = folder / "part.jsonl"
    manifest.write_text(
        json.dumps({"audio_filepath": "part.wav", "text": "we will"}) + "\n", encoding="utf-8"
    )
    return manifest


def test_the_command_measures_and_writes_all_figures(run_cli: RunCli, tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path, speech("library", pause_s=0)[:16_000].tolist())
    result = run_cli(
        "bench",
        "--live",
        "--manifest",
        manifest,
        "--json",
        tmp_path / "live.json",
        "--model",
        "tiny",
        "--device",
        "cpu",
    )
    assert result.status == 0, result.err
    figures = json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))
    for name in ("partial_latency_ms", "final_latency_ms"):
        assert {"median", "p95"} <= set(figures[name])
    assert figures["final_latency_ms"]["median"] > 0
    assert figures["cpu_percent_of_one_core"] > 0
    assert {"partial_wer", "final_wer", "changed_word_rate", "machine"} <= set(figures)
    assert "changed_word_rate" in result.out


# matplotlib says in the log when it takes long to look for fonts: hence `caplog`.
@pytest.mark.usefixtures("caplog")
def test_the_picture_shows_each_word(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    draw([TestFigures().passage()], tmp_path / "live.svg")
    picture = (tmp_path / "live.svg").read_text(encoding="utf-8")
    assert picture.startswith("<?xml")
    for word in ("we", "will", "meet", "again", "seconds"):
        assert f">{word}</text>" in picture
