"""Whatever bytes a parser gets: a sound document, or one line that refuses the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import Found, UnusableError
from bot.records import Document
from tests.office_files import (
    cell,
    paragraph,
    run,
    shape,
    sheet,
    slides,
    table,
    word,
    workbook,
)
from tests.reading import LIMITS, document, find, texts

Check = Callable[[str, st.DataObject], None]
SMALL = CorpusConfig(max_characters=100_000, max_inflated_mib=5, max_members=100)
EXAMPLES = {
    "a.docx": word(
        paragraph("Head", "H")
        + paragraph("Item", "", '<w:numPr><w:numId w:val="1"/></w:numPr>')
        + f"<w:p>{run('Text', '<w:vanish/>')}<m:oMath><m:rad/></m:oMath>"
        f"<w:del>{run('x')}</w:del></w:p>"
        + table(("A", "B"), ("c", cell("d", '<w:vMerge w:val="restart"/>')))
        + '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>',
        styles='<w:style w:styleId="H"><w:name w:val="heading 1"/></w:style>',
        footnotes=f'<w:footnote w:id="1">{paragraph("Note")}</w:footnote>',
    ),
    "a.pptx": slides(
        shape("Title", role="title") + shape("One", "1:Two", role="body"),
        shape("Other"),
    ),
    "a.xlsx": workbook(
        sheet(("Part", "Price"), ("Nut", 3), (None, 4.5))
        + '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>',
        formats=("0.00",),
        strings=("a",),
    ),
}
WORDS = st.sampled_from(["alpha", "Beta", "42", "delta.", "µm", "x"])
PIECES = {
    "a.rst": [
        "\n", "\n\n", "   ", "* ", "- ", "1. ", ":: ", "::\n\n",
        "====\n", "----\n", ".. ",
        ".. note:: ", ".. csv-table::\n", ".. include:: x\n", "+--+\n", "|",
        "=== ===\n",
        ":role:`x`", "`", "``", "**", "*", "_", "|x|", ">>> ", "[1]_ ", ".. [1] ",
        ".. list-table::\n\n   * - ", ".. unknown:: ", ":field: ", "\t", "-o ", "..\n",
    ],
    "a.adoc": [
        "\n", "\n\n", " ", "= ", "== ", "* ", "** ", ". ", "- ", "term:: ",
        "::\n", "|===\n",
        "|", "2+|", ".3+|", "a|", "----\n", "....\n", "====\n", "--\n", "+\n", "////\n",
        "// ", "[cols=2*]\n", "[%header]\n", ",===\n", ":a: b\n",
        "include::x[]\n", "++++\n",
        "[[x]]\n", ".Title\n", "<1> ", "```\n", "~~~~\n", "ifdef::x[]\n", "'''\n",
    ],
    "a.csv": [
        "\n", "\r\n", "\r", ",", ";", "\t", "|", '"', '""', " ", "1", "\n\n", "\u2028",
    ],
}  # fmt: skip


def read(path: str, data: bytes) -> Found:
    """Read a file, and check whatever document comes of it."""
    try:
        found = find(path, data, SMALL)
    except (UnusableError, UndecodableError) as refusal:
        said = str(refusal)
        assert said
        assert said.isprintable()
        return []
    for each in found:
        if isinstance(each, Document):
            check_document(each)
        else:
            assert each.reason.isprintable()
    return found


def check_document(document: Document) -> None:
    """A sound document: its passages say something, in order; places lead to them."""
    assert document.blocks
    for block in document.blocks:
        assert document.text[block.start : block.end].strip()
        assert block.lead is None or document.text[slice(*block.lead)].strip()
        section = document.sections[block.section]
        assert section.start <= block.start
    for one, other in pairwise(document.blocks):
        assert one.start < other.start
        assert one.section <= other.section
    starts = [each.start for each in document.places]
    assert starts == sorted(starts)
    if starts:
        assert starts[0] == 0


def any_text(path: str, data: st.DataObject) -> None:
    """Draw one example, and read it."""
    pieces = st.one_of(WORDS, st.sampled_from(PIECES[path]))
    text = "".join(data.draw(st.lists(pieces, max_size=40)))

    for each in read(path, text.encode()):
        if isinstance(each, Document):
            assert each.text == text


@given(
    st.lists(
        st.lists(WORDS, min_size=3, max_size=8).map(" ".join), min_size=1, max_size=5
    )
)
@pytest.mark.parametrize("path", ["a.rst", "a.adoc"])
def test_no_paragraph_is_lost(path: str, paragraphs: list[str]) -> None:
    text = "\n\n".join(f"We say {each}" for each in paragraphs)

    assert texts(document(path, text.encode())) == text.split("\n\n")


def any_damage(path: str, data: st.DataObject) -> None:
    """Draw one example, and read it."""
    damaged = bytearray(EXAMPLES[path])
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position] = data.draw(st.integers(0, 255))

    read(path, bytes(damaged))


def odd_xml(path: str, data: st.DataObject) -> None:
    """Draw one example, and read it."""
    with zipfile.ZipFile(io.BytesIO(EXAMPLES[path])) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    pieces = parts[name].replace(">", ">\n").split("\n")
    for _ in range(data.draw(st.integers(1, 5))):
        where = data.draw(st.integers(0, len(pieces) - 1))
        what = data.draw(st.integers(0, 3))
        if what == 0:
            del pieces[where]
        elif what == 1:
            pieces.insert(where, pieces[data.draw(st.integers(0, len(pieces) - 1))])
        elif what == 2:
            odd = st.sampled_from(
                ["-1", "99999999999", "", "x", "\u0661", "1e999", "0"]
            )
            head, quote, tail = pieces[where].rpartition('="')
            if quote:
                pieces[where] = f'{head}="{data.draw(odd)}"{tail.partition(chr(34))[2]}'
        else:
            pieces[where] = f"{data.draw(WORDS)} {pieces[where]}"
        if not pieces:
            return
    parts[name] = "".join(pieces)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)

    read(path, buffer.getvalue())


CHECKS = [
    *((any_text, path) for path in sorted(PIECES)),
    *((any_damage, path) for path in sorted(EXAMPLES)),
    *((odd_xml, path) for path in sorted(EXAMPLES)),
]


@pytest.mark.parametrize(("check", "path"), CHECKS)
@given(data=st.data())
@settings(max_examples=30)
def test_whatever_stands_in_a_file_it_is_read_or_refused(
    check: Check, path: str, data: st.DataObject
) -> None:
    check(path, data)


@pytest.mark.slow
@pytest.mark.parametrize(("check", "path"), CHECKS)
@given(data=st.data())
@settings(max_examples=300)
def test_whatever_stands_in_many_files_they_are_read_or_refused(
    check: Check, path: str, data: st.DataObject
) -> None:
    check(path, data)


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_the_examples_that_are_damaged_are_read_when_whole(path: str) -> None:
    assert document(path, EXAMPLES[path], LIMITS).blocks


HARD = {
    "a.rst": ["* " * 20_000, "`" * 30_000, "|" * 30_000, "[" * 30_000, "a_ " * 5_000],
    "a.adoc": ["|" * 30_000, "|===\n" + "2+|" * 20_000, "a" * 50_000 + "::",
               ".\n" * 20_000, "----\n" * 20_001, "[" * 50_000, "99.99+|x " * 5_000],
    "a.csv": ['"' * 50_000, ",\n" * 50_000, "a;,|\t" * 20_000],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text"),
    [(path, text) for path, hard in HARD.items() for text in hard],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_text_made_to_cost_much_time_is_read_or_refused(path: str, text: str) -> None:
    read(path, f"Before.\n\n{text}\n\nAfter.\n".encode())
