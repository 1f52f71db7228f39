"""Markdown: what is found in it, and that every span is a slice of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.markdown import NestedTooDeepError, inline_text, read_markdown
from bot.ingest.parts import Heading, Passage

Found = tuple[str, str, str | None]


def found(text: str, start: int = 0) -> list[Found]:
    """Return kind, text and lead of each part, in order."""
    parts: list[Found] = []
    for part in read_markdown(text, start):
        piece = text[part.start : part.end]
        if isinstance(part, Heading):
            parts.append((f"h{part.level}", part.title, None))
        else:
            lead = text[slice(*part.lead)] if part.lead else None
            parts.append((part.kind, piece, lead))
    return parts


def test_headings_of_both_kinds_lose_their_markup() -> None:
    text = (
        "Big *one*\n===\n\nSmall `two`\n---\n\n### [Three](http://a.b) ###\n\n"
        "#### AT&amp;T <b>x</b>\n\n#\n"
    )

    assert found(text) == [
        ("h1", "Big one", None),
        ("h2", "Small two", None),
        ("h3", "Three", None),
        ("h4", "AT&T x", None),
    ]


def test_a_paragraph_keeps_its_line_ends() -> None:
    assert found("  One\nline  \ntwo. \n\nNext.") == [
        ("prose", "One\nline  \ntwo.", None),
        ("prose", "Next.", None),
    ]


def test_list_items_have_the_paragraph_before_the_list_as_their_lead() -> None:
    text = (
        "It has parts:\n\n- one\n  goes on\n- two:\n    1. deep\n\n       more of it\n"
        "- three\n\nOther:\n* x\n\n## Heading\n\n- alone\n"
    )

    assert found(text) == [
        ("prose", "It has parts:", None),
        ("item", "one\n  goes on", "It has parts:"),
        ("item", "two:", "It has parts:"),
        ("item", "deep", "two:"),
        ("item", "more of it", "two:"),
        ("item", "three", "It has parts:"),
        ("prose", "Other:", None),
        ("item", "x", "Other:"),
        ("h2", "Heading", None),
        ("item", "alone", None),
    ]


def test_a_list_after_a_list_has_no_lead() -> None:
    assert found("Lead:\n\n- a\n\n1. b\n")[2] == ("item", "b", None)


def test_table_rows_lose_their_outer_pipes_and_have_the_header_as_their_lead() -> None:
    text = (
        "| Name | Year |\n|:--|--:|\n| A | 2021 |\n  B \\| C | `x|y`\n|  |  |\n\n"
        "a | b\n--|--\nc | d \\|\n"
    )

    assert found(text) == [
        ("row", "A | 2021", "Name | Year"),
        ("row", "B \\| C | `x|y`", "Name | Year"),
        ("row", "c | d \\|", "a | b"),
    ]


def test_a_table_with_an_empty_header_has_rows_without_lead() -> None:
    assert found("|  |  |\n|--|--|\n| A | 1 |\n") == [("row", "A | 1", None)]


def test_code_is_one_block_without_its_fences() -> None:
    text = (
        "```python\n\ndef f():\n    return 1\n```\n\n~~~\n~~~\n\n"
        "    indented\n\n    on\n"
    )

    assert found(text) == [
        ("code", "def f():\n    return 1", None),
        ("code", "    indented\n\n    on", None),
    ]


def test_code_in_a_quote_begins_after_its_mark() -> None:
    assert found("> ```\n> x = 1\n> y = 2\n> ```\n\n- ```\n  z\n  ```\n") == [
        ("code", "x = 1\n> y = 2", None),
        ("code", "z", None),
    ]


def test_code_without_text_is_no_block() -> None:
    assert found("```\n\n\n```\n\n~~~\n") == []


def test_a_fence_that_is_never_closed_runs_to_the_end() -> None:
    assert found("```\na\n\n# b") == [("code", "a\n\n# b", None)]


def test_marks_of_quotes_and_lists_are_left_out_before_the_first_line() -> None:
    text = "> One\n> two.\n>\n> - item\n> > deep\nlazy\n\n- > in item\n\n- # head\n"

    assert found(text) == [
        ("prose", "One\n> two.", None),
        ("item", "item", "One\n> two."),
        ("prose", "deep\nlazy", None),
        ("item", "in item", "deep\nlazy"),
        ("item", "head", "deep\nlazy"),
    ]


def test_html_gives_its_text_and_never_scripts_or_comments() -> None:
    text = (
        "<!-- hidden\n\ncomment -->\n\n<div align='center'>\n<p>One <b>bold</b></p>"
        "two<br>three\n<script>var x = 'never';</script><STYLE>p {}</STYLE>\n"
        "<td title='a>b'>cell</td><hr/>\n</div>\n\n<!-- never closed\n\ntext"
    )

    assert found(text)[:3] == [
        ("prose", "One <b>bold</b>", None),
        ("prose", "two", None),
        ("prose", "three", None),
    ]
    assert not any("never" in piece or "hidden" in piece for _, piece, _ in found(text))


def test_pictures_rules_and_link_targets_are_no_passages() -> None:
    text = (
        "![a badge](http://a/b.png) [![x](y)](http://z)\n\n***\n\n"
        "[ref]: http://example.org 'Title'\n\n<img src='a.png'>\n\n![pic][ref]\n"
    )

    assert found(text) == []


def test_lines_far_too_long_to_be_wrapped_are_paragraphs_of_their_own() -> None:
    long = "It was said that " + "one more word and " * 10 + "then it ended."
    text = f"A Title Line\n{long}\n{long}\nThe end."

    assert [piece for _, piece, _ in found(text)] == [
        "A Title Line",
        long,
        long,
        "The end.",
    ]


def test_a_long_address_does_not_break_a_wrapped_paragraph() -> None:
    text = f"See the page\nhttps://a.example/{'x' * 150}\nof Resonac\nHoldings."

    assert found(text) == [("prose", text, None)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_find_the_same(end: str) -> None:
    text = (
        "# H\n\nOne\ntwo.\n\n- a\n  b\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n"
        "```\ncode\nmore\n```\n\n<p>\ntext\n</p>\n"
    )

    expected = [
        (kind, piece.replace("\n", end), lead and lead.replace("\n", end))
        for kind, piece, lead in found(text)
    ]
    assert found(text.replace("\n", end)) == expected


def test_front_matter_is_left_out_and_offsets_are_those_of_the_file() -> None:
    text = "---\ntitle: x\n---\n# H\n\nBody."
    start = text.index("# H")

    assert found(text, start) == [("h1", "H", None), ("prose", "Body.", None)]


def test_unusual_separators_do_not_count_as_line_ends() -> None:
    text = "One\u2028two\x0bthree\x85four.\n\n# H\n\nLast."

    assert found(text) == [
        ("prose", "One\u2028two\x0bthree\x85four.", None),
        ("h1", "H", None),
        ("prose", "Last.", None),
    ]


def test_what_is_nested_too_deep_is_refused_and_not_left_out() -> None:
    for text in [">" * 200 + " text", "- " * 200 + "text"]:
        with pytest.raises(NestedTooDeepError):
            read_markdown(text)

    assert found("> " * 20 + "text") == [("prose", "text", None)]


def test_a_heading_of_any_length_is_cut() -> None:
    assert len(inline_text("*a*" * 100_000)) <= 300


PIECES = st.sampled_from(
    [
        *"ab #*-_>|`~[]()<>!\\\n\r\t:=&.1",
        "\n\n",
        "\r\n",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n> ",
        "\n| a | b |\n|---|---|\n| c | d |\n",
        "\n```\n",
        "\n    ",
        "<!--",
        "-->",
        "<div>",
        "</div>",
        "<script>",
        "[a](b)",
        "\n===\n",
        "word ",
        "Ein Satz. ",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
def test_parts_are_slices_in_order_that_do_not_overlap(text: str) -> None:
    parts = read_markdown(text)

    ends = [0, *(edge for part in parts for edge in (part.start, part.end))]
    assert ends == sorted(ends)
    assert ends[-1] <= len(text)
    for part in parts:
        piece = text[part.start : part.end]
        assert piece.strip()
        assert piece == piece.rstrip()
        if isinstance(part, Passage) and part.lead:
            assert part.lead[1] <= part.start


@given(
    st.lists(
        st.text(alphabet="abc de", min_size=1).filter(
            lambda words: words.strip() == words
        ),
        min_size=1,
    )
)
def test_each_paragraph_is_found_whole(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)

    assert [piece for _, piece, _ in found(text)] == paragraphs
