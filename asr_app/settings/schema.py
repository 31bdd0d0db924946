"""All settings: their types, ranges, defaults and what they are for.

Each field has a title and a description of one sentence. `options` in its extras names the options of
commands that take it as their default; a field without it is read where the table `USED_BY` of document.py
says. A setting that nothing reads has no place here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from asr_app.settings.shortcuts import DEFAULT_KEYS, conflict, normal_keys

VERSION = 1
"""Of the file; a larger one is read as far as it is understood."""

FormatName = Literal["txt", "md", "srt", "vtt", "json", "csv", "docx", "html", "textgrid", "ctm"]
Keys = Annotated[str, AfterValidator(normal_keys)]
Days = Annotated[float, Field(gt=0, le=36500)]
OwnPath = Annotated[Path, AfterValidator(lambda path: path.expanduser())]


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise ValueError("a device is auto, cpu, mps, cuda, or one like cuda:1")
    return text


def _template(text: str) -> str:
    if "{name}" not in text:
        raise ValueError("a template has {name} in it, which tells files apart")
    return text


Device = Annotated[str, AfterValidator(_device)]
Template = Annotated[str, AfterValidator(_template)]


class Group(BaseModel):
    """Settings that belong together."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


def _setting(default: Any, title: str, description: str, /, *options: str, **limits: Any) -> Any:
    return Field(
        default, title=title, description=description, json_schema_extra={"options": list(options)}, **limits
    )


class Audio(Group):
    """Where sound comes from."""

    microphone: str | None = _setting(
        None,
        "Microphone",
        "Number or name of the microphone to dictate into; the system's choice where none is set.",
        "dictate microphone",
        min_length=1,
    )


class Recognition(Group):
    """How speech becomes words."""

    model: str = _setting(
        "default",
        "Model",
        "Name of the model, or the path of its folder.",
        *("transcribe model", "dictate model"),
        min_length=1,
    )
    device: Device = _setting(
        "auto",
        "Device",
        "Where to compute: auto, cpu, cuda, cuda:1 …",
        *("transcribe device", "dictate device"),
    )
    precision: Literal["auto", "float32", "int8"] = _setting(
        "auto",
        "Precision",
        "How exactly the processor computes; auto takes int8 where that is faster.",
        *("transcribe precision", "dictate precision"),
    )
    beam: int | None = _setting(
        None,
        "Search width",
        "Hypotheses kept while a recording is searched: more is slower and better; the model's own number "
        "where none is set.",
        "transcribe beam",
        ge=1,
        le=1000,
    )
    partials: Literal["words", "pieces"] = _setting(
        "words",
        "Text while you speak",
        "Whether it is made of words of the dictionary or, cheaper and worse, of pieces of words.",
        "dictate partials",
    )


class Text(Group):
    """How words are written."""

    formatted: bool = _setting(
        False,
        "Formatted text",
        "Write numbers, dates and sums as one writes them, with capitals, and carry out spoken commands.",
        *("transcribe formatted", "dictate formatted", "export formatted"),
    )
    punctuation: bool = _setting(
        True,
        "Automatic punctuation",
        "Let formatted text have the marks and the capitals of names that the model gives it.",
        *("transcribe punctuation", "dictate punctuation", "export punctuation"),
    )
    commands_file: OwnPath | None = _setting(
        None,
        "Spoken commands",
        "File (TOML) with spoken commands of your own, over those of the program; used with formatted text.",
        "dictate commands",
    )


class Vocabulary(Group):
    """Words of your own."""

    vocabulary_file: OwnPath | None = _setting(
        None,
        "Vocabulary",
        "File with words and phrases to prefer, instead of vocabulary.txt in the folder of settings.",
        *("transcribe vocabulary", "dictate vocabulary"),
    )
    replacements_file: OwnPath | None = _setting(
        None,
        "Replacements",
        "File (CSV) of what is to be replaced by what; used with formatted text.",
        *("transcribe replacements", "dictate replacements", "export replacements"),
    )


class Export(Group):
    """Files with transcripts."""

    formats: tuple[FormatName, ...] = _setting(
        ("txt",),
        "Formats",
        "What is written of a transcript; several need a folder to be written to.",
        *("transcribe formats", "export formats"),
        min_length=1,
    )
    file_name: Template = _setting(
        "{name}.{ext}",
        "Names of files",
        "Template of the names: {name}, {date}, {time}, {language}, {model} and {ext}.",
        *("transcribe name", "export name"),
    )
    existing: Literal["number", "overwrite", "skip"] = _setting(
        "number",
        "Files that are there already",
        "Whether the new file gets a number, overwrites the old one, or is not written.",
        *("transcribe existing", "export existing"),
    )
    times: bool = _setting(
        True, "Times", "Begin each paragraph of Markdown, Word and web pages with its time."
    )
    mark_uncertain: bool = _setting(
        True, "Mark uncertain words", "Underline uncertain words in Word documents and web pages."
    )
    csv_rows: Literal["utterances", "words"] = _setting(
        "utterances", "Rows of tables", "Whether a row of a CSV file is an utterance or a word."
    )


class Subtitles(Group):
    """How subtitles are cut."""

    line_characters: int = _setting(42, "Width", "Most characters in a line.", ge=8, le=200)
    lines: int = _setting(2, "Lines", "Most lines of a subtitle.", ge=1, le=6)
    min_duration_s: float = _setting(
        0.833,
        "Shortest time",
        "Seconds a subtitle stands at least, where speech leaves the time.",
        ge=0,
        le=10,
    )
    max_duration_s: float = _setting(7.0, "Longest time", "Seconds a subtitle stands at most.", ge=0.5, le=60)
    gap_s: float = _setting(0.083, "Gap", "Seconds between two subtitles, at least.", ge=0, le=2)
    reading_cps: float = _setting(
        17.0, "Reading speed", "Characters a second that people read comfortably.", ge=5, le=60
    )
    pause_s: float = _setting(
        0.8, "Pause", "After silence of so many seconds a new subtitle begins.", ge=0.1, le=10
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_duration_s > self.max_duration_s:
            raise ValueError("the shortest time is longer than the longest")
        return self


class Appearance(Group):
    """How things look."""

    provisional_text: Literal["grey", "plain", "hidden"] = _setting(
        "grey", "Provisional text", "How the terminal shows words that may still change while you dictate."
    )


def _keys(name: str, title: str) -> Any:
    return _setting(DEFAULT_KEYS[name], title, f"Key for: {title[:1].lower()}{title[1:]}.")


class Shortcuts(Group):
    """Keys of the window, like Ctrl+Shift+C or F9; an empty one is none. Space and Escape are fixed."""

    dictate: Keys = _keys("dictate", "Start or stop dictation")
    pause: Keys = _keys("pause", "Pause or resume dictation")
    open_recordings: Keys = _keys("open_recordings", "Open recordings")
    find_microphones: Keys = _keys("find_microphones", "Look for microphones")
    copy_text: Keys = _keys("copy_text", "Copy the text")
    close_text: Keys = _keys("close_text", "Close the text in front")
    quit: Keys = _keys("quit", "Quit")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if wrong := conflict(self.model_dump()):
            raise ValueError(wrong)
        return self


class Storage(Group):
    """Where things are kept."""

    library_folder: OwnPath | None = _setting(
        None,
        "Library",
        "Folder of the library, one in your folder of data where none is set; “library move” moves it.",
    )


class Privacy(Group):
    """What is kept, and for how long. Nothing goes by itself unless it is set here."""

    keep_transcripts: bool = _setting(
        False, "Keep transcripts", "Add every transcribed recording to the library.", "transcribe library"
    )
    delete_after_days: Days | None = _setting(
        None,
        "Delete transcripts",
        "Days after which transcripts without a tag are deleted from the library; they can be brought back.",
    )
    delete_sound_after_days: Days | None = _setting(
        None,
        "Delete sound",
        "Days after which the sound of dictations without a tag is removed for good; their text stays.",
    )
    empty_deleted_after_days: Days | None = _setting(
        None, "Empty deleted", "Days after which deleted transcripts are removed for good."
    )


class Settings(BaseModel):
    """Everything a person may set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audio: Audio = Field(default_factory=Audio, title="Audio")
    recognition: Recognition = Field(default_factory=Recognition, title="Recognition")
    text: Text = Field(default_factory=Text, title="Text")
    vocabulary: Vocabulary = Field(default_factory=Vocabulary, title="Vocabulary and replacements")
    export: Export = Field(default_factory=Export, title="Export")
    subtitles: Subtitles = Field(default_factory=Subtitles, title="Subtitles")
    appearance: Appearance = Field(default_factory=Appearance, title="Appearance")
    shortcuts: Shortcuts = Field(default_factory=Shortcuts, title="Shortcuts")
    storage: Storage = Field(default_factory=Storage, title="Storage")
    privacy: Privacy = Field(default_factory=Privacy, title="Privacy")
