"""Each format: as it was written before, and as an independent reader reads it."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import docx
import pysubs2
import pytest
from markdown_it import MarkdownIt

from asr_app.export.document import Document
from asr_app.export.formats import Format
from asr_app.export.options import CsvRows, ExportOptions
from asr_app.export.rendering import rendered
from asr_app.transcription.types import Segment, Transcript, Word
from tests.unit.export.builders import (
    dictated_document,
    formatted_document,
    market,
    plain_document,
    segment,
    transcript,
)
from tests.unit.export.readers import read_ctm, read_textgrid

SNAPSHOTS = Path(__file__).parent / "snapshots"
FIRST = "We bought 25 apples at the café <b> & co"
LAST = 'He said "stop" and left at noon with Mr Kowalski we think'
NOTHING = Document(Transcript((), "en", "default", "silence.wav", 0.0), "silence")


def text_of(form: Format, document: Document | None = None, **options: object) -> str:
    chosen = ExportOptions(**options)  # type: ignore[arg-type]
    return rendered(document or formatted_document(), form, chosen).decode("utf-8")


@pytest.mark.parametrize("form", [form for form in Format if not form.about.binary])
def test_a_file_is_what_it_was(form: Format) -> None:
    """To renew the snapshots: ASR_APP_RENEW_SNAPSHOTS=1, then read what has changed."""
    path = SNAPSHOTS / f"market.{form.about.ending}"
    content = rendered(formatted_document(), form)
    if os.environ.get("ASR_APP_RENEW_SNAPSHOTS"):
        path.write_bytes(content)
    assert content == path.read_bytes()


@pytest.mark.parametrize("form", Format)
def test_a_recording_without_speech_makes_a_file(form: Format) -> None:
    content = rendered(NOTHING, form)
    assert (content == b"") == (form in (Format.TXT, Format.SRT))


class TestText:
    def test_a_line_per_utterance_with_words(self) -> None:
        assert text_of(Format.TXT) == f"{FIRST}\n{LAST}\n"

    def test_dictation_goes_on_where_it_ended_and_begins_a_line_where_it_was_told_to(self) -> None:
        note = dictated_document("hello comma", "world full stop new line next", "point")
        assert text_of(Format.TXT, note) == "Hello, world.\nNext point\n"

    def test_what_was_taken_back_is_not_written(self) -> None:
        note = dictated_document("one two", "three", "scratch that", "four")
        assert text_of(Format.TXT, note) == "One two four\n"


class TestMarkdown:
    def test_a_reader_of_markdown_shows_every_character(self) -> None:
        odd = Document(transcript([segment("1. *no* [list](x) # <b> `code` ~~out~~ a_b_c")]), "a *b*")
        tokens = MarkdownIt().enable("strikethrough").parse(text_of(Format.MARKDOWN, odd, times=False))
        shown = ["".join(c.content for c in t.children or ()) for t in tokens if t.type == "inline"]
        assert shown[0] == "a *b*"
        assert shown[2] == "1. *no* [list](x) # <b> `code` ~~out~~ a_b_c"
        assert [t.type for t in tokens].count("paragraph_open") == 2

    def test_paragraphs_begin_with_their_time(self) -> None:
        assert "\n\n**0:06** He said" in text_of(Format.MARKDOWN)


class TestSubtitles:
    @pytest.mark.parametrize("form", [Format.SRT, Format.VTT])
    def test_pysubs2_reads_text_and_times(self, form: Format) -> None:
        cues = pysubs2.SSAFile.from_string(text_of(form, dictated_document("a < b and c", "23")), form.value)
        # pysubs2 keeps what WebVTT has escaped.
        shown = [cue.plaintext.replace("&lt;", "<") for cue in cues]
        assert shown == ["A < b and c", "23"]
        assert [cue.start for cue in cues] == [100, 10_100]

    def test_both_kinds_have_the_same_cues(self) -> None:
        srt, vtt = (
            [
                (cue.start, cue.end, cue.text.replace("&amp;", "&"))
                for cue in pysubs2.SSAFile.from_string(
                    text_of(form, dictated_document("you & I", "go on")), form
                )
            ]
            for form in (Format.SRT, Format.VTT)
        )
        assert srt == vtt
        assert len(srt) == 2


class TestJson:
    def test_words_have_times_and_confidence_and_segments_their_display(self) -> None:
        values = json.loads(text_of(Format.JSON))
        assert [part["display"] for part in values["segments"]] == [FIRST, "", LAST]
        assert values["segments"][0]["words"][2] == {
            "text": "twenty", "start_s": 0.9, "end_s": 1.2, "confidence": 0.9,
        }  # fmt: skip

    def test_words_as_heard_are_what_the_transcript_gives(self) -> None:
        assert json.loads(text_of(Format.JSON, plain_document())) == market().to_dict()


class TestTable:
    def read(self, rows: CsvRows) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(text_of(Format.CSV, csv_rows=rows).removeprefix("\ufeff"))))

    def test_a_row_per_utterance(self) -> None:
        rows = self.read(CsvRows.UTTERANCES)
        assert [(row["segment"], row["start_s"], row["text"]) for row in rows] == [
            ("1", "0.000", FIRST),
            ("3", "6.000", LAST),
        ]
        assert float(rows[0]["confidence"]) == pytest.approx(0.9)

    def test_a_row_per_word(self) -> None:
        rows = self.read(CsvRows.WORDS)
        heard = [word for part in market().segments for word in part.words]
        assert [row["text"] for row in rows] == [word.text for word in heard]
        assert [float(row["end_s"]) for row in rows] == pytest.approx([word.end_s for word in heard])

    def test_a_spreadsheet_sees_that_it_is_utf8(self) -> None:
        assert rendered(plain_document(), Format.CSV).startswith(b"\xef\xbb\xbf")


class TestWord:
    def test_python_docx_reads_heading_and_paragraphs(self) -> None:
        file = docx.Document(io.BytesIO(rendered(formatted_document(), Format.DOCX)))
        texts = [paragraph.text for paragraph in file.paragraphs]
        assert texts == [
            "market day",
            "2025-03-09 14:30 · 0:11 · en · default",
            f"0:00  {FIRST}",
            f"0:06  {LAST}",
        ]
        assert file.core_properties.title == "market day"
        marked = [run.text for part in file.paragraphs for run in part.runs if run.font.underline]
        assert marked == ["Mr", "Kowalski"]

    def test_it_is_xml_in_a_zip_that_anyone_reads(self) -> None:
        with zipfile.ZipFile(io.BytesIO(rendered(formatted_document(), Format.DOCX))) as archive:
            assert archive.testzip() is None
            body = ElementTree.fromstring(archive.read("word/document.xml"))
        space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        texts = ["".join(t.text or "" for t in p.iter(f"{space}t")) for p in body.iter(f"{space}p")]
        assert texts[2:] == [f"0:00  {FIRST}", f"0:06  {LAST}"]

    def test_times_and_marks_may_be_left_out(self) -> None:
        plain = ExportOptions(times=False, mark_uncertain=False)
        file = docx.Document(io.BytesIO(rendered(formatted_document(), Format.DOCX, plain)))
        assert [run.text for run in file.paragraphs[3].runs] == [LAST]
        assert not file.paragraphs[3].runs[0].font.underline


class Page(HTMLParser):
    """Paragraphs of the transcript, its times and the words that are marked."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.times: list[tuple[str, float]] = []
        self.words: list[tuple[float, bool]] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self._inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.attributes[tag] = values
        self._inside = self._inside or tag == "main"
        if self._inside and tag == "p":
            self.texts.append("")
        if self._inside and tag in ("a", "span"):
            start_s = float(values["data-s"] or "")
            if tag == "a":
                self.times.append((values["href"] or "", start_s))
            else:
                self.words.append((start_s, values.get("class") == "uncertain"))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "main"

    def handle_data(self, data: str) -> None:
        if self._inside and self.texts:
            self.texts[-1] += data


class TestHtml:
    def test_paragraphs_have_times_that_lead_to_the_sound(self) -> None:
        page = Page(text_of(Format.HTML))
        assert [text.strip() for text in page.texts] == [f"0:00{FIRST}", f"0:06{LAST}"]
        assert page.times == [("#t100", 0.1), ("#t6100", 6.1)]
        assert page.attributes["audio"]["src"] == "market%20day.wav"
        assert page.attributes["html"]["lang"] == "en"

    def test_uncertain_words_are_marked(self) -> None:
        marked = [start_s for start_s, uncertain in Page(text_of(Format.HTML)).words if uncertain]
        heard = [word.start_s for word in market().segments[2].words if word.confidence < 0.6]
        assert marked == pytest.approx(heard)

    def test_nothing_is_loaded_from_anywhere(self) -> None:
        text = text_of(Format.HTML)
        assert "http:" not in text
        assert "https:" not in text
        assert "default-src 'none'" in (Page(text).attributes["meta"]["content"] or "")

    def test_a_name_of_any_bytes_is_a_link_to_it(self) -> None:
        odd = Document(market(), "a\udcffb", recording="a\udcff: b.wav")
        page = Page(text_of(Format.HTML, odd))
        assert page.attributes["audio"]["src"] == "a%FF%3A%20b.wav"


class TestTextGrid:
    def test_tiers_cover_the_time_and_hold_utterances_words_and_confidence(self) -> None:
        end_s, (utterances, words, confidence) = read_textgrid(text_of(Format.TEXTGRID))
        assert end_s == pytest.approx(market().duration_s)
        assert [text for _, _, text in utterances.intervals if text] == [FIRST, LAST]
        heard = [(word.start_s, word.end_s, word.text) for part in market().segments for word in part.words]
        told = [interval for interval in words.intervals if interval[2]]
        assert [text for _, _, text in told] == [text for _, _, text in heard]
        assert [start_s for start_s, _, _ in told] == pytest.approx([start_s for start_s, _, _ in heard])
        assert {text for _, _, text in confidence.intervals if text} == {"0.900", "0.300"}

    def test_intervals_touch_even_where_words_overlap_or_last_no_time(self) -> None:
        tangled = (Word("a", 0.0, 1.0, 1.0), Word('"b"', 0.5, 0.5, 1.0), Word("c", 0.4, 2.0, 1.0))
        document = Document(transcript([Segment(tangled, 0.0, 2.0)]), "tangled")
        end_s, tiers = read_textgrid(text_of(Format.TEXTGRID, document))
        for tier in tiers:
            ends = [0.0, *(end for _, end, _ in tier.intervals)]
            assert [start for start, _, _ in tier.intervals] == ends[:-1]
            assert ends[-1] == end_s
            assert all(start < end for start, end, _ in tier.intervals)
        assert [text for _, _, text in tiers[1].intervals if text] == ["a", '"b"', "c"]


class TestCtm:
    def test_a_line_per_word_as_heard(self) -> None:
        rows = read_ctm(text_of(Format.CTM))
        heard = [word for part in market().segments for word in part.words]
        assert [row[4] for row in rows] == [word.text for word in heard]
        assert {row[:2] for row in rows} == {("market_day", "1")}
        assert [row[2] + row[3] for row in rows] == pytest.approx([word.end_s for word in heard])
        assert [row[5] for row in rows] == [word.confidence for word in heard]

    def test_fields_end_only_where_they_should(self) -> None:
        document = Document(
            transcript([Segment((Word("ice  cream", 0, 1, 1), Word(" ", 1, 2, 1)), 0, 2)], ";;x"), ""
        )
        assert [row[4] for row in read_ctm(text_of(Format.CTM, document))] == ["ice_cream", "_"]


@pytest.mark.parametrize("form", Format)
def test_characters_that_no_format_holds_do_not_stop_it(form: Format) -> None:
    odd = Document(transcript([segment("a\x00b c\x1bd \udcff")], "x\udcff\x01.wav"), "x\udcff\x01")
    assert rendered(odd, form)
