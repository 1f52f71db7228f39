"""Plain text: paragraphs, headings, lists and tables told by their layout."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.parts import Heading
from bot.ingest.plaintext import read_plaintext

LONG = (
    "Acme opened a pilot line for glass substrates in Kyoto. It handles panels of 510 "
    "by 515 mm, and the first samples go out in March. Nobody knows the price yet."
)


def found(text: str, *, headings: bool = True) -> list[tuple[str, str]]:
    """Return kind and text of each part, in order."""
    return [
        (f"h{part.level}", part.title)
        if isinstance(part, Heading)
        else (part.kind, text[part.start : part.end])
        for part in read_plaintext(text, headings=headings)
    ]


@pytest.mark.parametrize("width", [40, 72, 80, 100])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_paragraphs_are_found_again_however_they_were_wrapped(
    width: int, gap: str
) -> None:
    paragraphs = [LONG, f"Next year the line grows. {LONG}", f"So it ends. {LONG}"]
    wrapped = [textwrap.fill(each, width) for each in paragraphs]
    text = gap.join(wrapped)

    pieces = [" ".join(piece.split()) for _, piece in found(text)]

    if gap == "\n":  # where a last line is full, only an empty line can tell
        assert " ".join(pieces) == " ".join(paragraphs)
        assert all(piece[0].isupper() and piece[-1] == "." for piece in pieces)
    else:
        assert pieces == paragraphs


def test_each_line_is_a_paragraph_where_lines_are_far_too_long_to_be_wrapped() -> None:
    text = f"{LONG}\n{LONG}\nThe end is near.\n{LONG}"

    assert [piece for _, piece in found(text)] == text.split("\n")


def test_a_line_that_goes_on_in_lower_case_is_joined() -> None:
    text = f"{LONG}\nand it goes on,\nTokyo says."

    assert found(text) == [("prose", text)]


def test_the_first_line_that_looks_like_one_is_the_title() -> None:
    text = (
        f"A pilot line for glass: Kyoto goes first\n\n{LONG}\n\nWhat it costs\n\n{LONG}"
    )

    assert found(text) == [
        ("h1", "A pilot line for glass: Kyoto goes first"),
        ("prose", LONG),
        ("h2", "What it costs"),
        ("prose", LONG),
    ]


def test_a_title_may_be_wrapped_and_have_a_byline_under_it() -> None:
    title = "A pilot line for glass substrates opens\nin Kyoto this spring"
    text = f"{title}\nBy Jane Doe\nJune 27, 2023\n\nShare this:\n\n{LONG}"

    assert found(text)[:3] == [
        ("h1", "A pilot line for glass substrates opens in Kyoto this spring"),
        ("prose", "By Jane Doe"),
        ("prose", "June 27, 2023"),
    ]


def test_marked_headings_have_the_level_of_their_mark() -> None:
    text = f"Big\n===\n{LONG}\nSmall\n---\n{LONG}\n### Third\n{LONG}"

    assert [each for each in found(text) if each[0] != "prose"] == [
        ("h1", "Big"),
        ("h2", "Small"),
        ("h3", "Third"),
    ]


def test_numbered_headings_have_the_level_of_their_number() -> None:
    text = f"1. Scope\n\n{LONG}\n\n1.1 Out of scope\n\n{LONG}\n\n2 Terms\n\n{LONG}"

    assert [each for each in found(text) if each[0] != "prose"] == [
        ("h2", "1. Scope"),
        ("h3", "1.1 Out of scope"),
        ("h2", "2 Terms"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Founded: 2021",
        "Call us today.",
        "and so on",
        "See https://a.example",
        "write to a@b.example",
        "2021",
        "This line has too many words for a heading, and yet it only goes on and on",
        "One, two,",
    ],
)
def test_lines_that_state_something_are_no_headings(line: str) -> None:
    text = f"The title of all this\n\n{LONG}\n\n{line}\n\n{LONG}"

    assert found(text)[2] == ("prose", line)


def test_a_short_line_without_prose_below_it_is_no_heading() -> None:
    assert found("Kyoto\n\nOsaka\n\nTokyo") == [
        ("prose", "Kyoto"),
        ("prose", "Osaka"),
        ("prose", "Tokyo"),
    ]


def test_headings_can_be_turned_off() -> None:
    text = f"A pilot line\n\n{LONG}"

    assert found(text, headings=False) == [("prose", "A pilot line"), ("prose", LONG)]


def test_list_items_lose_their_bullets_and_keep_their_lead() -> None:
    text = (
        "It has parts:\n- one part\n  that goes on\n• two\n1) three\n(b) four\n\nEnd."
    )

    parts = read_plaintext(text)

    assert found(text) == [
        ("prose", "It has parts:"),
        ("item", "one part\n  that goes on"),
        ("item", "two"),
        ("item", "three"),
        ("item", "four"),
        ("prose", "End."),
    ]
    leads = [part.lead for part in parts if not isinstance(part, Heading)]
    assert leads == [None, *[(0, 13)] * 4, None]


def test_a_dash_or_number_that_was_wrapped_to_the_start_of_a_line_is_no_bullet() -> (
    None
):
    text = (
        "The line was opened in Kyoto in the spring of the year\n"
        "2021. It was the first of its kind in the whole country\n"
        "- so they say - and it has grown with every year since."
    )

    assert found(text) == [("prose", text)]


def test_rows_with_tabs_are_a_table_whose_first_row_leads() -> None:
    text = "The table:\nName\tYear\nA\t2021\nB\t2022\n\nC\tD"

    parts = read_plaintext(text)

    assert found(text) == [
        ("prose", "The table:"),
        ("row", "Name\tYear"),
        ("row", "A\t2021"),
        ("row", "B\t2022"),
        ("prose", "C\tD"),
    ]
    leads = [part.lead for part in parts if not isinstance(part, Heading)]
    assert leads == [None, None, (11, 20), (11, 20), None]


def test_rules_and_empty_lines_are_no_passages() -> None:
    assert found("\n\n-----\n* * *\n\n____\n\n") == []


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_find_the_same(end: str) -> None:
    text = f"A pilot line\n\n{textwrap.fill(LONG, 60)}\n\nParts:\n- a\n- b\n"

    expected = [(kind, piece.replace("\n", end)) for kind, piece in found(text)]
    assert found(text.replace("\n", end)) == expected


PIECES = st.sampled_from(
    [
        *"ab.:-=#*1\t\n\r ",
        "\n\n",
        "\n- ",
        "\n===\n",
        "\n1. ",
        "A line ",
        "It ends. ",
        LONG,
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)), st.booleans())
def test_parts_are_trimmed_slices_in_order_and_no_word_is_lost(
    text: str,
    headings: bool,  # noqa: FBT001 - hypothesis hands it over by place
) -> None:
    parts = read_plaintext(text, headings=headings)

    edges = [0, *(edge for part in parts for edge in (part.start, part.end)), len(text)]
    assert edges == sorted(edges)
    pieces = [text[part.start : part.end] for part in parts]
    assert all(piece == piece.strip() != "" for piece in pieces)
    between = "".join(
        text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
    assert not [
        word
        for word in between.split()
        if len(word.strip("()#.")) > 3 and word.isalpha()
    ]
