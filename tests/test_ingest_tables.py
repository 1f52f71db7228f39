"""CSV and TSV files: each record is a row with its header, quoted as it stands."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest import csv_table
from bot.ingest.csv_table import find_delimiter
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import UnusableError
from bot.ingest.table_header import is_header
from tests.reading import document, leads, said

CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8
)


def test_a_record_is_quoted_as_it_stands_with_header_and_line() -> None:
    text = 'die,remark\r\nA7,"thin, soft tip"\r\n\r\nB2,"over\r\ntwo lines"\r\n'

    assert [
        (each.text, each.lead, each.place)
        for each in said(document("a.csv", text.encode()))
    ] == [
        ('A7,"thin, soft tip"', "die,remark", "line 2"),
        ('B2,"over\r\ntwo lines"', "die,remark", "line 4"),
    ]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("name;price\nA;1,5\nB;2,5\n", ";"),
        ("a\tb, c\nd\te\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("one column\nand no more\n", ","),
        ('a;"b\n', ";"),
    ],
)
def test_the_delimiter_is_what_cuts_into_equal_rows(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_what_stands_above_a_header_is_kept() -> None:
    assert leads(document("a.csv", b"Prices of May\nPart,Price\nNut,3\n")) == {
        "Prices of May": "",
        "Nut,3": "Part,Price",
    }


def test_numbers_alone_have_no_header_and_a_header_alone_is_quoted() -> None:
    assert leads(document("a.csv", b"1,2\n3,4\n")) == {"1,2": "", "3,4": ""}
    assert leads(document("a.csv", b"Part,Price\n")) == {"Part,Price": ""}


def test_one_column_is_a_table_too() -> None:
    assert leads(document("a.csv", b"Name\nAnn\nBob\n")) == {
        "Ann": "Name",
        "Bob": "Name",
    }
    assert leads(document("a.csv", b"7\n")) == {"7": ""}


def test_unicode_text_of_excel_is_read_and_unknown_encodings_are_refused() -> None:
    read = document("a.tsv", "die\tµm\nA7\t100\n".encode("utf-16"))

    assert leads(read) == {"A7\t100": "die\tµm"}
    with pytest.raises(UndecodableError, match="not UTF-8"):
        document("a.csv", "naïve,crème\nè,ì\n".encode("cp1252"))


def test_a_quote_that_never_closes_is_refused() -> None:
    with pytest.raises(UnusableError, match="record that starts on line 2"):
        document("a.csv", b'a,b\n"c,' + b"d,e\n" * 50_000)


def test_more_rows_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "MOST_ROWS", 2)

    with pytest.raises(UnusableError, match="more than 2 rows"):
        document("a.csv", b"1\n2\n3\n")


def test_a_table_without_words_is_refused() -> None:
    with pytest.raises(UnusableError, match="no text to quote"):
        document("a.csv", b",,\n,,\n")


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6))
def test_every_record_that_a_program_writes_is_read(rows: list[list[str]]) -> None:
    width = min(map(len, rows))
    rows = [row[:width] for row in rows]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    text = buffer.getvalue()

    found = leads(document("a.csv", text.encode()))

    assert {*found, *found.values()} - {""} == {
        line for line in text.split("\r\n") if line
    }


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        (["Part", "Price"], True),
        (["", "Low", "High"], True),
        (["", "", "High"], False),
        (["A", "A"], False),
        (["Part", "x" * 81], False),
        (["Part", "12.5 %"], False),
        (["Part", "−3 °C"], False),  # noqa: RUF001 - a minus sign is no hyphen
        (["Part", "2026-03-01T10:00"], False),
        (["Part", "≈ 1,200"], False),
        (["2.5D package", "Part"], True),
        ([], False),
    ],
)
def test_a_header_names_columns(cells: list[str], header: bool) -> None:  # noqa: FBT001 - what is expected
    assert is_header(cells) is header
