"""Feeds a parser with whatever reaches new code in it: a sound document, or a refusal.

    pip install atheris
    python -m tests.fuzz.parsers docx -max_total_time=60

The first argument is a format, the others are libFuzzer's. For Office formats the
bytes are the XML of the main part, since in an archive they would only break its sums.
It ends with what libFuzzer found: an exception that is no refusal, an unsound document,
or an input that took 10 seconds.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir

import atheris

with atheris.instrument_imports(include=["bot.ingest"]):
    from bot.ingest.formats import FORMATS

    for each in FORMATS:
        each.reader()
from tests.office_files import FILES, pack
from tests.test_ingest_fuzz import read

MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document.main"),
    "pptx": ("ppt/slides/slide1.xml", ""),
    "xlsx": ("xl/worksheets/sheet1.xml", ""),
}


def whole(name: str) -> Callable[[bytes], bytes]:
    """Return what makes a file of the bytes that are tried."""
    if name not in MAIN:
        return lambda data: data
    part, kind = MAIN[name]
    if kind:
        return lambda data: pack({part: data}, {part: kind})
    example = (
        FILES / "libreoffice" / {"pptx": "slides.pptx", "xlsx": "parts.xlsx"}[name]
    )
    with zipfile.ZipFile(example) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    types = parts.pop("[Content_Types].xml")

    def with_part(data: bytes) -> bytes:
        return pack({**parts, part: data, "[Content_Types].xml": types}, {})

    return with_part


def seeds(name: str) -> Iterator[bytes]:
    """Yield what real files have where the bytes go."""
    for file in FILES.glob(f"*/*.{name}"):
        if name not in MAIN:
            yield file.read_bytes()
            continue
        with zipfile.ZipFile(file) as archive:
            if MAIN[name][0] in archive.namelist():
                yield archive.read(MAIN[name][0])


def main() -> None:
    """Fuzz until libFuzzer stops."""
    name, *options = sys.argv[1:]
    corpus = Path(gettempdir()) / f"fuzz-{name}"  # inputs that reached something new
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    make = whole(name)

    def try_one(data: bytes) -> None:
        read(f"a.{name}", make(data))

    atheris.Setup([sys.argv[0], "-timeout=10", *options, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
