"""Files made by real programs, in all formats: indexed, and quoted where they say it.

`tests/data/formats/README.md` says how they were made.
"""

from __future__ import annotations

import csv
import email
import email.policy
import html
import io
import json
import re
import shutil
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.indexing import IndexReport
from bot.places import find_place
from bot.records import Place, Sentence
from bot.stores.local import LocalReader
from tests.small_index import build, read, settings

FILES = Path(__file__).parent / "data" / "formats"
FOLDERS = (
    "chromium",
    "latex",
    "libreoffice",
    "mail",
    "pandoc",
    "scanner",
    "text",
    "zip",
)
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (FILES / "expected.jsonl").read_text().splitlines()
]
# What stands in the files and is no text of theirs: menus, forms, running headers and
# footers, deleted sentences, hidden sheets.
FURNITURE = (
    "We use cookies", "Accept all cookies", "Sign in here", "Leave a comment",
    "Post comment", "Related articles", "Our summer party", "All rights reserved",
    "for internal use only", "of the furnace handbook", "do not copy", "Sheet 1",
    "Visitors may enter alone", "opens at nine", "Silver wire cost",
)  # fmt: skip
PRINTED_MENUS = {"chromium/page.pdf"}  # on paper, a menu is text like any other


@dataclass(frozen=True)
class Read:
    """What an index says of the files."""

    report: IndexReport
    texts: dict[str, str]
    sentences: dict[str, list[Sentence]]
    sections: dict[tuple[str, int], tuple[str, ...]]  # by document and offset
    places: dict[str, tuple[Place, ...]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Index a copy of the files by the public way."""
    folder = tmp_path_factory.mktemp("formats")
    for name in FOLDERS:
        shutil.copytree(FILES / name, folder / "corpus" / name)
    config = settings(folder)
    report = build(config)
    with closing(read(config)) as reader:
        return _everything(report, reader)


def _everything(report: IndexReport, reader: LocalReader) -> Read:
    vector = reader.encoder.encode_query("anything")
    ids = [chunk for chunk, _ in reader.search_dense(vector, reader.size())]
    sentences = defaultdict(list)
    sections = {}
    for chunk in reader.chunks(ids):
        for sentence in reader.sentences(chunk.id):
            sentences[chunk.document].append(sentence)
            sections[chunk.document, sentence.start] = chunk.section
    names = [each.id for each in reader.documents()]
    return Read(
        report,
        {each: reader.text(each) for each in names},
        dict(sentences),
        sections,
        {each: reader.places(each) for each in names},
    )


def words(text: str) -> str:
    """Return a text as words alone, so that wrapping and separators do not matter."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text)))


def test_every_file_is_indexed_or_refused_by_name(made: Read) -> None:
    files = [each for name in FOLDERS for each in (FILES / name).iterdir()]
    refused = {each.path: each.reason for each in made.report.refused}

    assert len(files) >= 60
    assert set(refused) == {"scanner/visitors.pdf", "libreoffice/handbook.doc"}
    assert "without text" in refused["scanner/visitors.pdf"]
    assert "save it as .docx" in refused["libreoffice/handbook.doc"]
    assert {(each.path, each.reason) for each in made.report.skipped} == {
        ("libreoffice/parts.xlsx", "its sheet 'Old prices' is hidden")
    }
    outcomes = {each.path for each in made.report.outcomes}
    assert {f"{each.parent.name}/{each.name}" for each in files} <= outcomes


@pytest.mark.parametrize(
    "expected", EXPECTED, ids=lambda each: f"{each['document']}: {each['quote'][:25]}"
)
def test_what_a_file_says_is_quoted_with_its_place(
    made: Read, expected: dict[str, Any]
) -> None:
    document = expected["document"]
    wanted = words(expected["quote"])

    found = [each for each in made.sentences[document] if wanted in words(each.text)]

    assert found, f"not among {[each.text for each in made.sentences[document]]}"
    quote = found[0]
    text = made.texts[document]
    assert text[quote.start : quote.end] == quote.text
    if expected["section"] is not None:
        section = made.sections[document, quote.start]
        assert (section or ("",))[-1] == expected["section"]
    if expected["place"] is not None:
        place = find_place(made.places[document], text, quote.start)
        assert place is not None
        label = place.label
        if place.kind == "line":  # of the words, not of the sentence around them
            label = str(_line_of(text, wanted, quote.start))
        assert [place.kind, label] == expected["place"]


def _line_of(text: str, wanted: str, start: int) -> int:
    """Return the last line from which on the words follow."""
    lines = text.splitlines()
    first = text.count("\n", 0, start)
    return max(
        number + 1
        for number in range(first, len(lines))
        if words(" ".join(lines[number : number + 5])).find(wanted) >= 0
    )


def test_menus_headers_footers_and_deleted_text_are_never_quoted(made: Read) -> None:
    quoted = [
        (document, each.text)
        for document, sentences in made.sentences.items()
        for each in sentences
        if document not in PRINTED_MENUS
    ]

    assert not [
        (document, text)
        for document, text in quoted
        for phrase in FURNITURE
        if words(phrase) in words(text)
    ]


def test_everything_quoted_stands_in_the_original(made: Read) -> None:
    """The originals are read by other programs, or without any."""
    originals = {
        f"{name}/{file.name}": words(" ".join(original(file)))
        for name in FOLDERS
        for file in (FILES / name).iterdir()
        if file.suffix not in {".doc", ".jsonl", ".zip", ".pdf", ".xlsx"}
    }
    checked = 0
    for document, original_words in originals.items():
        for sentence in made.sentences[document]:
            for piece in re.split(r" \| |\n", sentence.text):
                assert words(piece) in original_words, (document, piece)
                checked += 1
    assert checked > 500


def test_cells_are_displayed_as_another_program_displays_them(made: Read) -> None:
    displayed = set()
    for name in ("prices", "shifts"):  # exported "as shown" by LibreOffice
        text = (FILES / f"libreoffice/{name}.csv").read_text("utf-8")
        displayed |= {
            tuple(row) for row in csv.reader(io.StringIO(text), delimiter=";")
        }
    rows = [
        tuple(each.text.split(" | "))
        for each in made.sentences["libreoffice/parts.xlsx"]
        if each.kind == "row"
    ]

    assert len(rows) == 5
    for row in rows:
        # The export says a cell that spans rows once.
        assert row in displayed or ("", *row[1:]) in displayed


def original(file: Path) -> Iterator[str]:
    """Yield what stands in a file, by the plainest means."""
    data = file.read_bytes()
    if file.suffix in {".docx", ".pptx"}:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if re.search(
                    r"(document|footnotes|slide\d+|notesSlide\d+)\.xml$", name
                ):
                    xml = archive.read(name).decode()
                    xml = re.sub(r"<w:delText[^>]*>[^<]*", "", xml)
                    xml = re.sub(r"</(w|a):(p|tc)>|<a:br/>|<w:(br|tab)/>", " ", xml)
                    yield html.unescape(re.sub(r"<[^>]*>", "", xml))
    elif file.suffix == ".html":
        text = re.sub(r"</?(p|li|td|th|h\d|div|tr)\b[^>]*>", " ", data.decode())
        yield html.unescape(re.sub(r"<[^>]*>", "", text))
    elif file.suffix == ".eml":
        message = email.message_from_bytes(data, policy=email.policy.default)
        yield str(message["Subject"])
        for part in message.walk():
            if part.get_content_maintype() == "text":
                yield re.sub(r"<[^>]*>", " ", part.get_content())
    else:
        yield data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8")
