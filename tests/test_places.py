"""Where a quote stands in its original, and the link that leads there."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links import link_to
from bot.places import find_place, long_place, short_place
from bot.records import Citation, Place

PAGES = (Place(0, "page", "1"), Place(10, "page", "2"), Place(20, "page", "iii"))


def cited(place: Place | None, section: tuple[str, ...] = ()) -> Citation:
    """Make a citation at a place."""
    return Citation(1, "d", "D", section, "q", 0, 1, "0" * 64, place=place)


@pytest.mark.parametrize(
    ("start", "label"), [(0, "1"), (9, "1"), (10, "2"), (19, "2"), (20, "iii")]
)
def test_a_place_holds_up_to_the_next(start: int, label: str) -> None:
    assert find_place(PAGES, "x" * 30, start) == Place(start, "page", label)


def test_a_place_without_a_label_or_before_the_first_is_none() -> None:
    anchors = (Place(5, "anchor", "top"), Place(9, "anchor", ""))

    assert find_place(anchors, "x" * 30, 4) is None
    assert find_place(anchors, "x" * 30, 9) is None


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
@given(lines=st.lists(st.text(st.characters(exclude_characters="\r\n")), min_size=1))
def test_without_places_the_line_is_that_of_the_file(
    line_end: str, lines: list[str]
) -> None:
    text = line_end.join(lines)
    start = 0
    for number, line in enumerate(lines, start=1):
        assert find_place((), text, start) == Place(start, "line", str(number))
        start += len(line) + len(line_end)


@pytest.mark.parametrize(
    ("place", "short", "long"),
    [
        (Place(0, "page", "3"), "p. 3", "page 3"),
        (Place(0, "slide", "4"), "slide 4", "slide 4"),
        (Place(0, "paragraph", "14"), "paragraph 14", "paragraph 14"),
        (Place(0, "cells", "Sheet1!A2:C2"), "Sheet1!A2:C2", "cells Sheet1!A2:C2"),
        (Place(0, "line", "12"), "line 12", "line 12"),
        (Place(0, "part", "body"), "body", "body"),
        (Place(0, "anchor", "scope"), "", "#scope"),
        (None, "", ""),
    ],
)
def test_a_place_is_said_shortly_and_in_words(
    place: Place | None, short: str, long: str
) -> None:
    assert short_place(cited(place)) == short
    assert long_place(place) == long


def test_beside_a_section_the_line_is_left_out() -> None:
    assert short_place(cited(Place(0, "line", "12"), ("Scope",))) == ""


@pytest.mark.parametrize(
    ("url", "place", "quote", "link"),
    [
        (None, None, "quote", None),
        ("ftp://a.example", None, "quote", None),
        ("javascript:alert(1)", None, "quote", None),
        (
            "https://a.example/p#old",
            None,
            "a-b",
            "https://a.example/p#old:~:text=a%2Db",
        ),
        (
            "https://a.example/p#old",
            Place(0, "anchor", "new one"),
            "x, y & z",
            "https://a.example/p#new%20one:~:text=x%2C%20y%20%26%20z",
        ),
        ("https://a.example", Place(0, "page", "3"), "***", "https://a.example"),
        (
            "https://a.example",
            None,
            "a b c d e f g h i j *k*",
            "https://a.example#:~:text=a%20b%20c%20d%20e,g%20h%20i%20j%20k",
        ),
        ("https://a.example", None, "a b | c\td", "https://a.example#:~:text=a%20b,d"),
        (
            "https://a.example",
            None,
            "- a b:\n- c",
            "https://a.example#:~:text=a%20b%3A,c",
        ),
    ],
)
def test_a_link_leads_to_the_anchor_and_the_words_of_the_quote(
    url: str | None, place: Place | None, quote: str, link: str | None
) -> None:
    assert link_to(url, place, quote) == link


@given(st.text())
def test_a_link_is_short_plain_ascii_whatever_the_quote(quote: str) -> None:
    link = link_to("https://a.example/", None, quote)

    assert link is not None
    assert link.isascii()
    assert not set(" <>\"'\n") & set(link)
    assert len(unquote(link)) < 250
