"""Measures what bot/DESIGN.md says of parsers, beside the libraries not chosen.

    pip install pypdf trafilatura
    python -m tests.benchmarks.parsers pdf FILE.pdf ...
    python -m tests.benchmarks.parsers html FOLDER

The PDF figures are of KOMA-Script's guide (scrguide-en.pdf, 566 pages), the HTML ones
of the documentation that rustup installs: eight pages of each of ten of its parts.
Every page's `main` is renamed to `div`, and says which passages are around the text.
"""

from __future__ import annotations

import io
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bot.config import CorpusConfig
from bot.ingest import html, pdf
from bot.ingest.documents import Found
from bot.records import Document

_PARTS = (
    "book reference cargo rustdoc nomicon clippy edition-guide std/collections std/io "
    "core/iter"
).split()
_PAGES = 8  # of each part
_LARGEST = 400_000  # bytes of a page
_SHORTEST = 9  # letters of a passage that is looked for
_BLOCKS = ("p", "li", "td", "pre", "h1", "h2", "h3", "dd")
_SAMPLE = 60  # pages that pypdf reads; the rest is extrapolated


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time in seconds, and what was returned."""
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def compare_pdf(files: Iterable[str]) -> None:
    """Print the time of this bot and of pypdf for each file."""
    import pypdf  # noqa: PLC0415 - only compared with

    for file in files:
        data = Path(file).read_bytes()

        def others(data: bytes = data) -> int:
            pages = pypdf.PdfReader(io.BytesIO(data)).pages
            for number in range(min(_SAMPLE, len(pages))):
                pages[number].extract_text()
            return len(pages)

        ours, _ = timed(lambda data=data: pdf.read("a.pdf", data, CorpusConfig()))  # type: ignore[misc]  # the default binds it
        seconds, pages = timed(others)
        seconds *= max(1.0, pages / _SAMPLE)
        print(f"{file}: {pages} pages, bot {ours:.2f} s, pypdf {seconds:.2f} s")  # noqa: T201 - its result


def compare_html(folder: Path) -> None:
    """Print how much of the text, and of what is around it, each of the two keeps."""
    import trafilatura  # noqa: PLC0415 - only compared with
    from lxml import html as pages  # noqa: PLC0415 - only for this

    kept = {"bot": [0, 0], "trafilatura": [0, 0]}
    seconds = dict.fromkeys(kept, 0.0)
    total = [0, 0]
    for file in _sample(folder):
        data = file.read_bytes()
        parser = pages.HTMLParser(encoding="utf-8")
        tree = pages.document_fromstring(data, parser=parser)
        main = tree.find(".//main")
        if main is None:
            continue
        inside = set(main.iter(*_BLOCKS))
        for menu in list(main.iter("nav", "rustdoc-toolbar")):
            inside -= set(menu.iter(*_BLOCKS))
        text = _passages(inside)
        around = _passages(each for each in tree.iter(*_BLOCKS) if each not in inside)
        around = [each for each in around if each not in text]
        plain = re.sub(rb"<(/?)main\b", rb"<\1div", data)
        mine, found = timed(
            lambda plain=plain: html.read("a.html", plain, CorpusConfig())  # type: ignore[misc]  # the default binds it
        )
        other, theirs = timed(
            lambda plain=plain: trafilatura.bare_extraction(  # type: ignore[misc]  # the default binds it
                plain, favor_recall=True, include_comments=False
            )
        )
        said = {"bot": _text(found), "trafilatura": theirs.text if theirs else ""}
        total = [total[0] + len(text), total[1] + len(around)]
        for name, spent in (("bot", mine), ("trafilatura", other)):
            letters = _letters(said[name] or "")
            kept[name][0] += sum(each in letters for each in text)
            kept[name][1] += sum(each in letters for each in around)
            seconds[name] += spent
    for name, (good, bad) in kept.items():
        ratio = seconds[name] / seconds["bot"]
        print(  # noqa: T201 - its result
            f"{name}: {good} of {total[0]} passages, {bad} of {total[1]} around them, "
            f"{ratio:.1f} times the bot's time"
        )


def _sample(folder: Path) -> list[Path]:
    found = []
    for part in _PARTS:
        files = sorted((folder / part).rglob("*.html"), key=str)
        random.Random(1).shuffle(files)  # noqa: S311 - a sample, the same each time
        found += [each for each in files[:_PAGES] if each.stat().st_size <= _LARGEST]
    return found


def _passages(elements: Iterable[Any]) -> list[str]:
    innermost = [
        each
        for each in elements
        if not any(inner.tag in _BLOCKS for inner in each.iterdescendants())
    ]
    said = [_letters(each.text_content()) for each in innermost]
    return [each for each in said if len(each) >= _SHORTEST]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _text(found: Found) -> str:
    return "".join(each.text for each in found if isinstance(each, Document))


if __name__ == "__main__":
    if sys.argv[1] == "pdf":
        compare_pdf(sys.argv[2:])
    else:
        compare_html(Path(sys.argv[2]))
