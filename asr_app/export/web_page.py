"""HTML: one page that needs nothing else, with times that play the recording from there."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from asr_app.export.about import about
from asr_app.export.document import Document, Paragraph, Piece, clean
from asr_app.export.options import ExportOptions
from asr_app.export.times import clock

# The page reaches nothing but the recording.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src 'self' file: blob:"
)
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif;
  color: #1a1c20; background: #ffffff; }
.about, .key { color: #565d69; }
audio { width: 100%; position: sticky; top: 0; }
p { margin: 0.6rem 0; }
.time { font-variant-numeric: tabular-nums; margin-right: 0.6rem; color: #1f5fbf; }
[data-s] { cursor: pointer; }
.uncertain { text-decoration: underline dotted 2px; text-underline-offset: 0.2em; }
.now { outline: 2px solid #1f5fbf; border-radius: 2px; }
@media (prefers-color-scheme: dark) {
  body { color: #e8eaed; background: #1c1e22; }
  .about, .key { color: #a8afba; }
  .time { color: #8ab4f8; }
  .now { outline-color: #8ab4f8; }
}
"""
_SCRIPT = """
"use strict";
const player = document.getElementById("player");
const words = Array.from(document.querySelectorAll("span[data-s]"));
const starts = words.map((word) => Number(word.dataset.s));
document.getElementById("file").addEventListener("change", (event) => {
  const file = event.target.files[0];
  if (file) { player.src = URL.createObjectURL(file); }
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-s]");
  if (!target || !player.currentSrc) { return; }
  event.preventDefault();
  player.currentTime = Number(target.dataset.s);
  player.play();
});
let shown = null;
player.addEventListener("timeupdate", () => {
  let low = 0, high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= player.currentTime) { low = middle + 1; } else { high = middle; }
  }
  const word = words[low - 1] || null;
  if (word === shown) { return; }
  if (shown) { shown.classList.remove("now"); }
  if (word) { word.classList.add("now"); }
  shown = word;
});
"""


def write_html(document: Document, options: ExportOptions) -> str:
    """The transcript as a page; where the recording is not beside it, one chooses it on the page."""
    title = escape(clean(document.title))
    paragraphs = document.paragraphs()
    source = (
        f' src="{escape(quote(document.recording, errors="surrogateescape"))}"' if document.recording else ""
    )
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(document.transcript.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        f"<h1>{title}</h1>",
        f'<p class="about">{escape(about(document))}</p>',
        f'<audio id="player" controls preload="metadata"{source}></audio>',
        '<p class="key"><label>Recording to play: '
        '<input id="file" type="file" accept="audio/*,video/*"></label></p>',
    ]
    if any(options.uncertain(piece.confidence) for paragraph in paragraphs for piece in paragraph.pieces):
        lines.append('<p class="key"><span class="uncertain">Dotted</span>: uncertain words.</p>')
    lines += ["<main>", *(_paragraph(paragraph, options) for paragraph in paragraphs), "</main>"]
    lines += [f"<script>{_SCRIPT}</script>", "</body>", "</html>"]
    return "\n".join(lines) + "\n"


def _paragraph(paragraph: Paragraph, options: ExportOptions) -> str:
    words = " ".join(_word(piece, options) for piece in paragraph.pieces)
    if not options.times:
        return f"<p>{words}</p>"
    start_s = paragraph.start_s
    mark = f"t{round(start_s * 1000)}"
    time = f'<a class="time" href="#{mark}" data-s="{start_s:.3f}">{clock(start_s)}</a>'
    return f'<p id="{mark}">{time}{words}</p>'


def _word(piece: Piece, options: ExportOptions) -> str:
    attributes = f'data-s="{piece.start_s:.3f}"'
    if options.uncertain(piece.confidence) and piece.confidence is not None:
        attributes += f' class="uncertain" title="{piece.confidence:.0%} certain"'
    return f"<span {attributes}>{escape(piece.text)}</span>"
