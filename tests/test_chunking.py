"""Chunks and sentences: exact slices, one section each, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chunking import count_words, split
from bot.config import ChunkingConfig, CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest.registry import read_documents
from bot.records import Chunk, Document, Sentence

SMALL = ChunkingConfig(max_words=20, min_words=4)


def document_of(text: str, path: str = "a.md") -> Document:
    (document,) = read_documents(path, text.encode(), CorpusConfig())
    assert isinstance(document, Document)
    return document


def chunks_of(text: str, config: ChunkingConfig = SMALL) -> list[str]:
    return [chunk.text for chunk, _ in split(document_of(text), config)]


def sentence(words: int, name: str = "w") -> str:
    return " ".join([f"{name}ord".capitalize(), *[f"{name}ord"] * (words - 1)]) + "."


def test_a_chunk_knows_its_document_and_its_headings() -> None:
    text = "# A\n\nOne.\n\n## B\n\nTwo. Three.\n"

    (first, _), (second, sentences) = split(document_of(text, "x/a.md"), SMALL)

    assert first.id == "x/a.md#1"
    assert second == Chunk("x/a.md#2", "x/a.md", "A", ("A", "B"), "Two. Three.", 17, 28)
    assert sentences == [
        Sentence("x/a.md#2", "Two.", 17, 21),
        Sentence("x/a.md#2", "Three.", 22, 28),
    ]


def test_a_heading_alone_makes_no_chunk() -> None:
    assert chunks_of("# A\n\n## B\n\nText.\n\n# C\n") == ["Text."]


def test_blocks_are_packed_up_to_the_limit() -> None:
    text = "\n\n".join(
        [sentence(8, "a"), sentence(12, "b"), sentence(1, "c"), sentence(9)]
    )

    assert chunks_of(text) == [
        f"{sentence(8, 'a')}\n\n{sentence(12, 'b')}",
        f"{sentence(1, 'c')}\n\n{sentence(9)}",
    ]


def test_a_short_rest_joins_the_chunk_before_it() -> None:
    text = f"{sentence(18)}\n\n{sentence(3)}"

    assert chunks_of(text) == [text]


def test_a_short_section_joins_no_other() -> None:
    assert chunks_of(f"{sentence(5)}\n\n# A\n\nB.") == [sentence(5), "B."]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentences = [sentence(8, name) for name in "abcde"]

    assert chunks_of(" ".join(sentences)) == [
        " ".join(sentences[:2]),
        " ".join(sentences[2:4]),
        sentences[4],
    ]


@pytest.mark.parametrize(
    "text", ["word " * 100, "x" * 5_000, "東京" * 100, "日本。" * 40, "a-b/c.d_" * 300]
)
def test_what_has_no_end_is_cut_between_words_or_anywhere(text: str) -> None:
    document = document_of(text.strip())

    chunks = split(document, SMALL)

    assert len(chunks) > 1
    for chunk, sentences in chunks:
        assert count_words(chunk.text) <= SMALL.max_words + SMALL.min_words
        assert all(count_words(each.text) <= SMALL.max_words for each in sentences)
    assert "".join("".join(chunk.text.split()) for chunk, _ in chunks) == "".join(
        text.split()
    )


def test_rows_carry_their_header_and_the_first_ones_are_read_with_it() -> None:
    rows = "\n".join(f"| {name} | {' '.join([name] * 6)} |" for name in "abcde")
    document = document_of(f"Intro.\n\n| Name | Words |\n|---|---|\n{rows}\n\nOutro.\n")

    chunks = split(document, SMALL)

    assert [chunk.text.split("\n")[0] for chunk, _ in chunks] == [
        "Intro.",
        "c | c c c c c c |",
        "e | e e e e e e |",
    ]
    assert chunks[0][0].text.count("Name | Words") == 1
    found = [
        each for _, sentences in chunks for each in sentences if each.kind == "row"
    ]
    assert [each.text[0] for each in found] == list("abcde")
    assert {each.lead_text for each in found} == {"Name | Words"}


def test_a_table_that_begins_a_section_is_read_with_its_header() -> None:
    text = "# A\n\n| Name | Year |\n|---|---|\n| a | 1 |\n"

    assert chunks_of(text) == ["Name | Year |\n|---|---|\n| a | 1"]


def test_items_carry_the_last_sentence_of_their_lead_in() -> None:
    text = "It has a story. It has parts:\n\n- One. It is first.\n- Two.\n"

    ((_, sentences),) = split(document_of(text), SMALL)

    assert [(each.text, each.lead_text) for each in sentences] == [
        ("It has a story.", ""),
        ("It has parts:", ""),
        ("One.", "It has parts:"),
        ("It is first.", "It has parts:"),
        ("Two.", "It has parts:"),
    ]


def test_a_lead_in_goes_with_its_items() -> None:
    text = f"{sentence(14)}\n\nIt has parts:\n\n- {sentence(10)}\n- {sentence(5)}\n"

    first, second = chunks_of(text)

    assert first == sentence(14)
    assert second.startswith("It has parts:")


def test_code_is_quoted_whole_or_line_by_line() -> None:
    short = "run --fast  now\n\nthen wait"
    long = "\n".join(["first of many words", "  then", *["more words still"] * 6])

    ((chunk, (only,)),) = split(document_of(f"```\n{short}\n```\n"), SMALL)
    lines = split(document_of(f"```\n{long}\n```\n"), SMALL)

    assert chunk.text == only.text == short
    assert [each.text for _, found in lines for each in found] == [
        line.strip() for line in long.split("\n")
    ]


def test_a_lead_too_long_to_be_shown_with_each_item_is_left_out() -> None:
    text = f"{'word ' * 300}:\n\n- one\n- two\n"

    items = [
        each for _, found in split(document_of(text), SMALL) for each in found[-2:]
    ]

    assert [(each.text, each.lead) for each in items[-2:]] == [
        ("one", None),
        ("two", None),
    ]


@pytest.mark.parametrize(
    "between",
    [
        "<!-- secret words -->",
        "Leave a Reply",
        "Advertisement",
        "![a picture](secret.png)",
    ],
)
def test_what_was_left_out_of_a_page_never_comes_back_in_a_chunk(between: str) -> None:
    first = "This paragraph is long enough to count as the main text."
    text = f"# A\n\n{first}\n\n{between}\n\n{first}\n"

    assert chunks_of(text, ChunkingConfig()) == [first, first]


def test_fences_tags_and_list_marks_do_not_part_a_chunk() -> None:
    text = (
        "A:\n\n```python\nx\n```\n\n1. b\n2. c\n\n"
        "<div class='d'>\n<p>e</p>\n</div>\n\nf"
    )

    assert len(chunks_of(text)) == 1


def test_words_of_scripts_without_spaces_count_by_character() -> None:
    assert count_words("one two 東京 タワー") == 7
    assert count_words("x" * 100) == 6
    assert count_words(" \n ") == 0


PIECES = st.sampled_from(
    [
        "\n\n",
        "\n",
        " ",
        "# A\n\n",
        "\n\n## B\n\n",
        "\n- item one",
        "\n  - nested item",
        "\n\n| h | k |\n|---|---|\n| a | b |\n| c | d |\n\n",
        "\n```\ncode here\n\nmore\n```\n",
        "> quote ",
        "A sentence. ",
        "It has parts:",
        "東京は大きい。",
        "Leave a Reply\n\n",
        "<!-- hidden -->",
        "x" * 90,
        " word" * 30,
        "U.S. ",
    ]
)
CONFIGS = st.sampled_from(
    [SMALL, ChunkingConfig(), ChunkingConfig(20, 0), ChunkingConfig(20, 20)]
)


@given(st.lists(PIECES, max_size=40).map("".join), CONFIGS, st.booleans())
def test_chunks_hold_every_block_once_and_nothing_else(
    text: str,
    config: ChunkingConfig,
    markdown: bool,  # noqa: FBT001 - hypothesis hands it over by place
) -> None:
    try:
        document = document_of(text, "a.md" if markdown else "a.txt")
    except DocumentRefusedError:
        return

    chunks = split(document, config)

    assert [chunk.id for chunk, _ in chunks] == [
        f"{document.info.id}#{number}" for number in range(1, len(chunks) + 1)
    ]
    bounds = [edge for chunk, _ in chunks for edge in (chunk.start, chunk.end)]
    assert bounds == sorted(bounds)
    quoted = []
    for chunk, sentences in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text
        assert any(
            section.start <= chunk.start
            and chunk.end <= section.end
            and section.path == chunk.section
            for section in document.sections
        )
        assert sentences
        for each in sentences:
            assert document.text[each.start : each.end] == each.text
            assert chunk.start <= each.start < each.end <= chunk.end
            assert count_words(each.text) <= config.max_words
            assert each.lead_text == (
                document.text[slice(*each.lead)] if each.lead else ""
            )
            quoted.append((each.start, each.end))
    assert quoted == sorted(quoted)
    said = "".join("".join(document.text[a:b].split()) for a, b in quoted)
    blocks = [document.text[block.start : block.end] for block in document.blocks]
    assert said == "".join("".join(block.split()) for block in blocks)
    assert split(document, config) == chunks
