"""JSONL collections: one document a line, and a bad line costs no other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.jsonl import BadRow, Row, read_rows

GOOD = '{"_id": "a", "title": "A", "text": "It works."}'


def test_known_keys_are_read_and_others_are_ignored() -> None:
    line = (
        '{"_id": "7", "title": " A\\n b ", "text": " It\\nworks. ", '
        '"url": "https://a.example/x", "metadata": {"year": 2021}}'
    )

    assert list(read_rows(line)) == [
        Row(1, "7", "A b", " It\nworks. ", "https://a.example/x")
    ]


def test_title_and_url_may_be_missing_and_ids_may_be_numbers() -> None:
    rows = list(
        read_rows('{"_id": 7, "text": "t", "url": ""}\n\n{"_id":"b","text":"t"}')
    )

    assert rows == [Row(1, "7", "", "t", None), Row(3, "b", "", "t", None)]


def test_unusual_line_separators_inside_a_text_do_not_end_its_line() -> None:
    (row,) = read_rows('{"_id": "a", "text": "one\u2028two\x85three"}')

    assert isinstance(row, Row)
    assert row.text == "one\u2028two\x85three"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"_id": "b", "text": "t"} trailing', "is not JSON"),
        ("[1]", "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"text": "t"}', "no `_id`"),
        ('{"_id": " ", "text": "t"}', "no `_id`"),
        ('{"_id": true, "text": "t"}', "no `_id`"),
        ('{"_id": "b\\u0000", "text": "t"}', "control characters"),
        (json.dumps({"_id": "b" * 600, "text": "t"}), "at most 512"),
        ('{"_id": "b"}', "no `text`"),
        ('{"_id": "b", "text": "  "}', "no `text`"),
        ('{"_id": "b", "text": 5}', "`text` must be text"),
        ('{"_id": "b", "text": "t", "title": ["x"]}', "`title` must be text"),
        ('{"_id": "b", "text": "t", "url": "javascript:x"}', "`url` must start"),
        ('{"_id": "b", "text": "\\ud800"}', "surrogate"),
        ('{"_id": "b\\udfff", "text": "t"}', "surrogate"),
        ('{"_id": "a", "text": "again"}', "`_id` 'a' is that of line 1 too"),
    ],
)
def test_a_bad_line_is_refused_by_number_and_keeps_the_others(
    line: str, reason: str
) -> None:
    first, bad, last = read_rows(f'{GOOD}\n{line}\n{{"_id": "z", "text": "t"}}')

    assert isinstance(first, Row)
    assert isinstance(bad, BadRow)
    assert isinstance(last, Row)
    assert bad.number == 2
    assert reason in bad.reason
    assert "\n" not in bad.reason


@given(
    st.lists(
        st.tuples(st.text(min_size=1).filter(str.strip), st.text()).map(
            lambda pair: {"_id": pair[0], "text": pair[1]}
        )
    )
)
def test_each_line_gives_one_row_and_ids_are_distinct(
    documents: list[dict[str, str]],
) -> None:
    rows = list(read_rows("\n".join(map(json.dumps, documents))))

    good = [row.id for row in rows if isinstance(row, Row)]
    assert len(rows) == len(documents)
    assert len(set(good)) == len(good)
