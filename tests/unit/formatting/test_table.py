from __future__ import annotations

from pathlib import Path

import pytest

from asr_app.errors import FormattingError
from asr_app.formatting.cases import fold, utterances_of
from asr_app.formatting.commands import CommandMode
from asr_app.formatting.formatter import FormatOptions, Formatter
from asr_app.formatting.table import LANGUAGES, Action, CommandTable, load_table

ALIKE = {
    Action.CAPITAL_NEXT,
    Action.UPPER_PHRASE,
    Action.CAPS_OFF,
    Action.JOIN,
    Action.SCRATCH,
    Action.UNDO,
    Action.LITERAL,
}


def own(folder: Path, text: str) -> CommandTable:
    path = folder / "commands.toml"
    path.write_text(text, encoding="utf-8")
    return load_table("en", path)


def written(table: CommandTable, said: str) -> str:
    return fold(Formatter(FormatOptions(commands=CommandMode.ON), table=table), utterances_of(said))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_say_each_mark_and_each_order(language: str) -> None:
    table = load_table(language)
    marks = {command.write for command in table.commands.values()}
    assert marks >= {",", ".", "?", "!", ":", ";", "…", "-", "\u2013", "(", ")", "\n", "\n\n"}
    assert {command.do for command in table.commands.values()} >= ALIKE
    assert marks & {"“", "„", "«"}
    assert marks & {"”", "“", "»"}


def test_the_persons_file_gives_a_command_other_words(tmp_path: Path) -> None:
    table = own(tmp_path, '[command.comma]\nsay = ["virgule"]\n')
    assert written(table, "hello virgule comma world") == "Hello, comma world"


def test_it_changes_a_key_and_leaves_the_others(tmp_path: Path) -> None:
    table = own(tmp_path, '[command.open-quote]\nwrite = "\\""\n')
    assert written(table, "he said open quote yes") == 'He said "yes'


def test_it_adds_a_command(tmp_path: Path) -> None:
    table = own(
        tmp_path, '[command.greeting]\nsay = ["usual ending"]\nwrite = "Kind regards\\n"\nattach = "none"\n'
    )
    assert written(table, "bye usual ending") == "Bye Kind regards\n"


def test_it_takes_a_command_away(tmp_path: Path) -> None:
    table = own(tmp_path, "[command.comma]\nsay = []\n")
    assert written(table, "hello comma world") == "Hello comma world"


def test_it_replaces_the_words_after_which_nothing_is_a_mark(tmp_path: Path) -> None:
    table = own(tmp_path, 'not_after = ["some"]\n')
    assert written(table, "the comma some comma") == "The, some comma"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[command.comma\n", "not valid TOML"),
        ("[commands.comma]\nsay = ['x']\n", "unknown key “commands”"),
        ("[command.comma]\nsays = ['x']\n", "“comma” the unknown key “says”"),
        ("[command.new]\nwrite = 'x'\n", "what is said for the new command “new”"),
        ("[command.new]\nsay = ['x']\n", "something to “write” or something to “do”"),
        (
            "[command.new]\nsay = ['x']\nwrite = 'y'\ndo = 'join'\n",
            "something to “write” or something to “do”",
        ),
        ("[command.new]\nsay = ['x']\ndo = 'jump'\n", "unknown do = 'jump'; known are capital-next"),
        ("[command.new]\nsay = ['x']\nwrite = 'y'\nattach = 'top'\n", "unknown attach = 'top'"),
        ("[command.new]\nsay = 'x'\nwrite = 'y'\n", "“say” that is not a list"),
        ("[command.new]\nsay = [' ']\nwrite = 'y'\n", "empty phrase"),
        ("[command.new]\nsay = ['comma']\nwrite = 'y'\n", "“comma” for two commands, “comma” and “new”"),
        ("[command.comma]\nends = 'yes'\n", "neither true nor false"),
        ("command = 3\n", "not a table"),
    ],
)
def test_a_mistake_in_it_is_a_sentence_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FormattingError) as caught:
        own(tmp_path, text)
    assert said in str(caught.value)
    assert "commands.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormattingError, match="cannot be read"):
        load_table("en", tmp_path / "none.toml")
