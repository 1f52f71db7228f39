"""Records refuse what cannot be true: uncited statements, quotes that do not fit."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records import Answer, Chunk, Citation, Reading, Segment, text_hash

_READING = Reading("When?", "when", ("When",))


def citation(quote: str = "Founded in 2021.", number: int = 1) -> Citation:
    return Citation(
        number=number,
        document="a.md",
        title="A",
        section=("A",),
        quote=quote,
        start=10,
        end=10 + len(quote),
        sha256="0" * 64,
    )


def answered(**changes: object) -> Answer:
    values: dict[str, object] = {
        "id": "1",
        "question": "When?",
        "reading": _READING,
        "status": "answered",
        "text": "2021",
        "segments": (Segment("quote", "2021", 1),),
        "confidence": 0.9,
        "index": "f",
        "short": "2021",
        "citations": (citation(),),
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]  # built by name


def test_an_answer_with_a_citation_can_be_built() -> None:
    assert answered().short == "2021"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"citations": (), "segments": ()}, "has a citation"),
        ({"citations": (citation(number=2),), "segments": ()}, "numbered"),
        ({"short": "2022"}, "not part of a quote"),
        ({"segments": (Segment("quote", "2022", 1),)}, "not in citation 1"),
        ({"segments": (Segment("quote", "2021", 7),)}, "not in citation 7"),
        ({"reason": "none"}, "no reason"),
        ({"status": "abstained"}, "a refusal has"),
        ({"status": "abstained", "citations": (), "segments": ()}, "a refusal has"),
    ],
)
def test_an_answer_that_breaks_a_promise_cannot_be_built(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        answered(**changes)


def test_yes_and_no_need_not_stand_in_a_quote() -> None:
    assert answered(short="No").short == "No"


def test_a_refusal_has_a_reason_and_nothing_else() -> None:
    refusal = answered(
        status="abstained", short=None, citations=(), segments=(), reason="Unknown."
    )

    assert refusal.reason == "Unknown."


def test_a_citation_whose_offsets_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="offsets"):
        Citation(1, "a.md", "A", (), "quote", 0, 4, "0" * 64)


def test_an_empty_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="offsets"):
        citation("")


def test_a_chunk_whose_offsets_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="offsets"):
        Chunk("a.md#0", "a.md", "A", (), "text", 3, 5)


@pytest.mark.parametrize(("kind", "number"), [("quote", None), ("template", 1)])
def test_only_a_quote_has_a_citation(kind: str, number: int | None) -> None:
    with pytest.raises(ValueError, match="only a quote"):
        Segment(kind, "text", number)  # type: ignore[arg-type]  # wrong on purpose


@given(st.text())
def test_the_hash_of_a_text_is_that_of_its_utf8_file(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")

    assert text_hash(text) == hashlib.sha256(data).hexdigest()
