"""What a file is when no sound can be got out of it, in a sentence for the person who chose it."""

from __future__ import annotations

from pathlib import Path

from asr_app.errors import MediaError

_HEAD_BYTES = 4096
_TAIL_BYTES = 128 * 1024
_LARGE_INDEX_BYTES = 2_000_000  # 4 bytes a packet or more: about three hours of AAC
_CHOOSE_ANOTHER = "Choose an audio or video file."
_GET_AGAIN = "Copy or download it again, or export it anew from the program that made it."

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (8, b"WAVE", "a WAV file"),
    (8, b"AVI ", "an AVI file"),
    (8, b"WAVE", "a WAV file"),
    (8, b"AVI ", "an AVI file"),
    (0, b"RIFF", "a WAV or AVI file"),
    (0, b"RF64", "a WAV file"),
    (0, b"FORM", "an AIFF file"),
    (0, b"fLaC", "a FLAC file"),
    (0, b"OggS", "an Ogg file"),
    (0, b"ID3", "an MP3 file"),
    (0, b"\xff\xfb", "an MP3 file"),
    (0, b"\xff\xf1", "an AAC file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "a Windows Media file"),
    (4, b"ftyp", "an MP4, M4A or MOV file"),
    (4, b"moov", "an MP4, M4A or MOV file"),
    (4, b"mdat", "an MP4, M4A or MOV file"),
)

_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"[playlist]")

_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)


def check_is_readable_file(path: Path) -> None:
    """Look at what can be known before any decoding.

    Text is refused here because FFmpeg guesses: it takes some texts for exotic audio, and follows playlists.

    Raises:
        MediaError: The file is missing, a folder, not an ordinary file, forbidden, empty, or text.
    """
    try:
        if not path.exists():
            raise MediaError(f"There is no file “{path}”.", "Check its name and its folder.")
        if path.is_dir():
            raise MediaError(f"“{path.name}” is a folder, not a recording.", "Name the files in it.")
        if not path.is_file():
            raise MediaError(f"“{path.name}” is not an ordinary file.", _CHOOSE_ANOTHER)
        head = _read_head(path)
    except PermissionError as error:
        raise MediaError(
            f"“{path.name}” may not be read.", "Change its permissions, or copy it to a folder of your own."
        ) from error
    except OSError as error:
        raise MediaError(f"“{path.name}” cannot be read ({error.strerror}).", _CHOOSE_ANOTHER) from error
    if not head:
        raise MediaError(f"“{path.name}” is empty (0 bytes).", _GET_AGAIN)
    if head.startswith(_PLAYLISTS):
        raise playlist(path)
    if _is_text(head):
        raise MediaError(f"“{path.name}” holds text, not sound.", _CHOOSE_ANOTHER)


def undecodable(path: Path) -> MediaError:
    """Say what a file is that FFmpeg cannot open, or in which it finds no sound it can decode."""
    head = _read_head(path)
    for start, kind in _OTHER_KINDS:
        if head.startswith(start):
            return MediaError(f"“{path.name}” is {kind}, not a recording.", _CHOOSE_ANOTHER)
    for offset, mark, kind in _BEGINNINGS:
        if head[offset:].startswith(mark):
            return MediaError(
                f"“{path.name}” begins like {kind}, but is cut off or damaged: it holds no sound that can be "
                "decoded.",
                _GET_AGAIN,
            )
    return MediaError(f"“{path.name}” is not an audio or video file that can be read.", _CHOOSE_ANOTHER)


def without_sound(path: Path, container: str, has_video: bool) -> MediaError:
    """Say that a file is understood but holds no audio track."""
    if "image" in container or "pipe" in container:
        return MediaError(f"“{path.name}” is a picture, not a recording.", _CHOOSE_ANOTHER)
    if has_video:
        return MediaError(f"“{path.name}” is a video without sound.", "Choose one that has an audio track.")
    return MediaError(f"“{path.name}” has no audio track.", _CHOOSE_ANOTHER)


def playlist(path: Path) -> MediaError:
    """Say that a file only names other files."""
    return MediaError(f"“{path.name}” is a playlist, not a recording.", "Choose the recordings it names.")


def states_no_length(path: Path) -> bool:
    """Whether this is a WAV written while its length was unknown, so that its end is never a surprise."""
    head = _read_head(path)
    return head.startswith((b"RIFF", b"RF64")) and head[4:8] in (b"\0\0\0\0", b"\xff\xff\xff\xff")


def counts_its_frames(path: Path) -> bool:
    """Whether an MP3 says how long it is (Xing or Info header) rather than being estimated from its size."""
    with path.open("rb") as file:
        head = file.read(_TAIL_BYTES)
    return b"Xing" in head or b"Info\0\0" in head


def has_large_index(path: Path) -> bool:
    """Whether this is an MP4, M4A or MOV file of many hours, whose index FFmpeg holds in memory.

    Its boxes are a size of 4 bytes, a name of 4, and, where the size is 1, the real size in 8 (ISO 14496-12).
    """
    if _read_head(path)[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return False
    with path.open("rb") as file:
        position = 0
        while len(header := file.read(16)) == 16:
            size = int.from_bytes(header[:4], "big")
            size = int.from_bytes(header[8:], "big") if size == 1 else size
            if header[4:8] == b"moov":
                return size > _LARGE_INDEX_BYTES
            if size < 8:  # 0: it reaches to the end of the file
                return False
            position += size
            file.seek(position)
    return False


def ends_inside_ogg_page(path: Path) -> bool:
    """Whether the last page of an Ogg file is longer than what is left of the file (RFC 3533, section 6)."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))  # a page has at most 65,307 bytes
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :] if b"OggS" in tail else b""
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace")
    else:
        try:
            text = head.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4 or error.start == 0:
                return False
            text = head[: error.start].decode("utf-8")  # only the limit has cut a character
    readable = sum(character.isprintable() or character in "\r\n\t\f" for character in text)
    return readable > 0.95 * len(text)
