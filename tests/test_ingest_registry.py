"""A file's bytes become documents, or one line that says why they do not."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest.documents import Skipped
from bot.ingest.registry import read_documents
from bot.records import Document, Source

LIMITS = CorpusConfig()


def read(path: str, text: str, limits: CorpusConfig = LIMITS) -> Document:
    """Read a file that holds one document."""
    (document,) = read_documents(path, text.encode(), limits)
    assert isinstance(document, Document)
    return document


def test_what_front_matter_says_is_known_of_the_document() -> None:
    text = (
        "---\ntitle: Acme\nurl: https://a.example\ndate: 2025-01-02\nowner: desk\n"
        "reviewed_at: 2026-03-04\ntags: [x, y]\nsources: [A book]\n---\n# Other\n\nIt."
    )

    info = read("companies/deep/acme.md", text).info

    assert info.id == info.path == "companies/deep/acme.md"
    assert info.collection == "companies"
    assert (info.title, info.url, info.date) == (
        "Acme",
        "https://a.example",
        "2025-01-02",
    )
    assert (info.owner, info.reviewed_at) == ("desk", "2026-03-04")
    assert (info.tags, info.sources) == (("x", "y"), (Source("A book"),))
    assert info.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_file_at_the_root_belongs_to_the_collection_without_name() -> None:
    assert read("a.md", "Body.").info.collection == ""


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("a.md", "---\ntitle: Front\n---\n# Heading\n\nBody.", "Front"),
        ("a.md", "Body first.\n\n## The *heading*\n\nBody.", "The heading"),
        ("a.md", "**A title-like line**\n\nBody of it.", "A title-like line"),
        ("a.md", "Body of it, and no more.", "a"),
        ("vpn-set_up.txt", "Body of it, and no more.", "vpn set up"),
        ("x/README", "Body.", None),
    ],
)
def test_the_title_is_the_best_that_there_is(
    path: str, text: str, title: str | None
) -> None:
    if title is None:
        with pytest.raises(DocumentRefusedError, match="known format"):
            read(path, text)
    else:
        assert read(path, text).info.title == title


def test_sections_have_paths_anchors_and_reach_to_the_next_heading() -> None:
    pieces = [
        "Preface.\n\n",
        "# A b\n\n",
        "## C?\n\nText.\n\n",
        "### D\n\n",
        "## C\n\n",
        "# A b\n\nEnd.\n",
    ]
    names = [
        ((), None),
        (("A b",), "a-b"),
        (("A b", "C?"), "c"),
        (("A b", "C?", "D"), "d"),
        (("A b", "C"), "c-1"),
        (("A b",), "a-b-1"),
    ]

    document = read("a.md", "".join(pieces))

    assert [(each.path, each.anchor) for each in document.sections] == names
    assert [
        document.text[each.start : each.end] for each in document.sections
    ] == pieces


def test_a_heading_without_letters_has_no_anchor() -> None:
    assert read("a.md", "# ???\n\nText.").sections[0].anchor is None


def test_plain_text_is_read_as_markdown_only_if_it_is_written_in_it() -> None:
    markdown = "# One\n\nText *here*.\n\n# Two\n\nText.\n"
    table = "| a | b |\n|---|---|\n| c | d |\n"
    underlined = (
        "One\n~~~~~\nIt is the first part of all this text.\n\nTwo\n~~~~~\nText."
    )

    assert [each.anchor for each in read("a.txt", markdown).sections] == ["one", "two"]
    assert [each.kind for each in read("a.txt", table).blocks] == ["row"]
    assert [each.path for each in read("a.txt", underlined).sections] == [
        ("One",),
        ("Two",),
    ]


def test_the_text_is_the_file_character_for_character() -> None:
    text = "---\r\ntitle: x\r\n---\r\n# H\r\n\r\nOne\ttwo \u2028 three.\r\rFour\n"

    assert read("a.md", "\ufeff" + text).text == text


def test_index_false_is_reported_as_skipped() -> None:
    found = read_documents("a.md", b"---\nindex: false\n---\nBody.", LIMITS)

    assert found == [Skipped("a.md", "its front matter says `index: false`")]


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("a.md", b"", "is empty"),
        ("a.txt", b" \n\t\r\n", "is empty"),
        ("a.md", b"\xef\xbb\xbf", "is empty"),
        ("a.md", b"---\ntitle: x\n---\n", "no text to quote"),
        ("a.md", b"# Only\n\n## Headings\n", "no text to quote"),
        ("a.md", b"<!-- a comment -->", "no text to quote"),
        ("a.md", b"- [Home](index.md)\n- [Next](b.md)\n", "menus, links or forms"),
        ("a.txt", b"Leave a Reply\n\nShare this:\n", "menus, links or forms"),
        ("a.md", b"---\ntitle: a: b\n---\nBody.", "front matter is no valid YAML"),
        ("a.md", b">" * 1_000, "nests lists or quotes"),
        ("a.txt", b"\x89PNG\r\n", "PNG image"),
        ("a.txt", b"caf\xe8", "not UTF-8"),
        ("a.txt", b"x" * 1_048_577, "characters in line 1"),
        ("a.md", b"a\n" + b"y" * 1_048_577, "characters in line 2"),
        ("a.xyz", b"text", "no known format; known are"),
        ("a", b"text", "no known format"),
        (".md", b"text", "no known format"),
        ("big.md", b"a b\n" * 300_000, "max_file_mib"),
        ("long.md", b"a b\n" * 200, "max_characters"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    path: str, data: bytes, reason: str
) -> None:
    small = CorpusConfig(max_file_mib=1, max_characters=500)
    limits = small if path in {"big.md", "long.md"} else LIMITS

    with pytest.raises(DocumentRefusedError, match=reason) as caught:
        read_documents(path, data, limits)

    assert caught.value.path == path
    assert "\n" not in str(caught.value)


def test_a_collection_gives_a_document_a_line_and_names_bad_lines() -> None:
    lines = [
        json.dumps({"_id": "d1", "title": "One", "text": "It works.\n\nIt does.\n- a"}),
        "{broken",
        json.dumps(
            {
                "_id": "d2",
                "text": "A short line\n\nIt is not a heading here.",
                "url": "https://a.example",
            }
        ),
        json.dumps({"_id": "d1", "text": "Again."}),
        json.dumps({"_id": "d3", "text": "long " * 200}),
    ]
    limits = CorpusConfig(max_characters=500)

    one, bad, two, twice, long = read_documents(
        "sets/x.jsonl", "\n".join(lines).encode(), limits
    )

    assert isinstance(one, Document)
    assert isinstance(two, Document)
    assert (one.info.id, one.info.path, one.info.collection, one.info.title) == (
        "d1",
        "sets/x.jsonl",
        "sets",
        "One",
    )
    assert [block.kind for block in one.blocks] == ["prose", "prose", "item"]
    assert (two.info.title, two.info.url) == ("d2", "https://a.example")
    assert len(two.blocks) == 2
    assert bad == Skipped("sets/x.jsonl:2", bad.reason, refused=True)  # type: ignore[union-attr]  # the line compares it whole
    assert isinstance(twice, Skipped)
    assert (twice.path, twice.refused) == ("sets/x.jsonl:4", True)
    assert isinstance(long, Skipped)
    assert "max_characters" in long.reason


PIECES = st.sampled_from(
    [
        *b"ab #*-_>|`~[]()<\n\r\t:=.",
        b"\n\n",
        b"---\n",
        b"title: x\n",
        b"\n- ",
        b"\n| a | b |\n|---|---|\n| c | d |\n",
        b"Leave a Reply\n\n",
        b"A sentence that is long enough to count as prose. ",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xe9",
        b"\x00",
        b'{"_id": "a", "text": "b"}\n',
    ]
).map(lambda piece: bytes([piece]) if isinstance(piece, int) else piece)


@given(
    st.one_of(st.binary(), st.lists(PIECES, max_size=50).map(b"".join)),
    st.sampled_from(["a.md", "a.txt", "a.jsonl"]),
)
def test_any_bytes_are_read_or_refused_and_spans_fit(data: bytes, path: str) -> None:
    try:
        found = read_documents(path, data, LIMITS)
    except DocumentRefusedError:
        return

    for document in found:
        if isinstance(document, Skipped):
            continue
        size = len(document.text)
        bounds = [
            0,
            *(edge for b in document.blocks for edge in (b.start, b.end)),
            size,
        ]
        assert bounds == sorted(bounds)
        assert document.blocks
        for block in document.blocks:
            section = document.sections[block.section]
            assert section.start <= block.start < block.end <= section.end


HOSTILE = [
    "[",
    "<a ",
    "*",
    "> ",
    ">\n",
    "`",
    "- ",
    "](",
    "![a](",
    "<!--",
    "<b>",
    "a\n=\n",
    "# a\n",
    "- a\n",
    "1. a\n",
    "a\tb\n",
    "|a",
    "\n",
    "A. ",
    "。",
    "x",
    "\u0301",
    "Home\n\n",
    "Leave a Reply\n",
    "[a]: b\n",
    "&amp;",
    "\\",
    "---\n",
    "\ufeff",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("path", ["a.md", "a.txt"])
def test_text_made_to_be_slow_is_read_or_refused(piece: str, path: str) -> None:
    """Each of these took minutes with some parser; a test that hangs has failed."""
    text = "A sentence stands before it all.\n\n" + piece * (100_000 // len(piece))

    try:
        (document,) = read_documents(path, text.encode(), LIMITS)
    except DocumentRefusedError:
        return
    assert isinstance(document, Document)
    assert document.text == text
