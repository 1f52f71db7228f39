"""What an author says about a document at its top."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.frontmatter import (
    MAX_CHARACTERS,
    FrontMatter,
    FrontMatterError,
    read_front_matter,
)
from bot.records import Source

FULL = """---
title: "Resonac: a maker"
url: https://example.org/resonac
date: 2025-09-03
owner: companies desk
reviewed_at: 2026-11-22
tags: [company, 2021]
sources:
  - A printed book
  - https://example.org/plain
  - title: A report
    publisher: Example Times
    date: null
    url: https://example.org/report
index: true
unknown: {is: [left, out]}
---
# Body
"""


def test_every_known_key_is_read() -> None:
    front, start = read_front_matter(FULL)

    assert FULL[start:] == "# Body\n"
    assert front == FrontMatter(
        title="Resonac: a maker",
        url="https://example.org/resonac",
        date="2025-09-03",
        owner="companies desk",
        reviewed_at="2026-11-22",
        tags=("company", "2021"),
        sources=(
            Source("A printed book"),
            Source("https://example.org/plain", url="https://example.org/plain"),
            Source("A report", "Example Times", url="https://example.org/report"),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "No front matter.\n",
        "",
        "---\nA thematic break, then prose.\n---\n",
        "---\n\n---\n",
        "----\ntitle: no\n----\n",
        "Text first.\n---\ntitle: no\n---\n",
        "---\ntitle: never closed\n",
    ],
)
def test_lines_of_dashes_without_keys_are_text(text: str) -> None:
    assert read_front_matter(text) == (FrontMatter(), 0)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(end: str) -> None:
    text = FULL.replace("\n", end)

    front, start = read_front_matter(text)

    assert front == read_front_matter(FULL)[0]
    assert text[start:] == f"# Body{end}"


def test_three_dots_close_it_too_and_it_may_be_the_whole_file() -> None:
    assert read_front_matter("---\ntitle: A\n...\nb") == (FrontMatter(title="A"), 17)
    assert read_front_matter("---\ntitle: A\n---") == (FrontMatter(title="A"), 16)


def test_comments_and_empty_lines_may_come_first() -> None:
    front, _ = read_front_matter("---\n# of ours\n\ntitle: A\n---\n")

    assert front.title == "A"


def test_one_source_and_tags_with_commas_need_no_list() -> None:
    front, _ = read_front_matter("---\nsources: A book\ntags: a, b ,\n---\n")

    assert front.sources == (Source("A book"),)
    assert front.tags == ("a", "b")


def test_a_source_without_a_title_is_known_by_its_address() -> None:
    front, _ = read_front_matter("---\nsources: {url: https://a.example}\n---\n")

    assert front.sources == (Source("https://a.example", url="https://a.example"),)


def test_index_false_opts_out() -> None:
    assert not read_front_matter("---\nindex: false\n---\n")[0].index


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("title: a: b", "line 2: mapping values"),
        ("a: 1\ntitle: 'open", "line"),
        ("title: [1, 2]", "`title` must be text"),
        ("owner: no", "`owner` must be text"),
        ("url: javascript:alert(1)", "`url` must start with http"),
        ("url: www.example.org", "`url` must start with http"),
        ("tags: 5", "`tags` must be a list"),
        ("tags: [[a]]", "`tags` must be text"),
        ("index: maybe", "`index` must be true or false"),
        ("sources: 5", "each of `sources` must be text"),
        ("sources: [{publisher: A}]", "needs a `title` or a `url`"),
        ("sources: [{title: A, url: 'file:///etc/passwd'}]", "`url` must start"),
        ("a: &x 1\nb: *x", "alias"),
        ("a: " + "[" * 20 + "]" * 20, "levels"),
        ("a: [" + "1," * 6_000 + "]", "values"),
        ("a: !!python/object/apply:os.system [id]", "could not determine"),
        ("date: 2021-13-45", "month must be"),
        ("a: " + "9" * 5_000, "its front matter"),
        ("a: \x07", "special characters"),
        ("- a: 1\n- b: 2", None),
        ("a: 1\n--- b", "its front matter"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    yaml: str, reason: str | None
) -> None:
    text = f"---\n{yaml}\n---\nbody"
    if reason is None:  # begins with no key: it is no front matter
        assert read_front_matter(text)[1] == 0
        return

    with pytest.raises(FrontMatterError, match=reason) as caught:
        read_front_matter(text)

    assert "\n" not in str(caught.value)
    assert str(caught.value).count("front matter") == 1
    assert len(str(caught.value)) < 300


def test_a_large_one_is_refused_before_it_is_parsed() -> None:
    text = f"---\ntitle: A\nnote: {'x' * MAX_CHARACTERS}\n---\n"

    with pytest.raises(FrontMatterError, match="not closed"):
        read_front_matter(text)


YAML_PIECES = st.sampled_from(
    [
        *"abz:-[]{},#&*!|>'\"%@`\n \t0129.?~<=",
        "title: ",
        "---\n",
        "\n- ",
        "url: http://a",
    ]
)


@given(st.one_of(st.text(), st.lists(YAML_PIECES).map("".join)))
def test_any_front_matter_is_read_or_refused(yaml: str) -> None:
    text = f"---\ntitle: A\n{yaml}\n---\nbody"
    try:
        front, start = read_front_matter(text)
    except FrontMatterError:
        return

    assert front.title or "title" in yaml
    assert text[start - 1 : start] == "\n" or start == len(text)
