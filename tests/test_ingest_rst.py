"""reStructuredText: every quote is a slice of the file, whatever directive it is in."""

from __future__ import annotations

import pytest

from bot.ingest.documents import Skipped, UnusableError
from tests.reading import document, find, leads, said, texts


def read(text: str) -> dict[str, str]:
    """Return passages with their leads."""
    return leads(document("a.rst", text.encode()))


def test_titles_make_sections_and_the_first_names_the_document() -> None:
    text = (
        "=====\nTitle\n=====\n\nBefore.\n\nPart *one*\n==========\n\n"
        "Deep\n----\n\nText.\n"
    )

    found = document("a.rst", text.encode())

    assert found.info.title == "Title"
    assert found.text == text
    assert [(each.text, each.section, each.place) for each in said(found)] == [
        ("Before.", ("Title",), "line 5"),
        ("Text.", ("Title", "Part one", "Deep"), "line 13"),
    ]


def test_paragraphs_are_quoted_with_their_markup_and_wrapped_as_they_are() -> None:
    assert read(
        "Two lines with ``code``\nand :ref:`unknown <role>` text::\n\n   x = 1\n"
    ) == {
        "Two lines with ``code``\nand :ref:`unknown <role>` text::": "",
        "x = 1": "",
    }


def test_items_have_their_lead_in_and_nested_ones_the_item_above() -> None:
    text = "Bring:\n\n* tools\n  of steel\n\n  #. saw\n  #. file\n\n* food\n"

    assert read(text) == {
        "Bring:": "",
        "tools\n  of steel": "Bring:",
        "saw": "tools\n  of steel",
        "file": "tools\n  of steel",
        "food": "Bring:",
    }


def test_terms_fields_and_options_lead_in_what_they_explain() -> None:
    text = "void : physics\n    A bubble.\n\n:Owner: Ann\n\n-v  Be loud.\n"

    assert read(text) == {"A bubble.": "void", "Ann": "Owner", "Be loud.": "-v"}


@pytest.mark.parametrize(
    "table",
    [
        "=====  ====\nResin  Cure\n=====  ====\nUF-1   165\n=====  ====\n",
        (
            "+-------+------+\n| Resin | Cure |\n+=======+======+\n| UF-1  | 165  |\n"
            "+-------+------+\n"
        ),
        (
            ".. list-table::\n   :header-rows: 1\n\n   * - Resin\n     - Cure\n"
            "   * - UF-1\n     - 165\n"
        ),
        '.. csv-table:: Resins\n   :header: "Resin", "Cure"\n\n   "UF-1", "165"\n',
    ],
)
def test_rows_of_every_kind_of_table_carry_their_header(table: str) -> None:
    found = read(table)

    ((row, header),) = [(row, head) for row, head in found.items() if head]
    assert row.index("UF-1") < row.index("165")
    assert header.index("Resin") < header.index("Cure")


def test_a_row_of_several_lines_is_quoted_whole() -> None:
    text = (
        "===  =====\na    b\n===  =====\n1    two\n     lines\n3    four\n===  =====\n"
    )

    assert read(text) == {"1    two\n     lines": "a    b", "3    four": "a    b"}


def test_text_in_directives_of_sphinx_is_read_and_lists_of_files_are_not() -> None:
    text = (
        ".. versionadded:: 2.0 with care\n   :class: x\n\n   Since then it works.\n\n"
        "   * and well\n\n.. toctree::\n\n   a\n   b\n\n.. automodule:: bot\n\n"
        ".. testcode::\n\n   print(1)\n\n.. note:: Mind the gap.\n\nEnd.\n"
    )

    assert texts(document("a.rst", text.encode())) == [
        "2.0 with care",
        "Since then it works.",
        "and well",
        ".. testcode::\n\n   print(1)",
        "Mind the gap.",
        "End.",
    ]


def test_included_files_are_never_read_and_named() -> None:
    text = "Text.\n\n.. include:: /etc/hostname\n\n.. raw:: html\n\n   <b>x</b>\n"
    table = "\n.. csv-table::\n   :file: /etc/hostname\n"

    found, *skipped = find("a.rst", (text + table).encode())

    assert not isinstance(found, Skipped)
    assert texts(found) == ["Text."]
    assert skipped == [
        Skipped("a.rst", "its line 3 includes another file"),
        Skipped("a.rst", "its line 9 includes another file"),
    ]


def test_what_docutils_cannot_read_is_quoted_as_it_stands() -> None:
    broken = "+---+\n| a |\n+--\n"

    assert texts(document("a.rst", f"Text.\n\n{broken}\n\nEnd.\n".encode())) == [
        "Text.",
        broken.strip(),
        "End.",
    ]


def test_comments_targets_and_substitutions_are_not_read() -> None:
    text = (
        "Text |x|.\n\n.. a comment\n   of lines\n\n.. |x| replace:: other\n\n"
        ".. _here: http://a.b\n"
    )

    assert texts(document("a.rst", text.encode())) == ["Text |x|."]


def test_quotes_line_blocks_doctests_and_footnotes_are_read() -> None:
    text = (
        "Said::\n\n    by\n\n| one\n| two\n\n>>> 1 + 1\n2\n\n.. [1] Foot.\n\n"
        ".. math:: a + b\n"
    )

    assert texts(document("a.rst", text.encode())) == [
        "Said::",
        "by",
        "one\n| two",
        ">>> 1 + 1\n2",
        "Foot.",
        "a + b",
    ]


def test_text_that_is_said_twice_is_quoted_where_it_stands() -> None:
    text = "Same.\n\n.. Same.\n\nOther.\n\nSame.\n"

    assert [each.place for each in said(document("a.rst", text.encode()))] == [
        "line 1",
        "line 5",
        "line 7",
    ]


@pytest.mark.parametrize("path", ["a.rst", "a.adoc", "a.csv"])
def test_a_line_that_is_too_long_is_refused_and_a_long_one_is_read(path: str) -> None:
    assert document(path, b"word " * 20_000).blocks
    with pytest.raises(UnusableError, match="characters in line 2, more than"):
        document(path, b"Text.\n" + b"word " * 300_000)


def test_quotes_nested_too_deep_are_refused() -> None:
    text = "".join(f"{'  ' * depth}* x\n\n" for depth in range(120))

    with pytest.raises(UnusableError, match="nests"):
        document("a.rst", text.encode())
