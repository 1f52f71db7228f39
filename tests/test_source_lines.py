"""Where a piece stands that a parser took out of a file line by line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.source_lines import SourceLines

TEXT = "One\n\n* two  words\n  go on\n\nOne\n| a | b |\n|   | c |\n"


def found(piece: str, near: int) -> str | None:
    """Return what is found, None if nothing is."""
    span = SourceLines(TEXT).find(piece, near)
    return None if span is None else TEXT[slice(*span)]


def test_a_piece_is_found_behind_marks_and_indentation() -> None:
    assert found("two words\ngo on", 3) == "two  words\n  go on"
    assert found("words\ngo on", 3) == "words\n  go on"


def test_the_line_given_counts_then_those_before_then_all() -> None:
    lines = SourceLines(TEXT)

    assert lines.find("One", 6) == (TEXT.rindex("One"), TEXT.rindex("One") + 3)
    assert lines.find("One", 1) == (0, 3)
    assert found("go on", 5) == "go on"
    assert found("One", 99) == "One"
    assert found("b |", 1) == "b |"


def test_what_says_nothing_or_stands_nowhere_is_not_found() -> None:
    assert found(" \n ", 1) is None
    assert found("three", 1) is None
    assert SourceLines(TEXT).find_in_line("two", 1) is None
    assert SourceLines(TEXT).find_in_line("two", 99) is None
    assert SourceLines(TEXT).find_in_line("  ", 1) is None


def row(*cells: tuple[str, int]) -> str | None:
    """Return what is found of a row of the table above which line 6 stands."""
    span = SourceLines(TEXT).find_row(cells, 6)
    return None if span is None else TEXT[slice(*span)]


def test_a_row_reaches_from_its_first_cell_to_the_last_line_of_any() -> None:
    assert row(("a", 7), ("b\nc", 7)) == "a | b |\n|   | c"
    assert row(("", 7), ("b", 7)) == "b"


def test_a_row_whose_lines_are_unknown_is_the_next_that_has_its_text() -> None:
    assert row(("a", 1), ("b", 1)) == "| a | b"
    assert row(("nothing", 1), ("c", 1)) == "|   | c"
    assert row(("nothing", 1)) is None
    assert row() is None


@given(st.text(max_size=60), st.text(max_size=20), st.integers(-3, 9))
def test_what_is_found_is_a_slice_that_ends_with_the_piece(
    text: str, piece: str, near: int
) -> None:
    span = SourceLines(text).find(piece, near)

    if span is not None:
        words = " ".join(text[slice(*span)].split())
        assert words.endswith(" ".join(piece.split()).rpartition(" ")[2])
