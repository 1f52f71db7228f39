"""Typed spans: dates, numbers, amounts, measures, names, places, expansions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.expansions import expansion
from bot.questions.spans import spans

_KINDS = ("date", "number", "amount", "quantity", "name", "names", "place", "other")


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("date", "Set up in 2021, it grew.", ["2021"]),
        ("date", "On 29 October 2021 it began.", ["29 October 2021"]),
        ("date", "by March 12, 2024 at the latest", ["March 12, 2024"]),
        ("date", "from July 2024 until 2026-01-31", ["July 2024", "2026-01-31"]),
        ("date", "in fiscal 2025 and FY2026", ["fiscal 2025", "FY2026"]),
        ("date", "a 2021-series part, model X2021", ["2021"]),
        ("number", "It has 13 members and twelve founders.", ["13", "twelve"]),
        ("number", "In 2021 there were 1,200 seats.", ["1,200"]),
        ("amount", "It cost 5 billion yen.", ["5 billion yen"]),
        ("amount", "Some ¥590 billion and $3.2bn went", ["¥590 billion", "$3.2bn"]),
        ("amount", "It has 13 members.", []),
        ("quantity", "a pitch of 40 µm at 250 °C", ["40 µm", "250 °C"]),
        ("quantity", "about 510 x 515 mm in size", ["510 x 515 mm"]),
        (
            "name",
            "In June, Ebara Corp. joined ORC Manufacturing.",
            ["Ebara Corp.", "ORC Manufacturing"],
        ),
        ("name", "The group grew.", []),
        (
            "names",
            "with Ebara, Disco and Namics (NMC) today",
            ["Ebara, Disco and Namics (NMC)", "NMC"],
        ),
        ("place", "It sits in Union City near Oakland.", ["Union City", "Oakland"]),
        ("other", "It sits in 2021.", []),
    ],
)
def test_spans_of_a_kind_are_found(kind: str, text: str, found: list[str]) -> None:
    assert [text[a:b] for a, b in spans(kind, text)] == found


@pytest.mark.parametrize(
    ("abbreviation", "text", "found"),
    [
        (
            "TIM",
            "Such thermal interface materials (TIM) help.",
            "thermal interface materials",
        ),
        ("RDL", "A redistribution layer (RDL) fans out.", "redistribution layer"),
        (
            "NEDO",
            "The New Energy and Industrial Technology Development Organization (NEDO)",
            "New Energy and Industrial Technology Development Organization",
        ),
        ("RDL", "RDL (redistribution layer) is copper.", "redistribution layer"),
        ("HBM", "HBM stands for high bandwidth memory.", "high bandwidth memory"),
        ("TIM", "Tim came home (with TIM).", None),
        ("X", "Unknown (X).", None),
        ("ABC", "Nothing fits here (ABC).", None),
    ],
)
def test_an_expansion_is_found_where_letters_match(
    abbreviation: str, text: str, found: str | None
) -> None:
    span = expansion(abbreviation, text)

    assert (text[slice(*span)] if span else None) == found


@given(st.sampled_from(_KINDS), st.text())
def test_spans_lie_inside_the_text_from_left_to_right(kind: str, text: str) -> None:
    found = spans(kind, text)

    assert all(0 <= start < end <= len(text) for start, end in found)


@given(st.text(max_size=12), st.text())
def test_an_expansion_lies_inside_the_text(abbreviation: str, text: str) -> None:
    span = expansion(abbreviation, text)

    assert span is None or 0 <= span[0] < span[1] <= len(text)
