"""Plain text: marks go, words stay, and hostile text costs no more than other text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.markup import plain


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("# Title #", "Title"),
        ("a **bold** and _slanted_ word", "a bold and slanted word"),
        ("***both***, __both__", "both, both"),
        ("~~gone~~ `code` ``more``", "gone code more"),
        ("[text](https://example.org 'title')", "text"),
        ("[text](https://example.org/a_(b))", "text"),
        ("[text][1]\n\n[1]: https://example.org", "text"),
        ("![a picture](p.png)", "a picture"),
        ("[![badge](b.svg)](https://example.org)", "badge"),
        ("see <https://example.org>", "see https://example.org"),
        ("a note[^1]", "a note"),
        ("| a | b |\n|---|:-:|\n| c | d |", "a b c d"),
        ("- one\n* two\n3. three\n- [x] done", "one two three done"),
        ("> a quote\n> > in a quote", "a quote in a quote"),
        ("```python\nx = 1\n```", "x = 1"),
        ("one\n\n---\n\ntwo\n===", "one two"),
        ("<p>Tom &amp; <b>Je</b>rry</p><br/>end", "Tom & Jerry end"),
        ("a<!-- not\nshown -->b", "a b"),
        (r"\*not slanted\*", "*not slanted*"),
    ],
)
def test_marks_are_taken_out(marked: str, bare: str) -> None:
    assert plain(marked) == bare


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "max_words and __init__.py",
        "a < b and c > d",
        "x[1](2",
        "a <!-- mark that is never closed",
        "The year 2021. And 5 - 3",
        "#hashtag",
        "C# and C++",
    ],
)
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert plain(text) in {text, text.replace("__", "")}


# A number with a full stop would mark a list item where it begins a line.
@given(st.lists(st.from_regex(r"[A-Za-z0-9]*[A-Za-z][,.;:?!]?", fullmatch=True)))
def test_text_without_marks_stays_but_for_its_spaces(pieces: list[str]) -> None:
    assert plain(" \n".join(["start", *pieces])) == " ".join(["start", *pieces])


@given(st.text())
def test_any_text_gives_one_line_without_spaces_around(text: str) -> None:
    found = plain(text)

    assert found == " ".join(found.split())


# A quadratic step would take minutes on these.
@pytest.mark.parametrize(
    "piece",
    ["[", "[a](", "![", "[a](()", "<a ", "<!--", "`", "*", "_a", "- ", "|-", "#", "\\",
     "[^", "&#", "[a]: ", "> ", "a*", "~~", "\n[a", " #\t"],
)  # fmt: skip
def test_hostile_marks_are_read_in_linear_time(piece: str) -> None:
    assert len(plain(piece * 60_000)) <= len(piece) * 60_000
